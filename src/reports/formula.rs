//! Formulas: LaTeX to MathML, which browsers read without scripts. What cannot be converted is shown as code.

use pulldown_latex::config::DisplayMode;
use pulldown_latex::{Parser, RenderConfig, Storage, write_mathml};

/// Longer formulas are shown as code: no reader follows them, and no browser lays them out quickly.
const LONGEST: usize = 1500;
/// Longer displayed formulas may break between terms.
const BREAKS: usize = 90;
/// Shorter terms stay with the one before.
const SHORTEST_TERM: usize = 6;
/// Deeper nesting is shown as code.
const DEEPEST: usize = 60;

/// A displayed formula. A long one may break between its terms, which MathML itself does not do in browsers.
pub(super) fn displayed(latex: &str) -> String {
    let terms = if latex.len() > BREAKS { terms(latex) } else { vec![latex] };
    let whole = || mathml(latex, DisplayMode::Block).unwrap_or_else(|| code(latex));
    if !fits(latex) || terms.len() < 2 {
        return format!("<div class=\"formula\">{}</div>", whole());
    }
    // An empty group before an operator makes it stand between two things.
    let lines = terms.iter().enumerate().map(|(at, term)| {
        let term = if at == 0 { (*term).to_owned() } else { format!("{{}}{term}") };
        mathml(&term, DisplayMode::Block).map(|math| format!("<span>{math}</span>"))
    });
    match lines.collect::<Option<String>>() {
        Some(lines) => format!("<div class=\"formula broken\">{lines}</div>"),
        None => format!("<div class=\"formula\">{}</div>", whole()),
    }
}

/// The pieces of a formula between which a line may end: before `=`, `+` and `-` outside all brackets.
fn terms(latex: &str) -> Vec<&str> {
    if latex.contains(r"\begin") || latex.contains(r"\\\\") || latex.contains('&') {
        return vec![latex];
    }
    let (mut pieces, mut from, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, c) in latex.char_indices() {
        let before = latex[..at].trim_end();
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            // An operator after an operator is a sign.
            '=' | '+' | '-'
                if depth == 0 && at - from > SHORTEST_TERM && !before.ends_with(['=', '+', '-', ',', '<', '>']) =>
            {
                pieces.push(&latex[from..at]);
                from = at;
            }
            _ => {}
        }
    }
    pieces.push(&latex[from..]);
    if depth == 0 { pieces } else { vec![latex] }
}

/// A formula among words.
pub(super) fn inline(latex: &str) -> String {
    mathml(latex, DisplayMode::Inline).unwrap_or_else(|| code(latex))
}

/// Words with formulas between `$`, names between backticks and stress between asterisks.
pub(super) fn paragraph(text: &str) -> String {
    if text.matches('$').count() % 2 == 1 {
        return words(text);
    }
    let parts = text.split('$').enumerate().map(|(at, part)| match at % 2 {
        1 => inline(part),
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
    text.split('`').enumerate().map(|(at, part)| if at % 2 == 1 { code(part) } else { stressed(part) }).collect()
}

/// Words between asterisks are stressed; an asterisk that stands alone or beside a space is one.
fn stressed(text: &str) -> String {
    let parts: Vec<_> = text.split('*').collect();
    let closed = |word: &str| !word.is_empty() && word.trim() == word;
    if parts.len() % 2 == 0 || !parts.iter().skip(1).step_by(2).all(|word| closed(word)) {
        return escape(text);
    }
    let part = |(at, part): (usize, &&str)| match at % 2 {
        1 => format!("<em>{}</em>", escape(part)),
        _ => escape(part),
    };
    parts.iter().enumerate().map(part).collect()
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
    // The renderer writes relations as they are, and spaces by a name that XML does not know.
    let out = String::from_utf8(out)
        .ok()?
        .replace("&amp;nbsp;", "\u{a0}")
        .replace("&nbsp;", "\u{a0}")
        .replace("><<", ">&lt;<")
        .replace(">><", ">&gt;<");
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
    fn long_formulas_break_between_terms_only() {
        let latex = r"V = \frac{a - b}{c} + \left(d - e\right) x^{-k} - (f + g)";
        assert_eq!(terms(latex), [r"V = \frac{a - b}{c} ", r"+ \left(d - e\right) x^{-k} ", "- (f + g)"]);
        assert_eq!(terms("aaaaaaaa = -bbbbbbbb"), ["aaaaaaaa ", "= -bbbbbbbb"]);
        assert_eq!(terms(r"[a - b[ = c - ddddddddddd"), [r"[a - b[ = c - ddddddddddd"]);
        assert!(displayed(&format!("{latex} {latex}")).matches("<math").count() > 3);
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
        assert_eq!(paragraph("the *model* <"), "the <em>model</em> &lt;");
        for plain in ["2 * 3 * 4", "a* and b", "**", "*<b>*x*"] {
            assert_eq!(paragraph(plain), escape(plain));
        }
        assert_eq!(paragraph("a `tick"), "a `tick");
    }
}
