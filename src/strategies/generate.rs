//! The cases as strategies of proptest and as `Arbitrary` of quickcheck, from the same draws.

use super::cases::{Case, Noising, OtherGaussianPoint, ScaledScorePoint, VpMoment};
use super::decimal::Draws;
use super::rotated::RotatedPoint;

#[cfg(feature = "proptest")]
mod strategies {
    use super::*;
    use crate::strategies::Decimal;
    use ::proptest::prelude::*;

    fn drawn<T: std::fmt::Debug>(n: usize, make: fn(&mut Draws<'_>) -> T) -> impl Strategy<Value = T> {
        // Draws shrink to 0, for which every range gives its simplest number.
        proptest::collection::vec(any::<u64>(), n).prop_map(move |draws| make(&mut Draws(draws.iter())))
    }

    /// Processes of every schedule.
    pub fn noising() -> impl Strategy<Value = Noising> {
        drawn(Noising::DRAWS, Noising::draw)
    }

    /// VP-linear at a time, down to `t/T = 1e-12`.
    pub fn vp_moment() -> impl Strategy<Value = VpMoment> {
        drawn(VpMoment::DRAWS, VpMoment::draw)
    }

    /// Numbers in (0, 1), all magnitudes down to `1e-12` alike: a fraction of the time, for instance.
    pub fn fraction() -> impl Strategy<Value = Decimal> {
        drawn(2, |draws| draws.fraction())
    }

    /// Points of the scaled-score family.
    pub fn scaled_score_point() -> impl Strategy<Value = ScaledScorePoint> {
        drawn(ScaledScorePoint::DRAWS, ScaledScorePoint::draw)
    }

    /// Points of the family whose score is that of another Gaussian.
    pub fn other_gaussian_point() -> impl Strategy<Value = OtherGaussianPoint> {
        drawn(OtherGaussianPoint::DRAWS, OtherGaussianPoint::draw)
    }

    /// Worlds in 1 to 6 dimensions with points.
    pub fn rotated_point() -> impl Strategy<Value = RotatedPoint> {
        drawn(RotatedPoint::DRAWS, RotatedPoint::draw)
    }
}

#[cfg(feature = "proptest")]
pub use strategies::*;

#[cfg(feature = "quickcheck")]
mod arbitrary {
    use super::*;
    use ::quickcheck::{Arbitrary, Gen};

    macro_rules! arbitrary {
        ($($case:ident)+) => {$(
            impl Arbitrary for $case {
                fn arbitrary(g: &mut Gen) -> Self {
                    let draws: Vec<u64> = (0..Self::DRAWS).map(|_| u64::arbitrary(g)).collect();
                    Self::draw(&mut Draws(draws.iter()))
                }

                /// Fewer dimensions first, then fewer digits, one number at a time.
                fn shrink(&self) -> Box<dyn Iterator<Item = Self>> {
                    let mut simpler = self.smaller();
                    for at in 0..self.clone().numbers().len() {
                        let options = self.clone().numbers().get(at).map(|(number, range)| range.simpler(number));
                        for option in options.unwrap_or_default() {
                            let mut case = self.clone();
                            if let Some((number, _)) = case.numbers().get_mut(at) {
                                **number = option;
                            }
                            simpler.push(case);
                        }
                    }
                    Box::new(simpler.into_iter())
                }
            }
        )+};
    }

    arbitrary!(Noising VpMoment ScaledScorePoint OtherGaussianPoint RotatedPoint);
}
