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
# # Samplers: the exact law, the order, and the bias
#
# How good is a sampler? The usual answer needs a network, a data set and a hundred thousand pictures, and then one number that mixes the
# error of the network, of the start, of the steps and of chance. On Gaussian data each of them can be had alone, exactly, from *one* run.
#
# The reason is small: if the data are Gaussian, the exact network is affine in its input, $\hat x_0(z) = Az + b$. A sampler that calls nothing else
# is then an affine map of the normal draws it makes, however many steps it takes. An affine map is known once it has been applied to zero and to
# the unit vectors. So ouracle replaces the random generator by a *tape*: row 0 of the batch draws zeros, each further row a one in a place of
# its own. One batch through the unmodified sampler gives the mean and the covariance of its output to the last digit.

# %%
import matplotlib.pyplot as plt
import numpy as np

import ouracle as oc

law = oc.Gaussian(mean=[0.7, -0.4, 0.3], covariance=[[1.0, 0.6, -0.2], [0.6, 0.8, 0.1], [-0.2, 0.1, 0.3]])

# %% [markdown]
# ## One run instead of a hundred thousand samples
#
# Here is DDPM as it stands in textbooks, on the thousand levels of the original paper. It draws noise at each of them.

# %%
ddpm = oc.Case(law, oc.Table.ddpm(beta_1=1e-4, beta_T=0.02, T=1000))
eps = ddpm.field("eps")
product = ddpm.schedule.alphas_cumprod


def ancestral(noise, levels=tuple(range(len(product) - 1, -1, -10))):
    """DDPM on every tenth level, with the posterior variance."""
    x = noise
    for t, before in zip(levels, (*levels[1:], None)):
        bar, bar_before = product[t], product[before] if before is not None else 1.0
        alpha = bar / bar_before
        x = (x - (1 - alpha) / np.sqrt(1 - bar) * eps(x, t)) / np.sqrt(alpha)
        if before is not None:
            x = x + np.sqrt((1 - alpha) * (1 - bar_before) / (1 - bar)) * np.random.standard_normal(x.shape)
    return x


finding = oc.check_sampler(ancestral, ddpm, steps=None, recursion="ancestral-posterior").of("recursion")
print(finding)

# %% [markdown]
# The sampler is *right*: every number is what the recursion of DDPM must give on these levels, to within rounding. That does not mean that it
# gives the data. A hundred steps leave a bias, and now it is a number without error bars. Twenty thousand samples agree with it, and could not have
# found its second digit:

# %%
np.random.seed(0)
samples = ancestral(np.random.standard_normal((20_000, 3)))
exact = np.array(finding.got["covariance"])
noise_of_estimate = np.sqrt((exact**2 + np.outer(np.diag(exact), np.diag(exact))) / len(samples))
print("bias of the covariance, exactly\n", np.round(exact - law.covariance, 5))
print("the same from 20 000 samples\n", np.round(np.cov(samples.T) - law.covariance, 5))
print("standard error of these\n", np.round(noise_of_estimate, 5))
assert np.all(np.abs(np.cov(samples.T) - exact) < 5 * noise_of_estimate)

# %% [markdown]
# ## Orders
#
# A solver of order $p$ has an error of $C N^{-p}$ with $N$ steps. To see $p$, three things must be out of the way: the error of the start (the tape
# gives the whole map, so the exact start can be put in afterwards), the last step to the data, which is of first order whatever the method (we end at
# $\sigma = 0.02$), and chance (there is none).

# %%
edm = oc.Case(law, oc.EDM())
denoiser = edm.field("D")
end = oc.Level(1.0, 0.02)


def levels(steps, first=80.0):
    """Noise levels, uniform in log-SNR."""
    return np.geomspace(first, end.sigma, steps + 1)


def euler(noise, steps, first=80.0):
    """Euler in σ, which is DDIM."""
    x = first * noise
    for a, b in zip(levels(steps, first), levels(steps, first)[1:]):
        x = x + (b - a) * (x - denoiser(x, a)) / a
    return x


def heun(noise, steps, first=80.0):
    """Heun in σ, the sampler of Karras et al. (2022)."""
    x = first * noise
    for a, b in zip(levels(steps, first), levels(steps, first)[1:]):
        slope = (x - denoiser(x, a)) / a
        guess = x + (b - a) * slope
        x = x + (b - a) * (slope + (guess - denoiser(guess, b)) / b) / 2
    return x


def two_m(noise, steps, first=80.0):
    """DPM-Solver++(2M), Lu et al. (2022)."""
    x, before = first * noise, None
    for a, b in zip(levels(steps, first), levels(steps, first)[1:]):
        h, data = np.log(a / b), denoiser(x, a)
        ahead = data if before is None else 1.5 * data - 0.5 * before  # for equal steps in log-SNR
        x, before = b / a * x - np.expm1(-h) * ahead, data
    return x


subjects = {"Euler": (euler, 1), "Heun": (heun, 2), "DPM-Solver++(2M)": (two_m, 2)}
ladder = (20, 40, 80, 160, 320)
found = {name: oc.check_order(f, edm, order=p, steps=ladder, end=end)[0] for name, (f, p) in subjects.items()}
for name, finding in found.items():
    print(f"{name:<17} {finding.verdict}: {finding.because}")
assert all(finding.verdict == "right" for finding in found.values())

# %% [markdown]
# ## Bias, and what it is made of
#
# Now with a mistake that is no slip of the pen: the first level is $\sigma = 4$ for 80, as if one had measured the noise of the wrong data set. The
# solver is as good as before. But its start, $N(0, 4^2)$, is not the law of the data with noise of 4, and no number of steps makes up for it. The law of
# the data as the only reference would say that Heun stops converging; the *exact flow of its own start* says whose fault it is.

# %%
short = {n: oc.check_sampler(lambda noise, steps: heun(noise, steps, first=4.0), edm, steps=n, end=end)[0] for n in ladder}
to_data = [finding.details["distance to the law of the data"] for finding in short.values()]
to_own = [finding.details["distance to the exact end of its own start"] for finding in short.values()]
for n, data, own in zip(ladder, to_data, to_own):
    print(f"{n:>4} steps: {data:.2e} from the data, {own:.2e} from where its own start should end")
assert to_data[-1] > 0.9 * to_data[-2] and to_own[-1] < 0.3 * to_own[-2]

# %%
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "figure.dpi": 110})
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.0))
for (name, finding), colour in zip(found.items(), ("#1f6fb2", "#2b8a5f", "#8a4fa3")):
    errors = finding.details["errors"]
    left.loglog(ladder, errors, "o-", color=colour, lw=2, ms=5, label=f"{name}: slope {-finding.details['slopes'][-1]:.2f}")
    guide = errors[-1] * (np.array(ladder) / ladder[-1]) ** (-float(finding.exact))
    left.loglog(ladder, guide, "--", color="#5d6068", lw=1, zorder=0)
left.set_title("Orders, without a single sample", loc="left", fontweight="bold", fontsize=11)
right.loglog(ladder, to_data, "o-", color="#b3261e", lw=2, ms=5, label="from the law of the data")
right.loglog(ladder, to_own, "o-", color="#2b8a5f", lw=2, ms=5, label="from the exact flow of its own start")
right.set_title("Heun from σ = 4: whose fault is the bias?", loc="left", fontweight="bold", fontsize=11)
for axes in (left, right):
    axes.set(xlabel="steps", ylabel="error of mean and covariance"), axes.legend(frameon=False)
    axes.set_xticks(ladder, [str(n) for n in ladder]), axes.minorticks_off()
figure.tight_layout()
