// A subject in JavaScript: the fields of the OU process with Gaussian data in one dimension. node harness.mjs
import { createInterface } from "node:readline";

const able = { mean: {}, covariance: {}, score: {}, "reverse-drift": {}, velocity: {} };
let rate, horizon, mean, variance;

function setup({ process, data, model }) {
  if (process.kind !== "ou" || data.kind !== "gaussian" || model.kind !== "exact" || data.mean.length !== 1)
    return { status: "unsupported", message: "only ou, Gaussian data in one dimension, the exact model" };
  const number = (text) => text.split("/").map(Number).reduce((over, under) => over / under);
  [rate, horizon, mean, variance] = [number(process.rate), number(process.horizon), data.mean[0], data.cov[0][0]];
  return variance > 0 ? { status: "ok" } : { status: "refused", message: `the variance ${variance} is not positive` };
}
function value(quantity, { x: [x, more] = [0], t }) {
  const m = Math.exp(-rate * t) * mean, v = Math.exp(-2 * rate * t) * variance - Math.expm1(-2 * rate * t);
  const score = -(x - m) / v, drift = -rate * x, G = 2 * rate; // dY = -rate Y dt + sqrt(2 rate) dB
  if (more !== undefined || !Number.isFinite(score) || t < 0 || t > horizon)
    return { error: `no answer at x = ${x}, t = ${t}` };
  const fields = { score, "reverse-drift": drift - G * score, velocity: drift - (G * score) / 2, mean: m };
  return quantity === "covariance" ? [[v]] : [fields[quantity]];
}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, cmd, quantity, points, case: world } = JSON.parse(line);
  if (cmd === "bye") break;
  let answer = { status: "unsupported", message: `no ${quantity ?? cmd} here` };
  if (cmd === "hello") answer = { subject: { name: "harness.mjs", language: "javascript" }, able };
  if (cmd === "setup") answer = setup(world);
  if (cmd === "evaluate" && quantity in able) answer = { status: "ok", values: points.map((p) => value(quantity, p)) };
  console.log(JSON.stringify({ id, ...answer }));
}
