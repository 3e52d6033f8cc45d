//! The net length of bits-back coding is the entropy of the data and what the model and its posterior miss.
//!
//! The data $x \sim P$ and the latents $z_1, \dots, z_T$ of a diffusion lie on bins. A coder takes the latents off its stack with the
//! forward kernels $\hat q$ and puts $x$ and the latents on with a model $\hat p$, which is the chain of the other direction. What one
//! $x$ is expected to lengthen the stack by, in bits, is
//!
//! $$ N = E\log_2\frac{\hat q(z_1\mid x)\prod_t\hat q(z_{t+1}\mid z_t)}{\hat p(z_T)\prod_t\hat p(z_t\mid z_{t+1})\,\hat p(x\mid z_1)}
//! = H(P) + KL(P\,\|\,\hat p_X) + E\,KL\bigl(\hat q(z\mid x)\,\|\,\hat p(z\mid x)\bigr) \ge H(P), $$
//!
//! with $N = H(P)$ for the Bayes reversal of the discrete chain. It needs only the laws of neighbours, $O(Tn^2)$. The bins are centred at
//! $k\delta$, $|k| \le K$, the outer two reach to $\pm\infty$, and a Gaussian law gives them its masses. The model is the oracle's: steps
//! with mean $\mu_Q(x^*(z))$ and variance $\sigma_Q^2$, the exact prior and decoder, each of a centre of a bin. With frequencies of $r$
//! bits, $f_k = 1 + \lfloor(2^r - n)p_k\rfloor$ and the rest to the largest, all laws but $P$ are replaced by $f_k2^{-r}$: so one code
//! has several tables, and the same identities hold of each. A floor that an enclosure leaves open is not guessed.
//!
//! The certificate compares the recursion with the sum over all paths, and with the decomposition, whose terms use the marginals of the
//! model instead of those of the encoder. As $\delta \to 0$, $N - H(P)$ tends to the gap of the continuous chain (`vdm-finite-t-gap`),
//! with an error of $O(\delta^2)$; a test holds it to that. No proof reads the tables, since every mass is an error function; and nothing
//! is sampled here, since the expectation is a finite sum: what a real coder measures is decided where the coder is.
//!
//! Assumptions: the encoder draws from the laws that it codes with, hence from the quantised ones. If it failed, an implementation that
//! is right would be reported as wasteful, or a wasteful one as right: floors of tiny tails alone change $N$ by 0.4 bits at one point
//! here, and by 46 at another.

use crate::claims::{Claim, Control, Expect, Quantity, Readings};
use crate::evidence::{ByEnclosure, Enclosed, EnclosedRelation};
use crate::numbers::{Ball, Field, Float, Interval};
use crate::objectives::bits_back::{Chain, CodingPoint, Path, divergence, entropy, narrowed};
use crate::parameters::{ExactReader, Ignored, InputError, Inputs, at_point};

const REAL_ENCODER: u8 = 1;
const TRUNCATED: u8 = 2;
const NOT_RETURNED: u8 = 3;
const REAL_MASSES: u8 = 4;
const MARGINAL_ONLY: u8 = 5;

/// The net length by recursion against other ways to it, or a wrong version of it.
struct NetLength(u8);

/// What remains of the tables of the next larger lattices if their outer bins are cut off: bins that end, instead of reaching to
/// infinity.
fn truncated(point: &CodingPoint<Ball>) -> Result<(Vec<Ball>, Chain<Vec<Ball>>), InputError> {
    let mut wider = point.clone();
    wider.lattice.data.side += 1;
    wider.lattice.latent.side += 1;
    let (data, chain) = wider.tables()?;
    let cut = |law: &[Ball]| law[1..law.len() - 1].to_vec();
    let rows = |kernels: &[Vec<Vec<Ball>>]| -> Vec<Vec<Vec<Ball>>> {
        kernels.iter().map(|kernel| kernel[1..kernel.len() - 1].iter().map(|row| cut(row)).collect()).collect()
    };
    Ok((cut(&data), Chain { encoder: rows(&chain.encoder), model: rows(&chain.model), prior: cut(&chain.prior) }))
}

impl NetLength {
    /// `N` by recursion over neighbours, given the tables of the point.
    fn recursion(
        &self,
        point: &CodingPoint<Ball>,
        data: &[Ball],
        chain: &Chain<Vec<Ball>>,
    ) -> Result<Ball, InputError> {
        let real = CodingPoint { bits: None, ..point.clone() };
        Ok(match self.0 {
            // Symbols of the real encoder in the code of the quantised one and of the quantised model.
            REAL_ENCODER => {
                let (_, drawn) = real.tables()?;
                expected(data, &drawn, chain)
            }
            TRUNCATED => {
                let (data, chain) = truncated(point)?;
                chain.net_bits(&data)
            }
            NOT_RETURNED => chain.pushed_bits(data),
            REAL_MASSES => real.tables()?.1.net_bits(data),
            _ => chain.net_bits(data),
        })
    }
}

/// `E log₂ q̂/p̂` of one chain along the paths of another.
fn expected(data: &[Ball], drawn: &Chain<Vec<Ball>>, chain: &Chain<Vec<Ball>>) -> Ball {
    let with_codes = Chain { encoder: drawn.encoder.clone(), model: chain.model.clone(), prior: chain.prior.clone() };
    let marginals = drawn.marginals(data);
    let miss = marginals.iter().zip(drawn.encoder.iter().zip(&chain.encoder)).map(|(law, (drawn, coded))| {
        let rows = law.iter().zip(drawn.iter().zip(coded));
        rows.fold(Ball::zero(), |sum, (p, (drawn, coded))| sum + *p * divergence(drawn, coded))
    });
    with_codes.net_bits(data) - miss.fold(Ball::zero(), |sum, miss| sum + miss)
}

impl Enclosed for NetLength {
    fn points(&self) -> &'static [&'static str] {
        &[
            "T=2 s=0.8 gamma_first=-2 gamma_last=2 dx=0.5 Kx=8 dz=0.5 Kz=9 precision_bits=16",
            "T=3 s=1.3137 gamma_first=-1.1713 gamma_last=2.3719 dx=0.9137 Kx=2 dz=0.7119 Kz=3 precision_bits=9",
            "T=1 s=0.3719 gamma_first=-0.7113 gamma_last=0 dx=0.4137 Kx=4 dz=0.6113 Kz=3 precision_bits=6",
            // A signal that is all but lost, and steps far below the bins.
            "T=3 s=0.0137 gamma_first=-9.1713 gamma_last=14.319 dx=0.1137 Kx=3 dz=0.3719 Kz=3 precision_bits=12",
        ]
    }

    fn relations(&self, point: &str) -> Result<Vec<EnclosedRelation>, InputError> {
        let point: CodingPoint<Ball> = at_point(point)?;
        let (data, chain) = point.tables()?;
        let net = self.recursion(&point, &data, &chain)?;
        let mut enumerated = Interval::zero();
        let sum = &mut |path: &Path<_>| enumerated = enumerated + path.probability * path.net_bits();
        chain.narrowed().for_each_path(&narrowed(&data), sum);
        let enumerated = Ball::from(enumerated);
        let entropy = entropy(&data);
        let missed = divergence(&data, &chain.model_marginals()[0]);
        let posterior = if self.0 == MARGINAL_ONLY { Ball::zero() } else { chain.posterior_gap(&data) };
        let least = chain.bayes_reversal(&data).net_bits(&data);
        Ok(vec![
            EnclosedRelation::equal("sum over paths", move |_| net - enumerated),
            EnclosedRelation::equal("decomposition", move |_| enumerated - entropy - missed - posterior),
            EnclosedRelation::equal("Bayes reversal", move |_| least - entropy),
            EnclosedRelation::at_most("at least the entropy", move |_| net - entropy),
        ])
    }
}

fn net_bits(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let point: CodingPoint<Ball> = ExactReader::new(inputs, ignored).read()?;
    let (data, chain) = point.tables()?;
    Ok(chain.net_bits(&data))
}

fn entropy_bits(inputs: &Inputs, ignored: Ignored, _: usize) -> Result<Ball, InputError> {
    let point: CodingPoint<Ball> = ExactReader::new(inputs, ignored).read()?;
    Ok(entropy(&point.data_law()?))
}

/// The claim.
pub static CLAIM: Claim = Claim {
    id: "bits-back-net-length",
    aliases: &[],
    title: "The net length of bits-back coding is the entropy of the data plus the divergences of the model and of its posterior",
    expect: Expect::True,
    text: include_str!("bits_back_net_length.rs"),
    sources: &["townsend2019", "bitswap2019", "duda2013"],
    readings: &[Readings::certified("", &ByEnclosure(NetLength(0)))],
    controls: &[
        Control {
            id: "encoder-not-quantised",
            story: "log-probabilities of the quantised encoder averaged over draws from the real one",
            readings: Readings::certified("", &ByEnclosure(NetLength(REAL_ENCODER))),
        },
        Control {
            id: "tails-cut-off",
            story: "outer bins that end where the others do, so that masses do not add up to 1",
            readings: Readings::certified("", &ByEnclosure(NetLength(TRUNCATED))),
        },
        Control {
            id: "bits-not-returned",
            story: "the length −log p(x, z) of data and latents, without the bits that the latents give back",
            readings: Readings::certified("", &ByEnclosure(NetLength(NOT_RETURNED))),
        },
        Control {
            id: "floors-ignored",
            story: "the length with real probabilities for that of a coder with frequencies: floors of tiny tails change it a lot",
            readings: Readings::certified("", &ByEnclosure(NetLength(REAL_MASSES))),
        },
        Control {
            id: "latents-are-free",
            story: "the length as entropy plus the divergence of the data alone, as if the encoder were the model's posterior",
            readings: Readings::certified("", &ByEnclosure(NetLength(MARGINAL_ONLY))),
        },
    ],
    quantities: &[
        Quantity::enclosed::<CodingPoint<Float>>(
            "net-bits",
            "N, the expected net length of one x with the oracle's model, in bits",
            &[],
            net_bits,
        ),
        Quantity::enclosed::<CodingPoint<Float>>(
            "entropy-bits",
            "H(P), the entropy of the data on their bins, in bits; only s, dx and Kx matter",
            &[],
            entropy_bits,
        ),
    ],
};
