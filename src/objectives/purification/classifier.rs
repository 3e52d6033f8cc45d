//! Linear classifiers of two Gaussian classes: what they see of a class, clean and attacked, bare and behind a purifier. Source: `yoon2021`.
//!
//! The margin `y wᵀx` is Gaussian, and the accuracy is the probability that it is positive.

use super::Steps;
use crate::numbers::{Scalar, Special, Vector};
use crate::worlds::{Gaussian, TwoClasses};

/// The norm that bounds an attack `δ`, `‖δ‖ ≤ ε`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Norm {
    /// `‖δ‖₂`, Euclidean.
    L2,
    /// `‖δ‖_∞`, the largest entry.
    Linf,
}

impl Norm {
    /// Their names.
    pub const NAMES: &'static [&'static str] = &["l2", "linf"];

    /// The norm with this name, the first if there is none.
    pub fn named(name: &str) -> Self {
        if name == "linf" { Self::Linf } else { Self::L2 }
    }

    /// `‖w‖_*`, the most that a unit of attack takes off `wᵀx`: `‖w‖₂`, or `‖w‖₁ = Σ|wᵢ|`.
    pub fn dual<S: Scalar>(self, w: &Vector<S>) -> S {
        match self {
            Self::L2 => w.dot(w).sqrt(),
            Self::Linf => w.0.iter().fold(S::zero(), |sum, w| sum + w.square().sqrt()),
        }
    }

    /// The unit of attack that takes it off, but for the sign of the class: `w/‖w‖₂` for `w ≠ 0`, or `sign w`, which is 0 where an
    /// entry is.
    ///
    /// ```
    /// use ouracle::numbers::{Float, Vector};
    /// use ouracle::objectives::purification::Norm;
    /// let w = Vector([-0.7, 0.0, 0.3].map(Float).to_vec());
    /// assert_eq!(Norm::Linf.steepest(&w).0, [-1.0, 0.0, 1.0].map(Float));
    /// ```
    pub fn steepest<S: Scalar>(self, w: &Vector<S>) -> Vector<S> {
        match self {
            Self::L2 => w.scale(self.dual(w).recip()),
            Self::Linf => w.map(S::sign),
        }
    }
}

/// What an attacker knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    /// Purifier and classifier: the attack is the best against both together.
    White,
    /// The classifier alone: the attack is the best against it, bare.
    Gray,
}

impl Knowledge {
    /// Their names.
    pub const NAMES: &'static [&'static str] = &["white", "gray"];

    /// The one with this name, the first if there is none.
    pub fn named(name: &str) -> Self {
        if name == "gray" { Self::Gray } else { Self::White }
    }
}

/// The law of the margin `y wᵀx` of the classifier `sign wᵀx`: `N(wᵀμ, wᵀΣw)`, the same for both classes.
pub fn margin<S: Scalar>(w: &Vector<S>, classes: &TwoClasses<S>) -> Gaussian<S> {
    Gaussian::new(w.dot(&classes.positive.mean), classes.positive.covariance.matrix().bilinear(w, w))
}

/// The probability that a margin is positive, `Φ(mean/√variance)`, with its own digits however small it is.
pub fn accuracy<S: Special>(margin: &Gaussian<S>) -> S {
    margin.above(S::zero())
}

/// A linear classifier behind a purifier: noise is added to the input, steps without noise of their own follow, and the logits
/// of several such runs are averaged.
#[derive(Debug, Clone)]
pub struct Defended<S> {
    /// `w`, the classifier alone.
    pub bare: Vector<S>,
    /// `w_eff = Bᵏw`, the classifier of inputs that purifier and classifier make together.
    pub effective: Vector<S>,
    /// `σ_in² ≥ 0`, the variance of the noise added to each entry of the input.
    pub injected: S,
    /// `n`, the number of runs whose logits are averaged.
    pub runs: u32,
}

impl<S: Scalar> Defended<S> {
    /// No purifier: `w_eff = w`, no noise, one run.
    pub fn bare(w: Vector<S>) -> Self {
        Self { effective: w.clone(), bare: w, injected: S::zero(), runs: 1 }
    }

    /// Behind steps with the mode at 0, for `wᵀBᵏx = (Bᵏw)ᵀx`.
    pub fn behind(steps: &Steps<S>, w: Vector<S>) -> Self {
        Self { effective: &steps.factor() * &w, ..Self::bare(w) }
    }

    /// The same with noise of this variance added to the input, and so many runs.
    pub fn with_noise(self, injected: S, runs: u32) -> Self {
        Self { injected, runs, ..self }
    }

    /// `σ_in²‖w_eff‖²/n`, the variance that the added noise leaves in the averaged logit.
    pub fn noise(&self) -> S {
        self.injected * self.effective.dot(&self.effective) / i64::from(self.runs)
    }

    /// `c`, what a unit of attack takes off the margin: `‖w_eff‖_*` if the attacker knows the purifier, else `w_effᵀ` times the
    /// attack that is best against `w`.
    pub fn loss(&self, norm: Norm, knowledge: Knowledge) -> S {
        match knowledge {
            Knowledge::White => norm.dual(&self.effective),
            Knowledge::Gray => self.effective.dot(&norm.steepest(&self.bare)),
        }
    }

    /// The law of the margin under an attack of size `ε`, which is made before the noise is drawn:
    /// `N(w_effᵀμ − εc, w_effᵀΣw_eff + σ_in²‖w_eff‖²/n)`.
    pub fn margin(&self, classes: &TwoClasses<S>, size: S, norm: Norm, knowledge: Knowledge) -> Gaussian<S> {
        let clean = margin(&self.effective, classes);
        Gaussian::new(clean.mean - size * self.loss(norm, knowledge), clean.variance + self.noise())
    }

    /// The law of the clean margin.
    pub fn clean_margin(&self, classes: &TwoClasses<S>) -> Gaussian<S> {
        let clean = margin(&self.effective, classes);
        Gaussian::new(clean.mean, clean.variance + self.noise())
    }
}

impl<S: Special> Defended<S> {
    /// The accuracy of the sign of `w_effᵀx + b + noise` under that attack, on two classes that are equally likely: each sees the offset
    /// `b` with its sign, and `noise` is a variance that the purifier leaves in the logit beside what it adds to the input.
    pub fn accuracy(&self, classes: &TwoClasses<S>, attack: (S, Norm, Knowledge), offset: S, noise: S) -> S {
        let (size, norm, knowledge) = attack;
        let seen = self.margin(classes, size, norm, knowledge);
        let of_class = |offset: S| accuracy(&Gaussian::new(seen.mean + offset, seen.variance + noise));
        (of_class(offset) + of_class(-offset)) / 2
    }
}
