//! The judges, judged: they uphold what is true, refute what is false with a place and a reason, and otherwise say that they
//! do not know. Nothing undecidable passes.

use ouracle::claims::{self, Claim, Control, Expect, Readings};
use ouracle::evidence::{
    Budget, Certifiable, Finding, Kind, Noise, NonNegative, Plan, Provable, Reading, Relation, Requirement, Statement,
    Statistic, Trial, Verdict, WIDTH, sampler, simulate,
};
use ouracle::ledger::{self, Options, Record, Shard, Standing};
use ouracle::numbers::{Ball, Dual, Field, Float, Lanes, Rational, Scalar, Special};
use ouracle::parameters::{InputError, Inputs};
use statrs::distribution::{ChiSquared, ContinuousCDF};
use std::sync::atomic::{AtomicUsize, Ordering};

ouracle::parameters! {
    /// A point and a variance.
    Toy { x: real "a point", v: positive "a variance" }
}

/// A relation between functions of two numbers, told apart by a number.
struct Toys(usize);

const BINOMIAL: usize = 0;
const BINOMIAL_OFF: usize = 1;
const VANISHING: usize = 2;
const WIDE: usize = 3;
const SINGULAR: usize = 4;
const GROWTH: usize = 5;
const GROWTH_OFF: usize = 6;
const BOUND: usize = 7;
const BOUND_OFF: usize = 8;
const NOWHERE: usize = 9;
const TINY: usize = 10;
const BELOW: usize = 11;
const BELOW_OFF: usize = 12;
const GROWTH_NEARLY: usize = 13;

impl Statement for Toys {
    type Params<S: Scalar> = Toy<S>;
    fn points(&self) -> &'static [&'static str] {
        &["x=1 v=2/3", "x=-2 v=1/7"]
    }
    fn relations<'p, S: Scalar>(&self, p: &'p Toy<S>) -> Vec<Relation<'p, S>> {
        let (x, v) = (p.x, p.v);
        let growth = |factor: i64| {
            Relation::rate(
                "toy",
                (S::zero(), S::one()),
                move |t| {
                    let t = Dual { re: t, eps: S::one() };
                    (t * Dual::constant(v)).exp()
                },
                move |t| (t * v).exp() * v * factor,
            )
        };
        vec![match self.0 {
            BINOMIAL => Relation::equal("toy", (x + v).square(), x.square() + x * v * 2 + v.square()),
            BINOMIAL_OFF => Relation::equal("toy", (x + v).square(), x.square() + x * v + v.square()),
            VANISHING => Relation::equal("toy", (x - 1) * (x + 2), S::zero()),
            WIDE => {
                let (sin, cos) = (x * 10_000_000).sin_cos();
                Relation::equal("toy", sin.square() + cos.square(), S::one())
            }
            SINGULAR => Relation::rate(
                "toy",
                (S::zero(), S::one()),
                |t| Dual { re: t, eps: S::one() }.sqrt() * 2,
                |t| t.sqrt().recip(),
            ),
            GROWTH => growth(1),
            GROWTH_OFF => growth(2),
            GROWTH_NEARLY => Relation::rate(
                "toy",
                (S::zero(), S::one()),
                move |t| Dual { re: t, eps: S::one() } * Dual::constant(v * 1_000_000),
                move |_| v * 1_000_000 + S::ratio(1, 1000),
            ),
            BOUND => Relation::at_most("toy", x * v * 2, x.square() + v.square(), NonNegative::square(x - v)),
            BOUND_OFF => Relation::at_most("toy", x * v * 2, x.square() + v.square(), NonNegative::square(x + v)),
            BELOW => Relation::below("toy", x * v * 2, x.square() + v.square()),
            BELOW_OFF => Relation::below("toy", x.square() + v.square(), x * v * 2),
            NOWHERE => Relation::equal("toy", x / (v + -v), x / (v + -v)),
            _ => Relation::equal("toy", x, x + S::rational(&tiny())),
        }]
    }
}

fn tiny() -> Rational {
    Rational::ONE / Rational::from(10).pow(60)
}

fn asked(size: f64) -> Requirement {
    Requirement { controls: [("toy".to_owned(), size)].into() }
}

fn verdict(findings: &[Finding]) -> Verdict {
    Verdict::of_all(findings.iter().map(|finding| &finding.verdict))
}

fn undecided(verdict: &Verdict, why: &str) -> bool {
    matches!(verdict, Verdict::Undecided { why: given } if given.contains(why))
}

/// Refuted, with the point, the residue and its size.
fn refuted(findings: &[Finding], residue: &str, size: f64) {
    let found = findings
        .iter()
        .find(|finding| finding.verdict.refuted())
        .unwrap_or_else(|| panic!("not refuted: {findings:?}"));
    let Verdict::Refuted { at, by } = &found.verdict else { unreachable!("just found") };
    assert!(at.starts_with("x=1 v=2/3") && by.contains("left minus right is") && by.contains(residue), "{at} {by}");
    assert!(found.size.is_some_and(|found| (found - size).abs() <= size * 1e-9), "{:?}", found.size);
}

#[test]
fn true_statements_pass() {
    for findings in [Toys(BINOMIAL).prove("toy"), Toys(GROWTH).prove("toy"), Toys(BOUND).prove("toy")] {
        assert_eq!(verdict(&findings), Verdict::Proved, "{findings:?}");
        assert!(findings[0].certificate.is_some() && findings[0].latex.is_some());
    }
    let narrow = asked(1e-20);
    for findings in [Toys(BINOMIAL).certify(&narrow), Toys(GROWTH).certify(&narrow), Toys(BOUND).certify(&narrow)] {
        assert_eq!(verdict(&findings), Verdict::Certified, "{findings:?}");
        assert_eq!(findings.len(), 2, "one for each point");
        assert!(findings.iter().all(|finding| finding.point.is_some() && finding.discrepancy.is_some()));
    }
}

#[test]
fn false_statements_are_refuted_with_point_and_residue() {
    // At x = 1, v = 2/3 the residues are x v = 2/3, −4xv = −8/3, and the rates differ by v e^{vt}.
    refuted(&Toys(BINOMIAL_OFF).prove("toy"), "0.666", 2.0 / 3.0);
    refuted(&Toys(BOUND_OFF).prove("toy"), "-2.66", 8.0 / 3.0);
    let quarter = (2.0_f64 / 3.0 / 4.0).exp() * 2.0 / 3.0;
    refuted(&Toys(GROWTH_OFF).prove("toy"), "-0.787", quarter);
    for requirement in [Requirement::default(), asked(1.0), asked(1e-20)] {
        refuted(&Toys(BINOMIAL_OFF).certify(&requirement), "0.666", 2.0 / 3.0);
        refuted(&Toys(BOUND_OFF).certify(&requirement), "-2.66", 8.0 / 3.0);
        let findings = Toys(GROWTH_OFF).certify(&requirement);
        assert!(findings.iter().all(|finding| finding.verdict.refuted()), "{findings:?}");
    }
    // A difference of 10⁻⁶⁰ is a difference.
    refuted(&Toys(TINY).prove("toy"), "e-60", 1e-60);
    refuted(&Toys(TINY).certify(&asked(1.0)), "e-60", 1e-60);
    refuted(&Toys(TINY).certify(&Requirement::default()), "e-60", 1e-60);
}

/// Counts how often it is read with all digits. Its second side is off by `2^−n`, or not at all.
struct Counting(&'static AtomicUsize, Option<i32>);

impl Statement for Counting {
    type Params<S: Scalar> = Toy<S>;
    fn points(&self) -> &'static [&'static str] {
        &["x=1 v=2/3"]
    }
    fn relations<'p, S: Scalar>(&self, p: &'p Toy<S>) -> Vec<Relation<'p, S>> {
        if std::any::type_name::<S>() == std::any::type_name::<Ball>() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        let off = self.1.map_or(S::zero(), |places| S::int(2).powi(-places));
        let (sum, square) = ((p.x + p.v).square(), p.x.square() + p.x * p.v * 2 + p.v.square());
        let at_most = Relation::at_most("toy", square, sum + off, NonNegative::square(S::zero()));
        vec![Relation::equal("toy", sum, square + off), at_most, Relation::below("toy", sum, square + 1 + off)]
    }
}

/// Doubles refute a wrong version where they see all the digits that are shown, and leave the rest, and all that is true, to be read in full.
#[test]
fn doubles_decide_where_they_can() {
    static FULL: AtomicUsize = AtomicUsize::new(0);
    let certified = |places, requirement: &Requirement| {
        FULL.store(0, Ordering::Relaxed);
        let findings = Counting(&FULL, places).certify(requirement);
        (FULL.load(Ordering::Relaxed), findings)
    };
    // The first is seen; 2⁻⁴⁰ and 2⁻⁵¹ are excluded from zero, but not narrowly; the last is below what doubles know.
    for (places, readings) in [(1, 0), (40, 1), (51, 1), (150, 1)] {
        let (full, findings) = certified(Some(places), &Requirement::default());
        assert_eq!(full, readings, "2^-{places}");
        let size = 2_f64.powi(-places);
        for finding in &findings[..2] {
            assert!(finding.verdict.refuted(), "{finding:?}");
            assert!(finding.size.is_some_and(|found| (found - size).abs() <= 1e-11 * size), "{finding:?}");
        }
        assert_eq!(findings[2].verdict, Verdict::Certified);
    }
    // So for an integral: 1/1000 beside a million, of which doubles keep six digits or so, is shown with ten.
    let findings = Toys(GROWTH_NEARLY).certify(&Requirement::default());
    assert!(
        findings.iter().all(|finding| finding.size.is_some_and(|size| (size / 1e-3 - 1.0).abs() < 1e-12)),
        "{findings:?}"
    );
    let (full, findings) = certified(None, &asked(1.0));
    assert_eq!((full, verdict(&findings)), (1, Verdict::Certified));
}

#[test]
fn what_cannot_be_decided_does_not_pass() {
    let cases = [
        ("residue zero at every point", verdict(&Toys(VANISHING).prove("toy")), "vanishes at every point tried"),
        ("no control at all", verdict(&Toys(BINOMIAL).certify(&Requirement::default())), "zero is not excluded"),
        ("enclosure too wide", verdict(&Toys(WIDE).certify(&asked(1e-3))), "1.0e-4 is needed"),
        ("singular integrand", verdict(&Toys(SINGULAR).certify(&asked(1e-3))), "is needed"),
        ("singular integrand, no control", verdict(&Toys(SINGULAR).certify(&Requirement::default())), "does not touch"),
        ("division by zero", verdict(&Toys(NOWHERE).prove("toy")), "divides by a term that is zero"),
        ("division by zero at a point", verdict(&Toys(NOWHERE).certify(&asked(1.0))), "is needed"),
        ("unreadable point", verdict(&Unreadable.certify(&asked(1.0))), "`nan` is not a number"),
        ("unreadable point of a proof", verdict(&Unreadable.prove("toy")), "`nan` is not a number"),
        ("no points", verdict(&Pointless.certify(&asked(1.0))), "nothing was checked"),
        ("two numbers of one name", verdict(&Ambiguous.prove("toy")), "`c` has the name of a free number"),
        ("an inequality without a gap has no proof", verdict(&Toys(BELOW).prove("toy")), "decided by enclosure alone"),
        ("no points of a proof", verdict(&Pointless.prove("toy")), "nothing was checked"),
        ("no relations", verdict(&Empty.prove("toy")), "nothing was checked"),
    ];
    for (name, verdict, why) in cases {
        assert!(undecided(&verdict, why), "{name}: {verdict}");
        assert!(!verdict.passed() && !verdict.refuted());
    }
    // An enclosure passes if it is as narrow as the nearest control asks, and not otherwise.
    assert_eq!(verdict(&Toys(WIDE).certify(&asked(20.0))), Verdict::Certified);
    assert_eq!(verdict(&Toys(WIDE).prove("toy")), Verdict::Proved, "the proof does not mind the size of the argument");
}

macro_rules! like_binomial {
    ($name:ident, $points:expr, $relations:expr) => {
        struct $name;
        impl Statement for $name {
            type Params<S: Scalar> = Toy<S>;
            fn points(&self) -> &'static [&'static str] {
                $points
            }
            fn relations<'p, S: Scalar>(&self, p: &'p Toy<S>) -> Vec<Relation<'p, S>> {
                Toys(BINOMIAL).relations(p).into_iter().take($relations).collect()
            }
        }
    };
}
ouracle::parameters! {
    /// A parameter with the name that the drift offset of a generic process has.
    Namesakes { process: process "the process", c: real "a number" }
}

struct Ambiguous;

impl Statement for Ambiguous {
    type Params<S: Scalar> = Namesakes<S>;
    fn points(&self) -> &'static [&'static str] {
        &["process=vp-linear b0=0.1 b1=3 T=1 c=2"]
    }
    fn relations<'p, S: Scalar>(&self, p: &'p Namesakes<S>) -> Vec<Relation<'p, S>> {
        let clock = p.process.at(S::zero());
        vec![Relation::equal("toy", clock.mean_rate(p.c) - clock.alpha * p.c, clock.offset)]
    }
}

like_binomial!(Unreadable, &["x=nan v=1"], 1);
like_binomial!(Pointless, &[], 1);
like_binomial!(Empty, &["x=1 v=1"], 0);

#[test]
fn verdicts_together() {
    let (proved, certified) = (Verdict::Proved, Verdict::Certified);
    let consistent = |resolution| Verdict::Consistent { resolution };
    let refuted = Verdict::Refuted { at: "x=1".to_owned(), by: "y".to_owned() };
    let unknown = Verdict::Undecided { why: "z".to_owned() };
    assert!(undecided(&Verdict::of_all([]), "nothing was checked"));
    for (all, worst) in [
        (vec![&proved, &certified], &certified),
        (vec![&consistent(0.1), &proved, &consistent(0.2), &consistent(0.05)], &consistent(0.2)),
        (vec![&proved, &unknown, &certified], &unknown),
        (vec![&unknown, &refuted, &unknown], &refuted),
        (vec![&refuted, &proved], &refuted),
    ] {
        assert_eq!(&Verdict::of_all(all), worst);
    }
}

/// Draws `N(0, scale²)`, and claims a mean and a variance.
struct Draws(usize);

const HONEST: usize = 0;
const SHIFTED: usize = 1;
const WIDENED: usize = 2;
const NOT_NUMBERS: usize = 3;
const CONSTANT: usize = 4;

impl Trial for Draws {
    fn plan(&self) -> Result<Plan, InputError> {
        let kind = self.0;
        let mean = if kind == SHIFTED { 0.25 } else { 0.0 };
        let variance = if kind == WIDENED { 1.5 } else { 1.0 };
        Ok(Plan {
            point: "x=0",
            statistics: vec![Statistic::mean("mean", mean, variance), Statistic::variance("variance", mean, variance)],
            drawn: None,
            sampler: sampler(move |noise, out| {
                let draw = match kind {
                    NOT_NUMBERS => Lanes([f64::NAN; WIDTH]),
                    CONSTANT => Lanes([0.0; WIDTH]),
                    _ => noise.normal(),
                };
                out.fill(draw);
            }),
        })
    }
}

fn plan(trial: &dyn Trial) -> Plan {
    trial.plan().unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn draws_are_judged() {
    let budget = Budget::new(1e-9, 100);
    let n = plan(&Draws(SHIFTED)).draws_to_refute(&plan(&Draws(HONEST)), &budget);
    // Both statistics see a shift by a quarter, the mean better.
    assert!((n as f64 * 0.0625 - 143.2).abs() <= 0.05 + 0.0625, "{n}");
    let honest = simulate(&plan(&Draws(HONEST)), "toy", 1, &budget, n);
    for finding in &honest {
        let Verdict::Consistent { resolution } = finding.verdict else { panic!("{finding:?}") };
        assert!(resolution <= 0.25 || finding.relation == "variance");
        assert!(finding.draws.as_ref().is_some_and(|draws| draws.n >= n && draws.evidence < draws.threshold));
    }
    let shifted = simulate(&plan(&Draws(SHIFTED)), "toy", 1, &budget, n);
    assert!(
        shifted[0].verdict.refuted() && shifted[0].size.is_some_and(|size| (0.1..0.4).contains(&size)),
        "{shifted:?}"
    );
    assert!(shifted[0].verdict.to_string().contains("nats") && shifted[0].verdict.to_string().contains("at x=0"));
    let widened = simulate(&plan(&Draws(WIDENED)), "toy", 1, &budget, 4 * n);
    assert!(
        !widened[0].verdict.refuted() && widened[1].verdict.refuted(),
        "a mean check is no variance check: {widened:?}"
    );
    assert!(simulate(&plan(&Draws(CONSTANT)), "toy", 1, &budget, n)[1].verdict.refuted());
    // What says nothing does not pass.
    let broken = simulate(&plan(&Draws(NOT_NUMBERS)), "toy", 1, &budget, n);
    assert!(broken.iter().all(|finding| undecided(&finding.verdict, "not a number")), "{broken:?}");
    assert!(undecided(&verdict(&simulate(&plan(&Draws(HONEST)), "toy", 1, &budget, u64::MAX)), "by enclosure"));
    assert!(undecided(&verdict(&simulate(&plan(&Draws(HONEST)), "toy", 1, &budget, 0)), "no draws"));
    let silent = Plan { statistics: Vec::new(), ..plan(&Draws(HONEST)) };
    assert!(undecided(&verdict(&simulate(&silent, "toy", 1, &budget, n)), "nothing was checked"));
    // A wrong version that is not wrong, or not a number, would take for ever.
    for (mean, variance) in [(0.0, 1.0), (f64::NAN, 1.0), (0.0, f64::NAN)] {
        for statistic in [Statistic::mean("m", mean, variance), Statistic::variance("v", mean, variance)] {
            assert_eq!(budget.plan(&statistic, (0.0, 1.0)), u64::MAX, "{statistic:?}");
        }
    }
}

/// The numbers of the theory of these tests, by other routes.
#[test]
fn planned_sizes() {
    // α = 10⁻⁹ over 100 checks.
    let budget = Budget::new(1e-9, 100);
    assert!(
        (budget.threshold() - 26.0216).abs() < 5e-5 && (Budget::new(1e-9, 1000).threshold() - 28.3242).abs() < 5e-5
    );
    // Φ(−z) = 10⁻⁶ for the z inside the plan, as far as the two roundings that recover it allow.
    let z = budget.resolution(Kind::Mean, 1) - (2.0 * budget.threshold()).sqrt();
    let miss = (Ball::point(z.into()) / Ball::int(2).sqrt()).erfc() / 2;
    let slope = z + 1.0 / z;
    let allowed = 1e-6 * slope * 4.0 * f64::EPSILON * (z + budget.threshold());
    assert!((miss.to_f64() - 1e-6).abs() <= allowed, "{z}: {miss}");
    // n r² = 143.2, to the digits given.
    for r in [1e-1, 1e-2, 1e-3] {
        let n = budget.plan(&Statistic::mean("m", 0.0, 4.0), (2.0 * r, 4.0));
        assert!((n as f64 * r * r - 143.2).abs() <= 0.05 + r * r, "{n}");
        assert!(
            budget.resolution(Kind::Mean, n) <= r
                && budget.resolution(Kind::Mean, n - 1) > r * (1.0 - 4.0 * f64::EPSILON)
        );
    }
    // Variances: the sizes for power 0.999 are a lower bound for power 1 − 10⁻⁶, whose exact miss rate χ² tells.
    for (ratio, at_least) in [(2.0, 407), (1.5, 1_229), (1.1, 23_098), (1.01, 2_142_128), (0.9, 19_390), (0.5, 485)] {
        let n = budget.plan(&Statistic::variance("v", 0.0, 1.0), (0.0, ratio));
        assert!(n > at_least && n < 3 * at_least, "{ratio}: {n}");
        let (low, high) = unrefuted(n as f64, budget.threshold());
        let law = ChiSquared::new(n as f64).unwrap_or_else(|error| panic!("{error}"));
        let miss = if ratio > 1.0 { law.cdf(n as f64 * high / ratio) } else { law.sf(n as f64 * low / ratio) };
        assert!(miss <= 1e-6, "{ratio}: {miss:e}");
        assert!(budget.resolution(Kind::Variance, n) <= (ratio - 1.0).abs() * (1.0 + 1e-6) || ratio < 1.0);
        // A shifted mean is a wider variance around the claimed one.
        assert_eq!(budget.plan(&Statistic::variance("v", 0.0, 4.0), (2.0 * (ratio - 0.25).sqrt(), 1.0)), n);
    }
    // The level: a right claim is refuted with probability α at most, whatever n.
    for alpha in [1e-2, 1e-4, 1e-6] {
        for n in [1.0, 8.0, 4096.0] {
            let (low, high) = unrefuted(n, Budget::new(alpha, 1).threshold());
            let law = ChiSquared::new(n).unwrap_or_else(|error| panic!("{error}"));
            assert!(law.cdf(n * low) + law.sf(n * high) <= alpha, "{alpha} {n}");
        }
    }
}

/// Where `(n/2)(ρ − 1 − ln ρ)` stays below the threshold, by bisection.
fn unrefuted(n: f64, threshold: f64) -> (f64, f64) {
    let evidence = |ratio: f64| n / 2.0 * (ratio - 1.0 - ratio.ln());
    let crossing = |mut inside: f64, mut outside: f64| {
        for _ in 0..200 {
            let middle = f64::midpoint(inside, outside);
            if evidence(middle) >= threshold { outside = middle } else { inside = middle }
        }
        outside
    };
    (crossing(1.0, 0.0), crossing(1.0, 1.0 + 4.0 * threshold + 4.0 * threshold / n))
}

/// `n kl(k/n, p)`: the evidence of `k` events where at most `n p` are claimed.
fn binomial_evidence(k: usize, n: usize, p: f64) -> f64 {
    let rate = k as f64 / n as f64;
    let part = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a * (a / b).ln() };
    if rate <= p { 0.0 } else { n as f64 * (part(rate, p) + part(1.0 - rate, 1.0 - p)) }
}

/// At a relaxed level, over many seeds: false alarms within the budget, no misses, and standard scores of variance 1.
#[test]
fn calibration() {
    const SEEDS: u64 = 400;
    let budget = Budget::new(0.05, 1);
    let accept = (1.0_f64 / 1e-9).ln();
    let skewed = Plan {
        point: "χ² with one degree of freedom",
        statistics: vec![
            Statistic::mean("square", 1.0, 2.0),
            Statistic::mean("off by a tenth", 1.0 + 0.1 * 2.0_f64.sqrt(), 2.0),
        ],
        drawn: None,
        sampler: sampler(|noise, out| out.fill(noise.normal().square())),
    };
    let gaussian = Plan {
        point: "a Gaussian",
        statistics: vec![
            Statistic::mean("mean", 0.0, 1.0),
            Statistic::variance("variance", 0.0, 1.0),
            Statistic::variance("off by a fifth", 0.0, 1.2),
        ],
        ..plan(&Draws(HONEST))
    };
    // Skewness γ shifts the evidence by (2L)^{3/2} γ/(6√n) nats: one block more than the plan makes up for it.
    let enough = budget.plan(&skewed.statistics[1], (1.0, 2.0)) + 4096;
    let mut alarms = [0; 3];
    let mut score_square = 0.0;
    for seed in 0..SEEDS {
        let square = simulate(&skewed, "calibration", seed, &budget, enough);
        assert!(square[1].verdict.refuted(), "seed {seed}: {:?}", square[1]);
        let normal = simulate(&gaussian, "calibration", seed, &budget, 4096);
        assert!(normal[2].verdict.refuted(), "seed {seed}: {:?}", normal[2]);
        for (count, finding) in alarms.iter_mut().zip([&square[0], &normal[0], &normal[1]]) {
            *count += usize::from(finding.verdict.refuted());
        }
        let Some(draws) = &normal[0].draws else { panic!("no draws") };
        score_square += (draws.observed - draws.claimed).powi(2) * draws.n as f64 / draws.deviation.powi(2);
    }
    for count in alarms {
        assert!(binomial_evidence(count, SEEDS as usize, 0.05) < accept, "{alarms:?}");
    }
    let ratio = score_square / SEEDS as f64;
    assert!(
        SEEDS as f64 / 2.0 * (ratio - 1.0 - ratio.ln()) < (2.0_f64 / 1e-9).ln(),
        "standard scores have variance {ratio}"
    );
}

/// The evidence is that of the quadratic martingale, over the very draws that the streams give.
#[test]
fn the_martingale_itself() {
    let budget = Budget::new(1e-9, 100);
    let claim = Statistic::mean("m", 0.2, 1.7);
    let plan = Plan { statistics: vec![claim.clone()], ..plan(&Draws(HONEST)) };
    let found = simulate(&plan, "streams", 5, &budget, 10_000);
    let Some(draws) = &found[0].draws else { panic!("no draws") };
    assert_eq!(draws.n, 12_288, "whole blocks of 4096");
    let tilt = (2.0 * budget.threshold() / draws.n as f64).sqrt();
    let (mut sides, mut total) = ([0.0, 0.0], 0.0);
    for block in 0..3 {
        let mut noise = Noise::new(5, "streams", block);
        for x in (0..4096 / WIDTH).flat_map(|_| noise.normal().0) {
            let y = (x - claim.mean) / claim.variance.sqrt();
            for (side, sign) in sides.iter_mut().zip([1.0, -1.0]) {
                let term = ((1.0 + (1.0 + sign * tilt * y).powi(2)) / (2.0 + tilt * tilt)).ln();
                *side += term;
                total += 1.0 + term.abs();
            }
        }
    }
    // Sums in another order: n u of the sum of sizes, where each term errs by less than eight roundings of numbers near 1.
    let allowed = (draws.n as f64 + 8.0) * f64::EPSILON * total;
    assert!((sides[0].max(sides[1]) - draws.evidence).abs() <= allowed, "{sides:?} {}", draws.evidence);
}

#[test]
fn intervals_of_the_mean() {
    let budget = Budget::new(1e-9, 100);
    let lognormal = |seed: u64, n: usize| {
        let mut noise = Noise::new(seed, "interval", 0);
        (0..n / WIDTH).flat_map(move |_| noise.normal().0).map(|z| Float(z).exp().0).collect::<Vec<_>>()
    };
    let (mean, variance) = (0.5_f64.exp(), 1.0_f64.exp() * 1.0_f64.exp_m1());
    for n in [8, 64, 1024, 65_536] {
        for seed in 0..8 {
            let draws = lognormal(seed, n);
            let (low, high) = budget.interval(&draws, variance);
            assert!(low < mean && mean < high, "{n} {seed}: [{low}, {high}]");
            // Shifted draws, shifted interval; ends and bisection err by rounding only.
            let moved: Vec<f64> = draws.iter().map(|x| -2.0 * x).collect();
            let (a, b) = budget.interval(&moved, 4.0 * variance);
            let scale = (high - low) * 2.0_f64.powi(-36) + f64::EPSILON * n as f64 * high.abs().max(low.abs());
            assert!(
                (a + 2.0 * high).abs() <= 2.0 * scale && (b + 2.0 * low).abs() <= 2.0 * scale,
                "{a} {b} {low} {high}"
            );
        }
    }
    let draws = lognormal(9, 65_536);
    let (low, high) = budget.interval(&draws, variance);
    let resolution = budget.resolution(Kind::Mean, 65_536) * variance.sqrt();
    assert!(mean - resolution < low && high < mean + resolution, "[{low}, {high}]");
    assert!((high - low) / 2.0 >= variance.sqrt() * (2.0 * budget.threshold() / 65_536.0).sqrt() * 0.99);
    for nothing in [
        budget.interval(&[], 1.0),
        budget.interval(&[f64::NAN], 1.0),
        budget.interval(&[1.0], 0.0),
        budget.interval(&[1.0], f64::INFINITY),
    ] {
        assert_eq!(nothing, (f64::NEG_INFINITY, f64::INFINITY));
    }
    let (low, high) = budget.interval(&[1.0], 1.0);
    assert!(low < -5.0 && high > 7.0, "one draw says next to nothing: [{low}, {high}]");
}

#[test]
fn simulations_do_not_depend_on_order() {
    let budget = Budget::new(1e-9, 100);
    let one = |check: &'static str| simulate(&plan(&Draws(HONEST)), check, 3, &budget, 20_000);
    let (first, second) = (one("a"), one("b"));
    assert_ne!(first, second, "checks have streams of their own");
    let block = |block| Noise::new(3, "a", block).normal();
    assert!(block(0) != block(1) && block(1) != block(2) && block(0) == block(0), "blocks have streams of their own");
    let budget = &budget;
    let threads = std::thread::scope(|scope| {
        let run = |check: &'static str| scope.spawn(move || simulate(&plan(&Draws(HONEST)), check, 3, budget, 20_000));
        let (b, a) = (run("b"), run("a"));
        [a, b].map(|thread| thread.join().unwrap_or_default())
    });
    assert_eq!(threads, [first.clone(), second]);
    assert_eq!(one("a"), first);
    assert_ne!(simulate(&plan(&Draws(HONEST)), "a", 4, budget, 20_000), first, "seeds matter");
}

const NONE: Readings = Readings::none("");

/// A claim with at most one control.
const fn claim(readings: &'static [Readings], controls: &'static [Control]) -> Claim {
    Claim {
        id: "toy",
        aliases: &[],
        title: "a toy",
        expect: Expect::True,
        text: "",
        sources: &[],
        readings,
        controls,
        quantities: &[],
    }
}

const fn control(toys: &'static Toys) -> Control {
    Control { id: "wrong", story: "a wrong version", readings: Readings::of("", toys) }
}

#[test]
fn standings() {
    static TRUE: &[Readings] = &[Readings::of("", &Toys(BINOMIAL)).and_sampled(&Draws(HONEST))];
    static BOTH: &[Readings] = &[Readings::of("", &Toys(BINOMIAL))];
    static FALSE: &[Readings] = &[Readings::of("", &Toys(BINOMIAL_OFF))];
    static OPEN: &[Readings] = &[Readings::proved("", &Toys(VANISHING))];
    static WRONG: &[Control] = &[Control {
        id: "wrong",
        story: "a wrong version",
        readings: Readings::of("", &Toys(BINOMIAL_OFF)).and_sampled(&Draws(SHIFTED)),
    }];
    static ONLY_ENCLOSED: &[Control] = &[control(&Toys(BINOMIAL_OFF))];
    static HARMLESS: &[Control] = &[control(&Toys(BINOMIAL))];
    static HALF: &[Control] = &[Control {
        id: "half",
        story: "wrong in one reading only",
        readings: Readings { certificate: Some(&Toys(BINOMIAL)), ..Readings::of("", &Toys(BINOMIAL_OFF)) },
    }];
    static EMPTY: &[Control] = &[Control { id: "empty", story: "reads nothing", readings: NONE }];
    let (budget, options) = (Budget::new(1e-9, 100), Options::default());
    let decide = |readings, controls| ledger::decide(&claim(readings, controls), &options, &budget);
    for (name, record, standing) in [
        ("true, wrong version caught", decide(TRUE, WRONG), Standing::Upheld),
        ("true, but nothing says how many draws", decide(TRUE, ONLY_ENCLOSED), Standing::Undecided),
        ("true, enclosed", decide(BOTH, ONLY_ENCLOSED), Standing::Upheld),
        ("true, but its control is harmless", decide(BOTH, HARMLESS), Standing::Void),
        ("true, but its control is caught by halves", decide(BOTH, HALF), Standing::Void),
        ("true, but without control", decide(BOTH, &[]), Standing::Undecided),
        ("true, with a control that is never due", decide(BOTH, EMPTY), Standing::Undecided),
        ("false", decide(FALSE, ONLY_ENCLOSED), Standing::Refuted),
        ("false, with a harmless control", decide(FALSE, HARMLESS), Standing::Refuted),
        ("undecidable", decide(OPEN, ONLY_ENCLOSED), Standing::Undecided),
        ("nothing", decide(&[], ONLY_ENCLOSED), Standing::Undecided),
        ("a part without readings", decide(&[NONE], ONLY_ENCLOSED), Standing::Undecided),
    ] {
        assert_eq!(record.standing, standing, "{name}: {:?}", record.checks);
    }
    assert_eq!(decide(BOTH, HARMLESS).controls[0].caught, Some(false));
    assert_eq!(decide(BOTH, EMPTY).controls[0].caught, None);
    // Too little effort cannot uphold.
    let hasty = Options { effort: 0.01, ..Options::default() };
    let record = ledger::decide(&claim(TRUE, WRONG), &hasty, &Budget::new(1e-300, 1));
    assert!(
        record.checks.iter().any(|check| undecided(&check.verdict, "cannot tell the claim from the control")),
        "{record:?}"
    );
    assert_ne!(record.standing, Standing::Upheld);
}

/// Something false is right iff it is refuted while the truth beside it passes; nothing else is green.
#[test]
fn standings_of_look_alikes() {
    static FALSE: &[Readings] = &[Readings::of("", &Toys(BINOMIAL_OFF))];
    static UPSIDE_DOWN: &[Readings] = &[Readings::certified("", &Toys(BELOW_OFF))];
    static UPRIGHT: &[Readings] = &[Readings::certified("", &Toys(BELOW))];
    static TRUE: &[Readings] = &[Readings::of("", &Toys(BINOMIAL))];
    static OPEN: &[Readings] = &[Readings::of("", &Toys(VANISHING))];
    static TRUTH: &[Control] = &[control(&Toys(BINOMIAL))];
    static OTHER_LIE: &[Control] = &[control(&Toys(BINOMIAL_OFF))];
    static UNSURE: &[Control] = &[control(&Toys(VANISHING))];
    static ROOM: &[Control] =
        &[Control { id: "room", story: "with room", readings: Readings::certified("", &Toys(BELOW)) }];
    let expect = Expect::False { truth: "$1 = 1$", upheld_by: "toy" };
    let (budget, options) = (Budget::new(1e-9, 100), Options::default());
    let decide = |readings, controls| {
        let claim = Claim { expect, ..claim(readings, controls) };
        let record = ledger::decide(&claim, &options, &budget);
        let mut counts = ledger::Counts::default();
        counts.add(&record);
        (record.standing, counts.exit_code())
    };
    for (name, outcome, standing, code) in [
        ("false, the truth passes", decide(FALSE, TRUTH), Standing::RefutedAsExpected, 0),
        ("a false inequality", decide(UPSIDE_DOWN, ROOM), Standing::RefutedAsExpected, 0),
        ("true after all", decide(TRUE, TRUTH), Standing::Unrefuted, 1),
        ("an inequality that holds", decide(UPRIGHT, ROOM), Standing::Unrefuted, 1),
        ("nothing refutes it", decide(OPEN, TRUTH), Standing::Undecided, 3),
        ("the truth beside it is refuted too", decide(FALSE, OTHER_LIE), Standing::Void, 4),
        ("the truth beside it is not decided", decide(FALSE, UNSURE), Standing::Void, 4),
        ("nothing", decide(&[], TRUTH), Standing::Undecided, 3),
    ] {
        assert_eq!(outcome, (standing, code), "{name}");
    }
}

/// A record without what may differ between machines and moments.
fn essence(record: &Record) -> serde_json::Value {
    let mut value = serde_json::to_value(record).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.remove("time");
        object.remove("environment");
        object.remove("shard");
    }
    value
}

fn records(options: &Options) -> Vec<serde_json::Value> {
    let mut all = Vec::new();
    let run = ledger::run(options, &mut |record| {
        all.push(essence(record));
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{error}"));
    all
}

#[test]
fn records_do_not_depend_on_threads_or_pieces() {
    let ids: Vec<String> = claims::all().take(2).map(|claim| claim.id.to_owned()).collect();
    let options = Options { claims: ids, effort: 0.02, jobs: 1, ..Options::default() };
    let alone = records(&options);
    assert_eq!(alone.len(), 4, "header, two claims, footer");
    assert_eq!(records(&Options { jobs: 2, ..options.clone() }), alone);
    let piece = |index| records(&Options { shard: Some(Shard { index, count: 2 }), ..options.clone() });
    let (first, second) = (piece(1), piece(2));
    assert_eq!(first[0], alone[0]);
    assert_eq!([&first[1], &second[1]], [&alone[1], &alone[2]]);
    assert_eq!((first.len(), second.len()), (3, 3));
    assert!(ledger::run(&Options { claims: vec!["no-such".to_owned()], ..options.clone() }, &mut |_| Ok(())).is_err());
    for wrong in [
        Options { effort: f64::NAN, ..options.clone() },
        Options { effort: 0.0, ..options.clone() },
        Options { false_alarm: 0.0, ..options.clone() },
    ] {
        assert!(ledger::run(&wrong, &mut |_| Ok(())).is_err());
    }
    let silent = Options { readings: Vec::new(), ..options.clone() };
    let counts = ledger::run(&silent, &mut |_| Ok(())).unwrap_or_default();
    assert_eq!((counts.upheld, counts.exit_code()), (0, 5), "nothing ran");
    assert_eq!(Reading::ALL.len(), 3);
    assert!(Inputs::default().rational("x").is_none());
}
