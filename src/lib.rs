//! Exact Gaussian and Ornstein–Uhlenbeck worlds in which likelihoods, scores, bounds and sampler outputs are known.

pub mod numbers;
