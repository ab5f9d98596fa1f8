"use strict";
// Numbers: as text, on scales, and as quantiles.

/** log(1 + exp(u)) without overflow, as numpy's logaddexp(0, u). */
function softplus(u) {
  return Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u)));
}

/** A number for people, with so many significant digits: 1.816, 12,346, 5.760e23. */
function formatNumber(value, digits = 4) {
  if (value === null || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(digits - 1).replace("e+", "e");
  const places = size === 0 ? 0 : Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return value.toLocaleString("en", {maximumFractionDigits: Math.min(places, 20)});
}

/** A value with the interval around it, if there is one. */
function formatInterval([value, low, high], digits = 3) {
  const text = formatNumber(value, digits);
  if (!Number.isFinite(low)) return text;
  return `${text} (${formatNumber(low, digits)} to ${formatNumber(high, digits)})`;
}

/** Quantiles of some numbers, interpolated linearly, as numpy does it. */
function quantiles(values, shares) {
  const sorted = Float64Array.from(values).sort();
  return shares.map((share) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  });
}

/** `count` numbers from low to high, equally spaced, or by equal ratios if `log`. */
function spaced(low, high, count, log) {
  const [first, last] = log ? [Math.log(low), Math.log(high)] : [low, high];
  const values = Array.from({length: count}, (_, k) => first + ((last - first) * k) / (count - 1));
  return log ? values.map(Math.exp) : values;
}

/** The least and the greatest of some finite numbers; null if there are none. */
function extent(values) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : null;
}
