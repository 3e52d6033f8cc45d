//! Where a subject is: `cmd:python harness.py`, `ref:`, `mini:NAME`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;

/// The address of a subject, as it is written on the command line.
///
/// * `cmd:COMMAND LINE`, or a command line alone: a program that is found as a shell would find it, and its arguments. They are
///   split as a POSIX shell splits them: at blanks, except inside `'…'` and `"…"` and after a backslash (inside `"…"` it stands
///   for itself unless `"`, `\`, `$` or a backquote follows). **No shell is started**: `|`, `>`, `&&`, `*`, `$NAME` and
///   `NAME=value` are arguments like any other. For those write `cmd:sh -c '…'`.
/// * `ref:`: this program itself, which answers right.
/// * `mini:NAME`: this program itself, with the mistake of that name.
///
/// ```
/// use ouracle::subjects::Address;
/// let address: Address = r#"cmd:python "my harness.py" --name 'a b'"#.parse()?;
/// assert_eq!(address.to_string(), r#"cmd:python "my harness.py" --name 'a b'"#);
/// assert_eq!(address.arguments(), ["my harness.py", "--name", "a b"]);
/// # Ok::<(), ouracle::subjects::AddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    program: Program,
    arguments: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Program {
    /// A name on the `PATH`, or a path.
    Named(PathBuf),
    /// The program that is running.
    Own,
}

/// What can be wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// Nothing, or nothing behind `cmd:`.
    #[error("the address {0:?} names no program; give one with its arguments, such as cmd:python harness.py")]
    Empty(String),
    /// A kind of address that does not exist.
    #[error(
        "the address {address:?} begins with `{scheme}:`, but addresses are cmd:COMMAND, ref: and mini:NAME; write cmd:{address} if that is the name of a program"
    )]
    UnknownScheme {
        /// The address.
        address: String,
        /// What stands before the colon.
        scheme: String,
    },
    /// Python objects are not addresses.
    #[error(
        "the address {0:?} names a Python object, but subjects are programs: put it behind a harness that answers questions, and write cmd:python harness.py"
    )]
    Python(String),
    /// A quotation without its end, or a backslash at the end.
    #[error("the address {address:?} has a {mark} without its partner; close it, or put a backslash before it")]
    Unbalanced {
        /// The address.
        address: String,
        /// The mark.
        mark: char,
    },
    /// A backslash at the end.
    #[error("the address {0:?} ends with a backslash, which takes the next character as it stands, but there is none")]
    Trailing(String),
    /// Something behind `ref:`, or no proper name behind `mini:`.
    #[error(
        "the address {address:?} is not one of this program: `ref:` stands alone, and `mini:` takes the name of a mistake in small letters, digits and hyphens, such as mini:variance-for-sigma"
    )]
    Own {
        /// The address.
        address: String,
    },
}

impl Address {
    /// The same address, with another program behind `ref:` and `mini:` than the one that is running.
    ///
    /// A Python interpreter that has this library loaded is no subject; `ouracle` is.
    #[must_use]
    pub fn answered_by(mut self, program: impl Into<PathBuf>) -> Self {
        if self.program == Program::Own {
            self.program = Program::Named(program.into());
        }
        self
    }

    /// What the program is given, without the program.
    pub fn arguments(&self) -> &[String] {
        &self.arguments
    }

    /// The program to start.
    ///
    /// # Errors
    ///
    /// If it is this one, and the system does not say where that is.
    pub(super) fn command(&self) -> std::io::Result<Command> {
        let mut command = match &self.program {
            Program::Named(path) => Command::new(path),
            Program::Own => Command::new(std::env::current_exe()?),
        };
        command.args(&self.arguments);
        Ok(command)
    }

    /// The program, as messages name it.
    pub(super) fn program(&self) -> &Path {
        match &self.program {
            Program::Named(path) => path,
            Program::Own => Path::new("ouracle"),
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.text)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let address = || text.to_owned();
        let own = |arguments: &[&str]| {
            let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
            Ok(Self { text: address(), program: Program::Own, arguments })
        };
        let (scheme, rest) = scheme(text).unwrap_or(("cmd", text));
        match scheme {
            "cmd" => {
                let mut words = split(rest, text)?.into_iter();
                let program =
                    words.next().filter(|word| !word.is_empty()).ok_or_else(|| AddressError::Empty(address()))?;
                Ok(Self { text: address(), program: Program::Named(program.into()), arguments: words.collect() })
            }
            "ref" if rest.is_empty() => own(&["answer"]),
            "mini" if is_name(rest) => own(&["answer", "--wrong", rest]),
            "ref" | "mini" => Err(AddressError::Own { address: address() }),
            "py" => Err(AddressError::Python(address())),
            _ => Err(AddressError::UnknownScheme { address: address(), scheme: scheme.to_owned() }),
        }
    }
}

/// What stands before the first colon, if that can be a scheme: two letters at least, for one is a drive.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let letters = scheme.len() >= 2 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-".contains(&byte));
    letters.then_some((scheme, rest))
}

/// Never an option of the program that it is handed to.
fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// The words of a command line.
fn split(line: &str, address: &str) -> Result<Vec<String>, AddressError> {
    let unbalanced = |mark| AddressError::Unbalanced { address: address.to_owned(), mark };
    let trailing = || AddressError::Trailing(address.to_owned());
    let mut words = Vec::new();
    // A word begins with its first quotation mark even if nothing stands inside.
    let mut word: Option<String> = None;
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next().ok_or_else(|| unbalanced('\''))? {
                        '\'' => break,
                        inside => word.push(inside),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match characters.next().ok_or_else(|| unbalanced('"'))? {
                        '"' => break,
                        '\\' => match characters.next().ok_or_else(|| unbalanced('"'))? {
                            escaped @ ('"' | '\\' | '$' | '`') => word.push(escaped),
                            '\n' => {}
                            other => word.extend(['\\', other]),
                        },
                        inside => word.push(inside),
                    }
                }
            }
            '\\' => match characters.next().ok_or_else(trailing)? {
                '\n' => {}
                escaped => word.get_or_insert_default().push(escaped),
            },
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        split(line, line).unwrap()
    }

    #[test]
    fn words_are_those_of_a_shell() {
        assert_eq!(words(" a  b\tc\n"), ["a", "b", "c"]);
        assert_eq!(words(r#"a'b c'"d e"f"#), ["ab cd ef"]);
        assert_eq!(words(r#"'' "" x"#), ["", "", "x"]);
        assert_eq!(words(r#"'a\b' "a\b" "a\"b\\c\$d\`" a\ b \\"#), [r"a\b", r"a\b", "a\"b\\c$d`", "a b", r"\"]);
        assert_eq!(words("'$x' a|b > *"), ["$x", "a|b", ">", "*"]);
    }

    /// The splitting of a shell that is there, where there is one.
    #[cfg(unix)]
    #[test]
    fn a_shell_agrees() {
        for line in [
            r#"a'b c'"d e"f"#,
            r#"'' "" x"#,
            r#"'a\b' "a\b" "a\"b\\c\$d\`" a\ b \\"#,
            "\"a\\\nb\" c\\\nd",
            r#"\'"'"\""#,
        ] {
            let script = format!("for word in {line}; do printf '%s\\0' \"$word\"; done");
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            let shell: Vec<String> =
                String::from_utf8(output.stdout).unwrap().split_terminator('\0').map(str::to_owned).collect();
            assert_eq!(words(line), shell, "{line}");
        }
    }

    #[test]
    fn addresses_name_programs() {
        let read = |text: &str| text.parse::<Address>().unwrap();
        assert_eq!(
            read("cmd:python harness.py"),
            Address { text: "cmd:python harness.py".into(), ..read("python harness.py") }
        );
        assert_eq!(read("ref:").arguments, ["answer"]);
        assert_eq!(read("mini:variance-for-sigma").arguments, ["answer", "--wrong", "variance-for-sigma"]);
        assert_eq!(read("ref:").answered_by("/x/ouracle").program(), Path::new("/x/ouracle"));
        assert_eq!(read("python").answered_by("/x/ouracle").program(), Path::new("python"));
        // A drive, a path and a word after a blank are no schemes.
        assert_eq!(read(r"'C:\tools\a.exe' b").program(), Path::new(r"C:\tools\a.exe"));
        assert_eq!(read("./a:b").program(), Path::new("./a:b"));
        assert_eq!(read("python -m a:b").arguments, ["-m", "a:b"]);
    }

    #[test]
    fn what_is_no_address_says_so() {
        let error = |text: &str| text.parse::<Address>().unwrap_err();
        for empty in ["", "  ", "cmd:", "cmd: ", "''", "cmd:'' x"] {
            assert_eq!(error(empty), AddressError::Empty(empty.into()));
        }
        assert_eq!(
            error("http://x"),
            AddressError::UnknownScheme { address: "http://x".into(), scheme: "http".into() }
        );
        assert!(error("py:package.module:object").to_string().contains("cmd:python harness.py"));
        for (line, mark) in [("cmd:a 'b", '\''), ("a \"b'", '"'), ("a \"b\\", '"')] {
            assert_eq!(error(line), AddressError::Unbalanced { address: line.into(), mark });
        }
        assert_eq!(error("a \\"), AddressError::Trailing("a \\".into()));
        for own in ["ref:x", "mini:", "mini:--help", "mini:A", "mini:a b"] {
            assert_eq!(error(own), AddressError::Own { address: own.into() });
        }
    }
}
