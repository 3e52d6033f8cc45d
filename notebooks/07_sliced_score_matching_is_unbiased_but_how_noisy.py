# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Sliced score matching is unbiased, but how noisy?
#
# Score matching wants the trace of a Jacobian, which costs as many backward passes as there are dimensions. Sliced score matching looks along one
# random direction $v$ instead, $v^\top\nabla s\,v + \frac12(v^\top s)^2$, and is right on average. *On average* is where most explanations stop. On Gaussian data
# with a Gaussian model all the rest is a formula too: how noisy one value is, what several directions help, whether the "variance-reduced" form is one,
# and what a fit pays in the end.
#
# Data $x \sim N(m, \Sigma)$, model score $s(x) = -K(x - \mu)$; nothing is diagonal, nothing centred, and the model is not the truth.

# %%
import matplotlib.pyplot as plt
import numpy as np

import ouracle as oc

world = dict(
    Sigma=[["1.7", "0.4", "-0.3"], ["0.4", "0.9", "0.2"], ["-0.3", "0.2", "2.1"]],
    K=[["0.8", "-0.25", "0.1"], ["-0.25", "1.6", "0.05"], ["0.1", "0.05", "0.45"]],
    m=["0.3", "-0.7", "1.1"],
    mu=["0.1", "0.2", "-0.4"],
)
Sigma, K, m, mu = (np.array(world[name], dtype=float) for name in ("Sigma", "K", "m", "mu"))
LAWS = ("gaussian", "rademacher", "sphere")


def exact(question, given=None, **more):
    """An exact number, as a double."""
    return float(oc.ask(question, given, **more))


# %% [markdown]
# ## Right on average, whatever the directions
#
# Normal numbers, random signs, or the sphere of radius $\sqrt d$: all that is asked of $v$ is $E\,vv^\top = I$. Here is the loss as people write it, in both
# forms, a hundred thousand times. The bound on its mean is five standard errors, and they are exact: the variance of one value is known.

# %%
rng = np.random.default_rng(11)
n, d = 100_000, 3
x = m + rng.standard_normal((n, d)) @ np.linalg.cholesky(Sigma).T
s = -(x - mu) @ K


def projections(law, shape):
    v = rng.standard_normal(shape)
    return {"gaussian": v, "rademacher": np.sign(v), "sphere": np.sqrt(shape[-1]) * v / np.linalg.norm(v, axis=-1, keepdims=True)}[law]


def values(v, reduced):
    """One value for each sample: SSM, or SSM-VR, which knows that (vᵀs)² is |s|² on average."""
    square = np.sum(s**2, axis=-1) if reduced else np.sum(v * s, axis=-1) ** 2
    return -np.einsum("ni,ij,nj->n", v, K, v) + square / 2


J = exact("sm-esm-ism/j-ism", world)
print(f"exactly    {J:.5f}")
for law in LAWS:
    for reduced in (False, True):
        found = values(projections(law, x.shape), reduced)
        error = np.sqrt(exact("sm-estimator-variance/variance", world, law=law, M=1, N=n, variance_reduced=reduced))
        print(f"{law:>10} {'VR' if reduced else '  '}  {found.mean():.5f} ± {error:.5f}")
        assert abs(found.mean() - J) < 5 * error

# %% [markdown]
# ## Where the noise comes from
#
# One value varies because samples differ, $V_x$, and because directions do, $V_v$. With $M$ directions for each of $N$ samples the estimate has the variance
# $(V_x + V_v/M)/N$. More directions are no more data: they leave $V_x$ where it is.

# %%
split = {}
for law in LAWS:
    for reduced in (False, True):
        one, two = (exact("sm-estimator-variance/variance", world, law=law, M=M, N=1, variance_reduced=reduced) for M in (1, 2))
        split[law, reduced] = 2 * two - one, 2 * (one - two)
        print(f"{law:>10} {'VR' if reduced else '  '}  samples {split[law, reduced][0]:.3f}, directions {split[law, reduced][1]:7.3f}")

# %% [markdown]
# Directions drawn once for the whole batch look harmless, and are not: what they add never averages out.

# %%
for N in (20, 2000, 200_000):
    own = exact("sm-estimator-variance/variance", world, law="gaussian", M=3, N=N, variance_reduced=False)
    shared = exact("sm-shared-projections/variance", world, M=3, N=N)
    print(f"N = {N:>6}: {own:.5f} with directions of its own for each sample, {shared:.5f} with three for all")

# %% [markdown]
# ## "Variance-reduced" is a name
#
# SSM-VR integrates the square by hand, so it must be less noisy. Above it was. But the noise that it drops was *correlated* with the one that it keeps. For a
# right model with correlation $\rho$ between two coordinates, the difference of the two variances over the directions is known for each law, and it changes its sign:
# with normal directions in two dimensions it is never positive, with signs from $\rho = 1/\sqrt2$ on, on the sphere from $\rho = \sqrt{2/3}$.

# %%
correlations = np.linspace(0, 0.99, 34)


def saved(rho, law):
    """The variance of SSM less that of SSM-VR; negative where VR is the noisier one."""
    return exact("sm-vr-not-always/variance-difference", K=[["1", str(rho)], [str(rho), "1"]], law=law)


gains = {law: [saved(round(rho, 4), law) for rho in correlations] for law in LAWS}
assert max(gains["gaussian"]) <= 0
assert saved("0.707", "rademacher") > 0 > saved("0.708", "rademacher")
assert saved("0.816", "sphere") > 0 > saved("0.817", "sphere")

# %% [markdown]
# ## What a fit pays
#
# Let the precision be known up to a factor, $K = \theta K_0$. Maximum likelihood has the variance $2\theta^2/d$ for each sample. Score matching with the exact trace needs
# more samples, since its efficiency is $(\operatorname{tr} K_0)^2/(d \operatorname{tr} K_0^2)$, and slicing with $M$ directions more again. The equation that the estimate solves has a mean of
# zero and a variance that is exact for every number of samples; this is how the formula is tested here.

# %%
family = dict(K0=[["2", "0.7", "0"], ["0.7", "1", "0.2"], ["0", "0.2", "0.5"]], theta="1.3")
K0, theta = np.array(family["K0"], dtype=float), 1.3
counts = (1, 2, 4, 8, 16, 32)


def asymptotic(law, M, reduced):
    return exact("sm-avar-scale-family/asymptotic-variance", family, law=law, M=M, variance_reduced=reduced)


likelihood = 2 * theta**2 / d
matching = likelihood / exact("sm-efficiency-scale/efficiency", K0=family["K0"])
print(f"variance of the estimate, times N: likelihood {likelihood:.3f}, exact score matching {matching:.3f}")
z = rng.standard_normal((n, d)) @ np.linalg.inv(np.linalg.cholesky(theta * K0))
for law in LAWS:
    v = projections(law, z.shape)
    equation = -np.einsum("ni,ij,nj->n", v, K0, v) + theta * np.sum(v * (z @ K0), axis=-1) ** 2
    spread = np.sqrt(asymptotic(law, 1, False)) * np.trace(K0) / theta
    print(f"{law:>10}: {asymptotic(law, 1, False):.3f} with one direction, {asymptotic(law, 1, True):.3f} in the form VR")
    assert abs(equation.mean()) < 5 * spread / np.sqrt(n)

# %% [markdown]
# ## Is it the loss that it says?
#
# A direction of length 1 for one of length $\sqrt d$ is a common slip. In SSM it divides the loss by $d$, which harms nobody. In SSM-VR it divides the trace, and leaves
# the square as it is: another objective, larger by $\frac{d-1}{2d}E|s|^2$ than it should be. It trains, and its curve looks fine. A check that knows what was drawn needs no
# statistics to see it.

# %%
print(f"too much by {exact('sm-ssm-equality/excess', world):.5f}\n")


def unit_vr(score_net, samples):
    v = np.random.standard_normal(samples.shape)
    v = v / np.linalg.norm(v, axis=-1, keepdims=True)
    scores = score_net(samples)
    return np.mean(np.einsum("ni,nij,nj->n", v, score_net.jacobian(samples), v) + np.sum(scores**2, axis=-1) / 2)


finding = oc.check_score_matching(unit_vr, "score").of("objective")
print(finding)
assert finding.verdict == "wrong" and "unit sphere" in finding.cause

# %%
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "figure.dpi": 110})
figure, (left, right) = plt.subplots(1, 2, figsize=(10.4, 4.2))
colours = dict(zip(LAWS, ("#1f6fb2", "#b3261e", "#1f7a4d")))
for law, colour in colours.items():
    left.plot(correlations, gains[law], color=colour, lw=1.4, label=law)
    for reduced, style in ((False, "o-"), (True, "o:")):
        right.semilogx(counts, [asymptotic(law, M, reduced) for M in counts], style, ms=3, lw=1.2, color=colour, label=law + (" VR" if reduced else ""))
left.axhline(0, color="#5d6068", lw=0.8)
left.set(xlabel="correlation $\\rho$ of the precision, two dimensions", ylabel="variance that VR saves; below 0 it adds")
left.legend(frameon=False)
right.axhline(matching, color="#5d6068", lw=0.8, ls="--")
right.axhline(likelihood, color="#5d6068", lw=0.8)
right.text(1, matching - 0.08, "score matching with the exact trace", fontsize=8, color="#5d6068", va="top")
right.text(1, likelihood - 0.08, "maximum likelihood", fontsize=8, color="#5d6068", va="top")
right.set_xticks(counts, [str(count) for count in counts])
right.minorticks_off()
right.set_ylim(0.6, None)
right.set(xlabel="directions $M$ for each sample", ylabel="variance of the estimate × N")
right.legend(frameon=False, fontsize=8, ncols=2)
left.set_title("VR is not always less noisy", loc="left", fontweight="bold", fontsize=11)
right.set_title("What slicing costs a fit", loc="left", fontweight="bold", fontsize=11)
figure.tight_layout()

# %% [markdown]
# Random signs are never worse than normal numbers, and cost nothing more; with directions of its own for each sample, one is enough if samples are cheap. The floor is
# not the trace but score matching itself: in this family it needs half as many samples again as likelihood does, and no number of directions changes that.
