"""A miniature of dpm-solver's interface in NumPy: a wrapper of networks, a linear schedule, and the multistep solver of data prediction.

`DPM_Solver.SECOND` multiplies the second difference of order three. It is 1 in what people use, and 2 gives the order.
"""

from __future__ import annotations

import numpy as np


class NoiseScheduleVP:
    """`log α = −β₁₀t²/4 − β₀t/2` on the clock from 0 to `T = 1`."""

    def __init__(self, schedule="linear", continuous_beta_0=0.1, continuous_beta_1=20.0):
        self.schedule, self.T = schedule, 1.0
        self.beta_0, self.beta_1 = continuous_beta_0, continuous_beta_1

    def marginal_log_mean_coeff(self, t):
        return -0.25 * t**2 * (self.beta_1 - self.beta_0) - 0.5 * t * self.beta_0

    def marginal_alpha(self, t):
        return np.exp(self.marginal_log_mean_coeff(t))

    def marginal_std(self, t):
        return np.sqrt(-np.expm1(2.0 * self.marginal_log_mean_coeff(t)))

    def marginal_lambda(self, t):
        return self.marginal_log_mean_coeff(t) - np.log(self.marginal_std(t))

    def inverse_lambda(self, lamb):
        doubled = 2.0 * (self.beta_1 - self.beta_0) * np.logaddexp(-2.0 * lamb, 0.0)
        return doubled / (np.sqrt(self.beta_0**2 + doubled) + self.beta_0) / (self.beta_1 - self.beta_0)


def model_wrapper(model, noise_schedule, model_type="noise"):
    """The network as a prediction of the noise."""

    def noise(x, t):
        alpha, sigma = noise_schedule.marginal_alpha(t), noise_schedule.marginal_std(t)
        output = model(x, np.full(len(x), t))
        if model_type == "noise":
            return output
        if model_type == "x_start":
            return (x - alpha * output) / sigma
        if model_type == "v":
            return alpha * output + sigma * x
        return -sigma * output

    return noise


class DPM_Solver:
    """Multistep DPM-Solver++ of orders one to three."""

    SECOND = 1.0

    def __init__(self, model_fn, noise_schedule, algorithm_type="dpmsolver++"):
        if algorithm_type != "dpmsolver++":
            raise ValueError("this miniature predicts the data only")
        self.model, self.ns = model_fn, noise_schedule

    def data(self, x, t):
        return (x - self.ns.marginal_std(t) * self.model(x, t)) / self.ns.marginal_alpha(t)

    def sample(self, x, steps=20, t_start=None, t_end=1e-3, order=2, skip_type="logSNR", method="multistep", lower_order_final=True):
        start = self.ns.T if t_start is None else t_start
        levels = np.linspace(self.ns.marginal_lambda(start), self.ns.marginal_lambda(t_end), steps + 1)
        times = self.ns.inverse_lambda(levels)
        predictions = []
        for i in range(steps):
            predictions.append(self.data(x, times[i]))
            use = min(order, i + 1, steps - i if lower_order_final else order)
            x = self.step(x, predictions[-use:], levels[max(0, i + 1 - use) : i + 2], times[i], times[i + 1])
        return x

    def step(self, x, predictions, levels, s, t):
        h = levels[-1] - levels[-2]
        phi_1 = -np.expm1(-h)
        alpha = self.ns.marginal_alpha(t)
        out = self.ns.marginal_std(t) / self.ns.marginal_std(s) * x + alpha * phi_1 * predictions[-1]
        if len(predictions) == 1:
            return out
        r0 = (levels[-2] - levels[-3]) / h
        first = (predictions[-1] - predictions[-2]) / r0
        if len(predictions) == 2:
            return out + alpha * phi_1 * first / 2
        r1 = (levels[-3] - levels[-4]) / h
        before = (predictions[-2] - predictions[-3]) / r1
        d1 = first + r0 / (r0 + r1) * (first - before)
        d2 = self.SECOND * (first - before) / (r0 + r1)
        phi_2 = 1 - phi_1 / h
        return out + alpha * phi_2 * d1 - alpha * (phi_2 / h - 0.5) * d2
