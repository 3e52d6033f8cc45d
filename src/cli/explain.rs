//! `ouracle explain`: the page of a claim, a quantity or a verdict.

use super::{Failure, Outcome, print};
use ouracle::claims::{self, Claim, Expect, Page, Quantity, Readings};
use ouracle::examination::{CASES, Mistake, asks};
use ouracle::numbers::Certificate;

/// Show the page of a claim, a quantity or a verdict
#[derive(clap::Args)]
#[command(after_help = "Examples:
  ouracle explain family-scaled-score
  ouracle explain family-scaled-score/elbo
  ouracle explain look-alikes
  ouracle explain traps
  ouracle explain conformance
  ouracle explain consistent")]
pub struct Arguments {
    /// A claim, CLAIM/QUANTITY, CLAIM/CONTROL, a verdict or fault such as `undecided`, a mistake, a quantity or a case of `ouracle test`, `look-alikes`, `traps` or `conformance`
    id: String,
    /// Print only the formulas, as LaTeX
    #[arg(long)]
    latex: bool,
    /// Print a Python program that re-checks the proof with SymPy
    #[arg(long, conflicts_with = "latex")]
    sympy: bool,
}

const VERDICTS: &[(&str, &str)] = &[
    (
        "proved",
        "The relation holds for all parameters: the residue is the zero polynomial, under the rules and the
assumptions that the exported certificate lists. Another program can re-check the certificate.",
    ),
    (
        "certified",
        "Both sides were enclosed by interval arithmetic at stated points. The enclosures overlap, and they
are at least ten times narrower than the distance to the nearest wrong version.",
    ),
    (
        "consistent",
        "Sampling did not refute the claim. The resolution is the smallest discrepancy that would have been
refuted except with probability one in a million. It proves nothing below that.",
    ),
    (
        "refuted",
        "The claim is false at a stated point: an enclosure of the difference excludes zero, or sampling gave
more evidence against it, in nats, than the false-alarm budget of the run allows.",
    ),
    (
        "undecided",
        "Neither: a residue was left but vanishes wherever it was tried, an enclosure is too wide, or the
sample is too small. Undecided is not a pass.",
    ),
    ("upheld", "Every reading that the claim declares passed, and every wrong version of it was refuted."),
    ("void", "A wrong version of the claim was not refuted, so that the checks cannot tell right from wrong."),
    (
        "refuted-as-expected",
        "The statement is false although it looks like something true: every reading refuted it, and the true
statement beside it passed the same readings.",
    ),
    (
        "right",
        "The answer of a subject is within 8 u kappa of the exact value, u being the unit roundoff of its type and kappa what
one rounding of each input can change; or its draws do not refute the exact law; or it refused what has no answer.",
    ),
    ("degraded", "The answer is off by more than 8 u kappa and at most 1024: digits were lost, as in 1 - exp(-z) for small z."),
    ("wrong", "The answer is off by more than 1024 u kappa, or its draws refute the law, or a question without an answer got one."),
    ("unsupported", "The subject does not say that it can answer this, or says that it cannot. It counts neither way."),
    ("timeout", "A fault: no answer in time. The process group was killed, and the subject started once more."),
    ("crashed", "A fault: the subject ended with a code other than 0, or by a signal, and had not answered."),
    ("silence", "A fault: the subject closed its standard output, or ended with code 0, and had not answered."),
    ("protocol", "A fault: an answer that is none by the protocol: another id, an unknown field, too few values, our own question."),
    ("flood", "A fault: a line longer than 16 MiB, or more than 64 MiB of lines that are no answers."),
];

pub fn run(arguments: &Arguments) -> Outcome {
    let id = arguments.id.as_str();
    if let Some((name, text)) = VERDICTS.iter().find(|(name, _)| *name == id) {
        return print(&format!("{name}\n\n{text}")).map(|()| 0);
    }
    match id {
        "look-alikes" => return print(&look_alikes()).map(|()| 0),
        "traps" => return print(&traps()).map(|()| 0),
        "conformance" => return print(&conformance()).map(|()| 0),
        _ => {}
    }
    if let Some(text) = mistake_page(id).or_else(|| question_page(id)).or_else(|| case_page(id)) {
        return print(&text).map(|()| 0);
    }
    let (claim_id, part) = id.split_once('/').map_or((id, None), |(claim, part)| (claim, Some(part)));
    let Some(claim) = claims::find(claim_id) else {
        let verdicts: Vec<_> = VERDICTS.iter().map(|(name, _)| *name).collect();
        let message = format!(
            "there is no claim or verdict `{id}`; `ouracle list` names the claims, and the verdicts are {}",
            verdicts.join(", ")
        );
        return Err(Failure::Usage(message));
    };
    if arguments.sympy {
        return print(&sympy(claim)?).map(|()| 0);
    }
    if arguments.latex {
        return print(&Page::of(claim.text).formulas().collect::<Vec<_>>().join("\n\n")).map(|()| 0);
    }
    let text = match part {
        None => claim_page(claim),
        Some(part) => match (claim.quantity(part), claim.controls.iter().find(|control| control.id == part)) {
            (Some(quantity), _) => quantity_page(claim, quantity),
            (None, Some(control)) => {
                let readings: Vec<_> = control.readings.present().map(|reading| reading.to_string()).collect();
                let (is, must) = match claim.expect {
                    Expect::True => ("a wrong version", "be refuted"),
                    Expect::False { .. } => ("the truth beside a look-alike", "not be refuted"),
                };
                let by = readings.join(", ");
                format!("{}/{}: {is}\n\n{}\n\nMust {must} by {by}.", claim.id, control.id, control.story)
            }
            (None, None) => {
                return Err(Failure::Usage(format!("`{claim_id}` has no quantity or control `{part}`")));
            }
        },
    };
    print(&text).map(|()| 0)
}

/// A mistake that subjects are compared with.
fn mistake_page(id: &str) -> Option<String> {
    let about = Mistake::find(id)?.about();
    let links: Vec<_> = about.links.iter().map(|link| format!("\nMade in {link}")).collect();
    Some(format!("{id}: {}\n{}\nTry it: ouracle test mini:{id}", about.story, links.concat()))
}

/// A quantity that implementations are asked for.
fn question_page(id: &str) -> Option<String> {
    let quantity = ouracle::examination::Quantity::find(id)?;
    let ouracle::examination::Quantity { formula, shape, unit, coordinates, claims, .. } = quantity;
    let cases: Vec<_> = CASES.iter().filter(|case| asks(case, quantity)).map(|case| case.id).collect();
    Some(format!(
        "{id}: {formula}\n\nShape {shape}, unit {unit}, at ({}).\nClaims: {}.\nCases: {}.",
        coordinates.replace(' ', ", "),
        claims.join(", "),
        cases.join(", ")
    ))
}

/// A case that implementations are asked about.
fn case_page(id: &str) -> Option<String> {
    let case = CASES.iter().find(|case| case.id == id)?;
    Some(format!("{id}: {}\n\n{}\n\nAsk: ouracle test SUBJECT --only '{id}/*'", case.about, case.setup))
}

/// The table of true statements against false look-alikes.
fn look_alikes() -> String {
    let rows = claims::all().filter_map(|claim| match claim.expect {
        Expect::False { truth, upheld_by } => {
            Some(format!("true   {truth}\n       ({upheld_by})\nfalse  {}\n       ({})", claim.title, claim.id))
        }
        Expect::True => None,
    });
    let head =
        "What is true, and what only looks so; each false statement is refuted at a counterexample in every `check`.";
    std::iter::once(head.to_owned()).chain(rows).collect::<Vec<_>>().join("\n\n")
}

/// What does not follow from what is true.
fn traps() -> String {
    let mut lines = Vec::new();
    let mut part = "";
    for trap in claims::TRAPS {
        if trap.part != part {
            part = trap.part;
            lines.push(format!("\n{part}"));
        }
        let claims::Trap { conclusion, instead, claim, control, .. } = trap;
        lines.push(format!(
            "  one concludes  {conclusion}\n  but            {instead}\n                 ({claim}/{control})"
        ));
    }
    lines.join("\n").trim_start().to_owned()
}

/// The paper, statement by statement.
fn conformance() -> String {
    let mut lines = Vec::new();
    let mut part = "";
    for theorem in claims::CONFORMANCE {
        if theorem.part != part {
            part = theorem.part;
            lines.push(format!("\n{part}"));
        }
        let by = if theorem.decided_by.is_empty() { "not covered".to_owned() } else { theorem.decided_by.join(", ") };
        lines.push(format!("  {}\n      {by}", theorem.says));
        if !theorem.not_covered.is_empty() {
            lines.push(format!("      not covered: {}", theorem.not_covered));
        }
    }
    lines.join("\n").trim_start().to_owned()
}

fn claim_page(claim: &Claim) -> String {
    let mut sections = vec![format!("{}: {}", claim.id, claim.title), Page::of(claim.text).to_text()];
    let readings: Vec<_> = claim.declared().iter().map(ToString::to_string).collect();
    let controls = claim.controls.iter().map(|control| format!("  {:<20} {}", control.id, control.story));
    let controls = controls.collect::<Vec<_>>().join("\n");
    let sources = claim.sources.join(", ");
    match claim.expect {
        Expect::True => {
            sections.push(format!("Decided by {}. Sources: {sources}.", readings.join(", ")));
            sections.push(format!("Wrong versions that must be refuted:\n{controls}"));
        }
        Expect::False { truth, upheld_by } => {
            sections.push(format!("True instead: {truth}. See {upheld_by}."));
            sections.push(format!("Must be refuted by {}. Sources: {sources}.", readings.join(", ")));
            sections.push(format!("The truth beside it, which must not be refuted:\n{controls}"));
        }
    }
    if !claim.quantities.is_empty() {
        let quantities = claim.quantities.iter().map(|q| format!("  {}/{:<20} {}", claim.id, q.id, q.about));
        sections.push(format!("Quantities (`ouracle ask`):\n{}", quantities.collect::<Vec<_>>().join("\n")));
    }
    if !claim.aliases.is_empty() {
        sections.push(format!("Also called {}.", claim.aliases.join(", ")));
    }
    sections.join("\n\n")
}

fn quantity_page(claim: &Claim, quantity: &Quantity) -> String {
    let fields = quantity.parameters().into_iter().map(|field| {
        let optional = if field.optional { ", optional" } else { "" };
        format!("  {:<8} {} ({}{optional})", field.name, field.meaning, field.domain)
    });
    let fields = fields.collect::<Vec<_>>().join("\n");
    format!("{}/{}: {}\n\nParameters:\n{fields}", claim.id, quantity.id, quantity.about)
}

/// The proofs of a claim as SymPy programs.
fn sympy(claim: &Claim) -> Result<String, Failure> {
    let proofs = claim.readings.iter().flat_map(Readings::proofs);
    let exported = proofs.flat_map(|(_, proof)| proof.prove(claim.id)).filter_map(|finding| finding.certificate);
    let certificates = exported.map(serde_json::from_value::<Certificate>).collect::<Result<Vec<_>, _>>()?;
    let programs: Vec<String> = certificates.iter().map(Certificate::to_sympy).collect();
    if programs.is_empty() {
        return Err(Failure::Usage(format!("the claim `{}` has no proof reading", claim.id)));
    }
    Ok(programs.join("\n\n"))
}
