//! Many sets of parameters under one schedule, enclosed in bulk: the log-likelihood and the gap.

use crate::closed_forms::{CHECKED, Set};
use crate::measure::{Line, Request, enclosed};
use ouracle::numbers::Instructions;
use ouracle::objectives::batch::{Batch, Columns, Precision, Quantity};
use ouracle::parameters::Inputs;
use std::hint::black_box;

/// To as many digits as `--precision` says; the gap in closed form or by its integral.
pub fn run(request: &Request, gap: Quantity) -> Line {
    let digits = request.precision.parse::<usize>()?;
    let sets: Vec<_> = (0..request.count as i64).map(Set::<f64>::in_doubles).collect();
    let column = |of: fn(&Set<f64>) -> f64| sets.iter().map(of).collect::<Vec<_>>();
    let (m0, v0, x) = (column(|set| set.m), column(|set| set.v), column(|set| set.x));
    let (scale, shift) = (column(|set| set.k), column(|set| set.delta));
    let columns =
        Columns { m0: &m0, v0: &v0, x: &x, scale: &scale, shift: &shift, prior_mean: &[0.0], prior_variance: &[1.0] };
    // As the peers, the radius is in nats.
    let precision = Precision { digits, absolute: 10.0_f64.powi(-(digits as i32)) };
    let all = || {
        // What the schedule costs is part of it.
        let inputs = Inputs::from_words("process=vp-linear b0=0.125 b1=12.5 T=1".split_whitespace())?;
        let batch = Batch::new(&inputs)?;
        let enclose = |quantity| batch.enclose(quantity, black_box(&columns), precision, 1, Instructions::widest());
        Ok::<_, Box<dyn std::error::Error>>([enclose(Quantity::LogLikelihood)?, enclose(gap)?])
    };
    all()?;
    request.timed(&format!("{digits} digits"), request.count, all, |found| {
        let Ok([log_likelihoods, gaps]) = found else { return Vec::new() };
        let named =
            log_likelihoods.iter().zip(&gaps).take(CHECKED).enumerate().flat_map(|(index, (likelihood, gap))| {
                [
                    enclosed(&format!("log-likelihood {index}"), &likelihood.ball()),
                    enclosed(&format!("gap {index}"), &gap.ball()),
                ]
            });
        named.collect()
    })
}
