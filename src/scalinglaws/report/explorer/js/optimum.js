"use strict";
// The compute-optimal size and tokens of a law for a budget of C = FLOPS * N * D, N in total parameters.

const FLOPS = 6; // per parameter and token: 2 forward, 4 backward
const SEARCHED = [Math.log(1), Math.log(1e24)]; // log of the sizes tried
const GOLDEN = (Math.sqrt(5) - 1) / 2;
const SHRINKAGES = 45;

/** Parameters with embeddings, if the law leaves them out of its size. */
function totalSize(allocation, size) {
  return allocation.omega === null ? size : size + allocation.omega * Math.cbrt(size);
}

/**
 * The best allocation: {C, size, N, D, loss, onEdge}, where size is N as the law counts it.
 *
 * f: the law's function. x: its variables; those that are neither size nor data are held. The best of a grid in
 * log size is refined by golden sections. `onEdge` says that the loss falls up to the end of the sizes tried.
 */
function optimum(f, allocation, params, x, C, steps = 240) {
  const at = x.slice();
  const along = (logSize) => {
    at[allocation.size] = Math.exp(logSize);
    at[allocation.data] = C / (FLOPS * totalSize(allocation, at[allocation.size]));
    const loss = f(params, at);
    return Number.isNaN(loss) ? Infinity : loss;
  };
  const width = (SEARCHED[1] - SEARCHED[0]) / (steps - 1);
  let best = 0;
  let lowest = Infinity;
  for (let k = 0; k < steps; k++) {
    const loss = along(SEARCHED[0] + k * width);
    if (loss < lowest) [best, lowest] = [k, loss];
  }
  const ends = [Math.max(best - 1, 0), Math.min(best + 1, steps - 1)].map((k) => SEARCHED[0] + k * width);
  const logSize = goldenSection(along, ...ends);
  const size = Math.exp(logSize);
  const N = totalSize(allocation, size);
  const onEdge = logSize - SEARCHED[0] < 1e-6 * width || SEARCHED[1] - logSize < 1e-6 * width;
  return {C, size, N, D: C / (FLOPS * N), loss: along(logSize), onEdge};
}

/** Where f is least between low and high. */
function goldenSection(f, low, high) {
  let [left, right] = [high - GOLDEN * (high - low), low + GOLDEN * (high - low)];
  let [fLeft, fRight] = [f(left), f(right)];
  for (let k = 0; k < SHRINKAGES; k++) {
    if (fLeft <= fRight) {
      [high, right, fRight] = [right, left, fLeft];
      left = high - GOLDEN * (high - low);
      fLeft = f(left);
    } else {
      [low, left, fLeft] = [left, right, fRight];
      right = low + GOLDEN * (high - low);
      fRight = f(right);
    }
  }
  return (low + high) / 2;
}

/** The best allocations of samples of the parameters (an array of arrays), of those that have one. */
function sampledOptima(f, allocation, samples, x, C) {
  return samples
    .map((sample) => optimum(f, allocation, sample, x, C, 80))
    .filter((each) => Number.isFinite(each.loss) && !each.onEdge);
}

/**
 * The best allocation with intervals from `drawn`, the best allocations of samples of the parameters.
 *
 * Returns {best, N, D, ratio, loss, samples}: each of the four is [value, low, high], with NaN for ends that too
 * few usable samples leave open.
 */
function planned(best, drawn, level, leastSamples) {
  const usable = drawn.length >= leastSamples;
  const interval = (of) => {
    const ends = usable ? quantiles(drawn.map(of), [(1 - level) / 2, (1 + level) / 2]) : [NaN, NaN];
    return [of(best), ...ends];
  };
  return {
    best,
    N: interval((each) => each.N),
    D: interval((each) => each.D),
    ratio: interval((each) => each.D / each.N),
    loss: interval((each) => each.loss),
    samples: usable ? drawn.length : 0,
  };
}
