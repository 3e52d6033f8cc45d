//! Mistakes that people make: each is a wrong answerer, and every question says which of them it tells from the truth.

/// One mistake, made throughout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mistake {
    /// Time runs the other way.
    TimeReversed,
    /// A standard deviation where a variance is due.
    SigmaForVariance,
    /// A variance where a standard deviation is due.
    VarianceForSigma,
    /// The drift without its ½.
    RateNotHalved,
    /// `β(t) t` for the integral of `β`.
    BetaNotIntegrated,
    /// A schedule made for `T = 1`.
    EndTimeForgotten,
    /// `1 − e^{−z}` where it cancels.
    Expm1Missing,
    /// The mean of the data left out.
    MeanForgotten,
    /// The spread of the data left out.
    SpreadForgotten,
    /// The law of the data at every time.
    DataNotNoised,
    /// Only the diagonal of the covariance.
    OffDiagonalsDropped,
    /// All components with one weight.
    EqualWeights,
    /// A Gaussian in place of the mixture.
    MixtureAsGaussian,
    /// The other sign of the score.
    ScoreSign,
    /// The noise in place of the score.
    NoiseForScore,
    /// The denoised point in place of the score.
    DenoisedForScore,
    /// The exact field in place of the model.
    ModelIgnored,
    /// `g` for `g²`.
    DiffusionForItsSquare,
    /// Half the score in the reverse SDE.
    HalfScoreInReverse,
    /// The whole score in the probability flow.
    FullScoreInFlow,
    /// The exponent without its ½.
    HalfForgotten,
    /// `log σ` for `log σ²`.
    LogSigma,
    /// No `2π`.
    TwoPiForgotten,
    /// Bits where nats are declared.
    BitsForNats,
    /// A mean over dimensions where a sum is declared.
    MeanForSum,
    /// The denoised point in the direction term.
    DenoisedForNoise,
    /// The noise level of the start of the step at its end.
    LevelNotAdvanced,
    /// The bound without its prior.
    PriorForgotten,
    /// The divergence the other way round.
    KlReversed,
    /// More than the likelihood.
    BoundExceeded,
    /// The squared mismatch without its ½.
    WeightNotHalved,
    /// The score of all data where that given one datum is due.
    MarginalForConditional,
    /// Noise of the size of the step, not of its root.
    StepNotRooted,
    /// One step too few.
    OneStepShort,
    /// The flow's volume left out.
    DivergenceForgotten,
    /// An answer to every question.
    NeverRefuses,
}

/// What is known of a mistake.
#[derive(Debug, Clone, Copy)]
pub struct About {
    /// The mistake.
    pub mistake: Mistake,
    /// Its permanent id.
    pub id: &'static str,
    /// What is done.
    pub story: &'static str,
    /// Where it was made.
    pub links: &'static [&'static str],
}

const fn about(mistake: Mistake, id: &'static str, story: &'static str, links: &'static [&'static str]) -> About {
    About { mistake, id, story, links }
}

/// All mistakes.
#[rustfmt::skip]
pub static MISTAKES: &[About] = &[
    about(Mistake::TimeReversed, "time-reversed", "time runs from noise to data where data at 0 is declared", &["https://github.com/patrick-kidger/diffrax/issues/598"]),
    about(Mistake::SigmaForVariance, "sigma-for-variance", "the standard deviation of the noise stands where its variance is due", &["https://github.com/tqch/ddpm-torch/issues/9"]),
    about(Mistake::VarianceForSigma, "variance-for-sigma", "the variance of the noise stands where its standard deviation is due", &["https://github.com/jpmorganchase/abides-jpmc-public/issues/10", "https://github.com/google-deepmind/optax/issues/281"]),
    about(Mistake::RateNotHalved, "rate-not-halved", "the signal decays at the whole rate beta, not half of it", &[]),
    about(Mistake::BetaNotIntegrated, "beta-not-integrated", "beta(t) t stands for the integral of beta from 0 to t", &[]),
    about(Mistake::EndTimeForgotten, "end-time-forgotten", "the schedule is that of a process on [0, 1], whatever its horizon", &[]),
    about(Mistake::Expm1Missing, "expm1-missing", "1 - exp(-z) is computed as it is written, which cancels for small z", &["https://github.com/SciML/DiffEqNoiseProcess.jl/issues/159"]),
    about(Mistake::MeanForgotten, "mean-forgotten", "the mean of the data is left out", &["https://github.com/sbi-dev/sbi/issues/1462"]),
    about(Mistake::SpreadForgotten, "spread-forgotten", "the variance given the data stands for the variance of the noised data", &[]),
    about(Mistake::DataNotNoised, "data-not-noised", "the law of the data stands for the law at every time", &[]),
    about(Mistake::OffDiagonalsDropped, "off-diagonals-dropped", "only the diagonal of the covariance is used", &[]),
    about(Mistake::EqualWeights, "equal-weights", "all components of the mixture have one weight", &[]),
    about(Mistake::MixtureAsGaussian, "mixture-as-gaussian", "a Gaussian with the moments of the mixture stands for it", &[]),
    about(Mistake::ScoreSign, "score-sign", "the score has the other sign", &[]),
    about(Mistake::NoiseForScore, "noise-for-score", "the predicted noise stands where the score is declared", &[]),
    about(Mistake::DenoisedForScore, "denoised-for-score", "the denoised point stands where the score is declared", &[]),
    about(Mistake::ModelIgnored, "model-ignored", "the exact field stands for the given one", &[]),
    about(Mistake::DiffusionForItsSquare, "diffusion-for-its-square", "g stands where g^2 is due", &["https://github.com/deepinv/deepinv/issues/1343"]),
    about(Mistake::HalfScoreInReverse, "half-score-in-reverse", "the reverse SDE has half the score, as the probability flow does", &[]),
    about(Mistake::FullScoreInFlow, "full-score-in-flow", "the probability flow has the whole score, as the reverse SDE does", &[]),
    about(Mistake::HalfForgotten, "half-forgotten", "the squared distance in the exponent is not halved", &[]),
    about(Mistake::LogSigma, "log-sigma", "log sigma stands for log sigma^2 in the normaliser", &["https://github.com/tqch/ddpm-torch/issues/9"]),
    about(Mistake::TwoPiForgotten, "two-pi-forgotten", "the constant (d/2) ln 2 pi is left out", &[]),
    about(Mistake::BitsForNats, "bits-for-nats", "the logarithm is to base 2 where nats are declared", &["https://github.com/yang-song/score_sde_pytorch/issues/51"]),
    about(Mistake::MeanForSum, "mean-for-sum", "dimensions are averaged where their sum is declared", &["https://github.com/pyro-ppl/pyro/issues/1643"]),
    about(Mistake::DenoisedForNoise, "denoised-for-noise", "the denoised point stands for the noise in the direction of a DDIM step", &["https://github.com/huggingface/diffusers/issues/1486"]),
    about(Mistake::LevelNotAdvanced, "level-not-advanced", "the noise of a DDIM step keeps the level of its start", &["https://github.com/huggingface/diffusers/issues/1512"]),
    about(Mistake::PriorForgotten, "prior-forgotten", "the bound leaves the prior out", &[]),
    about(Mistake::KlReversed, "kl-reversed", "the divergence of the prior from the noised data, not of these from the prior", &[]),
    about(Mistake::BoundExceeded, "bound-exceeded", "the slack of the bound is added where it is to be taken off", &[]),
    about(Mistake::WeightNotHalved, "weight-not-halved", "the squared mismatch is weighted by g^2, not by half of it", &[]),
    about(Mistake::MarginalForConditional, "marginal-for-conditional", "the score of the noised data stands for that given the datum", &[]),
    about(Mistake::StepNotRooted, "step-not-rooted", "the noise of a step is scaled by its length, not by the root", &["https://github.com/google-research/ibc/issues/6", "https://github.com/blei-lab/edward/issues/722"]),
    about(Mistake::OneStepShort, "one-step-short", "the last step is not taken", &["https://github.com/lllyasviel/ControlNet/issues/587"]),
    about(Mistake::DivergenceForgotten, "divergence-forgotten", "the likelihood leaves out the volume of the flow", &[]),
    about(Mistake::NeverRefuses, "never-refuses", "questions that have no answer are answered", &[]),
];

impl Mistake {
    /// What is known of it.
    pub fn about(self) -> &'static About {
        // The table has every mistake, in the order of the declaration (tested).
        &MISTAKES[self as usize]
    }

    /// The mistake with this id.
    pub fn find(id: &str) -> Option<Self> {
        MISTAKES.iter().find(|about| about.id == id).map(|about| about.mistake)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_declaration() {
        for (at, about) in MISTAKES.iter().enumerate() {
            assert_eq!((about.mistake as usize, Mistake::find(about.id)), (at, Some(about.mistake)), "{}", about.id);
        }
        assert_eq!(MISTAKES.len(), Mistake::NeverRefuses as usize + 1);
    }
}
