"""scoringrules 0.10.0 on PyTorch: double input, but the digits of single precision.

The backend makes √2, √π and the levels of the integral estimator as tensors of PyTorch's default precision, which is single. The same calls
with NumPy stand beside them, and again with the default precision and the backend's π
set to double.
"""

import numpy as np
import scoringrules as sr
import torch
from scoringrules.backend import backends

sr.register_backend("torch")
y, mean, sd = np.array([1.3]), np.array([0.2]), np.array([0.9])
members = np.linspace(-1.0, 2.0, 7)[None, :] ** 3 / 3
for precision in (torch.float32, torch.float64):
    torch.set_default_dtype(precision)
    backends["torch"].pi = torch.asarray(torch.pi)
    as_tensors = [torch.as_tensor(array, dtype=torch.float64) for array in (y, mean, sd, members)]
    normal = float(sr.crps_normal(*as_tensors[:3], backend="torch"))
    integral = float(sr.crps_ensemble(as_tensors[0], as_tensors[3], estimator="int", backend="torch"))
    print(f"default precision {precision}")
    print(f"  crps_normal          {normal:.15f}   NumPy {sr.crps_normal(y, mean, sd, backend='numpy')[0]:.15f}")
    print(f"  crps_ensemble (int)  {integral:.15f}   NumPy {sr.crps_ensemble(y, members, estimator='int', backend='numpy')[0]:.15f}")
