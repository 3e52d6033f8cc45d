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
# # One formula, many readings
#
# Every diffusion model stands on one number: how much noise there is at time $t$. For the variance-preserving process
# $dY = -\tfrac12\beta Y\,dt + \sqrt\beta\,dB$ it is
#
# $$ w_t = \operatorname{Var}(Y_t \mid Y_0) = 1 - e^{-\Lambda_t}, \qquad \Lambda_t = \int_0^t \beta(s)\,ds . $$
#
# In ouracle this formula is written down once. What changes is the kind of number that reads it: exact balls for a certificate,
# doubles for speed, numbers with a derivative for rates, random draws for a simulation, symbols for a proof. So one reading can
# be held against another, and none of them is a second copy that may disagree. This notebook takes four of them, and then holds
# somebody else's copy against the first.

# %%
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np

import ouracle as oc

process = oc.VP.linear(beta_0="0.1", beta_1=20)
same = dict(process="vp-linear", b0="0.1", b1=20, T=1)  # the same process, as the oracle is asked for it

# %% [markdown]
# ## First reading: a certificate
#
# `ask` evaluates the formula with intervals that contain the truth, and gives as many digits as one likes. The number behind the
# ± is a bound and no guess. `"1/3"` is a third, not the double next to it.


# %%
def certified(t, digits=40):
    """w_t with its radius."""
    return oc.ask("lin-moments-scalar/conditional-variance", same, t=t, digits=digits)


print(certified("1/3"))

# %% [markdown]
# ## Second reading: doubles
#
# The same lines of code with ordinary floating-point numbers are what a schedule uses. How good can a double be? Rounding the
# input alone moves the answer by $u\kappa$, where $u = 2^{-53}$ and $\kappa = |w| + |t\,w'|$ is the condition of the question. This is
# the unit in which ouracle measures errors: up to 8 of it is *right*, up to 1024 *degraded* (digits were lost that need
# not have been), and beyond that *wrong*. Nobody chooses a tolerance.

# %%
t = 1 / 3
alpha, sigma, alpha_rate, sigma_rate = process.rows(np.array([t]))[0]
exact = certified(Fraction(t))
condition = sigma**2 + t * abs(2 * sigma * sigma_rate)
error = abs(Fraction(sigma**2) - Fraction(exact.value))
print(f"double    {sigma**2:.17f}\nexact     {exact.value:.17f}\nerror     {float(error) / (2**-53 * condition):.2f} u κ")

# %% [markdown]
# ## Third reading: numbers with a derivative
#
# Read with dual numbers, the formula gives its own rate. The variance of a linear SDE must obey $w' = 2 f w + G$ with the drift $f$
# and the squared diffusion $G$ that a sampler will use. Two roads to one number; a factor of two lost in either would show here.

# %%
times = np.linspace(0.05, 1.0, 20)
_, sigma, _, sigma_rate = process.rows(times).T
drift, diffusion = process.sde(times).T
residual = 2 * sigma * sigma_rate - (2 * drift * sigma**2 + diffusion)
print(f"largest residual of w' = 2 f w + G: {np.abs(residual / diffusion).max() / 2**-53:.1f} u of the largest term")

# %% [markdown]
# ## Fourth reading: a simulation
#
# Draw paths in ten small exact steps and look at their variance at the end. With $n$ draws, $n\,\hat w / w$ has a $\chi^2_n$ law, so
# a deviation beyond $4.9\sqrt{2/n}$ happens by chance once in a million times. A simulation never proves anything, but it is the
# only reading that has not seen the formula.

# %%
rng, n = np.random.default_rng(1), 200_000
grid = np.linspace(0.0, 1 / 3, 11)
alpha, sigma = process.rows(grid)[:, :2].T
y = np.zeros(n)
for (a, s), (a_next, s_next) in zip(zip(alpha, sigma), zip(alpha[1:], sigma[1:])):
    factor = a_next / a
    y = factor * y + np.sqrt(s_next**2 - (factor * s) ** 2) * rng.standard_normal(n)
deviation = np.mean(y**2) / float(exact) - 1
print(f"relative deviation {deviation:+.4f}, where chance explains {4.9 * np.sqrt(2 / n):.4f}")
assert abs(deviation) < 4.9 * np.sqrt(2 / n)

# %% [markdown]
# ## Somebody else's copy
#
# Most repositories write `1 - exp(-Λ)`, and most train in single precision. Near $t = 0$ the exponential is almost one, and the
# subtraction throws the digits away: at the smallest times below, the answer is zero, and a division by $\sigma$ is infinite. `expm1`
# exists for this. The formula is the same on paper; the reading is not.

# %%
times = np.geomspace(1e-7, 1.0, 160).astype(np.float32)
truth = [Fraction(certified(Fraction(float(t)), digits=25).value) for t in times]
rows = process.rows(times.astype(np.float64))
conditions = rows[:, 1] ** 2 + times * np.abs(2 * rows[:, 1] * rows[:, 3])


def integral(t):
    """Λ_t in the precision of t."""
    b0, b1 = t.dtype.type(0.1), t.dtype.type(20)
    return b0 * t + (b1 - b0) * t * t / 2


copies = {
    "1 − exp(−Λ), single": (1 - np.exp(-integral(times)), 2**-24),
    "−expm1(−Λ), single": (-np.expm1(-integral(times)), 2**-24),
    "ouracle, double": (rows[:, 1] ** 2, 2**-53),
}
units = {
    name: np.array([float(abs(Fraction(float(v)) - w)) for v, w in zip(values, truth)]) / (u * conditions)
    for name, (values, u) in copies.items()
}

# %%
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "figure.dpi": 110})
figure, axes = plt.subplots(figsize=(7.6, 4.2))
axes.axhspan(1e-3, 8, color="#e6f3ec"), axes.axhspan(8, 1024, color="#faf0d9"), axes.axhspan(1024, 3e7, color="#fbe9e7")
for (name, values), colour in zip(units.items(), ("#b3261e", "#1f6fb2", "#1f7a4d")):
    axes.loglog(times, np.maximum(values, 1.5e-3), ".", ms=4, color=colour, label=f"{name}: at worst {values.max():,.0f}")
for height, word in ((0.002, "right"), (11, "degraded"), (1400, "wrong")):
    axes.text(0.75, height, word, ha="right", va="bottom", color="#5d6068")
axes.set(xlabel="time $t$", ylabel="error in units of $u\\,κ$", ylim=(1e-3, 3e7), xlim=(8e-8, 1.2))
axes.legend(frameon=False, loc="upper right", bbox_to_anchor=(1.0, 0.98))
axes.set_title("The same formula on paper, three times in a computer", loc="left", fontweight="bold", fontsize=11)
figure.tight_layout()

assert units["ouracle, double"].max() <= 8 and units["−expm1(−Λ), single"].max() <= 8
assert units["1 − exp(−Λ), single"].max() > 1024
