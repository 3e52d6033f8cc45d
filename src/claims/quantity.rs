//! The oracle: numbers that a claim can give, certified, from exact inputs.

use crate::numbers::{Ball, Dual, Float, Scalar};
use crate::parameters::{ExactReader, FieldSpec, Ignored, InputError, Inputs, Parameters, Seeded, describe};

/// A closed form that answers a question, in any reading.
pub trait Formula: 'static {
    /// What it depends on.
    type Params<S: Scalar>: Parameters<S>;
    /// The answer.
    fn value<S: Scalar>(p: &Self::Params<S>) -> S;
}

/// Encloses a quantity from inputs, ignored names, and the number of digits wanted.
pub type Enclose = fn(&Inputs, Ignored, usize) -> Result<Ball, InputError>;
/// The value in double precision with its condition number `κ`.
pub type InDouble = fn(&Inputs, Ignored) -> Result<(Float, f64), InputError>;

/// A number that a claim can give.
pub struct Quantity {
    /// Its id within the claim.
    pub id: &'static str,
    /// What it is, with its unit.
    pub about: &'static str,
    /// Parameters that have no effect: they may be absent, but are checked if given.
    pub ignores: Ignored,
    /// The parameters it asks for.
    pub fields: fn() -> Vec<FieldSpec>,
    /// The enclosure.
    pub enclose: Enclose,
    /// The value in double precision with its condition number `κ`, where there is a closed form.
    pub double: Option<InDouble>,
}

/// A certified answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The enclosure.
    pub value: Ball,
    /// Whether it rests on two rules that agree instead of on a bound.
    pub estimated: bool,
}

/// Why a question has no answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AskError {
    /// No such claim.
    #[error("there is no claim `{0}`{1}; `ouracle list` names them")]
    UnknownClaim(String, String),
    /// No such quantity.
    #[error("the claim `{0}` has no quantity `{1}`; it has {2}")]
    UnknownQuantity(String, String, String),
    /// The question is not `CLAIM/QUANTITY`.
    #[error("`{0}` is not a question; write CLAIM/QUANTITY, for example family-scaled-score/elbo")]
    NotAQuestion(String),
    /// Bad parameters.
    #[error(transparent)]
    Input(#[from] InputError),
    /// No enclosure was found of a number that has no closed form.
    #[error(
        "{0} could not be enclosed at these parameters: quadrature does not resolve components that are narrower than \
         others, or than the distance between them, by many orders of magnitude; bring them closer together in scale"
    )]
    NotEnclosed(String),
    /// The enclosure is not finite.
    #[error("{0} is not finite at these parameters{1}")]
    NotFinite(String, &'static str),
}

impl Quantity {
    /// A closed form.
    pub const fn of<F: Formula>(id: &'static str, about: &'static str, ignores: Ignored) -> Self {
        Self {
            id,
            about,
            ignores,
            fields: describe::<F::Params<Float>>,
            enclose: enclose::<F>,
            double: Some(double::<F>),
        }
    }

    /// A number without closed form, enclosed by this.
    pub const fn enclosed<P: Parameters<Float>>(
        id: &'static str,
        about: &'static str,
        ignores: Ignored,
        enclose: Enclose,
    ) -> Self {
        Self { id, about, ignores, fields: describe::<P>, enclose, double: None }
    }

    /// Enclosed by this instead: the same number, by arithmetic that suits hard inputs.
    pub const fn enclosed_by(mut self, enclose: Enclose) -> Self {
        self.enclose = enclose;
        self
    }

    /// The certified value, with at least `digits` significant digits where the arithmetic can give them.
    ///
    /// # Errors
    /// [`AskError`] if a parameter is wrong, or the value is not finite there.
    pub fn ask(&self, inputs: &Inputs, digits: usize) -> Result<Answer, AskError> {
        let value = (self.enclose)(inputs, self.ignores, digits)?;
        if value.is_finite() {
            return Ok(Answer { value, estimated: false });
        }
        if self.double.is_none() {
            return Err(AskError::NotEnclosed(self.id.to_owned()));
        }
        let cosine = inputs.to_words().contains("vp-cosine") && inputs.rational("tend").is_none();
        let remedy = if cosine { "; on vp-cosine the signal vanishes at T, so give tend < T" } else { "" };
        Err(AskError::NotFinite(self.id.to_owned(), remedy))
    }

    /// The parameters, with those that have no effect last.
    pub fn parameters(&self) -> Vec<FieldSpec> {
        let without_effect = self.ignores.iter().map(|(name, domain)| FieldSpec {
            name,
            domain: domain.to_string(),
            meaning: "without effect",
            optional: true,
        });
        (self.fields)().into_iter().chain(without_effect).collect()
    }
}

fn enclose<F: Formula>(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let params: F::Params<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(F::value(&params))
}

/// The value and `κ = |f| + Σ |pⱼ ∂f/∂pⱼ|`: what one rounding of every input can change, in units of the roundoff.
fn double<F: Formula>(inputs: &Inputs, ignored: Ignored) -> Result<(Float, f64), InputError> {
    let params: F::Params<Float> = ExactReader::new(inputs, ignored).read()?;
    let value = F::value(&params);
    let mut condition = value.0.abs();
    let scalars = {
        let mut source = Seeded::new(ExactReader::new(inputs, ignored), usize::MAX);
        let _: F::Params<Dual<Float>> = F::Params::read(&mut source)?;
        source.scalars()
    };
    for along in 0..scalars {
        let mut source = Seeded::new(ExactReader::new(inputs, ignored), along);
        let params: F::Params<Dual<Float>> = F::Params::read(&mut source)?;
        condition += F::value(&params).eps.0.abs();
    }
    Ok((value, condition))
}
