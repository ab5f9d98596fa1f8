"use strict";
// Sliders with a field for the exact number, and other parts of a form.

const SLIDER_STEPS = 1000;

/** An HTML element with properties, attributes (`aria-...`, `data-...`) and children. */
function make(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/**
 * A slider and a number field that show the same value.
 *
 * settings: {id, label, hint, value, range: [low, high], log, lower, upper}. The slider covers the range, the field
 * takes whatever is within [lower, upper]; the slider then stands at its nearer end. Returns {row, set}.
 */
function slider(settings, onChange) {
  const {id, label, hint = "", log = false, lower = -Infinity, upper = Infinity} = settings;
  const [low, high] = settings.range;
  const [first, last] = log ? [Math.log(low), Math.log(high)] : [low, high];
  const toValue = (step) => {
    const place = first + ((last - first) * step) / SLIDER_STEPS;
    return Number((log ? Math.exp(place) : place).toPrecision(4));
  };
  const toStep = (value) =>
    Math.round((((log ? Math.log(value) : value) - first) / (last - first)) * SLIDER_STEPS);
  const track = make("input", {type: "range", id, min: 0, max: SLIDER_STEPS, step: 1});
  const field = make("input", {
    type: "number",
    id: `${id}-number`,
    step: "any",
    "aria-label": `${label}, exact value`,
  });
  const show = (value) => {
    track.value = toStep(value);
    track.setAttribute("aria-valuetext", formatNumber(value));
    if (document.activeElement !== field) field.value = fieldText(value);
  };
  track.addEventListener("input", () => {
    const value = toValue(Number(track.value));
    show(value);
    onChange(value);
  });
  field.addEventListener("input", () => {
    const value = field.value === "" ? NaN : Number(field.value);
    const usable = lower <= value && value <= upper && !(log && value <= 0);
    field.setAttribute("aria-invalid", String(!usable));
    if (!usable) return;
    show(value);
    onChange(value);
  });
  show(settings.value);
  const name = make("label", {htmlFor: id}, make("b", {}, label), hint ? ` ${hint}` : "");
  return {row: make("div", {className: "slider"}, name, track, field), set: show};
}

/** A number as a field shows it: short, and again a number when it is read. */
function fieldText(value) {
  const short = Number(value.toPrecision(6));
  return Math.abs(short) >= 1e6 ? short.toExponential().replace("+", "") : String(short);
}

/** The range of a slider around a value that a parameter has, within its bounds. */
function rangeAround({positive, lower, upper}, value) {
  const [low, high] = positive
    ? [value / 100, value * 100]
    : [value - Math.max(Math.abs(value), 0.5), value + Math.max(Math.abs(value), 0.5)];
  return [Math.max(low, lower ?? -Infinity), Math.min(high, upper ?? Infinity)];
}

/** Call a function once per frame, however often it is asked for. */
function oncePerFrame(work) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      work();
    });
  };
}

const QUIET = 400; // ms without a change, after which a result is read out
const announcements = new Map();

/** Have a screen reader say a result, once a slider rests. */
function announce(id, words) {
  const status = document.getElementById(id);
  clearTimeout(announcements.get(id));
  announcements.set(
    id,
    setTimeout(() => {
      if (status.textContent !== words) status.textContent = words;
    }, QUIET),
  );
}

/** Fill a table body with rows of texts; the first cell of each row is its heading. */
function fillRows(body, rows) {
  const made = rows.map(([head, ...cells]) =>
    make("tr", {}, make("th", {scope: "row"}, head), ...cells.map((cell) => make("td", {}, cell))),
  );
  body.replaceChildren(...made);
}
