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
# # The ELBO is a bound. Of what, and when is it tight?
#
# A diffusion model is trained on a lower bound of a likelihood. Three sentences about it are repeated in many places: *the ELBO is
# below the log-density of the data*, *a perfect score leaves no gap*, and *without a gap the model is the data*. All three are false.
# Here we look at the smallest model in which everything is known exactly, and see what is true in their place.
#
# The data are $N(0, v_0)$, noised by a variance-preserving process to $N(0, v_T)$. The network returns $(1+\delta)$ times the exact score,
# and sampling begins at $N(0, v_\pi)$. The model that samples from it is $p_\theta = N(0, V_0)$; it is Gaussian, but it is *not* the data.
# By Huang, Lim and Courville (2021), with the drift $\alpha y$, the squared diffusion $G$ and the model's marginals $u_t = N(0, V_t)$,
#
# $$ \log p_\theta(x) - \mathrm{ELBO}(x)
#    = \tfrac12\int_0^T E\left[\,G\,\bigl|(1+\delta)\nabla\log q_t(Y_t) - \nabla\log u_t(Y_t)\bigr|^2 \,\middle|\, Y_0 = x\right]dt \;\ge\; 0 . $$

# %%
import matplotlib.pyplot as plt
import numpy as np

import ouracle as oc

v0 = 0.25
world = dict(process="vp-linear", b0="0.1", b1=20, T=1, v0="1/4", lam=0)


def log_normal(x, variance):
    """log N(x; 0, variance) in nats."""
    return -0.5 * (np.log(2 * np.pi * variance) + x**2 / variance)


def asked(question, digits=20, **more):
    """The certified value as a double."""
    return float(oc.ask(question, world | more, digits=digits))


# %% [markdown]
# ## The bound, the model and the data at one point
#
# The oracle knows the ELBO, the variance $V_0$ of the samples and the gap, each by its own formula. So the identity can be checked: what
# the ELBO lacks to the likelihood of the *model* is the gap.

# %%
x, delta = 1.2, -0.15
here = dict(delta=delta, vpi=1)
elbo = asked("family-scaled-score/elbo", x=x, **here)
model = log_normal(x, asked("family-scaled-score/model-variance", **here))
gap = asked("variational-gap/gap", x=x, **here)
print(f"log-density of the model  {model:.12f}\nELBO                      {elbo:.12f}")
print(f"difference                {model - elbo:.12f}\ngap, asked for            {gap:.12f}")
print(f"log-density of the data   {log_normal(x, v0):.12f}   ← below the ELBO!")
assert abs(model - elbo - gap) < 1e-14 * 50 and elbo > log_normal(x, v0)

# %% [markdown]
# The last line is the first false sentence. The ELBO bounds the likelihood of the model, and where the model puts more mass than the
# data do, in the tails here, the bound may well be above the log-density of the data. Only on average over the data is it below.

# %% [markdown]
# ## The same gap by another road
#
# One should not believe an oracle because it prints many digits. The integral above needs $V_t$, which solves the reverse SDE's own
# variance equation, started at the prior; then a quadrature. Twenty lines of NumPy, which share only the schedule with the library.


# %%
def gap_by_quadrature(x, delta, prior, n=20_000):
    """½∫ G E|(1+δ)s_q − s_u|² dt, with the model's variance by Runge–Kutta backwards from the prior, and Simpson's rule."""
    b0, b1 = 0.1, 20.0
    t = np.linspace(0.0, 1.0, 2 * n + 1)
    beta, integral = b0 + (b1 - b0) * t, b0 * t + (b1 - b0) * t**2 / 2
    decay, noise = np.exp(-integral), -np.expm1(-integral)
    q = decay * v0 + noise

    def rate(i, variance):  # the reverse SDE with the network's score, in reverse time
        return (beta[i] - 2 * beta[i] * (1 + delta) / q[i]) * variance + beta[i]

    h, variance = 1.0 / n, np.empty(n + 1)
    variance[n] = prior
    for k in range(n, 0, -1):
        i, v = 2 * k, variance[k]
        k1 = rate(i, v)
        k2 = rate(i - 1, v + h / 2 * k1)
        k3 = rate(i - 1, v + h / 2 * k2)
        variance[k - 1] = v + h / 6 * (k1 + 2 * k2 + 2 * k3 + rate(i - 2, v + h * k3))
    mismatch = (1 + delta) / q[::2] - 1 / variance
    integrand = beta[::2] * mismatch**2 * (decay[::2] * x**2 + noise[::2]) / 2
    weights = np.r_[1, np.tile([4, 2], n // 2 - 1), 4, 1] * h / 3
    return weights @ integrand


other = gap_by_quadrature(x, delta, 1.0)
print(f"by quadrature {other:.12f}, by the closed form {gap:.12f}, difference {other - gap:.1e}")
assert abs(other - gap) < 1e-9

# %% [markdown]
# ## When is it tight?
#
# The gap vanishes if and only if the network's score is the score of the *model's own* marginals, $\nabla\log u_t$, at all times. A perfect score of the
# data is that only if sampling also begins where noising ends, $v_\pi = v_T$. With the usual prior $N(0, 1)$ it does not, and the
# gap of a perfect network is tiny but not zero. In doubles the difference of two log-densities cannot tell. A certificate can.

# %%
end = oc.ask("lin-moments-scalar/variance", {k: world[k] for k in ("process", "b0", "b1", "T", "v0")}, m0=0, t=1, digits=40)
for name, prior in (("N(0, 1)", "1"), ("N(0, v_T)", str(end.value))):
    print(f"perfect score, prior {name:<10} gap {oc.ask('variational-gap/gap', world, delta=0, vpi=prior, x=0, digits=5)}")

# %% [markdown]
# So *a perfect score leaves no gap* is false. *Without a gap the model is the data* is false as well: the exact score of any other law, with a
# prior to match, leaves no gap and is not your data. A gap measures whether the network is consistent with its own samples; whether these are
# the data is the other half of the bound, and training sees only the sum.

# %%
deltas = np.linspace(-0.3, 0.5, 81)
bound, likelihood = (np.empty_like(deltas) for _ in range(2))
for i, d in enumerate(deltas):
    at = dict(delta=float(d), vpi=1)
    bound[i] = asked("family-scaled-score/elbo", x=x, **at)
    likelihood[i] = log_normal(x, asked("family-scaled-score/model-variance", **at))
assert np.all(bound <= likelihood)

priors = np.geomspace(1 / 3, 3.0, 81)
by_prior = {d: [asked("variational-gap/gap", x=x, delta=d, vpi=float(p)) for p in priors] for d in (0.0, -0.1, -0.3)}

# %%
plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False, "font.size": 10, "figure.dpi": 110})
figure, (left, right) = plt.subplots(1, 2, figsize=(9.6, 4.0))
left.axhline(log_normal(x, v0), color="#5d6068", lw=1.2, ls="--", label="data, $\\log q_0(x)$")
left.plot(deltas, likelihood, color="#1f6fb2", lw=2, label="model, $\\log p_θ(x)$")
left.plot(deltas, bound, color="#c24d1a", lw=2, label="ELBO")
left.fill_between(deltas, bound, likelihood, color="#c24d1a", alpha=0.15, lw=0, label="gap")
left.set(xlabel="score error $δ$", ylabel="nats", title=f"At x = {x}")
left.legend(frameon=False)
for (d, gaps), colour in zip(by_prior.items(), ("#1f7a4d", "#8a4fa3", "#b3261e")):
    right.loglog(priors, gaps, color=colour, lw=2, label=f"$δ$ = {d:g}")
right.set(xlabel="variance of the prior, $v_π$", ylabel="gap in nats", title="Tight only if score and prior agree", ylim=(1e-10, 10))
right.set_xticks([0.5, 1, 2], ["0.5", "1", "2"]), right.minorticks_off()
right.legend(frameon=False)
for axes in (left, right):
    axes.set_title(axes.get_title(), loc="left", fontweight="bold", fontsize=11), axes.set_title("")
figure.tight_layout()
