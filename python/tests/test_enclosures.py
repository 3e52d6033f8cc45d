"""Certified values in bulk, against mpmath, and against each other."""

import mpmath
import numpy as np
import ouracle as oc
import pytest

PROCESS = oc.VP.linear("0.1", "12.5")


def reference(m, v, x, scale, shift):
    """Log-likelihood, prior KL and gap on VP-linear, written down again with mpmath."""
    M, F = mpmath, mpmath.mpf
    m, v, x, k, b = map(F, (m, v, x, scale, shift))
    b0, b1 = F("0.1"), F("12.5")
    whole = (b0 + b1) / 2
    decay = M.exp(-whole)
    end = 1 + (v - 1) * decay
    kl = (end + decay * m * m - 1 - M.log(end)) / 2
    noise = M.quad(lambda t: (b0 + (b1 - b0) * t) * ((k - 1) ** 2 / (1 + (v - 1) * M.exp(-t * (b0 + (b1 - b0) * t / 2))) + b * b), [0, 1])
    return -((x - m) ** 2 / v + M.log(2 * M.pi * v)) / 2, kl, kl + noise / 2


@pytest.mark.parametrize("digits, tier", [(12, "doubles"), (18, "double-words"), (40, "237 bits")])
def test_values_lie_in_their_enclosures(digits, tier):
    rng = np.random.default_rng(5)
    m0, v0, x = rng.uniform(-1, 1, 4), rng.uniform(0.2, 2, 4), rng.uniform(-2, 2, 4)
    mpmath.mp.dps = 60
    for place, name in enumerate(["log-likelihood", "prior-kl", "gap"]):
        found = oc.enclose(PROCESS, name, m0=m0, v0=v0, x=x, scale=1.07, shift=-0.04, digits=digits)
        assert found.reached.all() and tier in found.tier
        for i in range(4):
            exact = reference(m0[i], v0[i], x[i], 1.07, -0.04)[place]
            assert mpmath.mpf(found.lo[i]) <= exact <= mpmath.mpf(found.hi[i])
            text, radius = found.decimals()[i].split(" ± ")
            assert abs(mpmath.mpf(text) - exact) <= mpmath.mpf(radius) < abs(exact) * mpmath.mpf(10) ** (1 - digits)


def test_the_gap_is_its_integral_and_shapes_broadcast():
    v0, scale = np.linspace(0.2, 2, 5)[:, None], np.linspace(0.8, 1.2, 3)
    closed, integral = (oc.enclose(PROCESS, name, v0=v0, scale=scale, m0=0.3) for name in ("gap", "gap-integral"))
    assert closed.mid.shape == closed.tier.shape == closed.decimals().shape == (5, 3)
    assert (np.maximum(closed.lo, integral.lo) <= np.minimum(closed.hi, integral.hi)).all()
    assert oc.enclose(PROCESS, "gap", v0=1.5).mid.shape == ()


def test_the_average_bound_is_entropy_and_gap():
    # A quadratic in x is averaged over N(m, v) by its values one standard deviation away.
    m, v = 0.3, 0.64
    bound = oc.enclose(PROCESS, "elbo", m0=m, v0=v, x=[m - 0.8, m + 0.8], scale=1.07, shift=0.2)
    gap = oc.enclose(PROCESS, "gap", m0=m, v0=v, scale=1.07, shift=0.2)
    entropy = 0.5 * np.log(2 * np.pi * np.e * v)
    # Points and moments are rounded to doubles, twice, and each of a dozen terms once.
    assert abs(bound.mid.mean() + entropy + gap.mid) < 64 * np.finfo(float).eps * (abs(bound.mid).max() + entropy)


def test_threads_do_not_matter():
    v0 = np.linspace(0.1, 3, 1000)
    one, three = (oc.enclose(oc.SubVP.linear(), "gap-integral", v0=v0, scale=0.9, digits=10, threads=n) for n in (1, 3))
    assert np.array_equal(one.lo, three.lo) and np.array_equal(one.hi, three.hi)


def test_zero_has_no_digits_but_a_radius():
    found = oc.enclose(PROCESS, "prior-kl", v0=1.0)
    assert not found.reached and found.lo <= 0 <= found.hi
    near = oc.enclose(PROCESS, "prior-kl", v0=1.0, absolute=1e-14)
    assert near.reached and near.tier == "doubles"


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"v0": [1.0, -2.0]}, "v0 of set 1 is -2; give a finite number > 0"),
        ({"m0": np.nan}, "m0 of set 0 is NaN"),
        ({"quantity": "elbow"}, "no quantity \"elbow\""),
        ({"digits": 60}, "60 digits"),
        ({"absolute": -1.0}, "absolute radius is -1"),
        ({"process": oc.EDM()}, "only processes of the library"),
        ({"v0": np.ones(3), "m0": np.ones(2)}, "shape mismatch"),
    ],
)
def test_refusals(change, sentence):
    arguments = {"process": PROCESS, "quantity": "gap", "v0": 1.0} | change
    with pytest.raises(ValueError, match=sentence):
        oc.enclose(**arguments)
