//! Formulas: LaTeX to MathML, which browsers read without scripts. What cannot be converted is shown as code.

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, write_mathml};

/// Longer formulas are shown as code: no reader follows them, and no browser lays them out quickly.
const LONGEST: usize = 1500;
/// Deeper nesting is shown as code.
const DEEPEST: usize = 60;

/// A displayed formula.
pub(super) fn displayed(latex: &str) -> String {
    let body = mathml(latex, DisplayMode::Block).unwrap_or_else(|| code(latex));
    format!("<div class=\"formula\">{body}</div>")
}

/// Words with formulas between `$` and names between backticks.
pub(super) fn paragraph(text: &str) -> String {
    if text.matches('$').count() % 2 == 1 {
        return words(text);
    }
    let parts = text.split('$').enumerate().map(|(at, part)| match at % 2 {
        1 => mathml(part, DisplayMode::Inline).unwrap_or_else(|| code(part)),
        _ => words(part),
    });
    parts.collect()
}

/// Whether a formula is short enough to be laid out.
pub(super) fn fits(latex: &str) -> bool {
    latex.len() < LONGEST
}

fn words(text: &str) -> String {
    if text.matches('`').count() % 2 == 1 {
        return escape(text);
    }
    text.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { escape(part) }).collect()
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(&super::text::clip(text, 20_000)))
}

/// Text for HTML and XML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// MathML, or nothing if the formula is too long, not understood, or would come out as anything but MathML.
fn mathml(latex: &str, display_mode: DisplayMode) -> Option<String> {
    let odd = |c: char| c.is_control() && !c.is_whitespace();
    if !fits(latex) || nesting(latex) > DEEPEST || latex.contains(odd) {
        return None;
    }
    let storage = Storage::new();
    let events = Parser::new(latex, &storage).collect::<Result<Vec<_>, _>>().ok()?;
    let events = events.into_iter().map(Ok::<_, std::convert::Infallible>);
    let mut out = Vec::new();
    write_mathml(&mut out, events, RenderConfig { display_mode, ..RenderConfig::default() }).ok()?;
    let out = String::from_utf8(out).ok()?.replace("&nbsp;", "\u{a0}");
    only_mathml(&out).then_some(out)
}

fn nesting(latex: &str) -> usize {
    let depths = latex.chars().scan(0_usize, |depth, c| {
        *depth = if c == '{' { *depth + 1 } else { depth.saturating_sub(usize::from(c == '}')) };
        Some(*depth)
    });
    depths.max().unwrap_or(0)
}

/// Whether a text is balanced MathML whose attributes can neither run nor fetch anything.
fn only_mathml(text: &str) -> bool {
    const ELEMENTS: [&str; 26] = [
        "math",
        "mrow",
        "mi",
        "mn",
        "mo",
        "ms",
        "mtext",
        "mspace",
        "mfrac",
        "msqrt",
        "mroot",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mmultiscripts",
        "mprescripts",
        "mtable",
        "mtr",
        "mtd",
        "mpadded",
        "mphantom",
        "mstyle",
        "menclose",
    ];
    let mut open = Vec::new();
    for piece in text.split('<').skip(1) {
        let Some((tag, _)) = piece.split_once('>') else { return false };
        let (closing, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let (empty, tag) = tag.strip_suffix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split_whitespace().next().unwrap_or_default();
        let quiet = !["href", "src", "url(", " on", "expression"].iter().any(|word| tag.contains(word));
        if !ELEMENTS.contains(&name) || !quiet || (closing && open.pop() != Some(name)) {
            return false;
        }
        if !closing && !empty {
            open.push(name);
        }
    }
    open.is_empty() && text.starts_with("<math") && text.ends_with("</math>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_mathml_and_the_rest_is_code() {
        assert!(displayed(r"V_0 = \frac{v_\pi}{\varphi_T^2} R^{-k}").contains("<mfrac>"));
        let broken = displayed(r"\nosuchcommand{<b>}");
        assert!(broken.contains("<code>\\nosuchcommand{&lt;b&gt;}</code>"), "{broken}");
        assert!(displayed(&"x+".repeat(1000)).contains("<code>"));
        assert!(displayed(&"{".repeat(1000)).contains("<code>"));
    }

    #[test]
    fn text_in_formulas_cannot_become_html() {
        for hostile in
            [r"\text{<script>alert(1)</script>}", r"\href{javascript:x}{y}", r"x < y & z", r"\text{</math><b>}"]
        {
            let shown = displayed(hostile);
            assert!(!shown.contains("<script") && !shown.contains("href=") && !shown.contains("<b>"), "{shown}");
        }
    }

    #[test]
    fn paragraphs_mix_words_names_and_formulas() {
        let text = paragraph("with $\\lambda < 1$ & `a<b`");
        assert!(text.starts_with("with <math") && text.ends_with("</math> &amp; <code>a&lt;b</code>"), "{text}");
        assert_eq!(paragraph("costs $5 <"), "costs $5 &lt;");
        assert_eq!(paragraph("a `tick"), "a `tick");
    }
}
