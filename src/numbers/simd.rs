//! The widest vector instructions of the machine for one computation, with the same bits on every machine.
//!
//! The arithmetic is written on [`Lanes`](super::Lanes), which the compiler vectorises, or on the registers of a
//! [`Machine`](super::vectors::Machine), and compiled once for each width. Nothing is reassociated, and fused only where it is written
//! so; the width changes how many lanes go at a time and nothing else.

use super::vectors::Machine;
use pulp::NullaryFnOnce;

/// Instructions to compile for. All give the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instructions {
    /// What every machine of the target has.
    Baseline,
    /// Four doubles at a time (AVX2).
    Four,
    /// Eight doubles at a time (AVX-512).
    Eight,
}

impl Instructions {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Baseline, Self::Four, Self::Eight];

    /// The widest that this machine has.
    pub fn widest() -> Self {
        Self::ALL.into_iter().rev().find(|width| width.present()).unwrap_or(Self::Baseline)
    }

    /// Whether this machine has them.
    pub fn present(self) -> bool {
        match self {
            Self::Baseline => true,
            #[cfg(target_arch = "x86_64")]
            Self::Four => pulp::x86::V3::try_new().is_some(),
            #[cfg(target_arch = "x86_64")]
            Self::Eight => pulp::x86::V4::try_new().is_some(),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// Runs a computation with them, or with the baseline where the machine does not have them.
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        match self {
            Self::Eight => {
                if let Some(v4) = pulp::x86::V4::try_new() {
                    return v4.vectorize(With(kernel, v4));
                }
            }
            Self::Four => {
                if let Some(v3) = pulp::x86::V3::try_new() {
                    return v3.vectorize(With(kernel, v3));
                }
            }
            Self::Baseline => {}
        }
        kernel.run(Plain)
    }
}

/// A computation to be compiled for each width: `run` and all that it calls in its loops should be `#[inline(always)]`.
pub trait Kernel {
    /// What it gives.
    type Output;
    /// The computation.
    fn run<M: Machine>(self, machine: M) -> Self::Output;
}

/// Moves of numbers between lanes, which the compiler does not find by itself.
pub trait Shuffle: Copy {
    /// Row `i` of the answer is column `i` of the argument.
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4];
}

struct With<K, S>(K, S);

impl<K: Kernel, M: Machine> NullaryFnOnce for With<K, M> {
    type Output = K::Output;

    #[inline(always)]
    fn call(self) -> K::Output {
        self.0.run(self.1)
    }
}

/// Plain numbers.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

impl Shuffle for Plain {
    #[inline(always)]
    fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
        std::array::from_fn(|i| std::array::from_fn(|j| rows[j][i]))
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::Shuffle;
    use std::arch::x86_64::__m256d;

    macro_rules! by_quarters {
        ($($width:ident),*) => {$(
            impl Shuffle for pulp::x86::$width {
                #[inline(always)]
                fn transpose(self, rows: [[f64; 4]; 4]) -> [[f64; 4]; 4] {
                    let (avx, [a, b, c, d]) = (self.avx, pulp::cast::<_, [__m256d; 4]>(rows));
                    // Pairs within halves, then halves.
                    let (even, odd) = (avx._mm256_unpacklo_pd(a, b), avx._mm256_unpackhi_pd(a, b));
                    let (next_even, next_odd) = (avx._mm256_unpacklo_pd(c, d), avx._mm256_unpackhi_pd(c, d));
                    pulp::cast([
                        avx._mm256_permute2f128_pd::<0x20>(even, next_even),
                        avx._mm256_permute2f128_pd::<0x20>(odd, next_odd),
                        avx._mm256_permute2f128_pd::<0x31>(even, next_even),
                        avx._mm256_permute2f128_pd::<0x31>(odd, next_odd),
                    ])
                }
            }
        )*};
    }

    by_quarters!(V3, V4);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Transpose([[f64; 4]; 4]);

    impl Kernel for Transpose {
        type Output = [[f64; 4]; 4];

        #[inline(always)]
        fn run<S: Shuffle>(self, shuffle: S) -> Self::Output {
            shuffle.transpose(self.0)
        }
    }

    #[test]
    fn a_transpose_is_one_on_every_width() {
        let rows = std::array::from_fn(|i| std::array::from_fn(|j| (10 * i + j) as f64));
        let columns: [[f64; 4]; 4] = std::array::from_fn(|i| std::array::from_fn(|j| (10 * j + i) as f64));
        for width in Instructions::ALL {
            assert_eq!(width.run(Transpose(rows)), columns, "{width:?}");
        }
    }
}
