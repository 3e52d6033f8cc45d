//! The ratios as a picture: one row a peer, a logarithmic axis, least and greatest as a bar, the goal as a notch.

use super::page::{digits, factor};
use super::record::CaseRecord;
use super::statistics::Spread;
use super::table::AREAS;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const WIDTH: i32 = 2000;
const ROW: i32 = 40;
const TOP: i32 = 90;
/// Where the axis begins and ends; rows are named before it, and told after it.
const AXIS: (i32, i32) = (820, 1540);

const FONT: &str = "sans-serif";
const INK: RGBColor = RGBColor(0x3c, 0x3c, 0x40);
const FAINT: RGBColor = RGBColor(0x8e, 0x8e, 0x92);
const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe6);
const FASTER: RGBColor = RGBColor(0x1f, 0x6f, 0xb2);
const SHORT_OF_GOAL: RGBColor = RGBColor(0xc2, 0x4d, 0x1a);

/// A heading, or a ratio with its goal.
enum Row {
    Heading(String),
    Ratio { name: String, ratio: Spread, goal: Option<f64> },
}

/// The picture, or nothing if there is no ratio.
pub fn svg(records: &[CaseRecord]) -> Option<String> {
    let rows = rows(records);
    let (low, high) = range(&rows)?;
    let height = TOP + ROW * rows.len() as i32 + 60;
    let mut out = String::new();
    draw(SVGBackend::with_string(&mut out, (WIDTH as u32, height as u32)).into_drawing_area(), &rows, low, high)
        .ok()?;
    let size = format!("width=\"{WIDTH}\" height=\"{height}\"");
    let halved = format!("width=\"{}\" height=\"{}\"", WIDTH / 2, height / 2);
    let named = "<svg role=\"img\" aria-label=\"Ratios of speed, with their goals\" ";
    Some(out.replacen("<svg ", named, 1).replacen(&size, &halved, 1))
}

fn rows(records: &[CaseRecord]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (area, case) in AREAS.iter().flat_map(|area| area.cases.iter().map(move |case| (area, case))) {
        let Some(record) = records.iter().find(|record| record.area == area.name && record.case == case.name) else {
            continue;
        };
        let mut of_case = Vec::new();
        for ours in record.runs.iter().filter(|run| run.ours) {
            for peer in record.runs.iter().filter(|run| !run.ours) {
                let Some(ratio) = ours.faster_than(peer) else { continue };
                let goal = case.goals.iter().find(|goal| goal.ours == ours.name && goal.peer == peer.name);
                let goal = goal.filter(|goal| record.towards(goal).is_some()).map(|goal| goal.at_least);
                let ours = ours.name.strip_prefix("ouracle, ").map(|which| format!("{which}, beside "));
                let name = format!("{}{} ({})", ours.unwrap_or_default(), peer.name, peer.precision);
                of_case.push(Row::Ratio { name, ratio, goal });
            }
        }
        if !of_case.is_empty() {
            rows.push(Row::Heading(format!("{}: {}", area.title, case.name)));
            rows.extend(of_case);
        }
    }
    rows
}

/// Powers of ten around all that is drawn, and around 1.
fn range(rows: &[Row]) -> Option<(i32, i32)> {
    let drawn = rows.iter().filter_map(|row| match row {
        Row::Ratio { ratio, goal, .. } => {
            Some((ratio.least.min(goal.unwrap_or(1.0)), ratio.greatest.max(goal.unwrap_or(1.0))))
        }
        Row::Heading(_) => None,
    });
    let (low, high) = drawn.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
    Some(((low.log10().floor() as i32).min(-1), (high.log10().ceil() as i32).max(1)))
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(area: DrawingArea<SVGBackend<'_>, plotters::coord::Shift>, rows: &[Row], low: i32, high: i32) -> Drawn {
    area.fill(&WHITE)?;
    let at = |ratio: f64| {
        let share = (ratio.log10() - f64::from(low)) / f64::from(high - low);
        AXIS.0 + (share * f64::from(AXIS.1 - AXIS.0)).round() as i32
    };
    let text = |size: i32, colour: &RGBColor, side: HPos| {
        (FONT, size).into_font().color(colour).pos(Pos::new(side, VPos::Center))
    };
    let bottom = TOP + ROW * rows.len() as i32;
    let legend = "times as fast as the peer: median, least and greatest over rounds; the notch is the goal";
    area.draw(&Text::new(legend, (AXIS.0, 24), text(26, &INK, HPos::Left)))?;
    for power in low..=high {
        let x = at(10_f64.powi(power));
        let colour = if power == 0 { FAINT } else { GRID };
        area.draw(&PathElement::new(vec![(x, TOP - 8), (x, bottom)], colour.stroke_width(2)))?;
        let label = if power < 0 {
            format!("1/{}", 10_i64.pow(power.unsigned_abs()))
        } else {
            10_i64.pow(power.unsigned_abs()).to_string()
        };
        area.draw(&Text::new(label, (x, TOP - 26), text(26, &INK, HPos::Center)))?;
    }
    for (row, y) in rows.iter().zip((0..).map(|row| TOP + ROW * row + ROW / 2)) {
        match row {
            Row::Heading(name) => {
                let bold = (FONT, 28, FontStyle::Bold).into_font().color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
                area.draw(&Text::new(name.clone(), (20, y), bold))?;
            }
            Row::Ratio { name, ratio, goal } => {
                let reached = goal.is_none_or(|goal| ratio.median >= goal);
                let colour = if reached { FASTER } else { SHORT_OF_GOAL };
                area.draw(&Text::new(name.clone(), (AXIS.0 - 24, y), text(26, &INK, HPos::Right)))?;
                let ends = (at(ratio.least), at(ratio.greatest));
                area.draw(&PathElement::new(vec![(ends.0, y), (ends.1, y)], colour.stroke_width(5)))?;
                for end in [ends.0, ends.1] {
                    area.draw(&PathElement::new(vec![(end, y - 9), (end, y + 9)], colour.stroke_width(4)))?;
                }
                area.draw(&Circle::new((at(ratio.median), y), 7, colour.filled()))?;
                let mut told = digits(ratio.median);
                if let Some(goal) = goal {
                    let notch = [(at(*goal), y - 16), (at(*goal), y + 16)];
                    area.draw(&PathElement::new(notch.to_vec(), INK.stroke_width(4)))?;
                    let outcome = if reached { "reached" } else { "not reached" };
                    told = format!("{told}, goal {}, {outcome}", factor(*goal));
                }
                area.draw(&Text::new(told, (AXIS.1 + 30, y), text(26, &colour, HPos::Left)))?;
            }
        }
    }
    area.present()?;
    Ok(())
}
