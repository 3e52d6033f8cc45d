//! The log-weight of an exact score with a wrong prior: a quadratic function of one Gaussian variable, with all its moments.

use crate::numbers::{Dual, Jet, Scalar, Vector};
use crate::worlds::Gaussian;

/// `h(Y) = log π(Y) − log q(Y)` for `Y ~ N(m, w)`, two Gaussian laws `π` and `q`.
///
/// With `A = 1/v_q − 1/v_π` and `B = h′(m)` it is `h(m) + B√w Z + ½ A w Z²`, so that everything depends on three numbers.
#[derive(Debug, Clone, Copy)]
pub struct Tilt<S> {
    /// `h(m)`.
    pub centre: S,
    /// `a = A w`, below 1 whenever `w ≤ v_q`.
    pub bend: S,
    /// `B² w`.
    pub spread: S,
}

impl<S: Scalar> Tilt<S> {
    /// The tilt from `q` to `π` seen from `law`.
    pub fn new(prior: &Gaussian<S>, marginal: &Gaussian<S>, law: &Gaussian<S>) -> Self {
        let slope = prior.score().minus(&marginal.score());
        Self {
            centre: prior.log_density(law.mean) - marginal.log_density(law.mean),
            bend: law.variance * slope.slope,
            spread: slope.value(law.mean).square() * law.variance,
        }
    }

    /// The cumulant function `log E e^{θh} = θ h(m) − ½ ln(1 − θa) + ½ θ² B²w/(1 − θa)`, finite if and only if `1 − θa > 0`.
    pub fn cumulant(&self, theta: S) -> S {
        let rest = S::int(1) - self.bend * theta;
        self.centre * theta - rest.ln() / 2 + theta.square() * self.spread / (rest * 2)
    }

    /// `Var h = ½ a² + B² w`.
    pub fn variance(&self) -> S {
        self.bend.square() / 2 + self.spread
    }

    /// `log(E e^{2h} / (E e^h)²) = ½ ln(1 + a²/(1 − 2a)) + B²w/((1 − a)(1 − 2a))`, without cancellation; finite if and only if
    /// `1 − 2a > 0`.
    pub fn log_ratio(&self) -> S {
        let (once, twice) = (S::int(1) - self.bend, S::int(1) - self.bend * 2);
        (self.bend.square() / twice).ln_1p() / 2 + self.spread / (once * twice)
    }

    /// In another reading.
    pub fn map<R>(&self, f: impl Fn(S) -> R) -> Tilt<R> {
        Tilt { centre: f(self.centre), bend: f(self.bend), spread: f(self.spread) }
    }

    /// The first two derivatives of the cumulant function: at 0 the mean and the variance of `h`.
    pub fn tilted_moments(&self, theta: S) -> (S, S) {
        let twice = |x: S| Dual::constant(Dual::constant(x));
        let lifted = self.map(twice);
        let jet = Jet::of(|theta| lifted.cumulant(theta[0]), &Vector(vec![theta]));
        (jet.gradient[0], jet.hessian[(0, 0)])
    }

    /// The fourth cumulant of `h`, the fourth derivative of the cumulant function at 0.
    pub fn fourth_cumulant(&self) -> S {
        let outer = self.map(|x| Dual::constant(Dual::constant(x)));
        Jet::of(|theta| outer.tilted_moments(theta[0]).1, &Vector(vec![S::zero()])).hessian[(0, 0)]
    }
}
