//! What is compared with what: areas, their cases, the programs of each, and goals. One more of anything is one more entry.

pub use super::entry::{Area, Case, Goal, Growth, Program, Run};
use super::entry::{baseline, case, goal, growth, ours, peer, unlike};

pub const AREAS: &[Area] = &[PATHS, VARIANCE, ONE_TIME, CLOSED_FORMS, INTEGRALS, PROOFS, LARGE, SMOOTHER];

const PATHS: Area = Area {
    name: "paths",
    title: "Simulated paths",
    about: "Euler–Maruyama paths, 100 steps, with the log-weight and its Girsanov term; the mean is compared with that of the scheme, by its recursion.",
    unit: "path-step-dimension",
    limit: "normal draws; with three-bit increments, the arithmetic itself; with a full covariance, the product of the matrix with the states.",
    cases: &[
        case(
            "d = 1, f32",
            "paths.py reference d1 --count 1",
            &[
                ours("ouracle", "paths d1 --precision f32 --count 1000000"),
                peer("jax", "paths.py jax d1 --precision f32 --count 262144"),
                peer("torch-compile", "paths.py torch-compile d1 --precision f32 --count 262144 --chunk 32768"),
                peer("torch", "paths.py torch d1 --precision f32 --count 131072 --chunk 32768"),
            ],
            &[goal("jax", 10.0), goal("torch-compile", 7.0)],
        ),
        case(
            "d = 1, f64",
            "paths.py reference d1 --count 1",
            &[
                ours("ouracle", "paths d1 --precision f64 --count 1000000"),
                peer("jax", "paths.py jax d1 --count 262144"),
                peer("numpy-numba", "paths.py numpy-numba d1 --count 200000"),
                peer("numpy", "paths.py numpy d1 --count 200000"),
                peer("numba", "paths.py numba d1 --count 200000"),
                peer("torch", "paths.py torch d1 --count 131072 --chunk 32768"),
                peer("diffrax", "paths.py diffrax d1 --count 20000"),
                peer("torchsde", "paths.py torchsde d1 --count 20000"),
            ],
            &[goal("jax", 15.0), goal("numpy-numba", 7.0)],
        ),
        case(
            "d = 1, mean and variance alone",
            "paths.py reference d1 --count 1",
            &[
                ours("ouracle", "paths d1 --precision f32-three-bits --count 1000000"),
                peer("jax", "paths.py jax d1 --precision f32 --count 262144"),
                peer("torch-compile", "paths.py torch-compile d1 --precision f32 --count 262144 --chunk 32768"),
            ],
            &[unlike("jax", 20.0), unlike("torch-compile", 15.0)],
        ),
        growth(
            "growth with the number of paths",
            "paths",
            Some(16.0),
            &[
                ours("100 000", "paths d1 --precision f32 --count 100000"),
                ours("1 000 000", "paths d1 --precision f32 --count 1000000"),
                ours("10 000 000", "paths d1 --precision f32 --count 10000000"),
                ours("100 000 000", "paths d1 --precision f32 --count 100000000 --repetitions 1"),
            ],
        ),
        growth(
            "growth with the number of steps",
            "steps",
            None,
            &[
                ours("20", "paths d1 --precision f32 --count 1000000 --steps 20"),
                ours("100", "paths d1 --precision f32 --count 1000000 --steps 100"),
                ours("1000", "paths d1 --precision f32 --count 100000 --steps 1000"),
            ],
        ),
        growth(
            "growth with the dimension",
            "dimensions",
            None,
            &[
                ours("1", "paths d1 --precision f32 --count 100000"),
                ours("16", "paths d16 --precision f32 --count 100000"),
                ours("256", "paths d256 --precision f32 --count 100000"),
            ],
        ),
        case(
            "d = 256, diagonal covariance, f32",
            "paths.py reference d256 --count 1",
            &[
                ours("ouracle", "paths d256 --precision f32 --count 20000"),
                peer("torch", "paths.py torch d256 --precision f32 --count 5000"),
                peer("jax", "paths.py jax d256 --precision f32 --count 5000"),
            ],
            &[],
        ),
        case(
            "d = 64, full covariance, f32",
            "paths.py reference d64-full --count 1",
            &[
                ours("ouracle", "paths d64-full --precision f32 --count 20000"),
                peer("torch", "paths.py torch d64-full --precision f32 --count 5000"),
                peer("jax", "paths.py jax d64-full --precision f32 --count 5000"),
            ],
            &[goal("torch", 3.0)],
        ),
        case(
            "d = 64, full covariance, f64",
            "paths.py reference d64-full --count 1",
            &[
                ours("ouracle", "paths d64-full --precision f64 --count 20000"),
                peer("torch", "paths.py torch d64-full --count 5000"),
                peer("jax", "paths.py jax d64-full --count 5000"),
                peer("numpy", "paths.py numpy d64-full --count 5000"),
            ],
            &[],
        ),
    ],
};

const VARIANCE: Area = Area {
    name: "variance",
    title: "Error of a mean at equal CPU",
    about: "Estimators of the mean of the log-weight, d = 1, 100 steps, beside plain Monte Carlo without the Girsanov term, ours as well. A ratio is that of variance times CPU time: so many times less variance in equal time. With the Girsanov term, which has mean zero; with the exact score's log-weight along the same three-bit increments as a control, fitted on other paths; by Sobol's points along the principal directions, in nets of so many points. Fits and directions are part of the cost. Variances are estimates: of the nets, from the spread of 64, to 18%, and the same in each round.",
    unit: "reciprocal variance",
    limit: "normal draws; of Sobol's points, the product with the principal directions and a normal quantile for each step. Larger nets gain more.",
    cases: &[case(
        "d = 1, f64",
        "paths.py reference d1 --count 1",
        &[
            baseline("plain", "variance plain --count 1000000"),
            ours("ouracle, Girsanov term", "variance girsanov --count 1000000"),
            ours("ouracle, exact twin", "variance twin --count 1000000"),
            ours("ouracle, Sobol, 4096 points", "variance sobol --count 262144"),
            ours("ouracle, Sobol, 65 536 points", "variance sobol --count 4194304 --repetitions 1"),
        ],
        &[gain("ouracle, exact twin"), gain("ouracle, Sobol, 4096 points"), gain("ouracle, Sobol, 65 536 points")],
    )],
};

/// Of an estimator, over plain Monte Carlo.
const fn gain(ours: &'static str) -> Goal {
    Goal { ours, peer: "plain", at_least: 1000.0, unlike: false }
}

const ONE_TIME: Area = Area {
    name: "one-time",
    title: "One random time a sample",
    about: "The denoising bound with the exact transition to a uniform time; the mean is compared with Gauss rules.",
    unit: "sample",
    limit: "an exponential, two roots and two divisions a sample, beside the draws.",
    cases: &[
        case(
            "d = 1, f64",
            "one_time.py reference uniform --count 1",
            &[
                ours("ouracle", "one-time uniform --count 4000000"),
                peer("jax", "one_time.py jax uniform --count 2000000"),
                peer("numba", "one_time.py numba uniform --count 2000000"),
                peer("numpy", "one_time.py numpy uniform --count 2000000"),
                peer("torch", "one_time.py torch uniform --count 2000000"),
            ],
            &[goal("numba", 15.0), goal("jax", 20.0)],
        ),
        case(
            "d = 1, f32",
            "one_time.py reference uniform --count 1",
            &[
                ours("ouracle", "one-time uniform --precision f32 --count 4000000"),
                peer("jax", "one_time.py jax uniform --precision f32 --count 2000000"),
                peer("torch", "one_time.py torch uniform --precision f32 --count 2000000"),
            ],
            &[],
        ),
    ],
};

const CLOSED_FORMS: Area = Area {
    name: "closed-forms",
    title: "Certified closed forms",
    about: "Log-likelihood, divergence from the prior and gap for sets of parameters, enclosed; compared with mpmath at 70 digits.",
    unit: "set of parameters",
    limit: "237 bits in software: a logarithm of a `Ball` takes 2 µs, an exponential as long, a product 0.15 µs (`cargo bench -- numbers`).",
    cases: &[
        case(
            "16 digits in bulk, one schedule",
            "closed_forms.py reference closed-form-one-schedule --count 3",
            &[
                ours("ouracle", "closed-forms bulk --precision 16 --count 20000"),
                peer("flint", "closed_forms.py flint-16 closed-form-one-schedule --count 10000"),
            ],
            &[],
        ),
        case(
            "50 digits",
            "closed_forms.py reference closed-form --count 3",
            &[
                ours("ouracle", "closed-forms closed-form --count 3000"),
                peer("flint", "closed_forms.py flint-50 closed-form --count 10000"),
                peer("mpmath", "closed_forms.py mpmath-50 closed-form --count 1000"),
            ],
            &[goal("flint", 1.0 / 6.0)],
        ),
    ],
};

const INTEGRALS: Area = Area {
    name: "integrals",
    title: "Certified integrals over time",
    about: "The same numbers with the integral left to verified quadrature; compared with the closed form.",
    unit: "set of parameters",
    limit: "nodes and remainders take half each. Twenty nodes a panel are read in 237 bits whatever the digits (10 and 35 panels for 16 and 50 digits, 14 µs a node), and for each panel that is tried a power series of order 40 in intervals of doubles takes 140 µs (`cargo bench -- integrals`).",
    cases: &[
        case(
            "16 digits",
            "closed_forms.py reference integral --count 3",
            &[
                ours("ouracle", "integrals integral --precision 16 --count 200"),
                peer("flint", "closed_forms.py flint-16 integral --count 2000"),
                peer("scipy, not certified", "closed_forms.py scipy integral --count 10000"),
            ],
            &[],
        ),
        case(
            "50 digits",
            "closed_forms.py reference integral --count 3",
            &[
                ours("ouracle", "integrals integral --precision 50 --count 50"),
                peer("flint", "closed_forms.py flint-50 integral --count 500"),
                peer("mpmath, not certified", "closed_forms.py mpmath-50 integral --count 30"),
            ],
            &[goal("flint", 1.0 / 100.0)],
        ),
        case(
            "12 digits in bulk, one schedule",
            "closed_forms.py reference integral-one-schedule --count 3",
            &[
                ours("ouracle", "integrals bulk --precision 12 --count 20000"),
                peer("flint", "closed_forms.py flint-16 integral-one-schedule --count 2000"),
            ],
            &[unlike("flint", 1.0)],
        ),
    ],
};

const PROOFS: Area = Area {
    name: "proofs",
    title: "Proofs",
    about: "Fokker–Planck for the Gaussian marginal of an Ornstein–Uhlenbeck process, all parameters free, reduced to zero; a wrong version must not reduce. Ours finds all derivatives itself and exports a certificate; python-flint is given the numerator by hand.",
    unit: "proof",
    limit: "at d = 3 the zero test, nine tenths of the time: its polynomials have rational exponents and are not packed. At d = 1 it takes a quarter, as long as python-flint; the rest is reading and differentiating the formulas, LaTeX and the certificate. The proof in every dimension does not grow.",
    cases: &[
        proof(
            "d = 1",
            &[
                ours("ouracle", "proofs 1 --count 300"),
                peer("flint", "proofs.py flint 1 --count 1000"),
                peer("sympy, expand", "proofs.py sympy-expand 1 --count 2"),
                peer("sympy, cancel", "proofs.py sympy-cancel 1 --count 2"),
            ],
        ),
        proof(
            "d = 2",
            &[
                ours("ouracle", "proofs 2 --count 50"),
                peer("flint", "proofs.py flint 2 --count 500"),
                peer("sympy, expand", "proofs.py sympy-expand 2 --count 1"),
                peer("sympy, cancel", "proofs.py sympy-cancel 2 --count 1"),
            ],
        ),
        proof(
            "d = 3",
            &[
                ours("ouracle", "proofs 3 --count 10"),
                ours("ouracle, every d and any linear SDE", "proofs all --count 100"),
                peer("flint", "proofs.py flint 3 --count 50"),
                peer("sympy, expand", "proofs.py sympy-expand 3 --count 1 --repetitions 1"),
            ],
        ),
    ],
};

const PROOF_GOALS: &[Goal] = &[goal("flint", 1.0 / 2.0), goal("sympy, expand", 100.0)];

/// No answer of the reference depends on the dimension.
const fn proof(name: &'static str, runs: &'static [Run]) -> Case {
    case(name, "proofs.py reference 1 --count 1", runs, PROOF_GOALS)
}

const LARGE: Area = Area {
    name: "large",
    title: "A thousand dimensions",
    about: "d = 1024 with a full covariance, one thread of the BLAS: factors, log-likelihoods of 256 points, and steps of a sampler for 256 paths. Ours is built with the feature `large`: Cholesky factor and eigenvectors are those of faer. Log-likelihoods take a factorisation in each call, ours an eigendecomposition, the peer's a Cholesky factor; the sampler is given the eigenvectors.",
    unit: "factor, point or path-step",
    limit: "the factorisations of faer; in the eigenbasis, normal draws and two matrix products.",
    cases: &[
        case(
            "Cholesky",
            "large.py reference cholesky --count 1",
            &[
                ours("ouracle", "large cholesky --count 10"),
                peer("numpy", "large.py numpy cholesky --count 10"),
                peer("scipy", "large.py scipy cholesky --count 10"),
            ],
            &[goal("numpy", 1.0)],
        ),
        case(
            "eigenvalues and eigenvectors",
            "large.py reference eigh --count 1",
            &[ours("ouracle", "large eigh --count 2"), peer("numpy", "large.py numpy eigh --count 2")],
            &[goal("numpy", 1.0)],
        ),
        case(
            "log-likelihood",
            "large.py reference log-likelihood --count 1",
            &[
                ours("ouracle", "large log-likelihood --count 5"),
                peer("numpy", "large.py numpy log-likelihood --count 5"),
            ],
            &[],
        ),
        case(
            "sampler, eigenbasis",
            "large.py reference eigenbasis-sampler --count 100",
            &[
                ours("ouracle", "large eigenbasis-sampler --count 100"),
                peer("numpy", "large.py numpy eigenbasis-sampler --count 100"),
            ],
            &[goal("numpy", 4.0)],
        ),
    ],
};

const SMOOTHER: Area = Area {
    name: "smoother",
    title: "Smoothing a long series",
    about: "Means, variances and log-likelihood of an irregular Ornstein–Uhlenbeck series with noise; compared with the recursion in 80 bits.",
    unit: "point",
    limit: "an exponential and two divisions a point; nothing is fused, so that all instructions give the same bits.",
    cases: &[
        case(
            "100 000 points",
            "smoother.py reference irregular --count 100000",
            &[
                ours("ouracle", "smoother irregular --count 100000 --repetitions 9"),
                peer("numba", "smoother.py numba irregular --count 100000 --repetitions 9"),
                peer("scipy, means only", "smoother.py scipy-banded irregular --count 100000 --repetitions 9"),
                peer("jax, scan", "smoother.py jax-scan irregular --count 100000 --repetitions 9"),
                peer("jax, associative", "smoother.py jax-associative irregular --count 100000"),
                peer("python", "smoother.py python irregular --count 100000"),
            ],
            &[goal("numba", 4.0), goal("scipy, means only", 10.0)],
        ),
        growth(
            "growth with the number of points",
            "points",
            None,
            &[
                ours("10 000", "smoother irregular --count 10000 --repetitions 99"),
                ours("100 000", "smoother irregular --count 100000 --repetitions 25"),
                ours("1 000 000", "smoother irregular --count 1000000 --repetitions 5"),
                ours("10 000 000", "smoother irregular --count 10000000"),
            ],
        ),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_name_runs_and_names_are_distinct() {
        for area in AREAS {
            for case in area.cases {
                let place = format!("{}, {}", area.name, case.name);
                let names: std::collections::BTreeSet<_> = case.runs.iter().map(|run| run.name).collect();
                assert_eq!(names.len(), case.runs.len(), "{place}");
                for goal in case.goals {
                    assert!(names.contains(goal.ours) && names.contains(goal.peer), "{place}");
                }
            }
        }
    }

    #[test]
    fn whatever_has_a_peer_has_a_reference() {
        for case in AREAS.iter().flat_map(|area| area.cases) {
            let compared = case.runs.iter().any(|run| !matches!(run.program, Program::Ours(_)));
            assert_eq!(compared, case.reference.is_some(), "{}", case.name);
        }
    }

    #[test]
    fn scripts_exist_and_ours_are_of_their_area() {
        let folder = crate::root().join("benches/peers");
        for area in AREAS {
            for run in area.cases.iter().flat_map(|case| case.runs) {
                let (Program::Ours(words) | Program::Baseline(words) | Program::Peer(words)) = run.program;
                let first = words.split_whitespace().next().unwrap_or_default();
                match run.program {
                    Program::Ours(_) | Program::Baseline(_) => assert_eq!(first, area.name),
                    Program::Peer(_) => assert!(folder.join(first).is_file(), "{first}"),
                }
                assert!(words.contains("--count "), "{words}");
            }
        }
    }
}
