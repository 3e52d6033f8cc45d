//! Answers of protocol 1, read strictly: what a subject says must be an answer to this question, and nothing else.

use super::declaration::{Ability, Hello, Subject};
use super::fault::Fault;
use super::message::{PROTOCOL, Value, kept};
use crate::examination::Conventions;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;

/// What became of a question.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// One value for each point, or for each draw.
    Values(Vec<Value>),
    /// The subject does not answer such questions.
    Unsupported {
        /// What it does not support.
        message: String,
    },
    /// The subject refuses: the right answer to an invalid question.
    Refused {
        /// Why.
        message: Option<String>,
    },
    /// The subject failed, and says so.
    Error {
        /// How.
        message: String,
        /// Where.
        traceback: Option<String>,
    },
    /// There was no answer.
    Fault(Fault),
}

/// An answer that is by the protocol: what was asked for, or a status other than ok.
pub(super) type Reply<T> = Result<T, Answer>;

/// Whether a line is for the driver and not chatter: a JSON object, or one that was meant to be.
///
/// Bare `NaN` is not JSON, but some writers put it. A whole line that begins as an answer does is one, so that the subject's
/// author hears what is wrong with it at once, and not after a time-out. What a dying subject wrote half, without an end of
/// line, is none. Nesting does not matter: nothing is built here.
pub(super) fn is_addressed(line: &[u8]) -> bool {
    let object = trim(line);
    let Some(rest) = object.strip_prefix(b"{") else { return false };
    let key = rest.trim_ascii_start().strip_prefix(b"\"id\"").map(<[u8]>::trim_ascii_start);
    let begins_as_answer = key.is_some_and(|rest| rest.starts_with(b":"));
    (begins_as_answer && line.ends_with(b"\n")) || serde_json::from_slice::<IgnoredAny>(object).is_ok()
}

/// Without white space around it, and without the mark that some systems begin their output with.
fn trim(line: &[u8]) -> &[u8] {
    line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).trim_ascii()
}

/// Reads the answer to `hello`.
pub(super) fn read_hello(line: &[u8], id: u64) -> Result<Reply<Hello>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Greeting {
        #[serde(rename = "id")]
        _id: IgnoredAny,
        #[serde(default = "ok")]
        status: Status,
        protocol: Option<u64>,
        subject: Option<Subject>,
        conventions: Option<Conventions>,
        able: Option<BTreeMap<String, Ability>>,
        message: Option<String>,
        traceback: Option<String>,
    }
    let greeting: Greeting = read(line, id)?;
    if let Some(version) = greeting.protocol.filter(|version| *version != PROTOCOL) {
        return Err(format!("the subject speaks protocol {version}, this driver protocol {PROTOCOL}"));
    }
    if let Some(declined) = declined(greeting.status, greeting.message, greeting.traceback)? {
        return Ok(Err(declined));
    }
    let subject = greeting.subject.ok_or("the answer has no `subject`, which says at least a `name`")?;
    let able = greeting.able.ok_or("the answer has no `able`, which names the quantities that can be asked")?;
    let brief = |text: Option<String>| text.map(|text| kept(&text));
    Ok(Ok(Hello {
        subject: Subject {
            name: kept(&subject.name),
            version: brief(subject.version),
            language: brief(subject.language),
            homepage: brief(subject.homepage),
        },
        conventions: greeting.conventions.unwrap_or_default(),
        able: able
            .into_iter()
            .map(|(name, ability)| (name, Ability { note: brief(ability.note), ..ability }))
            .collect(),
    }))
}

/// Reads the answer to `setup`.
pub(super) fn read_setup(line: &[u8], id: u64) -> Result<Reply<()>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Setup {
        #[serde(rename = "id")]
        _id: IgnoredAny,
        status: Status,
        message: Option<String>,
        traceback: Option<String>,
    }
    let setup: Setup = read(line, id)?;
    Ok(declined(setup.status, setup.message, setup.traceback)?.map_or(Ok(()), Err))
}

/// Reads the answer to `evaluate` or `sample`, which must have so many values.
pub(super) fn read_values(line: &[u8], id: u64, asked: usize) -> Result<Reply<Vec<Value>>, String> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Values {
        #[serde(rename = "id")]
        _id: IgnoredAny,
        status: Status,
        values: Option<Vec<Value>>,
        message: Option<String>,
        traceback: Option<String>,
    }
    let answer: Values = read(line, id)?;
    let declined = declined(answer.status, answer.message, answer.traceback)?;
    match (declined, answer.values) {
        (None, Some(values)) if values.len() == asked => Ok(Ok(values)),
        (None, Some(values)) => Err(format!("the answer has {} values, but {asked} were asked for", values.len())),
        (None, None) => Err("the answer has no `values`".to_owned()),
        (Some(declined), None) => Ok(Err(declined)),
        (Some(_), Some(_)) => Err("the answer has `values`, but its status is not ok".to_owned()),
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Unsupported,
    Refused,
    Error,
}

fn ok() -> Status {
    Status::Ok
}

/// The answer that a status other than ok makes.
fn declined(status: Status, message: Option<String>, traceback: Option<String>) -> Result<Option<Answer>, String> {
    let message = message.map(|message| kept(&message));
    let needed =
        |message: Option<String>, status| message.ok_or(format!("the status is {status}, but no `message` says why"));
    Ok(Some(match status {
        Status::Ok if message.is_none() && traceback.is_none() => return Ok(None),
        Status::Ok => return Err("the status is ok, but there is a `message` or a `traceback`".to_owned()),
        Status::Unsupported => Answer::Unsupported { message: needed(message, "unsupported")? },
        Status::Refused => Answer::Refused { message },
        Status::Error => {
            Answer::Error { message: needed(message, "error")?, traceback: traceback.map(|traceback| kept(&traceback)) }
        }
    }))
}

/// First whether it is an answer to this question, then whether it is one by the protocol.
fn read<T: DeserializeOwned>(line: &[u8], id: u64) -> Result<T, String> {
    #[derive(Deserialize)]
    struct Head {
        id: Option<serde_json::Value>,
        #[serde(default, rename = "cmd")]
        echo: Option<IgnoredAny>,
    }
    let text = std::str::from_utf8(trim(line)).map_err(|error| {
        format!("the answer is not in UTF-8: its byte {} cannot stand there", error.valid_up_to() + 1)
    })?;
    let not_read = |error: serde_json::Error| match error.classify() {
        serde_json::error::Category::Data => kept(&format!("the answer is not by the protocol: {error}")),
        _ => kept(&format!(
            "the answer cannot be read: {error} (in JSON, numbers that are not finite are the strings \"nan\", \"inf\" and \"-inf\")"
        )),
    };
    let head: Head = serde_json::from_str(text).map_err(not_read)?;
    if head.echo.is_some() {
        return Err("the line has a field `cmd`: it is an echo of the question and not an answer".to_owned());
    }
    match head.id {
        Some(given) if given.as_u64() == Some(id) => {}
        Some(given) => return Err(kept(&format!("the answer has id {given}, but the question has id {id}"))),
        None => return Err("the answer has no `id`".to_owned()),
    }
    serde_json::from_str(text).map_err(not_read)
}
