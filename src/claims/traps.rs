//! What readers conclude from true statements and correct experiments, and what holds instead.
//!
//! A trap is not a mistake in a formula: the number is right, and the reading of it is not. Each conclusion is a wrong version
//! of a claim, refuted in every run; its row shows where, and by how much.

/// A conclusion that does not follow, and the wrong version of a claim that it is.
#[derive(Debug, Clone, Copy)]
pub struct Trap {
    /// What it is about.
    pub part: &'static str,
    /// What people conclude, in words.
    pub conclusion: &'static str,
    /// What holds instead, in words with formulas between `$`.
    pub instead: &'static str,
    /// The claim that decides it.
    pub claim: &'static str,
    /// The wrong version of that claim which says what is concluded.
    pub control: &'static str,
}

const SCORE_MATCHING: &str = "Score matching";
const FINITE_DIFFERENCES: &str = "Finite differences";
const PURIFICATION: &str = "Purification";
const STATISTICS: &str = "Statistics";

const fn trap(
    part: &'static str,
    conclusion: &'static str,
    instead: &'static str,
    (claim, control): (&'static str, &'static str),
) -> Trap {
    Trap { part, conclusion, instead, claim, control }
}

/// The traps, by subject.
pub static TRAPS: &[Trap] = &[
    trap(
        SCORE_MATCHING,
        "“Variance reduction” reduces the variance.",
        "With normal projections SSM-VR is the noisier loss wherever $2\\,s^\\top K s > \\tfrac12|s|^4$; at the truth, wherever $\\mathrm{tr}\\,K^2 > \\tfrac12(\\mathrm{tr}\\,K)^2$, in one dimension always.",
        ("sm-vr-not-always", "always-reduces"),
    ),
    trap(
        SCORE_MATCHING,
        "The length of the projections is a matter of scale.",
        "For SSM it is: unit vectors divide the loss by $d$. In SSM-VR only one of two terms is divided, and the loss is least at $K = \\Sigma^{-1}/d$.",
        ("sm-ssm-equality", "same-minimiser"),
    ),
    trap(
        SCORE_MATCHING,
        "$M$ projections divide the variance by $M$.",
        "Only the part of the projections: $\\mathrm{Var} = (V_x + V_v/M)/N$. If samples cost nothing, one projection each is best.",
        ("sm-estimator-variance", "noise-of-the-data-averaged"),
    ),
    trap(
        SCORE_MATCHING,
        "The same projections may serve the whole batch.",
        "Then $2\\|G\\|_F^2/M$ stays, however many samples there are.",
        ("sm-shared-projections", "independent"),
    ),
    trap(
        SCORE_MATCHING,
        "One projection for each sample costs about a factor of two.",
        "It costs a factor of $d$ with signs, and $d + 2$ with normals, where $K = \\theta I$.",
        ("sm-isotropic-exact-law", "factor-two"),
    ),
    trap(
        SCORE_MATCHING,
        "For Gaussian data score matching is as efficient as maximum likelihood.",
        "In the family of all precisions it is. Where only a scale is learnt, its efficiency is $(\\mathrm{tr}\\,K_0)^2/(d\\,\\mathrm{tr}\\,K_0^2)$, as little as $1/d$.",
        ("sm-efficiency-scale", "efficient"),
    ),
    trap(
        SCORE_MATCHING,
        "A sliced divergence of zero means equal scores.",
        "Only if $E\\,vv^\\top$ is positive definite; directions that are never drawn are never seen.",
        ("sm-identifiability", "any-law-identifies"),
    ),
    trap(
        FINITE_DIFFERENCES,
        "Tested on Gaussians, exact for every step: so the error is negligible.",
        "Gaussian log-densities are quadratic, and there it is zero. On a quartic it is $\\varepsilon^2(abs_2 + 3b^2s_2^2 - \\tfrac b2)$ to leading order.",
        ("fd-ssm-quartic", "no-error"),
    ),
    trap(
        FINITE_DIFFERENCES,
        "With enough samples FD-SSM finds the truth, at any step.",
        "Off the Gaussian family its minimiser is off by $O(\\varepsilon^2)$ for ever; FD-DSM's is not, on Gaussian data.",
        ("fd-ssm-inconsistent", "consistent-at-a-fixed-step"),
    ),
    trap(
        FINITE_DIFFERENCES,
        "A smaller step is a better step.",
        "Round-off grows like $u|L|/\\varepsilon^2$: the best step is of order $u^{1/4}$, 0.04 in single precision.",
        ("fd-roundoff", "smaller-is-better"),
    ),
    trap(
        FINITE_DIFFERENCES,
        "FD-DSM is denoising score matching.",
        "It is twice $J_{DSM}$ in the convention with ½.",
        ("fd-dsm-quartic", "the-loss-itself"),
    ),
    trap(
        FINITE_DIFFERENCES,
        "For a small step the gradients point the same way.",
        "Wherever the gradient does not vanish; near the minimum the angle tends to a limit that is not zero.",
        ("fd-gradient-angle", "uniform-in-the-model"),
    ),
    trap(
        PURIFICATION,
        "Steps along the exact score change no decision of the best classifier.",
        "For classes whose covariance has $\\mu$ for an eigenvector, and $0 < \\alpha \\le \\tau^2$, the variance of a noised class, that is so: its clean and robust accuracy stay what they are, whatever the number of steps. For other covariances decisions flip, and the accuracy falls.",
        ("purify-mixture-fixed-point", "any-covariance"),
    ),
    trap(
        PURIFICATION,
        "A longer step only gets there sooner.",
        "For $\\alpha > \\tau^2$ inputs far from the boundary are thrown across it.",
        ("purify-mixture-fixed-point", "long-steps-keep-decisions"),
    ),
    trap(
        PURIFICATION,
        "The adaptive step goes downhill, so it is positive.",
        "Around the saddle between two modes the energy is concave along the score: there the step is negative, and leads towards the saddle. It needs a clamp.",
        ("purify-adaptive-step", "always-positive"),
    ),
    trap(
        PURIFICATION,
        "Purification shrinks the attack, and robustness grows with the number of steps.",
        "It shrinks the distance between the classes by the same: a Gaussian energy before a linear classifier is another linear classifier, $w_{eff} = B^k w$, and where $P \\propto I$ and $\\alpha P \\prec I$ nothing changes at all.",
        ("purify-effective-classifier", "attack-shrinks-alone"),
    ),
    trap(
        PURIFICATION,
        "The accuracy under an attack on the bare classifier is the robust accuracy.",
        "The gap between gray and white box is what the attacker did not know, and no defence.",
        ("purify-effective-classifier", "gray-accuracy-as-white"),
    ),
    trap(
        PURIFICATION,
        "Noise costs accuracy; so where accuracy rises with it, the noise defends.",
        "Injected noise moves every accuracy towards one half. Where the attack has pushed it below, it rises: by chance, and not beyond.",
        ("purify-ensemble", "noise-always-costs"),
    ),
    trap(
        PURIFICATION,
        "A majority of noisy runs decides like their average.",
        "A vote throws the margins away: its accuracy is another number, and the lower one where the margin is positive.",
        ("purify-ensemble", "vote-is-average"),
    ),
    trap(
        PURIFICATION,
        "The steps after the noise take more of the attack away.",
        "Invertible affine steps leave every divergence between the two laws as it is: the noise is the whole screen.",
        ("purify-noise-divergence", "variation-contracts"),
    ),
    trap(
        PURIFICATION,
        "What comes out is as accurate as the classifier behind it.",
        "For two round classes with $|\\mu|^2 > \\tau^2$, after many steps of $\\alpha \\le \\tau^2$ every classifier with $w^\\top\\mu > 0$ answers like the Bayes rule: $\\Phi(|\\mu|/s)$, whatever $w$.",
        ("purify-mixture-recovery", "own-direction"),
    ),
    trap(
        PURIFICATION,
        "More smoothing is safer.",
        "For $\\sigma^2 \\ge |\\mu|^2 - s^2$ both classes collapse to one point, and the answer is undetermined.",
        ("purify-mixture-recovery", "never-too-smooth"),
    ),
    trap(
        PURIFICATION,
        "One step of length $\\sigma$ denoises.",
        "The posterior mean is at $\\alpha = \\sigma^2$, if the noise of the input is the noise of the training; at $2\\sigma^2$ the step is as bad as none.",
        ("purify-tweedie", "deviation"),
    ),
    trap(
        PURIFICATION,
        "The step of Langevin dynamics is $\\eta$, however it is written.",
        "To first order the bias with drift $\\eta s$ is twice that with drift $\\frac\\eta2 s$. Say which.",
        ("purify-langevin-bias", "other-convention"),
    ),
    trap(
        PURIFICATION,
        "The share of votes is the probability to certify with.",
        "It exceeds the probability as often as not; a radius needs its lower confidence bound.",
        ("purify-certificate", "share-for-the-bound"),
    ),
    trap(
        STATISTICS,
        "With a thousand draws a z-test is exact enough.",
        "At a level of $10^{-11}$ the upper tail of a sum of squares is 46 times the normal one at a thousand draws.",
        ("stats-clt-invalid", "normal-tail"),
    ),
    trap(
        STATISTICS,
        "A check of a mean checks the variance with it.",
        "A variance that is larger than claimed weakens the bound, and nothing shows it: variances have checks of their own.",
        ("stats-planned-n", "variance-larger-than-claimed"),
    ),
];
