"""diffrax 0.7.2: stochastic Runge–Kutta solvers solve another equation backwards in time.

dX = 1.5 (0.4 − X) dt + 0.7 dB, from X(1) = 0.9 back to t = 0 along one Brownian path. The exact solution on that path is

    X(0) = 0.4 + e^{1.5} (0.9 − 0.4) − 0.7 ∫ e^{1.5 s} dB(s),

with the integral by parts, 0.7 (e^{1.5} B(1) − 1.5 ∫ e^{1.5 s} B(s) ds), from the same path at 2^14 points. Beside it stands what each solver
returns, and, for the solvers that are wrong, the solution with the drift added instead of taken away: that is what they solve.
"""

import warnings

import diffrax
import jax
import jax.numpy as jnp
import lineax
import numpy as np

warnings.filterwarnings("ignore")
jax.config.update("jax_enable_x64", True)

RATE, MEAN, NOISE, LAST = 1.5, 0.4, 0.7, 0.9
STEPS = 1024
path = diffrax.VirtualBrownianTree(0.0, 1.0, tol=2.0**-15, shape=(1,), key=jax.random.key(0), levy_area=diffrax.SpaceTimeTimeLevyArea)

s = jnp.linspace(0.0, 1.0, 2**14 + 1)
b = jax.vmap(lambda t: path.evaluate(0.0, t)[0])(s)


def integral(rate):
    """∫ e^{rate s} dB(s) by parts, and the trapezoidal rule on the path."""
    weights = jnp.exp(rate * s) * b
    return jnp.exp(rate) * b[-1] - rate * jnp.sum((weights[1:] + weights[:-1]) / 2) / (len(s) - 1)


exact = MEAN + np.exp(RATE) * (LAST - MEAN) - NOISE * float(integral(RATE))
# With dt positive: X(0) = mean + e^{−rate} (X(1) − mean) − noise ∫ e^{−rate s} dB(s).
other = MEAN + np.exp(-RATE) * (LAST - MEAN) - NOISE * float(integral(-RATE))

terms = diffrax.MultiTerm(
    diffrax.ODETerm(lambda t, y, _: RATE * (MEAN - y)),
    diffrax.ControlTerm(lambda t, y, _: lineax.DiagonalLinearOperator(jnp.full((1,), NOISE)), path),
)
print(f"exact solution on the path      {exact:.4f}")
print(f"solution with the drift's sign turned  {other:.4f}\n")
for name in ("Heun", "EulerHeun", "SEA", "SRA1", "ShARK", "GeneralShARK", "SlowRK", "SPaRK"):
    solution = diffrax.diffeqsolve(terms, getattr(diffrax, name)(), t0=1.0, t1=0.0, dt0=-1 / STEPS, y0=jnp.array([LAST]), max_steps=2 * STEPS)
    value = float(solution.ys[-1][0])
    print(f"{name:14} {value:.4f}   {'right' if abs(value - exact) < abs(value - other) else 'WRONG: the drift has the other sign'}")
