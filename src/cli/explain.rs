//! `ouracle explain`: the page of a claim, a quantity or a verdict.

use super::{Failure, Outcome, print};
use ouracle::claims::{self, Claim, Page, Quantity, Readings};
use ouracle::numbers::Certificate;

/// Show the page of a claim, a quantity or a verdict
#[derive(clap::Args)]
#[command(after_help = "Examples:
  ouracle explain family-scaled-score
  ouracle explain family-scaled-score/elbo
  ouracle explain consistent")]
pub struct Arguments {
    /// A claim, CLAIM/QUANTITY, CLAIM/CONTROL, or a verdict such as `undecided`
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
];

pub fn run(arguments: &Arguments) -> Outcome {
    let id = arguments.id.as_str();
    if let Some((name, text)) = VERDICTS.iter().find(|(name, _)| *name == id) {
        return print(&format!("{name}\n\n{text}")).map(|()| 0);
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
                format!(
                    "{}/{}: a wrong version\n\n{}\n\nMust be refuted by {}.",
                    claim.id,
                    control.id,
                    control.story,
                    readings.join(", ")
                )
            }
            (None, None) => {
                return Err(Failure::Usage(format!("`{claim_id}` has no quantity or control `{part}`")));
            }
        },
    };
    print(&text).map(|()| 0)
}

fn claim_page(claim: &Claim) -> String {
    let mut sections = vec![format!("{}: {}", claim.id, claim.title), Page::of(claim.text).to_text()];
    let readings: Vec<_> = claim.declared().iter().map(ToString::to_string).collect();
    sections.push(format!("Decided by {}. Sources: {}.", readings.join(", "), claim.sources.join(", ")));
    let controls = claim.controls.iter().map(|control| format!("  {:<20} {}", control.id, control.story));
    sections.push(format!("Wrong versions that must be refuted:\n{}", controls.collect::<Vec<_>>().join("\n")));
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
