//! Enclosures at one 237-bit number: where each function is found, and what an infinite end means to it.

use super::constants::CONSTANTS;
use super::{Ball, Elementary, EndPoint, Interval, erf, exponential, logarithm, trigonometric};
use f256::f256;

impl Elementary for f256 {
    fn enclose_pi() -> Ball {
        CONSTANTS.pi
    }

    fn enclose_exp(self) -> Ball {
        exponential::exp(self)
    }

    fn enclose_exp_m1(self) -> Ball {
        exponential::exp_m1(self)
    }

    fn enclose_ln(self) -> Ball {
        if self.is_finite() { logarithm::ln(self) } else { unbounded(logarithm::ln(f256::MAX)) }
    }

    fn enclose_ln_1p(self) -> Ball {
        if self.is_finite() { logarithm::ln_1p(self) } else { unbounded(logarithm::ln(f256::MAX)) }
    }

    fn enclose_sin_cos(self) -> (Ball, Ball) {
        trigonometric::sin_cos(self)
    }

    fn enclose_phi(self, k: u32) -> Ball {
        exponential::phi(self, k)
    }

    fn enclose_erf(self) -> Ball {
        erf::erf(self)
    }

    fn enclose_erfc(self) -> Ball {
        erf::erfc(self)
    }
}

/// Of an increasing function beyond the largest number.
fn unbounded(at_largest: Ball) -> Ball {
    Interval::enclosing(at_largest.lo(), <f256 as EndPoint>::INFINITY)
}
