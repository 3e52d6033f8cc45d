//! `ouracle list`: what there is.

use super::{Outcome, print};
use ouracle::claims;
use ouracle::examination::{About, CASES, MISTAKES, QUANTITIES, Quantity, asks};
use serde_json::{Value, json};

/// List claims, quantities and controls
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  ouracle list\n  ouracle list --kind quantities --json\n  ouracle list --kind questions"
)]
pub struct Arguments {
    /// What to list
    #[arg(long, value_enum, default_value_t = Kind::Claims)]
    kind: Kind,
    /// Print a Markdown table
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Print one JSON array of objects with `id`
    #[arg(long)]
    json: bool,
}

/// What can be listed.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Claims, with their readings and controls
    Claims,
    /// Quantities, with their parameters
    Quantities,
    /// Worlds: the processes a claim can be asked about
    Worlds,
    /// Controls, with the mistake that each makes
    Controls,
    /// Questions to implementations: quantities, with the cases that ask for them
    Questions,
    /// Mistakes that subjects may be made to make, and that failures are compared with
    Mistakes,
}

pub fn run(arguments: &Arguments) -> Outcome {
    let rows = rows(arguments.kind);
    if arguments.json {
        let objects: Vec<Value> = rows.into_iter().map(|row| row.object).collect();
        return print(&Value::Array(objects).to_string()).map(|()| 0);
    }
    let lines: Vec<String> = if arguments.markdown {
        let head = ["| id | what | |".to_owned(), "|---|---|---|".to_owned()];
        let body = rows.iter().map(|row| format!("| `{}` | {} | {} |", row.id, row.what, row.more));
        head.into_iter().chain(body).collect()
    } else {
        let width = rows.iter().map(|row| row.id.chars().count()).max().unwrap_or(0);
        rows.iter().map(|row| format!("{:<width$}  {}  [{}]", row.id, row.what, row.more)).collect()
    };
    print(&lines.join("\n")).map(|()| 0)
}

struct Row {
    id: String,
    what: String,
    more: String,
    object: Value,
}

fn rows(kind: Kind) -> Vec<Row> {
    match kind {
        Kind::Claims => claims::all().map(claim).collect(),
        Kind::Quantities => claims::all().flat_map(|c| c.quantities.iter().map(move |q| quantity(c.id, q))).collect(),
        Kind::Controls => claims::all().flat_map(|c| c.controls.iter().map(move |k| control(c.id, k))).collect(),
        Kind::Questions => QUANTITIES.iter().map(question).collect(),
        Kind::Mistakes => MISTAKES.iter().map(mistake).collect(),
        Kind::Worlds => ouracle::worlds::Process::<ouracle::numbers::Float>::CATALOGUE
            .iter()
            .map(|(id, what)| Row {
                id: (*id).to_owned(),
                what: (*what).to_owned(),
                more: "process".to_owned(),
                object: json!({ "id": id, "about": what }),
            })
            .collect(),
    }
}

fn claim(claim: &claims::Claim) -> Row {
    let readings: Vec<_> = claim.declared().iter().map(ToString::to_string).collect();
    let controls: Vec<_> = claim.controls.iter().map(|control| control.id).collect();
    let quantities: Vec<_> = claim.quantities.iter().map(|quantity| quantity.id).collect();
    Row {
        id: claim.id.to_owned(),
        what: claim.title.to_owned(),
        more: match claim.expect {
            claims::Expect::True => format!("{}; {} controls", readings.join(", "), controls.len()),
            claims::Expect::False { .. } => format!("false; refuted by {}", readings.join(", ")),
        },
        object: json!({
            "id": claim.id, "aliases": claim.aliases, "title": claim.title, "expect": claim.expect.is_true(), "sources": claim.sources,
            "readings": readings, "controls": controls, "quantities": quantities,
        }),
    }
}

fn quantity(claim: &str, quantity: &claims::Quantity) -> Row {
    let parameters = quantity.parameters();
    let names: Vec<_> = parameters.iter().map(|field| field.name).collect();
    Row {
        id: format!("{claim}/{}", quantity.id),
        what: quantity.about.to_owned(),
        more: names.join(" "),
        object: json!({
            "id": format!("{claim}/{}", quantity.id), "about": quantity.about, "parameters": parameters,
        }),
    }
}

fn control(claim: &str, control: &claims::Control) -> Row {
    let readings: Vec<_> = control.readings.present().map(|reading| reading.to_string()).collect();
    Row {
        id: format!("{claim}/{}", control.id),
        what: control.story.to_owned(),
        more: format!("refuted by {}", readings.join(", ")),
        object: json!({ "id": format!("{claim}/{}", control.id), "story": control.story, "readings": readings }),
    }
}

fn question(quantity: &Quantity) -> Row {
    let cases: Vec<_> = CASES.iter().filter(|case| asks(case, quantity)).map(|case| case.id).collect();
    let Quantity { id, formula, shape, unit, coordinates, .. } = quantity;
    Row {
        id: (*id).to_owned(),
        what: (*formula).to_owned(),
        more: format!("{shape} of ({}); {}", coordinates.replace(' ', ", "), cases.join(" ")),
        object: json!({
            "id": id, "formula": formula, "shape": shape, "unit": unit, "coordinates": coordinates, "cases": cases,
            "claims": quantity.claims,
        }),
    }
}

fn mistake(about: &About) -> Row {
    Row {
        id: about.id.to_owned(),
        what: about.story.to_owned(),
        more: if about.links.is_empty() { "common".to_owned() } else { about.links.join(" ") },
        object: json!({ "id": about.id, "story": about.story, "links": about.links }),
    }
}
