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
# # What a chain of T steps costs, and which schedule makes it cheapest
#
# A variational diffusion model with $T$ steps is a ladder of $T$ Gaussian guesses. Each guess has the right mean, if the network is exact, and a
# variance that was chosen before any data were seen. So even the perfect network pays for every step. On Gaussian data this price is a formula,
# and the questions that papers settle by training can be settled with a pencil: how it falls with $T$, whether more steps are always better, and
# what a schedule can and cannot do.
#
# Noise is measured by $\gamma = -\ln\mathrm{SNR}$, the *full* log-ratio, growing with $t$ from $\gamma(0)$ to $\gamma(1)$. Data have the variance
# $s$; losses are in nats.

# %%
import matplotlib.pyplot as plt
import numpy as np

import ouracle as oc

data = dict(s="0.7", gamma_0=-9, gamma_1=5)


def exact(question, **more):
    """An exact number, as a double."""
    return float(oc.ask(question, {**data, **more}))


# %% [markdown]
# ## The loss as people compute it
#
# Here is the diffusion loss of a chain, written as code: a random time, a noised example, the network's guess, the weight
# $\frac T2(\rho_{i-1} - \rho_i)$. The network is the exact one. Two hundred thousand draws give the loss to three digits; the claim `vdm-finite-t-loss`
# knows it to as many as one likes.

# %%
s, rng = 0.7, np.random.default_rng(3)


def gamma(t):
    return -9.0 + 14.0 * t


def diffusion_loss(T, draws):
    i = rng.integers(1, T + 1, draws)
    snr, before = np.exp(-gamma(i / T)), np.exp(-gamma((i - 1) / T))
    x, noise = np.sqrt(s) * rng.standard_normal(draws), rng.standard_normal(draws)
    z = np.sqrt(snr) * x + noise
    guess = np.sqrt(snr) * s / (1 + snr * s) * z
    return T / 2 * (before - snr) * (x - guess) ** 2


losses = diffusion_loss(8, 200_000)
estimate, error = losses.mean(), losses.std() / np.sqrt(len(losses))
print(f"by chance  {estimate:.4f} ± {error:.4f}\nexactly    {exact('vdm-finite-t-loss/l-t', T=8):.4f}")
assert abs(estimate - exact("vdm-finite-t-loss/l-t", T=8)) < 5 * error

# %% [markdown]
# ## The price of a step
#
# The limit $L_\infty$ depends on the two ends of the schedule and on nothing else. What is above it, $L_T - L_\infty$, is the price of a finite chain: a
# sum of terms $\frac12[r_i - \ln(1 + r_i)]$, with $r_i = (\rho_{i-1} - \rho_i)\,\mathrm{mmse}(\rho_i)$ the part of the step that the guess could not know. It falls
# like $1/T$, and the constant is known too.

# %%
limit = exact("vdm-t-rate/lim-t-times-gap")
print(f"L∞ = {float(oc.ask('vdm-continuous-loss/l-inf', s='0.7', snr_max=np.exp(9.0), snr_min=np.exp(-5.0))):.4f} nats")
for T in (1, 10, 100, 1000):
    gap = exact("vdm-finite-t-gap/gap-t", T=T)
    print(f"T = {T:>4}: {gap:>12.5f} nats too many, T × gap = {T * gap:.3f} (tends to {limit:.3f})")

# %% [markdown]
# ## More steps are better, but not for everybody
#
# Dividing every step lowers the loss, *on average over the data*. For a single example it need not: at the mean of the data a noisier guess happens to
# be a better one. And for a network that was made for other data it need not, either. Both are facts, and no bug in anybody's code.


# %%
def loss_at(x, ladder):
    """The loss of one example of data N(0, 1) on a ladder of signal-to-noise ratios, the largest first."""
    error = (x**2 + ladder[1:]) / (1 + ladder[1:]) ** 2
    return np.sum((ladder[:-1] - ladder[1:]) * error) / 2


one, two = loss_at(0.0, np.array([1, 0.01])), loss_at(0.0, np.array([1, 0.1, 0.01]))
print(f"at the mean of the data: one step {one:.7f}, two steps {two:.7f}")
assert one < two

# %% [markdown]
# ## What a schedule can do
#
# In the limit, nothing: all schedules between the same ends have the same loss. With finitely many steps the best of them is known: it makes
# $1 + \rho(t)s$ fall geometrically, so that every step is equally surprising. It needs to know $s$. The cosine schedule does not; how much does it lose?

# %%
steps = np.unique(np.geomspace(1, 1000, 25).astype(int))
ends = -9.0, 5.0


def ladder(kind, T):
    """ρ at the T + 1 times of a schedule between the same ends."""
    t = np.linspace(0, 1, T + 1)
    if kind == "linear in γ":
        return np.exp(-gamma(t))
    if kind == "cosine":
        angles = np.arctan(np.exp(np.array(ends) / 2))
        return np.tan(angles[0] + (angles[1] - angles[0]) * t) ** -2.0
    top, bottom = np.log1p(s * np.exp(-np.array(ends)))
    return np.expm1(top + (bottom - top) * t) / s


def excesses(rho):
    return (rho[:-1] - rho[1:]) * s / (1 + rho[1:] * s)


def gap(rho):
    r = excesses(rho)
    return np.sum(r - np.log1p(r)) / 2


def rounding(rho):
    """What rounding can do to the gap: each ρ comes from an exponential of a number up to ten, so 1 + ρs is off by some tens of units."""
    u, r = 2.0**-53, excesses(rho)
    off = 8 * u * 10 * (2 + s * (rho[:-1] + rho[1:])) / (1 + rho[1:] * s)
    return np.sum(off * r / (1 + r) + 8 * u * r) / 2


gaps = {kind: [gap(ladder(kind, T)) for T in steps] for kind in ("linear in γ", "cosine", "the best")}
certified = [exact("vdm-finite-t-gap/gap-t", T=T) for T in steps]
best = [exact("vdm-optimal-schedule/min-gap-10", T=T) for T in steps]
for kind, exactly in (("linear in γ", certified), ("the best", best)):
    assert all(abs(g - e) <= rounding(ladder(kind, T)) for g, e, T in zip(gaps[kind], exactly, steps))

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "figure.dpi": 110})
figure, axes = plt.subplots(figsize=(7.6, 4.2))
for (kind, values), colour in zip(gaps.items(), ("#1f6fb2", "#b3261e", "#1f7a4d")):
    axes.loglog(steps, values, "o-", ms=3, lw=1.2, color=colour, label=kind)
axes.loglog(steps, limit / steps, ":", color="#5d6068", lw=1, label="the limit of the linear one, 26.75 / T")
axes.set(xlabel="steps $T$", ylabel="price of the chain $L_T - L_\\infty$, nats")
axes.legend(frameon=False)
axes.set_title("The price of a finite chain, with an exact network", loc="left", fontweight="bold", fontsize=11)
figure.tight_layout()

# %% [markdown]
# With ten steps the best schedule pays 2.54 nats where the linear one pays 4.35, and no training can go below it: the claim `vdm-optimal-schedule`
# proves it over all schedules. In several dimensions there are *three* best schedules, for three different questions; the page of the claim has them.
