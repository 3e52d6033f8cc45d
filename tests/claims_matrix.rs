//! Numbers of the claims about matrices, against closed forms that know one dimension only, and at hard places.

use ouracle::claims::{self, AskError};
use ouracle::numbers::Ball;
use ouracle::parameters::Inputs;

fn ask(question: &str, words: &str, digits: usize) -> Result<Ball, AskError> {
    let inputs = Inputs::from_words(words.split_whitespace()).expect("a list of pairs");
    claims::ask(question, &inputs, digits).map(|answer| answer.value)
}

/// Relative radius and agreement of two enclosures.
fn agree(left: Ball, right: Ball, digits: i32) {
    assert!(left.overlaps(&right), "{} and {}", left.to_decimal(45), right.to_decimal(45));
    for side in [left, right] {
        let relative = (Ball::point(side.radius()) / Ball::point(side.mig())).to_f64();
        assert!(relative <= 10.0_f64.powi(-digits), "{}", side.to_decimal(45));
    }
}

const SCALAR: &str = "process=vp-linear b0=1.44 b1=1.44 T=1.3 v0=0.3137 delta=0.2719 lam=0 vpi=1.1719 x=0.8113";
const AS_MATRIX: &str = "A=[[-0.72]] L=[[1.2]] S0=[[0.3137]] D=[[1.2719]] Spi=[[1.1719]] x=[0.8113] T=1.3";

/// In one dimension the plug-in model has a closed form, of which the steps of power series know nothing.
#[test]
fn one_dimension_has_a_closed_form() {
    let scalar = |quantity| ask(quantity, SCALAR, 40).expect("a closed form");
    let steps = |quantity, model: &str| ask(quantity, &format!("{model}{AS_MATRIX}"), 40).expect("followed");
    agree(steps("plugin-multivariate/elbo", ""), scalar("family-scaled-score/elbo"), 40);
    agree(steps("variational-gap/gap", "model=plugin-multivariate "), scalar("variational-gap/gap"), 40);
    let sum = scalar("family-scaled-score/elbo") + scalar("variational-gap/gap");
    agree(steps("plugin-multivariate/model-log-likelihood", ""), sum, 40);
}

/// Coordinates that know nothing of each other: likelihoods add up.
#[test]
fn independent_coordinates_add_up() {
    let together = "A=[[-0.72,0],[0,-0.5]] L=[[1.2,0],[0,1]] S0=[[0.3137,0],[0,1.7119]] D=[[1.2719,0],[0,0.8117]] \
                    Spi=[[1.1719,0],[0,0.9]] x=[0.8113,-0.3119] T=1.3";
    let second = "A=[[-0.5]] L=[[1]] S0=[[1.7119]] D=[[0.8117]] Spi=[[0.9]] x=[-0.3119] T=1.3";
    let number = |question, words: &str| ask(question, words, 30).expect("followed");
    for question in ["plugin-multivariate/elbo", "plugin-multivariate/model-log-likelihood"] {
        agree(number(question, together), number(question, AS_MATRIX) + number(question, second), 29);
    }
}

/// A gap that is small, because the score is nearly exact, keeps its digits: it is no difference of two large numbers.
#[test]
fn a_small_gap_keeps_its_digits() {
    // For D = (1 + δ)I the gap at an exact prior is of order δ²; here the prior is not quite q_T.
    let scalar = "process=vp-linear b0=1.44 b1=1.44 T=1.3 v0=1 delta=1e-12 lam=0 vpi=1 x=0.8113";
    let matrix =
        "model=plugin-multivariate A=[[-0.72]] L=[[1.2]] S0=[[1]] D=[[1.000000000001]] Spi=[[1]] x=[0.8113] T=1.3";
    let [closed, steps] = [scalar, matrix].map(|words| ask("variational-gap/gap", words, 25).expect("positive"));
    assert!(closed.overlaps(&steps) && steps.to_f64() < 1e-23 && steps.certainly_positive());
    agree(steps, steps, 25);
}

#[test]
fn hard_places_are_followed() {
    let model = |s0: &str, spi: &str, t: &str| {
        let words = format!(
            "A=[[-0.8137,0.4119],[-0.2713,-0.6117]] L=[[1.1137,0],[0.2719,0.9713]] S0={s0} D=[[1.1713,0.0911],[-0.1237,0.8713]] \
             Spi={spi} x=[0.4137,-0.8119] T={t}"
        );
        let numbers = [
            ask("plugin-multivariate/model-log-likelihood", &words, 15),
            ask("plugin-multivariate/elbo", &words, 15),
            ask("variational-gap/gap", &format!("model=plugin-multivariate {words}"), 15),
        ];
        numbers.map(|number| number.expect("followed"))
    };
    let unit = "[[1,0],[0,1]]";
    for (name, s0, spi, t) in [
        ("an instant", "[[0.7,0.3],[0.3,0.5]]", unit, "1e-12"),
        ("small data", "[[0.0000013,0.0000004],[0.0000004,0.0000009]]", unit, "1.3"),
        ("a narrow prior", "[[0.7,0.3],[0.3,0.5]]", "[[0.0001,0],[0,0.0003]]", "1.3"),
        ("a long time", "[[0.7,0.3],[0.3,0.5]]", unit, "20"),
    ] {
        let [likelihood, elbo, gap] = model(s0, spi, t);
        println!("{name}: {} {} {}", likelihood.to_decimal(20), elbo.to_decimal(20), gap.to_decimal(20));
        assert!((likelihood - elbo).overlaps(&gap), "{name}");
        agree(likelihood, likelihood, 15);
        agree(elbo, elbo, 15);
    }
}

/// Noise that reaches the first coordinate through a chain: `W₁₁ ~ t⁵` keeps its digits at `t = 10⁻¹²`.
#[test]
fn a_chain_from_nothing() {
    let words = "A=[[-0.7,1,0],[0,-0.7,1],[0,0,-0.7]] L=[[0],[0],[1.3]] S0=[[0,0,0],[0,0,0],[0,0,0]] t=1e-12";
    let value = ask("lin-moments-matrix/log-det-covariance", words, 35).expect("positive definite");
    // By a Taylor exponential at 150 digits.
    assert!(value.to_decimal(38).starts_with("-256.1691623183521888670199888943684"), "{}", value.to_decimal(38));
    for (matrix, words) in [
        ("semidefinite", "A=[[-1,0],[0,-1]] L=[[1,0],[0,1]] S0=[[1,2],[2,1]] t=1"),
        ("singular", "A=[[-1,0],[0,-1]] L=[[0,0],[0,1]] S0=[[0,0],[0,1]] t=1"),
    ] {
        let refusal = ask("lin-moments-matrix/log-det-covariance", words, 35).expect_err("refused").to_string();
        assert!(refusal.contains(matrix), "{refusal}");
    }
}

#[test]
fn langevin_dynamics_keeps_its_digits() {
    let det = |words: &str| ask("cld-critical/transition-covariance-det", words, 40).expect("positive");
    for (words, digits) in
        [("M=0.25 B=1e-9", "5.333333312000000045511111042844444524902e-36"), ("M=0.25 B=1e6", "0.25000000000000000000")]
    {
        let value = det(words);
        assert!(value.to_decimal(40).starts_with(digits), "{}", value.to_decimal(40));
        agree(value, value, 40);
    }
}
