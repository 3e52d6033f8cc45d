//! The axioms of a field and the functional equations, in every reading.

use super::exact::{q, rational};
use super::running::Running;
use ouracle::numbers::{Ball, Dual, Elementary, Expr, Field, Float, Interval, Lanes, Proof, Rational, Scalar, Taylor};
use proptest::prelude::*;

/// Two formulas for one number.
pub struct Law<S> {
    pub name: &'static str,
    pub left: S,
    pub right: S,
}

fn law<S>(name: &'static str, left: S, right: S) -> Law<S> {
    Law { name, left, right }
}

/// What `+ − × ÷` must satisfy; `b` is not zero.
pub fn field_laws<S: Field>(a: S, b: S, c: S) -> Vec<Law<S>> {
    let mut laws = vec![
        law("a + b = b + a", a + b, b + a),
        law("(a + b) + c = a + (b + c)", (a + b) + c, a + (b + c)),
        law("a + 0 = a", a + S::zero(), a),
        law("a − a = 0", a + -a, S::zero()),
        law("a − b = a + (−b)", a - b, a + -b),
        law("a b = b a", a * b, b * a),
        law("(a b) c = a (b c)", (a * b) * c, a * (b * c)),
        law("a 1 = a", a * S::one(), a),
        law("a 0 = 0", a * S::zero(), S::zero()),
        law("a (b + c) = a b + a c", a * (b + c), a * b + a * c),
        law("−a = (−1) a", -a, S::int(-1) * a),
        law("−(−a) = a", -(-a), a),
        law("(a / b) b = a", (a / b) * b, a),
        law("a / b = a b⁻¹", a / b, a * b.recip()),
        law("(b⁻¹)⁻¹ = b", b.recip().recip(), b),
        law("(a + c) / b = a/b + c/b", (a + c) / b, a / b + c / b),
        law("a² = a a", a.square(), a * a),
        law("(a + b)² = a² + 2ab + b²", (a + b).square(), a.square() + a * b * 2 + b.square()),
        law("a² − b² = (a + b)(a − b)", a.square() - b.square(), (a + b) * (a - b)),
        law("a⁰ = 1", a.powi(0), S::one()),
        law("a¹ = a", a.powi(1), a),
        law("a⁷ = a a⁶", a.powi(7), a * a.powi(6)),
        law("b⁻³ = (b³)⁻¹", b.powi(-3), (b * b * b).recip()),
        law("b⁵ b⁻² = b³", b.powi(5) * b.powi(-2), b.powi(3)),
        law("1/3 · 3 = 1", S::ratio(1, 3) * 3, S::one()),
        law("2/7 + 5/7 = 1", S::ratio(2, 7) + S::ratio(5, 7), S::one()),
        law("−2/6 = −1/3", S::ratio(-2, 6), S::rational(&(Rational::from(-1) / Rational::from(3)))),
    ];
    for n in [-3, 0, 2, 1 << 40] {
        laws.push(law("a + n", a + n, a + S::int(n)));
        laws.push(law("a − n", a - n, a - S::int(n)));
        laws.push(law("a n", a * n, a * S::int(n)));
        if n != 0 {
            laws.push(law("a / n", a / n, a / S::int(n)));
        }
    }
    laws
}

/// The functional equations; `p` and `q` are positive.
pub fn scalar_laws<S: Scalar>(a: S, b: S, p: S, q: S) -> Vec<Law<S>> {
    let (sin, cos) = a.sin_cos();
    let (sin_b, cos_b) = b.sin_cos();
    let (sin_sum, cos_sum) = (a + b).sin_cos();
    let (sin_turned, cos_turned) = (a + S::pi()).sin_cos();
    let mut laws = vec![
        law("e⁰ = 1", S::zero().exp(), S::one()),
        law("e^(a+b) = eᵃ eᵇ", (a + b).exp(), a.exp() * b.exp()),
        law("e⁻ᵃ = 1/eᵃ", (-a).exp(), a.exp().recip()),
        law("ln eᵃ = a", a.exp().ln(), a),
        law("e^(ln p) = p", p.ln().exp(), p),
        law("ln(pq) = ln p + ln q", (p * q).ln(), p.ln() + q.ln()),
        law("ln(1/p) = −ln p", p.recip().ln(), -p.ln()),
        law("(√p)² = p", p.sqrt().square(), p),
        law("√(p²) = p", p.square().sqrt(), p),
        law("√(pq) = √p √q", (p * q).sqrt(), p.sqrt() * q.sqrt()),
        law("√p = e^(ln p/2)", p.sqrt(), (p.ln() / 2).exp()),
        law("eᵃ − 1", a.exp_m1(), a.exp() - 1),
        law("e^(a+b) − 1", (a + b).exp_m1(), a.exp_m1() + b.exp_m1() + a.exp_m1() * b.exp_m1()),
        law("ln(1 + (eᵃ − 1)) = a", a.exp_m1().ln_1p(), a),
        law("e^(ln(1+p)) − 1 = p", p.ln_1p().exp_m1(), p),
        law("ln(1 + p)", p.ln_1p(), (p + 1).ln()),
        law("sin² + cos² = 1", sin.square() + cos.square(), S::one()),
        law("sin(a + b)", sin_sum, sin * cos_b + cos * sin_b),
        law("cos(a + b)", cos_sum, cos * cos_b - sin * sin_b),
        law("sin(−a) = −sin a", (-a).sin_cos().0, -sin),
        law("sin(a + π) = −sin a", sin_turned, -sin),
        law("cos(a + π) = −cos a", cos_turned, -cos),
        law("sin 2a", (a * 2).sin_cos().0, sin * cos * 2),
        law("ln(eᵃ + eᵇ) = ln(eᵇ + eᵃ)", a.log_add_exp(b), b.log_add_exp(a)),
        law("ln(eᵃ + eᵇ) = a + ln(1 + e^(b−a))", a.log_add_exp(b), a + S::zero().log_add_exp(b - a)),
        law("e^ln(eᵃ + eᵇ) = eᵃ + eᵇ", a.log_add_exp(b).exp(), a.exp() + b.exp()),
        law("ln(eᵃ + eᵃ) = a + ln 2", a.log_add_exp(a), a + S::int(2).ln()),
        law("λ(a) + λ(−a) = 1", a.logistic() + (-a).logistic(), S::one()),
        law("λ(a) (1 + e⁻ᵃ) = 1", a.logistic(), ((-a).exp() + 1).recip()),
        law("λ(a − b) = e^(a − ln(eᵃ + eᵇ))", (a - b).logistic(), (a - a.log_add_exp(b)).exp()),
        law("φ₀ = eᵃ", a.phi(0), a.exp()),
        law("a φ₁ = eᵃ − 1", a * a.phi(1), a.exp_m1()),
        law("φ₁(2a) = φ₁(a)(eᵃ + 1)/2", (a * 2).phi(1), a.phi(1) * (a.exp() + 1) / 2),
        law("φ₁(−a) = e⁻ᵃ φ₁(a)", (-a).phi(1), a.phi(1) * (-a).exp()),
        law("φ₂(2a) = (φ₁(a)² + 2 φ₂(a))/4", (a * 2).phi(2), (a.phi(1).square() + a.phi(2) * 2) / 4),
    ];
    let mut inverse_factorial = S::one();
    for k in 0..6 {
        laws.push(law("z φₖ₊₁ + 1/k! = φₖ", a * a.phi(k + 1) + inverse_factorial, a.phi(k)));
        inverse_factorial = inverse_factorial / i64::from(k + 1);
        laws.push(law("φₖ(0) = 1/k!", S::zero().phi(k + 1), inverse_factorial));
    }
    laws
}

/// How two numbers of one reading are compared, and how one is made from exact parts.
pub trait Reading: Field {
    /// A number with this value; derivatives and higher coefficients come from `rest`.
    fn of(value: &Rational, rest: &mut dyn FnMut() -> Rational) -> Self;
    /// Whether both may be one number; `None` if an enclosure is unbounded and says nothing.
    fn same(self, other: Self) -> Option<bool>;
}

impl<E: Elementary> Reading for Interval<E> {
    fn of(value: &Rational, _: &mut dyn FnMut() -> Rational) -> Self {
        Self::rational(value)
    }
    fn same(self, other: Self) -> Option<bool> {
        (self.is_finite() && other.is_finite()).then(|| self.overlaps(&other))
    }
}

/// Stands for `Float`, which it computes with.
impl Reading for Running {
    fn of(value: &Rational, _: &mut dyn FnMut() -> Rational) -> Self {
        Self::rational(value)
    }
    fn same(self, other: Self) -> Option<bool> {
        self.same(other)
    }
}

impl<S: Scalar + Reading> Reading for Dual<S> {
    fn of(value: &Rational, rest: &mut dyn FnMut() -> Rational) -> Self {
        let slope = rest();
        Self { re: S::of(value, rest), eps: S::of(&slope, rest) }
    }
    fn same(self, other: Self) -> Option<bool> {
        Some(self.re.same(other.re)? && self.eps.same(other.eps)?)
    }
}

impl<S: Scalar + Reading, const N: usize> Reading for Taylor<S, N> {
    fn of(value: &Rational, rest: &mut dyn FnMut() -> Rational) -> Self {
        let h = Self::variable(S::zero());
        let mut power = Self::constant(S::one());
        let mut series = Self::constant(S::of(value, rest));
        for _ in 1..N {
            power = power * h;
            let coefficient = rest();
            series = series + Self::constant(S::of(&coefficient, rest)) * power;
        }
        series
    }
    fn same(self, other: Self) -> Option<bool> {
        (0..N).try_fold(true, |all, n| Some(all && self.coefficient(n).same(other.coefficient(n))?))
    }
}

/// Exact arguments of the laws: `b` is not zero, `p` and `q` are positive.
#[derive(Debug, Clone)]
struct Arguments {
    values: [Rational; 5],
    rest: Vec<Rational>,
}

impl Arguments {
    fn read<S: Reading>(&self) -> [S; 5] {
        let mut rest = self.rest.iter().cycle().cloned();
        self.values.each_ref().map(|value| S::of(value, &mut || rest.next().unwrap_or(Rational::ONE)))
    }
}

fn magnitude(x: Rational) -> Rational {
    if x < Rational::ZERO { -x } else { x }
}

fn arguments() -> impl Strategy<Value = Arguments> {
    let away_from_zero = |x: Rational| if x == Rational::ZERO { Rational::ONE } else { x };
    let values = [(); 5].map(|()| prop_oneof![rational(8), rational(1)]);
    (values, prop::collection::vec(rational(2), 37)).prop_map(move |([a, b, c, p, q], rest)| Arguments {
        values: [a, away_from_zero(b), c, away_from_zero(magnitude(p)), away_from_zero(magnitude(q))],
        rest,
    })
}

/// Zero, the ends of the range of double precision, neighbours of 1, opposite and equal numbers.
fn adversarial() -> Vec<Arguments> {
    let numbers =
        ["0", "1e-300", "-1e-17", "1", "-1", "0.9999999999999999", "1/3", "-50", "30", "1e5", "4503599627370497"];
    let mut all = Vec::new();
    for (i, a) in numbers.iter().enumerate() {
        for b in &numbers[1..] {
            let c = numbers[(i * 7 + 3) % numbers.len()];
            let values = [q(a), q(b), q(c), magnitude(q(b)), magnitude(q(numbers[1 + i % 10]))];
            all.push(Arguments { values, rest: vec![q("-3/7"), q("0"), q("1e-20"), q("12")] });
        }
    }
    all
}

/// Judges laws that must all say something.
fn judge<S: Reading>(laws: Vec<Law<S>>, vacuous: bool) -> Result<(), String> {
    for Law { name, left, right } in laws {
        match left.same(right) {
            Some(true) => {}
            Some(false) => return Err(format!("{name} fails: {left:?} and {right:?}")),
            None if vacuous => {}
            None => return Err(format!("{name} says nothing: {left:?} and {right:?}")),
        }
    }
    Ok(())
}

fn every_law<S: Scalar + Reading>(arguments: &Arguments, vacuous: bool) -> Result<(), String> {
    let [a, b, c, p, q] = arguments.read::<S>();
    judge(field_laws(a, b, c), vacuous)?;
    judge(scalar_laws(a, b, p, q), vacuous)
}

macro_rules! readings {
    ($($name:ident $reading:ty, $cases:literal;)*) => {$(
        mod $name {
            use super::*;
            proptest! {
                #![proptest_config(ProptestConfig::with_cases($cases))]
                #[test]
                fn random(arguments in arguments()) {
                    every_law::<$reading>(&arguments, false).map_err(TestCaseError::fail)?;
                }
            }
            #[test]
            fn adversarial() {
                for arguments in super::adversarial() {
                    every_law::<$reading>(&arguments, true).unwrap_or_else(|law| panic!("{law} at {:?}", arguments.values));
                }
            }
        }
    )*};
}

readings! {
    float Running, 256;
    ball Ball, 64;
    interval Interval<f64>, 256;
    dual_float Dual<Running>, 128;
    dual_ball Dual<Ball>, 32;
    dual_dual_ball Dual<Dual<Ball>>, 16;
    taylor_ball Taylor<Ball, 5>, 12;
    taylor_interval Taylor<Interval<f64>, 6>, 64;
    taylor_short Taylor<Ball, 1>, 16;
    dual_taylor Dual<Taylor<Ball, 3>>, 8;
    taylor_dual Taylor<Dual<Interval<f64>>, 3>, 32;
}

/// The bounds of `Running` are those of `Float` itself only if it computes the same numbers.
#[test]
fn running_values_are_those_of_float() {
    for arguments in adversarial() {
        let [a, b, c, p, q] = arguments.read::<Running>();
        let floats = arguments.values.each_ref().map(Float::rational);
        let running = field_laws(a, b, c).into_iter().chain(scalar_laws(a, b, p, q));
        let [a, b, c, p, q] = floats;
        let plain = field_laws(a, b, c).into_iter().chain(scalar_laws(a, b, p, q));
        for (running, plain) in running.zip(plain) {
            assert_eq!(running.left.value.0.to_bits(), plain.left.0.to_bits(), "{}", plain.name);
            assert_eq!(running.right.value.0.to_bits(), plain.right.0.to_bits(), "{}", plain.name);
        }
    }
}

fn prove<S: Scalar>(laws: Vec<Law<S>>, decide: impl Fn(S, S) -> bool) {
    for Law { name, left, right } in laws {
        assert!(decide(left, right), "{name} is not proved: {left:?} and {right:?}");
    }
}

#[test]
fn terms() {
    Proof::scope(|proof| {
        let real = |name| proof.symbol(name, name);
        let (a, b, c) = (real("a"), real("b"), real("c"));
        let (p, q) = (proof.positive("p", "p"), proof.positive("q", "q"));
        let proved = |left, right| proof.decide(left, right).is_ok_and(|equality| equality.is_proved());
        prove(field_laws(a, b, c), proved);
        prove(scalar_laws(a, b, p, q), proved);
        // Each law shifted on one side is another statement, and false.
        for Law { name, left, right } in field_laws(a, b, c).into_iter().chain(scalar_laws(a, b, p, q)) {
            assert!(!proved(left, right + Expr::ratio(1, 1 << 30)), "{name} is proved although it is false");
        }
    });
}

#[test]
fn derivatives_of_terms() {
    Proof::scope(|proof| {
        let real = |name: &str| {
            let dotted = format!("{name}_dot");
            Dual { re: proof.symbol(name, name), eps: proof.symbol(&dotted, &dotted) }
        };
        let positive = |name: &str| Dual { re: proof.positive(name, name), ..real(&format!("of_{name}")) };
        let (a, b, c, p, q) = (real("a"), real("b"), real("c"), positive("p"), positive("q"));
        let proved = |left, right| proof.decide(left, right).is_ok_and(|equality| equality.is_proved());
        prove(field_laws(a, b, c), |left, right| proved(left.re, right.re) && proved(left.eps, right.eps));
        prove(scalar_laws(a, b, p, q), |left, right| proved(left.re, right.re) && proved(left.eps, right.eps));
    });
}

/// Lanes hold no bounds: each lane must be the scalar computation, bit for bit.
#[test]
fn lanes() {
    let all = adversarial();
    for four in all.windows(4) {
        let scalars: Vec<[Float; 5]> = four.iter().map(|a| a.values.each_ref().map(Float::rational)).collect();
        let lane = |at: usize| Lanes::<4>(std::array::from_fn(|i| scalars[i][at].0));
        let laws = field_laws(lane(0), lane(1), lane(2));
        for (i, [a, b, c, p, _]) in scalars.iter().enumerate() {
            for (wide, narrow) in laws.iter().zip(field_laws(*a, *b, *c)) {
                assert_eq!(wide.left.0[i].to_bits(), narrow.left.0.to_bits(), "{}", wide.name);
                assert_eq!(wide.right.0[i].to_bits(), narrow.right.0.to_bits(), "{}", wide.name);
            }
            assert_eq!(lane(3).sqrt().0[i].to_bits(), p.sqrt().0.to_bits());
        }
    }
}
