"use strict";
// A fit as `scalinglaws fit --out fit.json` writes it.

/** What a fit may have besides its law and parameters: what stands for it where it is missing, and its kind. */
const PARTS = {
  tied: {missing: {}, usable: objectOf(isText), kind: "the name of a parameter per parameter"},
  samples: {missing: {}, usable: objectOf(Array.isArray), kind: "a list of numbers per parameter"},
  level: {
    missing: 0.95,
    usable: (value) => Number.isFinite(value) && 0 < value && value < 1,
    kind: "a number between 0 and 1",
  },
  intervals: {
    missing: {},
    usable: objectOf((ends) => isPair(ends, (end) => end === null || Number.isFinite(end))),
    kind: "two numbers per parameter",
  },
  range: {missing: {}, usable: objectOf((ends) => isPair(ends, Number.isFinite)), kind: "two numbers per variable"},
  columns: {missing: {}, usable: objectOf(isText), kind: "the name of a column per variable"},
  warnings: {
    missing: [],
    usable: (value) => Array.isArray(value) && value.every(isText),
    kind: "a list of sentences",
  },
};

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
  const parts = Object.fromEntries(
    Object.entries(PARTS).map(([key, {missing, usable, kind}]) => {
      const value = saved[key] ?? missing;
      if (!usable(value)) throw new Error(`"${key}" of the fit must be ${kind}.`);
      return [key, value];
    }),
  );
  const {tied} = parts;
  const source = law.parameters.map(({name}) => tied[name] ?? name);
  const params = source.map((name) => saved.params?.[name]);
  params.forEach((value, k) => {
    if (!isPossible(law.parameters[k], value))
      throw new Error(`The fit has no usable value of ${source[k]}.`);
  });
  const drawn = parts.samples;
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
    level: parts.level,
    intervals: source.map((name) => parts.intervals[name] ?? [null, null]),
    ranges: parts.range,
    columns: parts.columns,
    warnings: parts.warnings,
    tied,
  };
}

function isText(value) {
  return typeof value === "string";
}

function isPair(value, isEnd) {
  return Array.isArray(value) && value.length === 2 && value.every(isEnd);
}

/** A test of whether a value is an object, and all in it pass a test. */
function objectOf(passes) {
  return (value) =>
    typeof value === "object" && !Array.isArray(value) && Object.values(value).every((each) => passes(each));
}

/** Whether a parameter can have a value; one on its bound may be beyond it by a rounding error. */
function isPossible(parameter, value) {
  const slack = 1e-9 * Math.abs(value);
  const {lower, upper, positive} = parameter;
  const inside = (lower ?? -Infinity) - slack <= value && value <= (upper ?? Infinity) + slack;
  return Number.isFinite(value) && inside && !(positive && value <= 0);
}
