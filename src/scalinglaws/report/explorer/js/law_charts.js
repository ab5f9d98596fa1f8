"use strict";
// The charts of a law. `state` is what the explorer holds: see `newState` in law_explorer.js.

const CURVE_POINTS = 160;
const BAND_SAMPLES = 400; // of a fit; more change no pixel
const SLICES = [0.01, 0.1, 1, 10, 100]; // IsoFLOP budgets, as multiples of the chosen one
const NO_UNIT = ["any", "of the metric"];
const NEAR_SLICE = 1.1; // a run is drawn on a slice if its compute is within this factor

/** What stands at an axis; a law of anything has no unit to name. */
function labelOf({name, unit}) {
  return NO_UNIT.includes(unit) ? name : `${name} (${unit})`;
}

/** The values of the law at each point of the user's table. */
function predictions({f, params, points}) {
  return points.x.map((x) => f(params, x));
}

/** The range of the horizontal axis: that of the law, and all points with a margin. */
function axisDomain({law, axis, points}) {
  const {range, zero} = law.variables[axis];
  const values = points.x.map((x) => x[axis]);
  return extent([...range, ...(values.length ? padded(values, !zero, 0.03) : [])]);
}

/** The law over the variable of the horizontal axis, the others held, with the user's points. */
function drawLaw(state) {
  const {law, f, params, held, axis, points, fit, logY} = state;
  const variable = law.variables[axis];
  const logX = !variable.zero;
  const domain = axisDomain(state);
  const xs = spaced(...domain, CURVE_POINTS, logX);
  const at = (vector, value) => f(vector, held.with(axis, value));
  const curve = xs.map((value) => [value, at(params, value)]);
  const layers = [];
  const drawn = [];
  if (fit?.samples.length) {
    const stride = Math.ceil(fit.samples.length / BAND_SAMPLES);
    const samples = fit.samples.filter((_, k) => k % stride === 0);
    const shares = [(1 - fit.level) / 2, (1 + fit.level) / 2];
    const band = xs.map((value) => [
      value,
      ...quantiles(
        samples.map((each) => at(each, value)),
        shares,
      ),
    ]);
    layers.push({kind: "band", points: band, style: ""});
    layers.push({kind: "line", points: xs.map((value) => [value, at(fit.params, value)]), style: "fit"});
    drawn.push(`band: ${fit.level * 100} % interval of the fit, dashed: the fit`);
  }
  const fitted = predictions(state);
  layers.push({
    kind: "stems",
    points: points.x.map((x, k) => [x[axis], points.y[k], fitted[k]]),
    style: "stem",
  });
  layers.push({kind: "line", points: curve, style: "law"});
  const dots = points.x.map((x, k) => [
    x[axis],
    points.y[k],
    `row ${points.numbers[k]}: ${formatNumber(points.y[k])}`,
  ]);
  layers.push({kind: "dots", points: dots, style: ""});
  if (dots.length)
    drawn.push(`${dots.length} points of your table, each with a line to the law at its own variables`);
  const others = law.variables
    .filter((_, k) => k !== axis)
    .map((each) => `${each.name} = ${formatNumber(held[law.variables.indexOf(each)], 3)}`);
  if (others.length) drawn.push(`curve at ${others.join(", ")}`);
  const values = [...curve.map(([, y]) => y), ...points.y];
  const positive = values.some((value) => value > 0);
  const [first, last] = [curve[0][1], curve.at(-1)[1]];
  drawChart(document.getElementById("law-chart"), {
    x: {label: labelOf(variable), log: logX, domain},
    y: {label: labelOf(law.response), log: logY && positive, domain: padded(values, logY && positive)},
    layers,
    summary:
      `${law.response.meaning} by the law ${law.name}: from ${formatNumber(first, 3)} at ${variable.name} = ` +
      `${formatNumber(domain[0], 3)} to ${formatNumber(last, 3)} at ${formatNumber(domain[1], 3)}; ${dots.length} points.`,
  });
  document.getElementById("law-caption").textContent =
    [`Line: the law at the sliders' values`, ...drawn].join("; ") + ".";
}

/** Logarithms of measured over predicted, over the variable of the axis; null where the law is not positive. */
function residuals(state) {
  return predictions(state).map((value, k) => (value > 0 ? Math.log(state.points.y[k] / value) : null));
}

function drawResiduals(state) {
  const {law, points, axis} = state;
  document.getElementById("residual-figure").hidden = !points.x.length;
  if (!points.x.length) return;
  const variable = law.variables[axis];
  const found = residuals(state);
  const dots = points.x
    .map((x, k) => [
      x[axis],
      found[k],
      `row ${points.numbers[k]}: ${found[k] === null ? "none" : formatNumber(found[k])}`,
    ])
    .filter(([, value]) => value !== null);
  const rms = Math.sqrt(dots.reduce((sum, [, value]) => sum + value ** 2, 0) / dots.length);
  const missing = points.x.length - dots.length;
  const note =
    `Residuals log(measured/law); root mean square ${formatNumber(rms, 3)} over ${dots.length} points` +
    (missing ? `; the law is not positive at ${missing} more.` : ".");
  drawChart(document.getElementById("residual-chart"), {
    x: {
      label: labelOf(variable),
      log: !variable.zero,
      domain: axisDomain(state),
    },
    y: {
      label: "log(measured/law)",
      log: false,
      domain: padded([0, ...dots.map(([, value]) => value)], false),
    },
    layers: [
      {kind: "horizontal", at: 0, style: "zero"},
      {kind: "dots", points: dots, style: ""},
    ],
    summary: note,
  });
  document.getElementById("residual-caption").textContent = note;
}

/** The loss along size at fixed compute, at several budgets, with the best model of each. */
function drawIsoflop(state, plan) {
  const {law, f, params, held, points, budget} = state;
  const {size: sizeAt, data} = law.allocation;
  const budgets = SLICES.map((times) => times * budget);
  const optima = budgets.map((C) => optimum(f, law.allocation, params, held, C));
  const sizes =
    extent(optima.filter((each) => !each.onEdge).map((each) => each.size)) ?? law.variables[sizeAt].range;
  const domain = [sizes[0] / 30, sizes[1] * 30];
  const logY = state.logY && optima.every((each) => each.loss > 0);
  const slices = budgets.map((C) =>
    spaced(...domain, CURVE_POINTS, true).map((size) => {
      const D = C / (FLOPS * totalSize(law.allocation, size));
      return [size, f(params, held.with(sizeAt, size).with(data, D))];
    }),
  );
  const near = points.x.flatMap((x, k) => {
    const C = FLOPS * totalSize(law.allocation, x[sizeAt]) * x[data];
    const close = budgets.some((each) => Math.abs(Math.log(C / each)) < Math.log(NEAR_SLICE));
    return close ? [[x[sizeAt], points.y[k], `row ${points.numbers[k]}: ${formatNumber(points.y[k])}`]] : [];
  });
  const lows = optima.map((each) => each.loss);
  const highest = Math.max(
    ...slices.map((slice) => Math.min(slice[0][1], slice.at(-1)[1])).filter(Number.isFinite),
  );
  const variable = law.variables[sizeAt];
  drawChart(document.getElementById("isoflop-chart"), {
    x: {label: labelOf(variable), log: true, domain},
    y: {
      label: labelOf(law.response),
      log: logY,
      domain: padded([...lows, highest, ...near.map(([, y]) => y)], logY),
    },
    layers: [
      ...slices.map((slice, k) => ({kind: "line", points: slice, style: SLICES[k] === 1 ? "law" : "slice"})),
      {kind: "dots", points: near, style: ""},
      {
        kind: "dots",
        points: optima.map((each) => [
          each.size,
          each.loss,
          `${formatNumber(each.C, 3)} FLOPs: ${variable.name} = ${formatNumber(each.size, 3)}`,
        ]),
        style: "best",
      },
    ],
    summary:
      `Loss over model size at five budgets around ${formatNumber(budget, 3)} FLOPs; ` +
      `the best size there is ${formatNumber(plan.best.size, 3)}.`,
  });
  document.getElementById("isoflop-caption").textContent =
    `Loss over ${variable.name} at ${budgets.map((C) => formatNumber(C, 2)).join(", ")} FLOPs (blue: your budget); ` +
    "black: the best model of each" +
    (points.x.length ? `; orange: your runs within 10 % of one of these budgets (${near.length}).` : ".");
}
