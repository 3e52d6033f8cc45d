//! Patterns for ids.

/// Shell-like matching with `*` and `?`.
pub fn matches(glob: &str, text: &str) -> bool {
    match glob.chars().next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = &glob[1..];
            text.char_indices().map(|(at, _)| at).chain([text.len()]).any(|at| matches(rest, &text[at..]))
        }
        Some(c) => {
            let mut remaining = text.chars();
            remaining.next().is_some_and(|first| c == '?' || c == first)
                && matches(&glob[c.len_utf8()..], remaining.as_str())
        }
    }
}

/// Whether a pattern may match something that begins so.
pub fn may_begin(glob: &str, start: &str) -> bool {
    let mut pattern = glob.chars();
    start.chars().all(|c| match pattern.next() {
        // From here on anything may follow.
        Some('*') => {
            pattern = "*".chars();
            true
        }
        Some(wanted) => wanted == '?' || wanted == c,
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_a_shell() {
        for (glob, text, whole, begins) in [
            ("ou-1d/score/*", "ou-1d/score/abc", true, true),
            ("ou-1d/score/*", "ou-1d/", false, true),
            ("*/score/?bc", "ou-1d/score/abc", true, true),
            ("ou-?d", "ou-3d", true, true),
            ("ou-1d/*", "ou-3d/score/", false, false),
            ("ou", "ou-3d", false, false),
            ("", "", true, true),
        ] {
            assert_eq!((matches(glob, text), may_begin(glob, text)), (whole, begins), "{glob} {text}");
        }
    }
}
