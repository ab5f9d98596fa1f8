"use strict";
// The toy experiment and its grid search, as `toy/experiment.py` and `toy/grid_search.py` compute them.
// `toy` is the data of the panel: truth, sizes, ratios of tokens to parameters, regions, and the search.

/** The loss of {A, B, E, alpha, beta} at N parameters and D tokens. */
function chinchillaLoss(law, N, D) {
  return law.E + law.A * N ** -law.alpha + law.B * D ** -law.beta;
}

/** The D at which N is the compute-optimal size, with C = 6 N D. */
function optimalTokens(law, N) {
  return (((law.beta * law.B) / (law.alpha * law.A)) * N ** law.alpha) ** (1 / law.beta);
}

/** The runs as they are observed: [{N, D, loss, size, ratio}], size and ratio by their places. */
function observe(toy, decimals, bias) {
  const {sizes, ratios, truth} = toy;
  const runs = sizes.flatMap((N, size) => ratios.map((times, ratio) => ({N, D: times * N, size, ratio})));
  const spanN = [sizes[0], sizes.at(-1)];
  const spanD = [ratios[0] * sizes[0], ratios.at(-1) * sizes.at(-1)];
  const unit = 10 ** decimals;
  for (const run of runs) {
    const [n, d] = [logPlace(run.N, spanN), logPlace(run.D, spanD)];
    const exact = chinchillaLoss(truth, run.N, run.D) + noiseOfRun(run) + (bias / 1000) * biasProfile(n, d);
    run.loss = Math.floor(exact * unit + 0.5) / unit;
  }
  return runs;
}

/** The runs whose size is in a region. */
function inside(toy, region, runs) {
  const [first, last] = toy.regions[region];
  return runs.filter((run) => first <= run.size && run.size <= last);
}

function noiseOfRun({size, ratio}) {
  return (
    0.01 * Math.sin((size + 1) * 1.91 + (ratio + 1) * 2.67) + ((size + ratio) % 2 === 0 ? 0.004 : -0.004)
  );
}

function biasProfile(n, d) {
  const trend = 1.15 * (n - 0.5) - 0.95 * (d - 0.5) + 0.8 * (n - 0.5) * (d - 0.5);
  return trend + 0.2 * Math.sin(8 * n + 5 * d);
}

function logPlace(value, [low, high]) {
  return (Math.log10(value) - Math.log10(low)) / Math.log10(high / low);
}

/**
 * The best point of four successively finer grids: {A, B, E, alpha, beta, objective}.
 *
 * Throws an Error if A and B are not both positive anywhere on the first one, which no setting of the panel leads to.
 */
function gridSearch(search, runs) {
  const losses = runs.map((run) => run.loss);
  const least = Math.min(...losses);
  const span = Math.max(Math.max(...losses) - least, search.leastSpan);
  const highest = least - search.below;
  const lowest = Math.max(0, least - Math.max(search.depthInSpans * span, search.depth));
  const around = (middle, reach, [low, high]) => [
    Math.max(low, middle - reach),
    Math.min(high, middle + reach),
  ];
  let best = bestOfBox(search, runs, search.exponents, search.exponents, [lowest, highest], search.steps);
  if (!best) throw new Error("No point of the grid has positive A and B.");
  for (const box of search.refinements) {
    const alphas = around(best.alpha, box.exponent, search.allowed);
    const betas = around(best.beta, box.exponent, search.allowed);
    const found = bestOfBox(search, runs, alphas, betas, around(best.E, box.E, [0, highest]), box.steps);
    if (found && found.objective <= best.objective) best = found;
  }
  return best;
}

/**
 * The best point of a box; of equal ones the first in the order alpha, beta, E; null if there is none.
 *
 * Given alpha and beta, the best A and B are linear in E and the sum of squares is quadratic in it, so that a point
 * costs a few operations. The points that come close to the lowest are then computed again from their residuals.
 */
function bestOfBox(search, runs, alphas, betas, floors, [steps, stepsE]) {
  const y = runs.map((run) => run.loss);
  const one = y.map(() => 1);
  const least = Math.min(...y);
  const floor = grid(floors, stepsE);
  const xs = grid(alphas, steps).map((alpha) => ({alpha, x: runs.map((run) => run.N ** -alpha)}));
  const zs = grid(betas, steps).map((beta) => ({beta, z: runs.map((run) => run.D ** -beta)}));
  const candidates = [];
  let lowest = Infinity;
  for (const {alpha, x} of xs) {
    for (const {beta, z} of zs) {
      const solve = normalEquations(x, z);
      if (Math.abs(solve.det) < search.singular) continue;
      const [[A0, B0], [A1, B1]] = [solve(y), solve(one)]; // A = A0 - E A1, B = B0 - E B1
      const r = y.map((value, k) => value - A0 * x[k] - B0 * z[k]); // residuals at E = 0
      const s = x.map((value, k) => 1 - A1 * value - B1 * z[k]); // how much one nat of E lowers them
      const [square, mixed, bend] = [dot(r, r), dot(r, s), dot(s, s)];
      for (const E of floor) {
        if (!(A0 - E * A1 > 0 && B0 - E * B1 > 0 && least > E)) continue;
        const objective = square - 2 * mixed * E + bend * E * E;
        if (objective <= lowest + search.nearly * Math.abs(lowest))
          candidates.push({alpha, beta, E, x, z, solve, objective});
        lowest = Math.min(lowest, objective);
      }
    }
  }
  let best = null;
  for (const {alpha, beta, E, x, z, solve, objective} of candidates) {
    if (objective > lowest + search.nearly * Math.abs(lowest)) continue;
    const [A, B] = solve(y.map((value) => value - E));
    if (!(A > 0 && B > 0)) continue;
    const sum = y.reduce((total, value, k) => total + (E + A * x[k] + B * z[k] - value) ** 2, 0);
    if (!best || sum < best.objective) best = {A, B, E, alpha, beta, objective: sum};
  }
  return best;
}

/** Least squares for y = A x + B z: a function of y that returns [A, B], with the determinant `det`. */
function normalEquations(x, z) {
  const [xx, zz, xz] = [dot(x, x), dot(z, z), dot(x, z)];
  const det = xx * zz - xz * xz;
  const solve = (y) => {
    const [xy, zy] = [dot(x, y), dot(z, y)];
    return [(xy * zz - zy * xz) / det, (xx * zy - xz * xy) / det];
  };
  return Object.assign(solve, {det});
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function grid([low, high], steps) {
  return Array.from({length: steps}, (_, k) => low + ((high - low) * k) / Math.max(1, steps - 1));
}

/** Everything that the panel shows at one setting. */
function simulate(toy, {region, decimals, bias, target}) {
  const runs = observe(toy, decimals, bias);
  const fitted = inside(toy, region, runs);
  const law = gridSearch(toy.search, fitted);
  const N = 10 ** target;
  const D = optimalTokens(toy.truth, N);
  const exponent = ({alpha, beta}) => beta / (alpha + beta);
  const [predicted, trueLoss] = [chinchillaLoss(law, N, D), chinchillaLoss(toy.truth, N, D)];
  return {
    runs,
    fitted: new Set(fitted),
    law,
    N,
    D,
    exponentN: exponent(law),
    trueExponentN: exponent(toy.truth),
    predicted,
    trueLoss,
    error: predicted - trueLoss,
  };
}
