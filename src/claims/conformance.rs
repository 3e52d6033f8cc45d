//! What the paper says, part by part, and which claim decides it, or why none does.
//!
//! Parts are named by their subject: the numbers of sections and theorems differ between versions of the paper.

/// A statement of the paper, and what became of it here.
#[derive(Debug, Clone, Copy)]
pub struct Theorem {
    /// The part of the paper.
    pub part: &'static str,
    /// What it says, in words, with formulas between `$`.
    pub says: &'static str,
    /// The claims that decide it; none if it is not covered.
    pub decided_by: &'static [&'static str],
    /// What is not covered, because; empty if nothing is left.
    pub not_covered: &'static str,
}

const BACKGROUND: &str = "Background: SDEs and score matching";
const MARGINAL: &str = "Marginal density: the stochastic instantaneous change of variables";
const BOUND: &str = "The continuous-time ELBO";
const PLUG_IN: &str = "The plug-in reverse SDE and score matching";
const FAMILY: &str = "The equivalent family of reverse SDEs";
const NOISE: &str = "Bias and variance of the estimators";
const EXPERIMENTS: &str = "Experiments";
const AROUND: &str = "Around the paper: what its reader relies on";

const fn theorem(part: &'static str, says: &'static str, decided_by: &'static [&'static str]) -> Theorem {
    Theorem { part, says, decided_by, not_covered: "" }
}

impl Theorem {
    const fn but(self, not_covered: &'static str) -> Self {
        Self { not_covered, ..self }
    }
}

/// The statements of Huang, Lim and Courville (2021) in the order of the paper, then what surrounds them.
pub static CONFORMANCE: &[Theorem] = &[
    theorem(
        BACKGROUND,
        "the transition laws of the VP, sub-VP and VE processes, and of any linear SDE",
        &["lin-moments-scalar", "lin-moments-matrix", "cld-critical", "chapman-kolmogorov", "ou-stationary"],
    ),
    theorem(BACKGROUND, "the Fokker–Planck equation of the noising process and the PDE of its score", &["fp-residual"])
        .but("smoothness of the densities: it is assumed; Gaussian ones have it, any other enters as a free jet"),
    theorem(BACKGROUND, "the reversal of a diffusion has drift $g^2\\nabla\\log q - f$", &["anderson-reversal"])
        .but("noise $g(y, t)$ that depends on the point: among the exact worlds here only geometric Brownian motion has it"),
    theorem(
        BACKGROUND,
        "explicit, implicit, sliced and denoising score matching differ by constants",
        &["esm-average", "ism-dsm-pointwise", "ssm-hutchinson"],
    ),
    theorem(BACKGROUND, "Girsanov: densities of one path law against another", &["girsanov", "ou-path-likelihood"])
        .but("Novikov's condition: for affine $\\theta$ the moments are computed instead"),
    theorem(
        MARGINAL,
        "Feynman–Kac: $p_\\theta(x) = E[\\pi(Z_T)\\,e^{-\\int\\nabla\\cdot\\mu\\,dt} \\mid Z_0 = x]$",
        &["feynman-kac", "cameron-martin", "mehler-bridge"],
    )
    .but("existence of solutions: affine coefficients satisfy every growth condition"),
    theorem(
        MARGINAL,
        "with noise that depends on the point: drift $-\\mu + \\nabla\\cdot D$, potential $\\frac12\\nabla\\nabla{:}D - \\nabla\\cdot\\mu$",
        &["feynman-kac-position-dependent"],
    )
    .but("more than one dimension: the generator identity is proved for any $D$ in one, and geometric Brownian motion is the exact world"),
    theorem(
        MARGINAL,
        "without noise it is the instantaneous change of variables of a flow",
        &["instantaneous-change-of-variables", "pf-ode", "cnf-limit"],
    ),
    theorem(BOUND, "$\\mathcal E^\\infty(x) \\le \\log p_\\theta(x)$ for every control $a$", &["ct-elbo", "master-pathwise-identity"])
        .but("controls that are not affine: their bound has no closed form; the pathwise identity holds for any control"),
    theorem(
        BOUND,
        "the gap is $\\frac12\\int E|a - \\sigma^\\top\\nabla\\log u|^2dt$ along the inference path",
        &["variational-gap", "family-affine-shift", "data-score-in-the-gap"],
    ),
    theorem(
        BOUND,
        "the optimal inference SDE makes the bound tight, and the log-weight constant on every path",
        &["optimal-inference-tightness", "tight-plug-in-certificate", "zero-variance-weight"],
    ),
    theorem(BOUND, "more samples of the log-weight tighten the bound", &["iwae-monotone", "log-weight-variance"])
        .but("more than five samples at once: the proof, for any weights, is run for up to five, and the same algebra serves every number"),
    theorem(BOUND, "it is the limit of the ELBO of an infinitely deep VAE", &["deep-vae-limit"])
        .but("chains other than Euler–Maruyama of VP with constant $\\beta$: their leading coefficients have no closed form here"),
    theorem(
        PLUG_IN,
        "the bound of the plug-in reverse SDE is implicit score matching",
        &["plugin-elbo-ism", "plugin-multivariate"],
    ),
    theorem(
        PLUG_IN,
        "to maximise the average bound is to minimise score matching with weight $g^2$",
        &["score-matching-equals-elbo", "likelihood-weighting"],
    ),
    theorem(
        PLUG_IN,
        "it bounds the likelihood of the model; the data's only on average",
        &["pointwise-model-not-data", "elbo-below-data", "family-prior-mismatch", "family-scaled-score"],
    ),
    theorem(
        FAMILY,
        "drift $(1-\\frac\\lambda2)g^2s - f$ with noise $\\sqrt{1-\\lambda}\\,g$ has the same marginals for every $\\lambda \\le 1$",
        &["lambda-family", "same-marginals-for-any-score", "same-path-laws"],
    ),
    theorem(
        FAMILY,
        "its bounds are score matching with the factor $(1-\\frac\\lambda2)^2/(1-\\lambda)$",
        &["score-matching-equals-elbo", "lambda-to-one"],
    ),
    theorem(NOISE, "the integral must stop before $t = 0$, which changes what is bounded", &["time-truncation"]),
    theorem(
        NOISE,
        "drawing $t$ with density $\\propto g^2/w$ removes the bias of other weights and lowers the variance",
        &["time-importance-sampling", "dsm-variance-blowup", "likelihood-weighting"],
    ),
    theorem(EXPERIMENTS, "bits per dimension, sample quality and training curves on images", &[])
        .but("they are facts about trained networks, which no closed form decides; bring your code to a `test` instead"),
    theorem(
        AROUND,
        "bounds between the data and the model (ScoreFlow), and how fast noising brings laws together",
        &["scoreflow-kl-bound", "relative-de-bruijn", "de-bruijn", "fisher-stam-lsi"],
    )
    .but("Stam's and the logarithmic Sobolev inequality in general: no closed form decides all densities; Gaussians and mixtures do"),
    theorem(AROUND, "denoising is the posterior mean: Tweedie's formula, both orders", &["tweedie"]),
    theorem(AROUND, "tightness for data that is not Gaussian", &["mixture-equality"]),
];
