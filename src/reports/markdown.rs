//! `summary.md`: what a reviewer reads on the page of a continuous integration run.

use super::outcome::{LAST_WORD, command, failures, headline, rank, tally};
use super::records::Run;
use super::text::{clip, count};
use crate::evidence::{Reading, Verdict};
use crate::ledger::{ClaimRecord, Standing};
use std::fmt::Write;

/// As many failures are told in full; the page tells the rest.
const TOLD: usize = 20;

/// The report as Markdown.
pub fn to_markdown(run: &Run) -> String {
    let mut out = format!("## ouracle: {}\n\n", plain(&headline(run), 400));
    for sentence in run.incomplete() {
        let _ = writeln!(out, "> **Incomplete.** {}\n", plain(&sentence, 400));
    }
    let tally = tally(&run.counts());
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    out += &row(tally.iter().map(|(name, _, _)| name.clone()).collect());
    out += &row(vec!["---:".to_owned(); tally.len()]);
    let emphasised =
        |(_, value, bad): &(String, String, bool)| if *bad { format!("**{value}**") } else { value.clone() };
    out += &row(tally.iter().map(emphasised).collect());

    told(run, &mut out);

    out += "\n<details><summary>Ledger</summary>\n\n| claim | standing | proof | certificate | simulation | wrong versions caught |\n";
    out += "|---|---|---|---|---|---:|\n";
    let mut claims: Vec<_> = run.claims.iter().collect();
    claims.sort_by_key(|claim| rank(claim.standing));
    for claim in claims {
        let mut cells = vec![plain(&claim.id, 80), standing(claim.standing)];
        cells.extend(Reading::ALL.map(|reading| cell(claim, reading)));
        let due = claim.controls.iter().filter_map(|control| control.caught);
        cells.push(format!("{} of {}", due.clone().filter(|caught| *caught).count(), due.count()));
        out += &row(cells);
    }
    let header = &run.header;
    let _ = write!(
        out,
        "\n</details>\n\nouracle {}, seed {}, effort {}, false-alarm budget {:e}. {LAST_WORD}\n",
        plain(&header.ouracle, 40),
        header.seed,
        header.effort,
        header.false_alarm
    );
    out
}

fn told(run: &Run, out: &mut String) {
    let failures = failures(run);
    for (at, failure) in failures.iter().take(TOLD).enumerate() {
        if at == 0 {
            *out += "\n### What is not as it should be, worst first\n\n";
        }
        let claim = plain(&failure.claim.id, 80);
        let verdict = failure.finding.map_or(&failure.check.verdict, |finding| &finding.verdict);
        let relation =
            failure.finding.map_or_else(String::new, |finding| format!(", {}", plain(&finding.relation, 120)));
        let _ = match failure.control {
            Some(control) if !failure.claim.expect => writeln!(
                out,
                "- **{claim}**: the truth beside it, *{}* ({}), is not upheld by the {}{relation}: {}",
                plain(&control.id, 80),
                plain(&control.story, 200),
                failure.check.reading,
                plain(&verdict.to_string(), 300)
            ),
            Some(control) => writeln!(
                out,
                "- **{claim}**: the wrong version *{}* ({}) survived the {}{relation}: {}",
                plain(&control.id, 80),
                plain(&control.story, 200),
                failure.check.reading,
                plain(&verdict.to_string(), 300)
            ),
            None => writeln!(
                out,
                "- **{claim}**, {}{relation}: {}",
                failure.check.reading,
                plain(&verdict.to_string(), 400)
            ),
        };
        let _ = writeln!(out, "  <br><code>{}</code>", plain(&command(run, &failure.claim.id), 300));
    }
    if failures.len() > TOLD {
        let _ = writeln!(out, "- and {} more in index.html", count(failures.len() - TOLD, "finding"));
    }
}

fn standing(standing: Standing) -> String {
    match standing {
        Standing::Upheld | Standing::RefutedAsExpected => standing.to_string(),
        _ => format!("**{standing}**"),
    }
}

/// The verdict of a reading on all parts of a claim, in a word or two.
fn cell(claim: &ClaimRecord, reading: Reading) -> String {
    let parts: Vec<_> = claim.checks.iter().filter(|check| check.reading == reading).collect();
    if parts.is_empty() {
        return "–".to_owned();
    }
    match Verdict::of_all(parts.iter().map(|check| &check.verdict)) {
        Verdict::Refuted { .. } if !claim.expect => "refuted".to_owned(),
        Verdict::Refuted { .. } => "**refuted**".to_owned(),
        passed if !claim.expect && passed.passed() => format!("**{}**", plain(&passed.to_string(), 40)),
        Verdict::Undecided { .. } => "**undecided**".to_owned(),
        passed => plain(&passed.to_string(), 40),
    }
}

/// Text that Markdown leaves as it is, on one line.
pub(super) fn plain(text: &str, most: usize) -> String {
    let mut out = String::new();
    for c in clip(text, most).chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' | '@' | '!' => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}
