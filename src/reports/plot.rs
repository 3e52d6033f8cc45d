//! A figure of the stream as SVG: drawn at twice its size, because the backend rounds to whole pixels.

use super::text::{line, number, power_of_ten};
use crate::ledger::{Figure, Mark, Series};
use plotters::coord::Shift;
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The size of a figure that has the page for itself.
pub(super) const FULL: (u32, u32) = (1440, 800);
/// The size of a panel that has others beside it.
pub(super) const PANEL: (u32, u32) = (900, 560);
pub(super) const FONT: &str = "sans-serif";
/// Series after the last colour begin again with the first.
pub(super) const COLOURS: [RGBColor; 6] = [
    RGBColor(0x1f, 0x6f, 0xb2),
    RGBColor(0xc2, 0x4d, 0x1a),
    RGBColor(0x2b, 0x8a, 0x5f),
    RGBColor(0x8a, 0x4f, 0xa3),
    RGBColor(0xa0, 0x74, 0x00),
    RGBColor(0x0e, 0x81, 0x90),
];
/// The width of guides, and of nothing else: by it they are found, to be dashed.
const GUIDE: u32 = 3;
const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe6);
const AXIS: RGBColor = RGBColor(0x8e, 0x8e, 0x92);
pub(super) const INK: RGBColor = RGBColor(0x3c, 0x3c, 0x40);

/// An axis: its range on the scale on which it is drawn, and its ticks.
#[derive(Clone, Copy)]
struct Axis {
    log: bool,
    from: f64,
    to: f64,
}

/// The plot, or nothing if no point can be drawn.
pub(super) fn svg(figure: &Figure, size: (u32, u32)) -> Option<String> {
    let series: Vec<_> = figure.series.iter().map(|series| (series.mark, drawable(figure, series))).collect();
    let points = || series.iter().flat_map(|(_, points)| points);
    let x = Axis::around(figure.log_x, points().map(|point| point[0]))?;
    let y = Axis::around(figure.log_y, points().flat_map(|point| point[1..].iter().copied()))?;
    let mut out = String::new();
    draw(SVGBackend::with_string(&mut out, size).into_drawing_area(), figure, &series, &x, &y).ok()?;
    Some(finish(&out, &figure.title, size))
}

/// The colour of series number `at`.
pub(super) fn colour(at: usize) -> usize {
    at % COLOURS.len()
}

/// Whether a series has anything that can be drawn on the axes of its figure.
pub(super) fn is_drawn(figure: &Figure, series: &Series) -> bool {
    !drawable(figure, series).is_empty()
}

/// The points on the scale of the axes; those that are not there, such as zero on a logarithmic axis, are left out.
fn drawable(figure: &Figure, series: &Series) -> Vec<Vec<f64>> {
    let scale = |log: bool, value: f64| if log { value.log10() } else { value };
    let wanted = if matches!(series.mark, Mark::Band | Mark::Interval) { 3 } else { 2 };
    let scaled = series.points.iter().filter(|point| point.len() >= wanted).map(|point| {
        let ys = point[1..wanted].iter().map(|value| scale(figure.log_y, *value));
        std::iter::once(scale(figure.log_x, point[0])).chain(ys).collect::<Vec<_>>()
    });
    scaled.filter(|point| point.iter().all(|value| value.is_finite())).collect()
}

impl Axis {
    fn around(log: bool, values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = values.fold(None, |range: Option<(f64, f64)>, value| {
            Some(range.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
        })?;
        let spread = high - low;
        // Ranges beyond the span of a double, or points all in one place.
        let margin = match spread {
            s if !s.is_finite() => return None,
            s if s <= low.abs().max(high.abs()) * 1e-12 => (low.abs() * 0.1).max(0.5),
            s => s * 0.04,
        };
        Some(Self { log, from: low - margin, to: high + margin })
    }

    /// Round values of one, two or five times a power of ten; on a logarithmic axis powers of ten if there are enough.
    fn ticks(&self) -> Vec<f64> {
        let span = self.to - self.from;
        let magnitude = 10_f64.powf((span / 6.0).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * magnitude);
        let step = steps.into_iter().find(|step| span / step <= 7.0).unwrap_or(span);
        if self.log && span < 3.0 {
            let from = self.from.floor() as i32;
            let all = (from..=from + 3).flat_map(|power| [1.0, 2.0, 5.0].map(|m: f64| m.log10() + f64::from(power)));
            return all.filter(|tick| (self.from..=self.to).contains(tick)).collect();
        }
        let step = if self.log { step.max(1.0).round() } else { step };
        let first = (self.from / step).ceil();
        let ticks = (0..20).map(|at| (first + f64::from(at)) * step);
        ticks.take_while(|tick| *tick <= self.to).map(|tick| if tick == 0.0 { 0.0 } else { tick }).collect()
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (begin, end): (i32, i32)) -> i32 {
        begin + ((value - self.from) / (self.to - self.from) * f64::from(end - begin)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, _hint: Hint) -> Vec<f64> {
        self.ticks()
    }

    fn range(&self) -> std::ops::Range<f64> {
        self.from..self.to
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, tick: &f64) -> String {
        if self.log && (tick - tick.round()).abs() < 1e-9 {
            return match tick.round() as i32 {
                exponent @ -2..=3 => number(10_f64.powi(exponent)),
                exponent => power_of_ten(exponent),
            };
        }
        number(if self.log { 10_f64.powf(*tick) } else { *tick }).replace('-', "−")
    }
}

pub(super) type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
pub(super) type Drawn = Result<(), Box<dyn std::error::Error>>;

fn draw(area: Area<'_>, figure: &Figure, series: &[(Mark, Vec<Vec<f64>>)], x: &Axis, y: &Axis) -> Drawn {
    let text = (FONT, 32).into_font().color(&INK);
    // The vertical axis is named above, where one reads, and the horizontal one at its end.
    area.draw(&Text::new(line(&figure.y, 80), (14, 10), text.clone().pos(Pos::new(HPos::Left, VPos::Top))))?;
    let (width, height) = area.dim_in_pixel();
    let end = (width as i32 - 20, height as i32 - 10);
    area.draw(&Text::new(line(&figure.x, 80), end, text.pos(Pos::new(HPos::Right, VPos::Bottom))))?;

    let mut chart = ChartBuilder::on(&area)
        .margin_top(64)
        .margin_right(24)
        .margin_bottom(40)
        .margin_left(10)
        .x_label_area_size(52)
        .y_label_area_size(116)
        .build_cartesian_2d(*x, *y)?;
    let labels = (FONT, 30).into_font().color(&INK);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID.stroke_width(2))
        .axis_style(AXIS.stroke_width(2))
        .x_label_style(labels.clone())
        .y_label_style(labels)
        .draw()?;

    // Areas below lines below marks, whatever their order in the legend.
    for layer in 0..3 {
        for (at, (mark, points)) in series.iter().enumerate() {
            let colour = COLOURS[colour(at)];
            let path = |column: usize| points.iter().map(move |point| (point[0], point[column]));
            match (layer, mark) {
                (0, Mark::Band) if points.len() > 1 => {
                    let outline = path(1).chain(path(2).rev()).collect::<Vec<_>>();
                    chart.draw_series([Polygon::new(outline, colour.mix(0.18).filled())])?;
                }
                (1, Mark::Line) => {
                    chart.draw_series([PathElement::new(path(1).collect::<Vec<_>>(), colour.stroke_width(5))])?;
                }
                (1, Mark::Guide) => {
                    let level = match points.as_slice() {
                        [only] => vec![(x.from, only[1]), (x.to, only[1])],
                        _ => path(1).collect(),
                    };
                    chart.draw_series([PathElement::new(level, colour.stroke_width(GUIDE))])?;
                }
                (2, Mark::Points) => {
                    chart.draw_series(path(1).map(|point| Circle::new(point, 8, colour.filled())))?;
                }
                (2, Mark::Interval) => {
                    let whisker = |point: &Vec<f64>| vec![(point[0], point[1]), (point[0], point[2])];
                    chart.draw_series(points.iter().map(|p| PathElement::new(whisker(p), colour.stroke_width(4))))?;
                    let ends = path(1).chain(path(2));
                    chart.draw_series(ends.map(|end| {
                        EmptyElement::at(end) + PathElement::new(vec![(-9, 0), (9, 0)], colour.stroke_width(4))
                    }))?;
                }
                _ => {}
            }
        }
    }
    area.present()?;
    Ok(())
}

/// Half the size on the page, a name for those who do not see it, dashes for the guides.
pub(super) fn finish(svg: &str, title: &str, (width, height): (u32, u32)) -> String {
    let guide = format!("stroke-width=\"{GUIDE}\"");
    let size = format!("width=\"{width}\" height=\"{height}\"");
    let halved = format!("width=\"{}\" height=\"{}\"", width / 2, height / 2);
    let name = super::formula::escape(&super::text::clip(title, 300));
    svg.replacen("<svg ", &format!("<svg role=\"img\" aria-label=\"{name}\" "), 1)
        .replacen(&size, &halved, 1)
        .replace(&guide, &format!("{guide} stroke-dasharray=\"12 9\""))
}
