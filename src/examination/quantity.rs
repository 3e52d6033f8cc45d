//! What can be asked for at a point.

/// A quantity that an implementation may be able of.
#[derive(Debug)]
pub struct Quantity {
    /// Its permanent id.
    pub id: &'static str,
    /// What it is, in the symbols of the page on the protocol.
    pub formula: &'static str,
    /// `[]`, `[d]` or `[d, d]`.
    pub shape: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What it depends on, of `x`, `t`, `s` and `steps`.
    pub coordinates: &'static str,
    /// How it is judged.
    pub kind: Kind,
    /// The claims that say what it is.
    pub claims: &'static [&'static str],
}

/// How the answer to a question is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One exact value.
    Value,
    /// Anything that is not above the exact value.
    AtMost,
    /// A value that depends on a number of steps, and must come near the exact one at the declared order.
    Order,
    /// Draws of a known law.
    Draws,
}

const fn value(
    id: &'static str,
    formula: &'static str,
    shape: &'static str,
    unit: &'static str,
    coordinates: &'static str,
    claims: &'static [&'static str],
) -> Quantity {
    Quantity { id, formula, shape, unit, coordinates, kind: Kind::Value, claims }
}

/// All quantities.
#[rustfmt::skip]
pub static QUANTITIES: &[Quantity] = &[
    value("mean", "m_t = phi m_0", "[d]", "x", "t", &["lin-moments-scalar"]),
    value("covariance", "phi^2 Sigma_0 + w I", "[d, d]", "x^2", "t", &["lin-moments-scalar"]),
    value("score", "grad log q_t(x), or the field that the subject predicts", "[d]", "1/x", "x t", &["tweedie", "tweedie-denoiser-score"]),
    value("log-density", "log q_t(x)", "[]", "nats", "x t", &["fp-residual"]),
    value("drift", "f(x, t) of dY = f dt + g dB", "[d]", "x/time", "x t", &["lin-moments-scalar"]),
    value("squared-diffusion", "G(t) = g(t)^2", "[]", "x^2/time", "t", &["lin-moments-scalar"]),
    value("reverse-drift", "f - G s, s the model's score", "[d]", "x/time", "x t", &["anderson-reversal"]),
    value("velocity", "f - G s/2, s the model's score", "[d]", "x/time", "x t", &["pf-ode"]),
    value("ddim-step", "phi_s x0 + sqrt(w_s) eps, both predicted at (x, t)", "[d]", "x", "x t s", &["ddim-eta"]),
    value("prior-kl", "KL(q_T || prior)", "[]", "nats", "", &["vdm-prior-loss"]),
    value("elbo", "log p_0(x) - E[log p_T(Y_T) | x] + E[log prior(Y_T) | x], s = grad log p_t", "[]", "nats", "x", &["variational-gap"]),
    Quantity { kind: Kind::AtMost, ..value("lower-bound", "any lower bound of log p(x), p the model that starts at the prior and follows the score", "[]", "nats", "x", &["variational-gap"]) },
    Quantity { kind: Kind::Order, ..value("flow-log-likelihood", "log q_0(x) by the probability flow in so many steps, from q_T", "[]", "nats", "x steps", &["pf-ode"]) },
    Quantity { kind: Kind::Draws, ..value("noised", "Y_t given Y_0 = x", "[d]", "x", "x t", &["lin-moments-scalar"]) },
    Quantity { kind: Kind::Draws, ..value("dsm-term", "G |s(Y) - grad log q(Y | x)|^2/2, Y drawn from q_t( . | x)", "[]", "1/time", "x t", &["score-matching-equals-elbo"]) },
    Quantity { kind: Kind::Draws, ..value("euler-end", "the end of an Euler-Maruyama path of the noising SDE from x, in so many steps", "[d]", "x", "x steps", &["lin-moments-scalar"]) },
];

impl Quantity {
    /// The quantity with this id.
    pub fn find(id: &str) -> Option<&'static Self> {
        QUANTITIES.iter().find(|quantity| quantity.id == id)
    }

    /// Whether it is a vector with an entry for each dimension, or one number.
    pub fn depends_on(&self, coordinate: &str) -> bool {
        self.coordinates.split(' ').any(|word| word == coordinate)
    }
}
