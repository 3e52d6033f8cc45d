"""SDE and ODE solvers of other packages: what they do right is right, and diffrax backwards in time is found and named."""

from __future__ import annotations

import pytest

import ouracle as oc


def test_diffrax_is_right_forwards_and_wrong_backwards_where_we_say_so():
    jax = pytest.importorskip("jax")
    diffrax = pytest.importorskip("diffrax")
    jax.config.update("jax_enable_x64", True)
    from ouracle.adapters import diffrax as adapter

    heun = oc.check_sde_solver(adapter.sde_solver(diffrax.Heun()), steps=(4, 8, 16), strong=1)
    assert heun.verdict == "right", heun
    found = oc.check_sde_solver(adapter.sde_solver(diffrax.SRA1()), oc.LinearSde.ou(), steps=(4, 8, 16), strong=1.5)
    assert found.of("path forwards").verdict == "right"
    for quantity in ("law backwards", "path backwards"):
        assert found.of(quantity).verdict == "wrong" and "dt is taken as positive" in found.of(quantity).cause
    only_step = oc.check_sde_solver(adapter.sde_solver(adapter.mended(diffrax.SRA1(), area=False)), oc.LinearSde.ou(), steps=(4, 8, 16), strong=1.5)
    assert only_step.of("law backwards").verdict == "right"
    assert "H, the space-time Lévy area" in only_step.of("path backwards").cause
    both = oc.check_sde_solver(adapter.sde_solver(adapter.mended(diffrax.SRA1())), oc.LinearSde.ou(), steps=(4, 8, 16), strong=1.5)
    assert both.verdict == "right", both


def test_torchsde_methods_are_right_and_a_wrong_brownian_motion_is_found():
    pytest.importorskip("torchsde")
    from ouracle.adapters import torchsde as adapter

    assert oc.check_sde_solver(adapter.sde_solver("srk", "ito", "additive"), strong=1.5, backwards=False, steps=(8, 16, 32)).verdict == "right"
    assert oc.check_sde_solver(adapter.sde_solver("euler", "ito", "diagonal"), euler=True, backwards=False, steps=(8, 16, 32)).verdict == "right"
    path = adapter.brownian_interval("space-time", paths=2000)
    assert oc.check_brownian(path).passes
    assert oc.check_brownian(lambda s, t: (0 * path(s, t)[0], path(s, t)[1])).of("variance").verdict == "wrong"
    got, exact, unit = adapter.logqp()
    assert abs(got - exact) <= 8 * unit and abs(exact - 0.18367) < 1e-5


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("rk4", 4), ("dopri5", None)])
def test_torchdiffeq_converges_at_its_order(method, order):
    pytest.importorskip("torchdiffeq")
    from ouracle.adapters import torchdiffeq as adapter

    equation = oc.LinearSde(rate=1.5, force=0.6, force_slope=-0.8, noise=0.0, start=2.0)
    assert oc.check_sde_solver(adapter.ode_solver(method), equation, weak=order, steps=(8, 16, 32)).verdict == "right"
    if method == "euler":
        assert oc.check_sde_solver(adapter.ode_solver(method), equation, weak=2, steps=(8, 16, 32)).verdict == "wrong"
