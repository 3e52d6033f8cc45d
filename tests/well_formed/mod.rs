//! Hostile text, and whether a page is well formed whatever stands in it.

/// What a run, a formula or a subject may put into a string.
pub const HOSTILE: &str = "</td></table><script>alert('x')</script><!-- ]]> &amp; \" ' {{ 7*7 }} {% raw %} \u{0}\u{1b}[31m\u{202e} | `x` \u{fffe} λ";

/// Checks that tags are balanced, attributes quoted and entities known, and gives the names of the elements.
pub fn elements(page: &str) -> Vec<String> {
    let mut open = Vec::new();
    let mut seen = Vec::new();
    let body = page.trim_start().strip_prefix("<!DOCTYPE html>").expect("a doctype");
    let style = body.find("<style>").unwrap()..body.find("</style>").unwrap();
    assert!(!body[style.clone()].contains(['&']) && !body[style.clone()].contains("url("));
    let body = body[..style.start].to_owned() + "<style>" + &body[style.end..];
    for piece in body.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or_else(|| panic!("an open tag: {piece}"));
        for entity in text.split('&').skip(1) {
            let name = entity.split_once(';').map_or("", |(name, _)| name);
            assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name) || name.starts_with('#'), "&{entity}");
        }
        assert!(tag.matches('"').count() % 2 == 0, "{tag}");
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split([' ', '/', '\n']).next().unwrap().to_owned();
        if closing {
            assert_eq!(open.pop(), Some(name), "after …{text}");
        } else {
            seen.push(name.clone());
            if !tag.ends_with('/') {
                open.push(name);
            }
        }
    }
    assert_eq!(open, Vec::<String>::new());
    seen
}
