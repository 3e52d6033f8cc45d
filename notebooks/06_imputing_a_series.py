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
# # Imputing a series, and how the replacement method fails
#
# Sensors fail; a model fills the holes. Diffusion models do it by sampling the missing values given the others, and there are two ways: a network that
# knows what was seen, or an unconditional one whose known entries are overwritten at every step. The second needs no training. It is also wrong, however
# many steps it takes and however good the network is. For a Gaussian series the truth is a formula, so both can be seen.

# %%
import matplotlib.pyplot as plt
import numpy as np

import ouracle as oc

process = oc.OrnsteinUhlenbeck(variance=1.0, rate=0.35, mean=0.0)

# %% [markdown]
# ## The truth, for any number of points
#
# The law of a missing value given all others takes one pass forwards and one back. Times may be irregular, holes may be anywhere, and what is missing is told
# by a mask, never by a NaN that travels. A hundred thousand points take a few milliseconds.

# %%
rng = np.random.default_rng(5)
times = np.cumsum(rng.uniform(0.02, 0.18, 100_000))
steps = np.exp(-process.rate * np.diff(times, prepend=times[0] - 100))
series = np.empty(len(times))
state = 0.0
for i, (factor, noise) in enumerate(zip(steps, rng.standard_normal(len(times)))):
    state = factor * state + np.sqrt(1 - factor**2) * noise
    series[i] = state
seen = rng.random(len(times)) < 0.12
seen[300:420] = False  # a sensor that was off
smoothed = process.smooth(times, np.where(seen, series, np.nan), seen)

inside = np.abs(series - smoothed.mean)[~seen] <= 1.959964 * np.sqrt(smoothed.variance[~seen])
print(f"{np.sum(~seen)} values imputed; {inside.mean():.2%} of the truth lies in the 95 % bands")
print(f"log-likelihood of what was seen: {smoothed.log_likelihood:.3f} nats")

# %%
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "figure.dpi": 110})
figure, axes = plt.subplots(figsize=(7.6, 3.6))
part = slice(200, 520)
t, mean, sd = times[part], smoothed.mean[part], np.sqrt(smoothed.variance[part])
axes.fill_between(t, mean - 1.96 * sd, mean + 1.96 * sd, color="#1f6fb2", alpha=0.18, lw=0, label="95 % of the exact law")
axes.plot(t, series[part], color="#9aa0a8", lw=0.8, label="what happened")
axes.plot(t, mean, color="#1f6fb2", lw=1.2, label="exact mean")
axes.plot(t[seen[part]], series[part][seen[part]], "o", ms=3.5, color="#1d1f23", label="what was seen")
axes.set(xlabel="time", ylabel="value")
axes.legend(frameon=False, ncol=4, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16))
axes.set_title("An irregular series with holes", loc="left", fontweight="bold", fontsize=11)
figure.tight_layout()

# %% [markdown]
# ## Replacement
#
# Now sample one hole with a diffusion model. Four neighbouring times, the first and the third seen. The network is exact for *noisy series*, and at every step
# the known entries are overwritten with their values, noised to the level of the step: the usual trick. `check_imputer` reads the law of what comes out
# from one run, and compares it with the conditional law.

# %%
case = oc.Case(process.law([0.0, 0.8, 1.5, 3.0]), oc.VP.linear())
observed, mask = [1.2, 0.0, -0.4, 0.0], [1, 0, 1, 0]
eps = case.field("eps")


def replacement(noise, observed, mask, steps):
    """An unconditional network; the known entries are put in at every step."""
    z = noise
    times = case.schedule.times_at(np.linspace(-4.5, 5.0, steps + 1))
    levels = [case.schedule.level(float(t)) for t in times] + [oc.DATA]
    for time, a, b in zip(times, levels, levels[1:]):
        e = eps(z, float(time))
        x0 = (z - a.sigma * e) / a.alpha
        factor = a.alpha / b.alpha
        forward = a.sigma**2 - factor**2 * b.sigma**2
        z = (factor * b.sigma**2 * z + b.alpha * forward * x0) / a.sigma**2
        if b.sigma > 0:
            z = z + np.sqrt(forward) * b.sigma / a.sigma * np.random.standard_normal(z.shape)
        z = np.where(mask == 1, b.alpha * observed + b.sigma * np.random.standard_normal(z.shape), z)
    return z


finding = oc.check_imputer(replacement, case, observed, mask, steps=(25, 50, 100, 200)).of("conditional law")
print(finding.verdict, "—", finding.cause)
print("distance to the conditional law at", dict(zip(finding.details["steps"], np.round(finding.details["errors"], 3).tolist())), "steps")
assert finding.verdict == "wrong" and "replacement" in finding.cause

# %% [markdown]
# The distance does not go to zero. The same sampler with a network that knows what was seen does what it should:


# %%
informed = case.given(np.array(mask, dtype=bool), observed)
eps_given = informed.field("eps")


def conditional(noise, observed, mask, steps):
    """A network for the unknown entries alone, told what is known."""
    hidden = mask[0] == 0
    z = noise[:, hidden]
    times = informed.schedule.times_at(np.linspace(-4.5, 5.0, steps + 1))
    levels = [informed.schedule.level(float(t)) for t in times] + [oc.DATA]
    for time, a, b in zip(times, levels, levels[1:]):
        e = eps_given(z, float(time))
        x0 = (z - a.sigma * e) / a.alpha
        z = b.alpha * x0 + b.sigma * e
    out = np.array(observed)
    out[:, hidden] = z
    return out


right = oc.check_imputer(conditional, case, observed, mask, network=informed, steps=(25, 50, 100, 200)).of("conditional law")
print(right.verdict, "— distances", np.round(right.details["errors"], 4).tolist())
assert right.passes

# %% [markdown]
# ## How wrong, exactly
#
# For two entries with correlation $r$ and one of them seen as $x_o$ the limit of infinitely many steps has a closed form: the mean is
# $\frac{1 - \sqrt{1 - r^2}}{r}x_o$ where $r x_o$ would be right, and the variance is too large. The claim `replacement-bias` proves it, and knows what a finite number of
# steps gives as well. There are two versions of the method, with fresh noise on the known entry at each step or with one noised path for all of them; they
# have the same bias and different variances.

# %%
correlations = np.linspace(0.02, 0.98, 49)


def limit(quantity):
    return np.array([float(oc.ask(f"replacement-bias/{quantity}", r=f"{r:.4f}")) for r in correlations])


figure, (left, right_axes) = plt.subplots(1, 2, figsize=(7.6, 3.6))
left.plot(correlations, correlations, color="#1f7a4d", label="the conditional law")
left.plot(correlations, limit("mean-coefficient"), color="#b3261e", label="replacement")
left.set(xlabel="correlation $r$", ylabel="mean, per unit of what was seen")
right_axes.plot(correlations, 1 - correlations**2, color="#1f7a4d", label="the conditional law")
right_axes.plot(correlations, limit("variance-fresh"), color="#b3261e", label="fresh noise at each step")
right_axes.plot(correlations, limit("variance-trajectory"), color="#b3261e", ls="--", label="one noised path")
right_axes.set(xlabel="correlation $r$", ylabel="variance")
for axes in (left, right_axes):
    axes.legend(frameon=False, fontsize=8)
left.set_title("Replacement, with infinitely many steps and an exact network", loc="left", fontweight="bold", fontsize=11)
figure.tight_layout()

half = float(oc.ask("replacement-bias/mean-coefficient", r="0.8"))
print(f"at r = 0.8 the mean is {half:.3f} x where 0.8 x is right")
assert half == 0.5
