//! Samplers of diffusion models on Gaussian data, where the law of what they return is exact.

mod dpm_solver_1;
mod dpm_solver_2;
mod dpm_solver_3;
mod dpm_solver_pp;
mod leading_coefficients;
mod order_test_traps;

use super::Claim;

/// The claims of this folder, in the order of the catalogue.
pub static CLAIMS: &[&Claim] = &[
    &dpm_solver_1::CLAIM,
    &dpm_solver_2::CLAIM,
    &dpm_solver_3::CLAIM,
    &dpm_solver_pp::CLAIM,
    &leading_coefficients::CLAIM,
    &order_test_traps::CLAIM,
];
