//! `index.html`: one file, readable without scripts, on paper and in the dark.

use super::records::Run;
use super::text::{date, duration, number, shown};
use super::write::ReportError;
use super::{bibliography, outcome, plot, rows, section, trouble};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context, escape_formatter};

const TEMPLATE: &str = include_str!("index.html.jinja");
const STYLE: &str = include_str!("page.css");

/// The report as a page.
///
/// # Errors
/// [`ReportError::Page`] if the template cannot be filled, which is a fault of this program.
pub fn to_html(run: &Run) -> Result<String, ReportError> {
    let mut cited = Vec::new();
    let sections: Vec<_> = run.claims.iter().map(|claim| section::section(run, claim, &mut cited)).collect();
    let references = cited.iter().map(|key| bibliography::citation(key).unwrap_or_else(|| key.clone()));
    let counts = run.counts();
    let page = context! {
        headline => outcome::headline(run),
        mood => mood(run.exit_code()),
        incomplete => run.incomplete(),
        claims => counts.claims,
        tally => outcome::tally(&counts),
        facts => facts(run),
        machine => machine(run),
        troubles => Value::from(Serde(trouble::troubles(run))),
        ledger => Value::from(Serde(rows::ledger(run, true))),
        look_alikes => Value::from(Serde(rows::ledger(run, false))),
        figures => figures(run),
        blind_spots => outcome::blind_spots(run),
        last_word => outcome::LAST_WORD,
        sections => Value::from(Serde(sections)),
        references => references.collect::<Vec<_>>(),
    };
    fill("index.html", TEMPLATE, page)
}

/// A template with the style of all pages.
pub(super) fn fill(name: &'static str, template: &'static str, page: Value) -> Result<String, ReportError> {
    let mut environment = Environment::new();
    // Strings from records are text: made harmless, then escaped; only what this program converted is HTML.
    environment.set_formatter(|out, state, value| match value.as_str() {
        Some(text) if !value.is_safe() => escape_formatter(out, state, &Value::from(shown(text))),
        _ => escape_formatter(out, state, value),
    });
    environment.add_global("style", Value::from_safe_string(STYLE.to_owned()));
    environment.add_template(name, template)?;
    Ok(environment.get_template(name)?.render(page)?)
}

/// The colour of a verdict with this exit code.
pub(super) fn mood(exit_code: u8) -> &'static str {
    match exit_code {
        0 => "pass",
        1 => "refuted",
        4 => "void",
        _ => "undecided",
    }
}

fn facts(run: &Run) -> Vec<(&'static str, String)> {
    let header = &run.header;
    let readings: Vec<_> = header.readings.iter().map(ToString::to_string).collect();
    let mut facts = vec![
        ("ouracle", header.ouracle.clone()),
        ("seed", header.seed.to_string()),
        ("readings", readings.join(", ")),
        ("false-alarm budget", number(header.false_alarm)),
        ("effort", number(header.effort)),
    ];
    facts.extend(header.shard.clone().map(|shard| ("piece", shard)));
    facts
}

fn machine(run: &Run) -> String {
    let environment = &run.header.environment;
    let threads = super::text::count(environment.jobs, "thread");
    let took = run.footer.as_ref().map_or(String::new(), |footer| format!(", took {}", duration(footer.time.seconds)));
    let begun = date(environment.started);
    format!(
        "Begun {begun}{took}, on {} {} with {threads}. Records: format {}.",
        environment.os, environment.arch, run.header.format
    )
}

/// The plots that have anything to draw.
fn figures(run: &Run) -> Vec<Value> {
    let drawn = run.figures.iter().filter_map(|figure| {
        let svg = plot::svg(figure, plot::FULL)?;
        let legend = figure.series.iter().enumerate().filter(|(_, series)| !series.points.is_empty());
        let legend = legend.map(|(at, series)| {
            let name = match plot::is_drawn(figure, series) {
                true => series.name.clone(),
                false => format!("{} (no point on these axes)", series.name),
            };
            context! { name => name, mark => Value::from(Serde(series.mark)), colour => plot::colour(at) }
        });
        Some(context! {

            title => figure.title.as_str(),
            svg => Value::from_safe_string(svg),
            legend => legend.collect::<Vec<_>>(),
        })
    });
    drawn.collect()
}
