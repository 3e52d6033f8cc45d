"""check_sde_solver: right solvers are right in both directions of time, and each wrong one is wrong for its own reason."""

from __future__ import annotations

import numpy as np
import pytest

import ouracle as oc
from ouracle.increments import Increments
from ouracle.linear import LinearSde


def euler_maruyama(equation, times, path):
    x = path.start(equation.start)
    for s, t in zip(times, times[1:]):
        x = x + equation.drift(s, x) * (t - s) + equation.diffusion(s, x) * path.increment(s, t)
    return x


def heun(equation, times, path):
    x = path.start(equation.start)
    for s, t in zip(times, times[1:]):
        w = path.increment(s, t)
        y = x + equation.drift(s, x) * (t - s) + equation.diffusion(s, x) * w
        x = x + (equation.drift(s, x) + equation.drift(t, y)) / 2 * (t - s) + (equation.diffusion(s, x) + equation.diffusion(t, y)) / 2 * w
    return x


def sra1(equation, times, path, *, dt=lambda h: h, area=1.0):
    """Rößler's SRA1: strong order 1.5 for additive noise."""
    x = path.start(equation.start)
    for s, t in zip(times, times[1:]):
        h, w = dt(t - s), path.increment(s, t)
        z = w / 2 + area * path.area(s, t)  # ∫ (B_r − B_s) dr / h
        g0, g1 = equation.diffusion(s, x), equation.diffusion(t, x)
        f0 = equation.drift(s, x)
        f1 = equation.drift(s + 0.75 * (t - s), x + 0.75 * h * f0 + 1.5 * g1 * z)
        x = x + h * (f0 / 3 + 2 * f1 / 3) + w * g1 + z * (g0 - g1)
    return x


def test_euler_maruyama_is_right_in_law_path_and_every_entry():
    findings = oc.check_sde_solver(euler_maruyama, strong=1, weak=1, euler=True)
    assert [f.quantity for f in findings] == [f"{what} {way}" for way in ("forwards", "backwards") for what in ("law", "path", "recursion")]
    assert findings.verdict == "right", findings


@pytest.mark.parametrize(("solver", "strong", "weak"), [(heun, 1, 2), (sra1, 1.5, 2)])
def test_orders_of_better_methods(solver, strong, weak):
    equation = LinearSde.ou() if solver is sra1 else None
    findings = oc.check_sde_solver(solver, equation, strong=strong, weak=weak)
    assert findings.verdict == "right", findings


def test_a_higher_order_than_there_is_is_refuted():
    findings = oc.check_sde_solver(euler_maruyama, strong=1.5, weak=2)
    assert {f.verdict for f in findings} == {"wrong"}


def test_a_step_that_is_always_positive_is_found_backwards_and_named():
    findings = oc.check_sde_solver(lambda *a: sra1(*a, dt=abs), LinearSde.ou(), strong=1.5)
    assert findings.of("path forwards").verdict == "right"
    finding = findings.of("law backwards")
    assert finding.verdict == "wrong" and "dt is taken as positive" in finding.cause
    assert findings.of("path backwards").verdict == "wrong" and "dt is taken as positive" in findings.of("path backwards").cause


def test_a_levy_area_that_changes_its_sign_backwards_costs_half_an_order_and_is_named():
    def solver(equation, times, path):
        return sra1(equation, times, path, area=1.0 if times[-1] > times[0] else -1.0)

    findings = oc.check_sde_solver(solver, LinearSde.ou(), strong=1.5)
    assert findings.of("path forwards").verdict == findings.of("law backwards").verdict == "right"
    finding = findings.of("path backwards")
    assert finding.verdict == "wrong" and finding.cause.startswith("H, the space-time Lévy area, enters with the wrong sign")
    assert abs(finding.got - 1) < 0.1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e, w, h: (e, w * np.sqrt(abs(h))), "√h"),
        (lambda e, w, h: (e, w / np.sqrt(abs(h))), "√h is missing"),
        (lambda e, w, h: (e, w * e.noise), "g² stands where g belongs"),
        (lambda e, w, h: (e, 0 * w), "noise is left out"),
        (lambda e, w, h: (e, w * np.sqrt(2)), "g² is twice"),
        (lambda e, w, h: (e, -w), "noise has the wrong sign"),
    ],
)
def test_wrong_scales_of_the_noise_are_found_and_named(change, words):
    def solver(equation, times, path):
        x = path.start(equation.start)
        for s, t in zip(times, times[1:]):
            e, w = change(equation, path.increment(s, t), t - s)
            x = x + e.drift(s, x) * (t - s) + e.diffusion(s, x) * w
        return x

    # With g = 0.7 a factor g could not be told from 1/√2.
    findings = oc.check_sde_solver(solver, LinearSde.ou(noise=0.45), backwards=False)
    finding = findings.of("path forwards")
    assert finding.verdict == "wrong" and words in finding.cause, finding


def test_a_drift_of_the_wrong_sign_is_named():
    def solver(equation, times, path):
        x = path.start(equation.start)
        for s, t in zip(times, times[1:]):
            x = x - equation.drift(s, x) * (t - s) + equation.diffusion(s, x) * path.increment(s, t)
        return x

    finding = oc.check_sde_solver(solver, backwards=False).of("law forwards")
    assert finding.verdict == "wrong" and "drift has the wrong sign" in finding.cause


def test_coefficients_at_the_end_of_the_step_are_no_euler_maruyama():
    def solver(equation, times, path):
        x = path.start(equation.start)
        for s, t in zip(times, times[1:]):
            x = x + equation.drift(t, x) * (t - s) + equation.diffusion(t, x) * path.increment(s, t)
        return x

    findings = oc.check_sde_solver(solver, strong=1, euler=True)
    assert findings.of("path forwards").verdict == "right"
    for way in ("forwards", "backwards"):
        finding = findings.of(f"recursion {way}")
        assert finding.verdict == "wrong" and "at the end of the step" in finding.cause


def test_a_solver_that_draws_its_own_noise_is_read_by_a_tape():
    def right(equation, times, path):
        x = path.start(equation.start)[:, None]
        for s, t in zip(times, times[1:]):
            x = x + equation.drift(s, x) * (t - s) + equation.diffusion(s, x) * np.sqrt(t - s) * np.random.standard_normal(x.shape)
        return x

    def without_root(equation, times, path):
        x = path.start(equation.start)[:, None]
        for s, t in zip(times, times[1:]):
            x = x + (t - s) * (equation.drift(s, x) + equation.diffusion(s, x) * np.random.standard_normal(x.shape))
        return x

    def variance_as_deviation(equation, times, path):
        # The exact transition of an OU process, but with its variance where the standard deviation belongs.
        x = path.start(equation.start)[:, None]
        for s, t in zip(times, times[1:]):
            factor, offset, variance = equation.native.transition(np.array([s]), np.array([t]))[0]
            x = factor * x + offset + variance * np.random.normal(size=x.shape)
        return x

    assert oc.check_sde_solver(right, own_noise=True, weak=1, euler=True).verdict == "right"
    for wrong in (without_root, variance_as_deviation):
        finding = oc.check_sde_solver(wrong, LinearSde.ou(), own_noise=True).of("law forwards")
        assert finding.verdict == "wrong" and "the variance of the transition is given as its standard deviation" in finding.cause


def test_hostile_solvers_become_findings():
    def raises(*_):
        raise RuntimeError("no")

    assert oc.check_sde_solver(raises).verdict == "fault"
    assert "not finite" in oc.check_sde_solver(lambda e, t, p: np.full(p.rows, np.nan)).of("law forwards").because
    assert "shape" in oc.check_sde_solver(lambda e, t, p: np.zeros(3)).of("law forwards").because
    assert "affine" in oc.check_sde_solver(lambda e, t, p: p.increment(t[0], t[-1]) ** 2).of("law forwards").because
    assert "grid" in oc.check_sde_solver(lambda e, t, p: p.increment(t[0], 0.123)).of("law forwards").because


def test_what_one_step_knows_of_a_path_has_its_exact_variances():
    path = Increments(np.array([0.0, 0.5, 2.0]))
    one = path.values[:, 1, 4:7]
    assert np.allclose(np.diag(one) ** 2, [1.5, 1.5 / 12, 1.5 / 720])
    assert np.count_nonzero(one) == 3
    assert np.array_equal(path.increment(2.0, 0.5), -path.increment(0.5, 2.0))
    assert np.array_equal(path.area(2.0, 0.5), path.area(0.5, 2.0))
    assert np.array_equal(path.second_area(2.0, 0.5), -path.second_area(0.5, 2.0))


def test_the_exact_strong_error_is_that_of_simulated_paths():
    equation, steps, fine = LinearSde.forced(), 8, 2000
    run_error = oc.check_sde_solver(euler_maruyama, equation, steps=(2, 4, steps)).of("path forwards").error
    rng = np.random.default_rng(3)
    n, h = 4000, 1 / (steps * fine // 8)
    small = rng.standard_normal((n, round(1 / h))) * np.sqrt(h)
    path = equation.start * np.ones(n)
    for i, w in enumerate(small.T):
        path = path + equation.drift(i * h, path) * h + equation.diffusion(i * h, path) * w
    coarse = equation.start * np.ones(n)
    for k, w in enumerate(small.reshape(n, steps, -1).sum(axis=2).T):
        coarse = coarse + equation.drift(k / steps, coarse) / steps + equation.diffusion(k / steps, coarse) * w
    # 4000 paths know a root mean square to about one per cent; the fine grid adds a thousandth.
    assert abs(np.sqrt(np.mean((coarse - path) ** 2)) / run_error - 1) < 0.06


def test_backwards_the_solution_returns_to_its_start():
    there = LinearSde.forced()
    mean, _ = there.moments()
    back, _ = LinearSde(**{**there.__dict__, "start": mean, "begin": there.end, "end": there.begin}).moments()
    assert abs(back - there.start) < 1e-14


@pytest.mark.parametrize("bad", [dict(end=0.0), dict(start=np.nan), dict(rate=np.inf)])
def test_bad_equations_are_refused(bad):
    with pytest.raises(ValueError, match="finite|different"):
        LinearSde(**(dict(rate=1.0, force=0.0, noise=1.0, start=0.0) | bad))


def test_too_few_numbers_of_steps_are_refused():
    with pytest.raises(ValueError, match="at least three"):
        oc.check_sde_solver(euler_maruyama, steps=(8, 16))


def test_an_equation_without_noise_checks_ordinary_methods():
    equation = LinearSde(rate=1.5, force=0.6, force_slope=-0.8, noise=0.0, start=2.0)
    findings = oc.check_sde_solver(heun, equation, weak=2)
    assert findings.verdict == "right" and len(findings) == 2
    assert oc.check_sde_solver(euler_maruyama, equation, weak=2).verdict == "wrong"
