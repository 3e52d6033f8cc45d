//! A sweep as a picture: a map for each schedule, the error of the score across and the dimension upward, colours for what the
//! bound loses. Drawn at twice its size, because the backend rounds to whole pixels.

use super::cells::Swept;
use super::plot::{Area, Drawn, FONT, INK, finish};
use super::scale::Scale;
use super::text::{clip, number, power_of_ten};
use crate::ledger::{Cause, Cell};
use crate::numbers::{Field, Float, parse_rational};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

const WIDTH: i32 = 1440;
/// Above the first row of maps.
const TOP: i32 = 10;
/// Of one map: its box, its name above it, and what is written left of it and below.
const MAP_HEIGHT: i32 = 360;
const NAME: i32 = 56;
const LEFT: i32 = 104;
const BELOW: i32 = 58;
const GAP: i32 = 36;
/// The legend with the name of the horizontal axis.
const LEGEND: i32 = 150;
const BAR: i32 = 30;
/// At most so many labels on an axis of a map.
const LABELS: usize = 6;
const TEXT: i32 = 26;

/// One map: the cells of a schedule in a box.
struct Map<'a> {
    swept: &'a Swept,
    schedule: usize,
    /// Left, top, right and bottom.
    frame: [i32; 4],
}

/// The picture, or nothing if no cell is on a logarithmic scale.
pub(super) fn svg(swept: &Swept) -> Option<String> {
    let scale = Scale::of(swept.cells.iter().filter_map(|cell| cell.gap.middle()))?;
    let maps = swept.header.schedules.len() as i32;
    let columns = maps.min(2);
    let row_height = NAME + MAP_HEIGHT + BELOW;
    let height = TOP + (maps + columns - 1) / columns * row_height + LEGEND;
    let mut out = String::new();
    let area = SVGBackend::with_string(&mut out, (WIDTH as u32, height as u32)).into_drawing_area();
    let width = (WIDTH - columns * LEFT - columns * GAP) / columns;
    for schedule in 0..maps {
        let left = schedule % columns * (LEFT + width + GAP) + LEFT;
        let top = TOP + schedule / columns * row_height + NAME;
        let frame = [left, top, left + width, top + MAP_HEIGHT];
        Map { swept, schedule: schedule as usize, frame }.draw(&area, &scale).ok()?;
    }
    legend(&area, &scale, height - LEGEND).ok()?;
    area.present().ok()?;
    drop(area);
    let title = "what the bound loses on average, in nats, over the error of the score and the dimension";
    // Cells that touch leave no seam between them.
    let out = out.replacen("<svg ", "<svg shape-rendering=\"crispEdges\" ", 1);
    Some(finish(&out, title, (WIDTH as u32, height as u32)))
}

fn write(area: &Area<'_>, words: &str, at: (i32, i32), across: HPos, down: VPos) -> Drawn {
    let style = (FONT, TEXT).into_font().color(&INK).pos(Pos::new(across, down));
    Ok(area.draw(&Text::new(words.to_owned(), at, style))?)
}

/// The bar of colours, its edges in nats, and what is drawn where.
fn legend(area: &Area<'_>, scale: &Scale, top: i32) -> Drawn {
    write(area, "across: relative error δ of the score; upward: dimension d", (LEFT, top + 8), HPos::Left, VPos::Top)?;
    write(area, "colour: nats lost by the bound", (WIDTH - GAP, top + 8), HPos::Right, VPos::Top)?;
    let (left, right, top) = (LEFT, WIDTH - GAP, top + 54);
    let edge = |at: usize| left + (right - left) * at as i32 / scale.steps() as i32;
    for step in 0..scale.steps() {
        let corners = [(edge(step), top), (edge(step + 1), top + BAR)];
        area.draw(&Rectangle::new(corners, scale.colour(step).filled()))?;
    }
    // Ten labels fit: on a scale of many steps those of powers of ten first.
    let power = |value: f64| (value.log10() - value.log10().round()).abs() < 1e-9;
    let powers = scale.edges.iter().filter(|edge| power(**edge)).count();
    let sparse = scale.edges.len() > 14 && powers > 1;
    let every = if sparse { powers.div_ceil(14) } else { scale.edges.len().div_ceil(14) };
    let shown = scale.edges.iter().enumerate().filter(|(_, value)| !sparse || power(**value)).step_by(every);
    for (at, value) in shown {
        write(area, &nats(*value), (edge(at), top + BAR + 8), HPos::Center, VPos::Top)?;
    }
    Ok(())
}

/// An edge of the scale, short.
fn nats(value: f64) -> String {
    let power = value.log10().floor() as i32;
    if (-2..=3).contains(&power) {
        return number(format!("{value:.0e}").parse().unwrap_or(value));
    }
    let digit = (value / 10_f64.powi(power)).round() as i32;
    if digit == 1 { power_of_ten(power) } else { format!("{digit}·{}", power_of_ten(power)) }
}

impl Map<'_> {
    fn x(&self, column: usize) -> i32 {
        self.frame[0] + (self.frame[2] - self.frame[0]) * column as i32 / self.swept.header.delta.len() as i32
    }

    fn y(&self, row: usize) -> i32 {
        self.frame[3] - (self.frame[3] - self.frame[1]) * row as i32 / self.swept.header.dimensions.len() as i32
    }

    /// The cells by their places, rows of dimensions; what is missing is `None`.
    fn rows(&self) -> Vec<Vec<Option<&Cell>>> {
        let (width, height) = (self.swept.header.delta.len(), self.swept.header.dimensions.len());
        let mut rows = vec![vec![None; width]; height];
        let first = self.schedule * width * height;
        for cell in self.swept.cells.iter().filter(|cell| cell.schedule == self.schedule) {
            let at = cell.cell.saturating_sub(first);
            if let Some(place) = rows.get_mut(at / width).and_then(|row| row.get_mut(at % width)) {
                *place = Some(cell);
            }
        }
        rows
    }

    fn draw(&self, area: &Area<'_>, scale: &Scale) -> Drawn {
        let [left, top, right, bottom] = self.frame;
        write(
            area,
            &clip(&self.swept.header.schedules[self.schedule], 60),
            (left, top - 12),
            HPos::Left,
            VPos::Bottom,
        )?;
        let rows = self.rows();
        for (row, cells) in rows.iter().enumerate() {
            let steps: Vec<_> = cells.iter().map(|cell| cell.and_then(|cell| scale.step(cell.gap.middle()?))).collect();
            let mut column = 0;
            for run in steps.chunk_by(|one, other| one == other) {
                if let Some(step) = run[0] {
                    let corners = [(self.x(column), self.y(row + 1)), (self.x(column + run.len()), self.y(row))];
                    area.draw(&Rectangle::new(corners, scale.colour(step).filled()))?;
                }
                column += run.len();
            }
        }
        // Light below dark, so that the line is seen on every colour.
        let edges = self.edges(&rows);
        for (colour, width) in [(WHITE, 8), (INK, 4)] {
            for edge in &edges {
                area.draw(&PathElement::new(edge.to_vec(), colour.stroke_width(width)))?;
            }
        }
        area.draw(&Rectangle::new([(left, top), (right, bottom)], INK.stroke_width(2)))?;
        let value = |text: &String| parse_rational(text).map_or(f64::NAN, |exact| Float::rational(&exact).0);
        let deltas: Vec<f64> = self.swept.header.delta.iter().map(value).collect();
        for at in labelled(&deltas) {
            let x = (self.x(at) + self.x(at + 1)) / 2;
            write(area, &number(deltas[at]).replace('-', "−"), (x, bottom + 8), HPos::Center, VPos::Top)?;
        }
        let dimensions: Vec<f64> = self.swept.header.dimensions.iter().map(|d| f64::from(*d)).collect();
        for at in labelled(&dimensions) {
            let y = (self.y(at) + self.y(at + 1)) / 2;
            write(area, &number(dimensions[at]), (left - 10, y), HPos::Right, VPos::Center)?;
        }
        Ok(())
    }

    /// The sides between cells where the prior costs more and cells where the score does.
    fn edges(&self, rows: &[Vec<Option<&Cell>>]) -> Vec<[(i32, i32); 2]> {
        let prior = |row: usize, column: usize| {
            let cell = rows.get(row)?.get(column)?.as_ref()?;
            (cell.larger != Cause::Undecided).then_some(cell.larger == Cause::Prior)
        };
        let differ = |one: Option<bool>, other: Option<bool>| one.zip(other).is_some_and(|(one, other)| one != other);
        let mut edges = Vec::new();
        for (row, cells) in rows.iter().enumerate() {
            for column in 0..cells.len() {
                let (here, x, y) = (prior(row, column), self.x(column + 1), self.y(row + 1));
                if differ(here, prior(row, column + 1)) {
                    edges.push([(x, self.y(row)), (x, y)]);
                }
                if differ(here, prior(row + 1, column)) {
                    edges.push([(self.x(column), y), (x, y)]);
                }
            }
        }
        edges
    }
}

/// Which points of an axis have a label: the ends, and round numbers far enough apart.
fn labelled(values: &[f64]) -> Vec<usize> {
    let roundness = |at: &usize| (format!("{:e}", values[*at]).split('e').next().map_or(0, str::len), *at);
    let apart = (values.len() - 1).div_ceil(LABELS - 1).max(1);
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(roundness);
    let mut chosen = vec![0, values.len() - 1];
    for at in order {
        if chosen.iter().all(|known| known.abs_diff(at) >= apart) {
            chosen.push(at);
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_round_and_apart() {
        let decades: Vec<f64> = (0..=60).map(|i| 10_f64.powf(f64::from(i) / 20.0 - 3.0)).collect();
        let decades: Vec<f64> = decades.iter().map(|value| format!("{value:.5e}").parse().unwrap()).collect();
        assert_eq!(labelled(&decades), [0, 20, 40, 60]);
        assert_eq!(labelled(&[3.0]), [0]);
        assert_eq!(labelled(&[1.0, 2.0]), [0, 1]);
        assert_eq!((nats(0.02), nats(5e-7), nats(1e9)), ("0.02".into(), "5·10⁻⁷".into(), "10⁹".into()));
    }
}
