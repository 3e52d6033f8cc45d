//! The figures of the report, as data; every number in them comes from the ledger's own quantities.

use super::record::{Figure, Mark, Series};
use super::run::Options;
use crate::claims::ct_elbo::variational_gap;
use crate::claims::{self, AskError};
use crate::evidence::{Budget, Noise, WIDTH};
use crate::numbers::{Ball, Field, Float, Lanes, Scalar};
use crate::parameters::Inputs;
use crate::worlds::Gaussian;

/// How many figures there are.
pub const COUNT: usize = FIGURES.len();
/// How many of their marks are sampled, and share the false-alarm budget.
pub(super) const SAMPLED: usize = SAMPLED_ERRORS.len();

type Drawing = fn(&Options, &Budget) -> Result<Figure, AskError>;

const FIGURES: [Drawing; 3] = [bound, gap, accuracy];

/// The data of figure number `number`; a figure that cannot be drawn says why in its title.
pub(super) fn draw(number: usize, options: &Options, budget: &Budget) -> Figure {
    FIGURES[number](options, budget).unwrap_or_else(|error| Figure {
        id: format!("figure-{number}"),
        title: format!("This figure could not be drawn: {error}"),
        x: String::new(),
        y: String::new(),
        log_x: false,
        log_y: false,
        series: Vec::new(),
    })
}

const WORLD: &str = "process=vp-linear b0=0.1 b1=3.137 T=1 v0=0.3137 lam=0 vpi=1.1719 x=0.8113";
/// The score errors, in thousandths, at which the gap is also drawn at random.
const SAMPLED_ERRORS: [i64; 7] = [-450, -300, -150, 0, 150, 300, 450];

fn with_error(thousandths: i64) -> Result<Inputs, AskError> {
    Ok(Inputs::from_words(WORLD.split_whitespace())?.with("delta", &format!("{thousandths}/1000")))
}

fn ask(question: &str, inputs: &Inputs) -> Result<Ball, AskError> {
    Ok(claims::ask(question, inputs, 15)?.value)
}

fn series(name: &str, mark: Mark, points: Vec<Vec<f64>>) -> Series {
    Series { name: name.to_owned(), mark, points }
}

/// The bound and the likelihood along the error of the score.
fn bound(_: &Options, _: &Budget) -> Result<Figure, AskError> {
    let (mut likelihood, mut elbo, mut band) = (Vec::new(), Vec::new(), Vec::new());
    for thousandths in (-500..=500).step_by(20) {
        let inputs = with_error(thousandths)?;
        let low = ask("family-scaled-score/elbo", &inputs)?;
        let high = low + ask("variational-gap/gap", &inputs)?;
        let delta = thousandths as f64 / 1000.0;
        likelihood.push(vec![delta, high.to_f64()]);
        elbo.push(vec![delta, low.to_f64()]);
        band.push(vec![delta, low.to_f64(), high.to_f64()]);
    }
    let data = Gaussian::centred(Ball::ratio(3137, 10000)).log_density(Ball::ratio(8113, 10000)).to_f64();
    Ok(Figure {
        id: "bound-against-error".to_owned(),
        title: "The bound never exceeds the model's log-likelihood; where it lies relative to the data's log-density is another matter".to_owned(),
        x: "relative error δ of the score".to_owned(),
        y: "nats at x = 0.8113".to_owned(),
        log_x: false,
        log_y: false,
        series: vec![
            series("gap", Mark::Band, band),
            series("log-likelihood of the model", Mark::Line, likelihood),
            series("ELBO", Mark::Line, elbo),
            series("log-density of the data", Mark::Guide, vec![vec![-0.5, data], vec![0.5, data]]),
        ],
    })
}

/// The gap in closed form, and what sampling the squared mismatch along inference paths allows it to be.
fn gap(options: &Options, budget: &Budget) -> Result<Figure, AskError> {
    const DRAWS: usize = 40_960;
    let closed = (-500..=500).step_by(20).map(|thousandths| {
        Ok(vec![thousandths as f64 / 1000.0, ask("variational-gap/gap", &with_error(thousandths)?)?.to_f64()])
    });
    let closed = closed.collect::<Result<_, AskError>>()?;
    let mut intervals = Vec::new();
    for thousandths in SAMPLED_ERRORS {
        let words = with_error(thousandths)?.to_words();
        let (integral, start) = variational_gap::mismatch(&words)?;
        let mut noise = Noise::new(options.seed, &format!("figure/gap/{thousandths}"), 0);
        let lanes = (0..DRAWS / WIDTH).flat_map(|_| integral.draw(Lanes::splat(start.mean), &mut noise).0);
        let (low, high) = budget.interval(&lanes.collect::<Vec<_>>(), integral.moments(&start).1);
        intervals.push(vec![thousandths as f64 / 1000.0, low, high]);
    }
    Ok(Figure {
        id: "gap-by-simulation".to_owned(),
        title: format!(
            "The gap in closed form, and the intervals that {DRAWS} simulated paths leave, at this run's false-alarm budget"
        ),
        x: "relative error δ of the score".to_owned(),
        y: "gap, nats".to_owned(),
        log_x: false,
        log_y: false,
        series: vec![series("closed form", Mark::Line, closed), series("simulation", Mark::Interval, intervals)],
    })
}

/// What double precision loses: the error of our own f64 reading in units of the roundoff times the condition number.
fn accuracy(_: &Options, _: &Budget) -> Result<Figure, AskError> {
    let questions = [
        ("conditional variance, VP", "lin-moments-scalar/conditional-variance", "process=vp-linear b0=0.1 b1=20 T=1"),
        (
            "conditional variance, sub-VP",
            "lin-moments-scalar/conditional-variance",
            "process=sub-vp-linear b0=0.1 b1=20 T=1",
        ),
        ("conditional variance, cosine", "lin-moments-scalar/conditional-variance", "process=vp-cosine s=0.008 T=1.1"),
    ];
    let mut curves = Vec::new();
    let times: Vec<f64> = (-48..0).map(|quarter| (Float(10.0).ln() * quarter / 4).exp().0).collect();
    for (name, question, words) in questions {
        let quantity = claims::quantity(question)?;
        let mut points = Vec::new();
        for t in &times {
            let inputs = Inputs::from_words(words.split_whitespace())?.with("t", &format!("{t:e}"));
            let exact = quantity.ask(&inputs, 20)?.value;
            let Some(in_double) = quantity.double else { continue };
            let (value, condition) = in_double(&inputs, quantity.ignores)?;
            let error = (exact - Ball::from(crate::numbers::Interval::point(value.0))).to_f64_interval().mag();
            points.push(vec![*t, error / (f64::EPSILON / 2.0 * condition)]);
        }
        curves.push(series(name, Mark::Points, points));
    }
    let ends = |level: f64| vec![vec![1e-12, level], vec![1.0, level]];
    curves.push(series("exact up to 8", Mark::Guide, ends(8.0)));
    curves.push(series("degraded up to 1024", Mark::Guide, ends(1024.0)));
    Ok(Figure {
        id: "accuracy-in-double".to_owned(),
        title: "Error of the double-precision reading in units of u κ, against the certified value".to_owned(),
        x: "time t".to_owned(),
        y: "error / (u κ)".to_owned(),
        log_x: true,
        log_y: true,
        series: curves,
    })
}
