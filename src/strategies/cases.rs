//! The cases in one dimension: exact parameters of processes and worlds.

use super::decimal::{Decimal, Draws, Range, range};
use crate::numbers::Scalar;
use crate::parameters::Inputs;
use crate::worlds::{AffineScore, Process, ScaledScore, Schedule};
use std::fmt;

/// A noising process with valid exact parameters.
#[derive(Debug, Clone, PartialEq)]
pub enum Noising {
    /// `f = −½βy`, `G = β`, `β(t) = b₀ + (b₁ − b₀) t/T`.
    VpLinear {
        /// `β(0) ≥ 0`.
        b0: Decimal,
        /// `β(T) > 0`.
        b1: Decimal,
        /// `T`.
        horizon: Decimal,
    },
    /// The same `β` with `G = β(1 − e^{−2Λ})`.
    SubVpLinear {
        /// `β(0) ≥ 0`.
        b0: Decimal,
        /// `β(T) > 0`.
        b1: Decimal,
        /// `T`.
        horizon: Decimal,
    },
    /// `φ = cos θ_t / cos θ_0`, ended before its time unit.
    VpCosine {
        /// The offset.
        s: Decimal,
        /// The time unit.
        unit: Decimal,
        /// The end, as a fraction of the unit.
        part: Decimal,
    },
    /// `σ_t = σ₋(σ₊/σ₋)^{t/T}`.
    VeGeometric {
        /// `σ₋ > 0`.
        smin: Decimal,
        /// `σ₊/σ₋ > 1`.
        growth: Decimal,
        /// `T`.
        horizon: Decimal,
    },
}

/// A case: drawn from numbers, and made of numbers that can be simplified one by one.
pub(super) trait Case: Clone + fmt::Debug + 'static {
    /// At least as many draws as a case takes.
    const DRAWS: usize;
    fn draw(draws: &mut Draws<'_>) -> Self;
    fn numbers(&mut self) -> Vec<(&mut Decimal, Range)>;
    /// Cases of smaller dimension.
    fn smaller(&self) -> Vec<Self> {
        Vec::new()
    }
}

const BETA_START: Range = range(0, 2_000, 3);
const BETA_END: Range = range(100, 12_000, 3);
const HORIZON: Range = range(200, 2_000, 3);
const OFFSET: Range = range(1, 100, 3);
const PART: Range = range(500, 950, 3);
const SMALLEST: Range = range(10, 500, 3);
const GROWTH: Range = range(2_000, 50_000, 3);
pub(super) const DATA_VARIANCE: Range = range(20, 8_000, 3);
pub(super) const PRIOR_VARIANCE: Range = range(50, 20_000, 3);
pub(super) const ERROR: Range = range(-600, 900, 3);
pub(super) const MEMBER: Range = range(-2_000, 950, 3);
pub(super) const PLACE: Range = range(-4_000, 4_000, 3);
pub(super) const HALF_TANGENT: Range = range(-1_000, 1_000, 3);

impl Noising {
    /// The process in any reading.
    pub fn process<S: Scalar>(&self) -> Process<S> {
        match self {
            Self::VpLinear { b0, b1, horizon } => {
                Process::new(Schedule::VpLinear { b0: b0.read(), b1: b1.read() }, horizon.read())
            }
            Self::SubVpLinear { b0, b1, horizon } => {
                Process::new(Schedule::SubVpLinear { b0: b0.read(), b1: b1.read() }, horizon.read())
            }
            Self::VpCosine { s, unit, part } => {
                Process::new(Schedule::VpCosine { s: s.read(), unit: unit.read() }, part.times(unit).read())
            }
            Self::VeGeometric { smin, growth, horizon } => {
                let schedule = Schedule::VeGeometric { smin: smin.read(), smax: smin.times(growth).read() };
                Process::new(schedule, horizon.read())
            }
        }
    }

    /// The end of the process.
    pub fn horizon(&self) -> Decimal {
        match self {
            Self::VpLinear { horizon, .. } | Self::SubVpLinear { horizon, .. } | Self::VeGeometric { horizon, .. } => {
                *horizon
            }
            Self::VpCosine { unit, part, .. } => part.times(unit),
        }
    }

    pub(super) fn vp_linear(draws: &mut Draws<'_>) -> Self {
        Self::VpLinear { b0: draws.number(BETA_START), b1: draws.number(BETA_END), horizon: draws.number(HORIZON) }
    }
}

/// The parameters as `ouracle ask` reads them.
impl fmt::Display for Noising {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::VpLinear { b0, b1, horizon } => write!(f, "process=vp-linear b0={b0} b1={b1} T={horizon}"),
            Self::SubVpLinear { b0, b1, horizon } => write!(f, "process=sub-vp-linear b0={b0} b1={b1} T={horizon}"),
            Self::VpCosine { s, unit, part } => {
                write!(f, "process=vp-cosine s={s} T={unit} tend={}", part.times(unit))
            }
            Self::VeGeometric { smin, growth, horizon } => {
                write!(f, "process=ve-geometric smin={smin} smax={} T={horizon}", smin.times(growth))
            }
        }
    }
}

impl Case for Noising {
    const DRAWS: usize = 4;

    fn draw(draws: &mut Draws<'_>) -> Self {
        match draws.below(4) {
            0 => Self::vp_linear(draws),
            1 => Self::SubVpLinear {
                b0: draws.number(BETA_START),
                b1: draws.number(BETA_END),
                horizon: draws.number(HORIZON),
            },
            2 => Self::VpCosine { s: draws.number(OFFSET), unit: draws.number(HORIZON), part: draws.number(PART) },
            _ => Self::VeGeometric {
                smin: draws.number(SMALLEST),
                growth: draws.number(GROWTH),
                horizon: draws.number(HORIZON),
            },
        }
    }

    fn numbers(&mut self) -> Vec<(&mut Decimal, Range)> {
        match self {
            Self::VpLinear { b0, b1, horizon } | Self::SubVpLinear { b0, b1, horizon } => {
                vec![(b0, BETA_START), (b1, BETA_END), (horizon, HORIZON)]
            }
            Self::VpCosine { s, unit, part } => vec![(s, OFFSET), (unit, HORIZON), (part, PART)],
            Self::VeGeometric { smin, growth, horizon } => {
                vec![(smin, SMALLEST), (growth, GROWTH), (horizon, HORIZON)]
            }
        }
    }
}

/// VP-linear at a time, all magnitudes of `t/T` down to `1e-12` alike.
#[derive(Debug, Clone, PartialEq)]
pub struct VpMoment {
    /// `β(0) ≥ 0`.
    pub b0: Decimal,
    /// `β(T) > 0`.
    pub b1: Decimal,
    /// `T`.
    pub horizon: Decimal,
    /// The time as a fraction of `T`.
    pub part: Decimal,
}

impl VpMoment {
    /// The time.
    pub fn t(&self) -> Decimal {
        self.part.times(&self.horizon)
    }

    /// `[β(0), β(T), T, t]`, each the nearest `f64`.
    pub fn to_f64(&self) -> [f64; 4] {
        [self.b0.to_f64(), self.b1.to_f64(), self.horizon.to_f64(), self.t().to_f64()]
    }

    /// The process in any reading.
    pub fn process<S: Scalar>(&self) -> Process<S> {
        Noising::VpLinear { b0: self.b0, b1: self.b1, horizon: self.horizon }.process()
    }
}

impl Case for VpMoment {
    const DRAWS: usize = 5;

    fn draw(draws: &mut Draws<'_>) -> Self {
        Self {
            b0: draws.number(BETA_START),
            b1: draws.number(BETA_END),
            horizon: draws.number(HORIZON),
            part: draws.fraction(),
        }
    }

    fn numbers(&mut self) -> Vec<(&mut Decimal, Range)> {
        // The fraction stays: most mistakes show at one of its magnitudes only.
        vec![(&mut self.b0, BETA_START), (&mut self.b1, BETA_END), (&mut self.horizon, HORIZON)]
    }
}

/// A point of the family in which the score is wrong by a factor: the parameters of `family-scaled-score`.
#[derive(Debug, Clone, PartialEq)]
pub struct ScaledScorePoint {
    /// The process.
    pub noising: Noising,
    /// Data variance.
    pub v0: Decimal,
    /// Relative error of the score.
    pub delta: Decimal,
    /// Member of the plug-in family, below 1.
    pub lambda: Decimal,
    /// Prior variance.
    pub vpi: Decimal,
    /// The data point.
    pub x: Decimal,
}

impl ScaledScorePoint {
    /// The world in any reading.
    pub fn world<S: Scalar>(&self) -> ScaledScore<S> {
        ScaledScore { v0: self.v0.read(), delta: self.delta.read(), lambda: self.lambda.read(), vpi: self.vpi.read() }
    }
}

/// The parameters as `ouracle ask family-scaled-score/elbo` reads them.
impl fmt::Display for ScaledScorePoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { noising, v0, delta, lambda, vpi, x } = self;
        write!(f, "{noising} v0={v0} delta={delta} lam={lambda} vpi={vpi} x={x}")
    }
}

impl Case for ScaledScorePoint {
    const DRAWS: usize = Noising::DRAWS + 5;

    fn draw(draws: &mut Draws<'_>) -> Self {
        Self {
            noising: Noising::draw(draws),
            v0: draws.number(DATA_VARIANCE),
            delta: draws.number(ERROR),
            lambda: draws.number(MEMBER),
            vpi: draws.number(PRIOR_VARIANCE),
            x: draws.number(PLACE),
        }
    }

    fn numbers(&mut self) -> Vec<(&mut Decimal, Range)> {
        let own = [
            (&mut self.v0, DATA_VARIANCE),
            (&mut self.delta, ERROR),
            (&mut self.lambda, MEMBER),
            (&mut self.vpi, PRIOR_VARIANCE),
            (&mut self.x, PLACE),
        ];
        self.noising.numbers().into_iter().chain(own).collect()
    }
}

/// The exact score of another Gaussian than the data's: data `N(m₀, v₀)`, score and prior those of `N(m̃, ṽ)` noised.
#[derive(Debug, Clone, PartialEq)]
pub struct OtherGaussianPoint {
    /// The process.
    pub noising: Noising,
    /// Data mean.
    pub m0: Decimal,
    /// Data variance.
    pub v0: Decimal,
    /// Mean of the Gaussian whose score the model has.
    pub other_mean: Decimal,
    /// Its variance.
    pub other_variance: Decimal,
    /// Member of the plug-in family, below 1.
    pub lambda: Decimal,
    /// The data point.
    pub x: Decimal,
}

impl OtherGaussianPoint {
    /// The world in any reading: `δ = 0`, and the prior is the other Gaussian at the end of the process.
    pub fn world<S: Scalar>(&self) -> AffineScore<S> {
        let (end, centre, v0) = (self.noising.process().end(), self.other_mean.read(), self.other_variance.read());
        AffineScore {
            scaled: ScaledScore { v0, delta: S::zero(), lambda: self.lambda.read(), vpi: end.variance(v0) },
            centre,
            prior_mean: end.mean(centre),
        }
    }
}

impl Case for OtherGaussianPoint {
    const DRAWS: usize = Noising::DRAWS + 6;

    fn draw(draws: &mut Draws<'_>) -> Self {
        Self {
            noising: Noising::draw(draws),
            m0: draws.number(PLACE),
            v0: draws.number(DATA_VARIANCE),
            other_mean: draws.number(PLACE),
            other_variance: draws.number(DATA_VARIANCE),
            lambda: draws.number(MEMBER),
            x: draws.number(PLACE),
        }
    }

    fn numbers(&mut self) -> Vec<(&mut Decimal, Range)> {
        let own = [
            (&mut self.m0, PLACE),
            (&mut self.v0, DATA_VARIANCE),
            (&mut self.other_mean, PLACE),
            (&mut self.other_variance, DATA_VARIANCE),
            (&mut self.lambda, MEMBER),
            (&mut self.x, PLACE),
        ];
        self.noising.numbers().into_iter().chain(own).collect()
    }
}

macro_rules! inputs {
    ($($case:ident)+) => {$(
        impl $case {
            /// The parameters by name, exactly, for [`ask`](crate::claims::ask) and the readers of claims.
            ///
            /// # Errors
            /// Never in practice: every case prints as well-formed words.
            pub fn inputs(&self) -> Result<Inputs, crate::parameters::InputError> {
                Inputs::from_words(self.to_string().split_whitespace())
            }
        }
    )+};
}

inputs!(Noising ScaledScorePoint);
