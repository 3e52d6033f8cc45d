//! Comparison of laws, affine functions and clocks within a tolerance, field by field, for those who test against them.

use super::{Affine, Clock, Gaussian};
use approx::{AbsDiffEq, RelativeEq, UlpsEq};

macro_rules! field_by_field {
    ($($type:ident { $($field:ident),+ })+) => {$(
        impl<S: AbsDiffEq<Epsilon: Copy>> AbsDiffEq for $type<S> {
            type Epsilon = S::Epsilon;
            fn default_epsilon() -> S::Epsilon {
                S::default_epsilon()
            }
            fn abs_diff_eq(&self, other: &Self, epsilon: S::Epsilon) -> bool {
                true $(&& self.$field.abs_diff_eq(&other.$field, epsilon))+
            }
        }

        impl<S: RelativeEq<Epsilon: Copy>> RelativeEq for $type<S> {
            fn default_max_relative() -> S::Epsilon {
                S::default_max_relative()
            }
            fn relative_eq(&self, other: &Self, epsilon: S::Epsilon, max_relative: S::Epsilon) -> bool {
                true $(&& self.$field.relative_eq(&other.$field, epsilon, max_relative))+
            }
        }

        impl<S: UlpsEq<Epsilon: Copy>> UlpsEq for $type<S> {
            fn default_max_ulps() -> u32 {
                S::default_max_ulps()
            }
            fn ulps_eq(&self, other: &Self, epsilon: S::Epsilon, max_ulps: u32) -> bool {
                true $(&& self.$field.ulps_eq(&other.$field, epsilon, max_ulps))+
            }
        }
    )+};
}

field_by_field! {
    Gaussian { mean, variance }
    Affine { slope, offset }
    Clock { alpha, offset, noise, phi, w, shift }
}
