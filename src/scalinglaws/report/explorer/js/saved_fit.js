"use strict";
// A fit as `scalinglaws fit --out fit.json` writes it.

/**
 * Read a fit: {law, params, samples, level, intervals, ranges, columns, warnings, tied}, arrays in the law's order.
 *
 * `samples` is an array of parameter vectors. A tied parameter has the value of the one that it is tied to. Throws an
 * Error with one sentence if the text is not a fit of a law that this page knows.
 */
function parseFit(text, laws) {
  let saved;
  try {
    saved = JSON.parse(text);
  } catch {
    throw new Error("This is not JSON.");
  }
  const law = laws.find((each) => each.name === saved?.law);
  if (!law) throw new Error(`This page has no law named ${saved?.law ?? "(the file names none)"}.`);
  const tied = saved.tied ?? {};
  const source = law.parameters.map(({name}) => tied[name] ?? name);
  const params = source.map((name) => saved.params?.[name]);
  params.forEach((value, k) => {
    if (!isPossible(law.parameters[k], value))
      throw new Error(`The fit has no usable value of ${source[k]}.`);
  });
  const drawn = saved.samples ?? {};
  const columns = Object.keys(drawn).length ? source.map((name) => drawn[name]) : [];
  const count = columns[0]?.length ?? 0;
  const usable = (column) =>
    Array.isArray(column) && column.length === count && column.every((value) => Number.isFinite(value));
  if (!columns.every(usable))
    throw new Error("The samples of the fit do not belong to the parameters of its law.");
  return {
    law,
    params,
    samples: Array.from({length: count}, (_, k) => columns.map((column) => column[k])),
    level: saved.level ?? 0.95,
    intervals: source.map((name) => saved.intervals?.[name] ?? [null, null]),
    ranges: saved.range ?? {},
    columns: saved.columns ?? {},
    warnings: saved.warnings ?? [],
    tied,
  };
}

/** Whether a parameter can have a value; one on its bound may be beyond it by a rounding error. */
function isPossible(parameter, value) {
  const slack = 1e-9 * Math.abs(value);
  const {lower, upper, positive} = parameter;
  const inside = (lower ?? -Infinity) - slack <= value && value <= (upper ?? Infinity) + slack;
  return Number.isFinite(value) && inside && !(positive && value <= 0);
}
