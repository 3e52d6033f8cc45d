"""A subject without any package: the Ornstein-Uhlenbeck process, Gaussian data in one dimension, the exact model."""
import json, math, random, sys
from fractions import Fraction

ABLE = {"score": {}, "log-density": {}, "noised": {}}

def setup(process, data, model, **later):
    global rate, horizon, mean, var
    if (process["kind"], data["kind"], model["kind"]) != ("ou", "gaussian", "exact") or len(data["mean"]) != 1:
        return {"status": "unsupported", "message": "only ou, Gaussian data in one dimension, the exact model"}
    rate, horizon = (float(Fraction(process[name])) for name in ("rate", "horizon"))
    [mean], [[var]] = data["mean"], data["cov"]
    return {"status": "ok"} if var > 0 else {"status": "refused", "message": f"the variance {var} is not positive"}

def value(quantity, point, draw):
    (x, *more), t = map(float, point["x"]), float(point["t"])
    if more or not (math.isfinite(x) and 0 <= t <= horizon): return {"error": f"no answer at x = {x}, t = {t}"}
    phi, w = math.exp(-rate * t), -math.expm1(-2 * rate * t)
    residual, v = x - phi * mean, phi * phi * var + w
    if quantity == "noised": return [phi * x + math.sqrt(w) * draw.gauss(0, 1)]
    return [-residual / v] if quantity == "score" else -(residual * residual / v + math.log(2 * math.pi * v)) / 2

def answer(ask):
    if ask["cmd"] == "hello": return {"subject": {"name": "harness.py", "language": "python"}, "able": ABLE}
    if ask["cmd"] == "setup": return setup(**ask["case"])
    if ask["cmd"] not in ("evaluate", "sample") or ask["quantity"] not in ABLE:
        return {"status": "unsupported", "message": f"no {ask.get('quantity', ask['cmd'])} here"}
    points, draw = ask.get("points") or [ask["point"]] * ask["n"], random.Random(ask.get("seed"))
    return {"status": "ok", "values": [value(ask["quantity"], point, draw) for point in points]}

for line in sys.stdin:
    if (ask := json.loads(line))["cmd"] == "bye": break
    try: result = answer(ask)
    except Exception as error: result = {"status": "error", "message": f"{type(error).__name__}: {error}"}
    print(json.dumps({"id": ask["id"], **result}), flush=True)
