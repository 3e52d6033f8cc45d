"""properscoring 0.1: `crps_quadrature(..., tol=None)` is documented to ignore errors of bounds and tolerances, and raises a TypeError.

`(tol is not None) and (cdf(xmin) >= tol) or (cdf(xmax) <= (1. - tol))` is `(A and B) or C`, so that `1. - tol` is computed with None.
"""

import properscoring
from scipy.stats import norm

print("tol=1e-6:", properscoring.crps_quadrature(0.3, norm.cdf, xmin=-8, xmax=8), "(exact 0.26933290)")
try:
    print("tol=None:", properscoring.crps_quadrature(0.3, norm.cdf, xmin=-8, xmax=8, tol=None))
except TypeError as error:
    print("tol=None: TypeError:", error)
