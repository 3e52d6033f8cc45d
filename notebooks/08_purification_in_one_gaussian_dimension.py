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
# # Adversarial purification in one Gaussian dimension
#
# An attacked image is moved a few steps along the score of an energy before it is classified: $x \leftarrow x + \alpha s(x)$. Does that defend? With trained
# networks the question is settled by experiments that disagree. With an exact score, two classes $N(\pm\mu, \Sigma)$ and a linear classifier, everything is a
# formula: where the steps lead, what they do to decisions, what injected noise does, and what an attacker has to know.

# %%
import math

import matplotlib.pyplot as plt
import numpy as np

import ouracle as oc

rng = np.random.default_rng(8)
u = 2.0**-53


def steps(energy, length, count):
    """The purifier of this notebook."""

    def purify(x):
        for _ in range(count):
            x = x + length * energy.score(x)
        return x

    return purify


def Phi(t):
    return math.erfc(-t / math.sqrt(2)) / 2


# %% [markdown]
# ## The law after k steps
#
# A Gaussian energy has the score $-P(x - m)$, so a step multiplies the distance from the mode by $1 - \alpha P$, and $N(m_0, S_0)$ becomes
# $N(m + B^k(m_0 - m),\; B^k S_0 B^k)$ with $B = 1 - \alpha P$. The check reads the map from the code, and takes a formula of the law to be judged. A popular
# mistake has one factor $B^k$ too few.

# %%
P, mode, alpha, k = 2.0, 0.3, 0.1, 5
energy = oc.GaussianEnergy([[P]], [mode])
purify, B = steps(energy, alpha, k), 1 - alpha * P


def law(mean, covariance):
    return mode + B**k * (mean - mode), B**k * covariance * B**k


findings = oc.check_purifier(purify, energy, length=alpha, steps=k, law=law)
assert findings.passes
wrong = oc.check_purifier(purify, energy, length=alpha, steps=k, law=lambda mean, covariance: (law(mean, covariance)[0], B**k * covariance))
print(wrong.of("law").verdict, "–", wrong.of("law").cause)
assert wrong.of("law").verdict == "wrong"

m0, s0, n = 1.5, 0.49, 200_000
purified = purify(m0 + math.sqrt(s0) * rng.standard_normal((n, 1)))[:, 0]
mean, variance = (float(np.squeeze(part)) for part in law(np.array([m0]), np.array([[s0]])))
print(f"mean {purified.mean():.5f}, exactly {mean:.5f};  variance {purified.var():.6f}, exactly {variance:.6f}")
# Standard errors of a Gaussian sample; five of each are exceeded less than once in a million times.
assert abs(purified.mean() - mean) < 5 * math.sqrt(variance / n)
assert abs(purified.var() - variance) < 5 * variance * math.sqrt(2 / n)

# %% [markdown]
# ## The fixed point
#
# There is one fixed point, the mode, and every input goes there, whatever its class. *All* information about the class is contracted at the same rate. What is
# left of it after $k$ steps can still be read, for the sign survives; but a step longer than $2/P$ drives everything away.

# %%
ends = steps(energy, alpha, 300)(np.array([[-4.0], [0.0], [5.0]]))
assert np.abs(ends - mode).max() <= 8 * u * 300
print(oc.check_purifier(steps(energy, 1.05, 5), energy).of("contraction").cause)

# %% [markdown]
# ## Exact purification changes no Bayes decision
#
# A better energy knows both classes: $\frac12 N(\mu, \tau^2) + \frac12 N(-\mu, \tau^2)$, where $\tau^2 = s^2 + \sigma^2$ holds the noise of training. Its score pulls towards the
# nearer mode, which is *not* at the mean of the class. With $c = \alpha/\tau^2 \le 1$ a step keeps the sign of $x$, for every $x$. The sign is the Bayes decision. So
# purification with the exact score changes nothing at all for the best classifier, neither clean nor attacked. Only longer steps flip decisions, and only for the worse.

# %%
mu, s2, sigma = 1.2, 0.54, 0.6
classes = oc.MixtureEnergy([mu], s2, sigma)
print(f"the modes are at ±{classes.fixed_point():.4f}·μ")
x = rng.choice([-1, 1], (n, 1)) * mu + math.sqrt(s2) * rng.standard_normal((n, 1))
for c in (0.2, 0.9, 1.0, 1.9):
    after = steps(classes, c * classes.spread, 3)(x)
    flips = int(np.sum(np.sign(after) != np.sign(x)))
    verdict = oc.check_purifier(steps(classes, c * classes.spread, 3), classes).of("decisions").verdict
    print(f"c = {c}: {flips:>5} of {n} decisions flip; the check says {verdict}")
    assert (flips == 0) == (c <= 1) and (verdict == "right") == (c <= 1)

# %% [markdown]
# ## The adaptive step between two modes
#
# The published method finds the length of a step by a second score: $\alpha = \lambda\delta/(1 - z)$, $z = s(x)\,s(x + \delta s(x))/s(x)^2$. On a Gaussian energy this is $\lambda$ over the
# curvature, whatever the probe $\delta$. Between two modes the energy is concave, the curvature negative, and so is the step: it walks to the saddle, where both
# classes are equally likely. The published code clips the step from below, which is what saves it.

# %%
probe, grid = 1e-3, np.linspace(0.02, 2.2, 400)


def adaptive(relaxation, floor=-np.inf):
    def purify(x):
        s = classes.score(x)
        z = (s * classes.score(x + probe * s)).sum(1) / (s * s).sum(1)
        return x + np.maximum(relaxation * probe / (1 - z), floor)[:, None] * s

    return purify


unclamped = oc.check_purifier(adaptive(0.4), classes, method="adaptive", relaxation=0.4)
print(unclamped.of("step sign").cause)
assert unclamped.of("step sign").verdict == "wrong"
assert oc.check_purifier(adaptive(0.4, 1e-5), classes, method="adaptive", relaxation=0.4).passes

score = classes.score(grid[:, None])[:, 0]
length = (adaptive(1.0)(grid[:, None])[:, 0] - grid) / score
# The curvature vanishes where cosh(μu/τ²) = μ/τ.
turn = classes.spread / mu * math.acosh(mu / math.sqrt(classes.spread))
print(f"the step is negative for 0 < u < {turn:.4f}")
# The finite probe moves the change of sign by less than itself times the score.
clear = np.abs(grid - turn) > probe * np.abs(score).max() + 8 * u
assert np.array_equal(length[clear] < 0, grid[clear] < turn)

# %% [markdown]
# ## Noise drives accuracies towards one half
#
# Many defences add noise before they purify. Behind an invertible affine map the noise is all that limits an attacker, and it moves the accuracy towards ½: *down* if the
# attack is weak, *up* if it is so strong that the classifier is worse than a coin. A gain under strong attacks is chance and no defence.

# %%
gaussian = oc.GaussianEnergy.of_classes([mu], s2, sigma)


def noisy(level):
    def purify(x):
        return steps(gaussian, 0.3, 4)(x + level * np.random.default_rng().standard_normal(x.shape))

    return purify


levels, sizes = (0.0, 0.5, 1.0, 2.0, 4.0), (0.0, 0.6, 1.2, 1.8, 2.4)
table = np.array(
    [[oc.check_purifier(noisy(level), gaussian, classes=([mu], s2), eps=eps).of("clean accuracy" if eps == 0 else "white-box accuracy").got for eps in sizes] for level in levels]
)
print("attack size     " + "  ".join(f"{eps:6.2f}" for eps in sizes))
for level, row in zip(levels, table):
    print(f"noise {level:4.1f}      " + "  ".join(f"{value:6.3f}" for value in row))
for eps, column in zip(sizes, table.T):
    # In one dimension the map cancels: accuracy is Φ((μ − ε)/√(s² + σ²)), and each entry rounds a few times.
    exact = [Phi((mu - eps) / math.sqrt(s2 + level**2)) for level in levels]
    assert np.abs(column - exact).max() <= 64 * u * 8
    drift = np.diff(column)
    assert np.all(drift < 0) if eps < mu else np.all(drift > 0) if eps > mu else np.abs(column - 0.5).max() <= 64 * u * 8

# %% [markdown]
# ## White and gray boxes, for which one dimension is not enough
#
# In one dimension an attacker has no choice of direction, and it does not matter what he knows. In two, a purifier turns the classifier: $w_{\mathrm{eff}} = B^k w$. An attacker who knows
# only $w$ (gray box) pushes in a direction that is no longer the best, and the measured accuracy is higher. That part is no defence: who knows the purifier (white box)
# takes it back. What remains, here, is that a *bad* classifier was turned towards a better one.

# %%
Mu, Sigma, w, eps = np.array([0.8, 0.4]), np.array([[1.5, 0.4], [0.4, 0.8]]), np.array([1.0, -1.0]), 0.5
plane = oc.GaussianEnergy.of_classes(Mu, Sigma, 0.3)
kinds, counts = ("clean", "white-box", "gray-box"), range(1, 16)


def accuracy(count):
    found = oc.check_purifier(steps(plane, 0.2, count), plane, length=0.2, steps=count, classes=(Mu, Sigma), classifier=w, eps=eps)
    assert found.passes
    return [found.of(f"{kind} accuracy").got for kind in kinds]


curves = np.array([accuracy(count) for count in counts])
for count, row in zip(counts[::4], curves[::4]):
    print(f"{count:>3} steps: " + ", ".join(f"{kind} {value:.4f}" for kind, value in zip(kinds, row)))
assert np.all(curves[:, 2] > curves[:, 1])

# A paper that reports the gray-box number as robust accuracy over 100,000 examples is found out:
count = counts[-1]
report = oc.check_purifier(
    steps(plane, 0.2, count), plane, classes=(Mu, Sigma), classifier=w, eps=eps, reported=round(float(curves[-1, 2]), 5), n=100_000, reported_as="white-box"
).of("reported accuracy")
print(report.verdict, "–", report.cause)
assert report.verdict == "wrong" and "gray-box" in report.cause

# %%
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 9, "figure.dpi": 110})
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(10.5, 3.4))
shown = np.abs(length) < 6
left.plot(np.where(shown & (grid < turn), grid, np.nan), np.where(shown, length, np.nan), color="#b3261e")
left.plot(np.where(shown & (grid > turn), grid, np.nan), np.where(shown, length, np.nan), color="#1f6fb2")
left.axvline(classes.fixed_point() * mu, ls=":", lw=1, color="#5d6068")
left.axhline(0, lw=0.6, color="#5d6068")
left.set(xlabel="$u$, between the saddle at 0 and beyond the mode", ylabel="adaptive step, $\\lambda = 1$")
left.set_title("Backwards near the saddle", loc="left", fontweight="bold")
for column, one in zip(table.T, sizes):
    middle.plot(levels, column, "o-", ms=3, lw=1.2, label=f"ε = {one:g}")
middle.axhline(0.5, ls=":", lw=1, color="#5d6068")
middle.set(xlabel="injected noise σ", ylabel="accuracy")
middle.legend(frameon=False, fontsize=8)
middle.set_title("Noise leads to one half", loc="left", fontweight="bold")
for column, kind, colour in zip(curves.T, kinds, ("#5d6068", "#b3261e", "#1f7a4d")):
    right.plot(counts, column, lw=1.4, color=colour, label=kind)
right.set(xlabel="steps of purification")
right.legend(frameon=False, fontsize=8)
right.set_title("What an attacker does not know", loc="left", fontweight="bold")
figure.tight_layout()

# %% [markdown]
# The blue branch is where the adaptive step goes to the mode (dotted), the red one where it goes to the saddle. Purification can help a bad classifier,
# by turning it. Of the best one it changes nothing, as long as the score is exact.
