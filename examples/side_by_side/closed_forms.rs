//! A log-likelihood, the divergence from the prior and the gap of the bound, enclosed for many sets of parameters.
//!
//! Data are `N(m, v)`, the process has `β(t) = b₀ + (b₁ − b₀) t` on `[0, 1]`, the score is `k` times the right one plus `δ`.

use crate::bulk;
use crate::measure::{Line, Request, enclosed};
use ouracle::numbers::{Ball, Field, Float, Panel, Scalar, integrate};
use ouracle::objectives::batch::Quantity;
use ouracle::worlds::{Gaussian, Process, Schedule, WrongScore};
use std::hint::black_box;

/// As many sets are compared with the reference.
pub const CHECKED: usize = 3;

/// One set of parameters in some reading.
#[derive(Clone, Copy)]
pub struct Set<S> {
    pub m: S,
    pub v: S,
    pub x: S,
    b0: S,
    b1: S,
    pub k: S,
    pub delta: S,
}

impl<S: Scalar> Set<S> {
    /// Exact also in doubles, spread over their ranges by residues; `closed_forms.py` has the same.
    fn at(index: i64) -> Self {
        let residue =
            |factor: i64, shift: i64, of: i64, from: i64| S::ratio((factor * index + shift) % of + from, 1024);
        Self {
            m: residue(7919, 11, 2001, -1000),
            v: residue(6007, 5, 1901, 100),
            x: residue(5003, 7, 4001, -2000),
            b0: S::ratio(1, 8),
            b1: residue(4001, 13, 15001, 5000),
            k: residue(3001, 3, 201, 924),
            delta: residue(2003, 17, 201, -100),
        }
    }

    fn map<R>(&self, f: impl Fn(S) -> R) -> Set<R> {
        let Self { m, v, x, b0, b1, k, delta } = *self;
        Set { m: f(m), v: f(v), x: f(x), b0: f(b0), b1: f(b1), k: f(k), delta: f(delta) }
    }

    fn process(&self) -> Process<S> {
        Process::new(Schedule::VpLinear { b0: self.b0, b1: self.b1 }, S::one())
    }

    fn world(&self) -> WrongScore<S> {
        let (data, prior) = (Gaussian::new(self.m, self.v), Gaussian::centred(S::one()));
        WrongScore { data, scale: self.k, shift: self.delta, prior }
    }

    fn closed_gap(&self) -> S {
        let (world, end) = (self.world(), self.process().end());
        world.prior_kl(&end) + world.score_gap(&end, (self.b0 + self.b1) / 2)
    }
}

impl Set<f64> {
    /// The same numbers, which are doubles.
    pub fn in_doubles(index: i64) -> Self {
        Set::<Float>::at(index).map(|number| number.0)
    }
}

fn many(request: &Request, precision: &str, gap: impl Fn(&Set<Ball>) -> Ball) -> Line {
    let sets: Vec<_> = (0..request.count as i64).map(Set::<Ball>::at).collect();
    let all = || {
        let pair = |set: &Set<Ball>| (set.world().log_likelihood(set.x), gap(set));
        black_box(&sets).iter().map(pair).collect::<Vec<_>>()
    };
    request.timed(precision, request.count, all, |pairs| {
        let named = pairs.iter().take(CHECKED).enumerate().flat_map(|(index, (log_likelihood, gap))| {
            [enclosed(&format!("log-likelihood {index}"), log_likelihood), enclosed(&format!("gap {index}"), gap)]
        });
        named.collect()
    })
}

/// The integral in closed form.
pub fn closed_forms(request: &Request) -> Line {
    match request.case.as_str() {
        "bulk" => bulk::run(request, Quantity::Gap),
        "closed-form" => many(request, "50 digits", Set::closed_gap),
        other => Err(format!("the cases are closed-form and bulk, not `{other}`").into()),
    }
}

/// The integral by verified quadrature, to as many decimals as `--precision` says.
pub fn integrals(request: &Request) -> Line {
    match request.case.as_str() {
        "bulk" => return bulk::run(request, Quantity::GapIntegral),
        "integral" => {}
        other => return Err(format!("the cases are integral and bulk, not `{other}`").into()),
    }
    let (radius, precision) = match request.precision.as_str() {
        "16" => (1e-17, "16 digits"),
        "50" => (1e-51, "50 digits"),
        other => return Err(format!("integrals are there to 16 or 50 digits, not to `{other}`").into()),
    };
    many(request, precision, |set| {
        let (world, process) = (set.world(), set.process());
        let panels = set.map(|number| Panel::constant(number.to_f64_interval()));
        let (over_world, over_process) = (panels.world(), panels.process());
        let rate = |t| world.gap_rate(&process.at(t));
        let over_panel = |t| over_world.gap_rate(&over_process.at(t));
        world.prior_kl(&process.end()) + integrate(&rate, &over_panel, Ball::zero(), Ball::one(), radius)
    })
}
