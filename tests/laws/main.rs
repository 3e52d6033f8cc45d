//! The laws of arithmetic, for every number type, from one list.
//!
//! A law is a pair of formulas that give the same number. What "the same" means depends on the reading: proved for terms,
//! overlap for enclosures, the sum of the proven rounding errors for `f64`, bit for bit for lanes, coefficient by coefficient
//! for derivatives and series.

mod derivatives;
mod exact;
mod gaussian_means;
mod inverses;
mod matrices;
mod matrix_exponential;
mod matrix_ode;
mod quadrature;
mod running;
mod scalars;
