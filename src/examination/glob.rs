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
