"use strict";
// Charts as SVG, drawn at the width of their box so that text keeps its size on a phone.

const CHART_MARGIN = {left: 58, right: 14, top: 12, bottom: 44};
const CHART_HEIGHT = 320;

/**
 * Draw a chart into an <svg>.
 *
 * x, y: {label, log, domain: [low, high]}. layers, from back to front:
 *   {kind: "line", points: [[x, y], ...], style}      a curve
 *   {kind: "band", points: [[x, low, high], ...], style}
 *   {kind: "dots", points: [[x, y, title], ...], style}
 *   {kind: "stems", points: [[x, y0, y1], ...], style}  vertical strokes
 *   {kind: "vertical" | "horizontal", at, style}      a line across
 * style is a class of the style sheet. summary: what the chart shows, for those who cannot see it.
 */
function drawChart(svg, {x, y, layers, summary}) {
  const width = Math.max(svg.parentElement.clientWidth, 240);
  const {left, right, top, bottom} = CHART_MARGIN;
  const toX = scaleOf(x, [left, width - right]);
  const toY = scaleOf(y, [CHART_HEIGHT - bottom, top]);
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${width} ${CHART_HEIGHT}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", summary);
  drawAxes(svg, x, y, toX, toY, width);
  const clip = `${svg.id}-clip`;
  const box = {x: left, y: top, width: width - left - right, height: CHART_HEIGHT - top - bottom};
  element(element(svg, "clipPath", {id: clip}), "rect", box);
  const inner = element(svg, "g", {"clip-path": `url(#${clip})`});
  for (const layer of layers) LAYERS[layer.kind](inner, layer, toX, toY, box);
}

const LAYERS = {
  line(group, {points, style}, toX, toY) {
    element(group, "path", {d: pathOf(points, toX, toY), class: `line ${style}`});
  },
  band(group, {points, style}, toX, toY) {
    const upper = points.map(([x, , high]) => [x, high]);
    const lower = points.map(([x, low]) => [x, low]).reverse();
    element(group, "path", {d: `${pathOf([...upper, ...lower], toX, toY)}Z`, class: `band ${style}`});
  },
  dots(group, {points, style}, toX, toY) {
    for (const [x, y, title] of points) {
      if (!Number.isFinite(toX(x)) || !Number.isFinite(toY(y))) continue;
      const dot = element(group, "circle", {cx: toX(x), cy: toY(y), r: 4, class: `dot ${style}`});
      if (title) element(dot, "title", {}).textContent = title;
    }
  },
  stems(group, {points, style}, toX, toY) {
    const strokes = points.map(([x, y0, y1]) =>
      pathOf(
        [
          [x, y0],
          [x, y1],
        ],
        toX,
        toY,
      ),
    );
    element(group, "path", {d: strokes.join(""), class: `line ${style}`});
  },
  vertical(group, {at, style}, toX, _, box) {
    element(group, "path", {d: `M${toX(at)} ${box.y}V${box.y + box.height}`, class: `line ${style}`});
  },
  horizontal(group, {at, style}, _, toY, box) {
    element(group, "path", {d: `M${box.x} ${toY(at)}H${box.x + box.width}`, class: `line ${style}`});
  },
};

/** A function from values to pixels. */
function scaleOf({log, domain}, [from, to]) {
  const place = log ? Math.log : Number;
  const [low, high] = domain.map(place);
  return (value) => from + ((place(value) - low) / (high - low || 1)) * (to - from);
}

function pathOf(points, toX, toY) {
  let pen = "M";
  let path = "";
  for (const [x, y] of points) {
    const [px, py] = [toX(x), toY(y)];
    if (!Number.isFinite(px) || !Number.isFinite(py)) {
      pen = "M"; // a gap where the law has no value
      continue;
    }
    path += `${pen}${px.toFixed(1)} ${Math.max(-1e4, Math.min(1e4, py)).toFixed(1)}`;
    pen = "L";
  }
  return path;
}

function drawAxes(svg, x, y, toX, toY, width) {
  const {left, right, top, bottom} = CHART_MARGIN;
  const floor = CHART_HEIGHT - bottom;
  for (const value of ticksOf(x, Math.floor((width - left - right) / 70))) {
    element(svg, "path", {d: `M${toX(value)} ${top}V${floor}`, class: "grid"});
    text(svg, tickText(value, x), {x: toX(value), y: floor + 17, "text-anchor": "middle"});
  }
  for (const value of ticksOf(y, 6)) {
    element(svg, "path", {d: `M${left} ${toY(value)}H${width - right}`, class: "grid"});
    text(svg, tickText(value, y), {x: left - 6, y: toY(value) + 4, "text-anchor": "end"});
  }
  element(svg, "path", {d: `M${left} ${top}V${floor}H${width - right}`, class: "axis"});
  text(svg, x.label, {x: (left + width - right) / 2, y: CHART_HEIGHT - 6, "text-anchor": "middle"});
  const middle = (top + floor) / 2;
  text(svg, y.label, {x: 13, y: middle, "text-anchor": "middle", transform: `rotate(-90 13 ${middle})`});
}

/** At most about `most` ticks: powers of ten, or 1, 2 and 5 times them. */
function ticksOf({log, domain: [low, high]}, most) {
  if (log) {
    const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
    const step = Math.max(1, Math.ceil((last - first + 1) / most));
    const powers = [];
    for (let k = first; k <= last; k += step) powers.push(10 ** k);
    if (powers.length > 2) return powers;
    const finer = [];
    for (let k = first - 1; k <= last; k++) finer.push(...[1, 2, 5].map((digit) => digit * 10 ** k));
    const seen = finer.filter((value) => low <= value && value <= high);
    if (seen.length > 2) return seen;
  }
  const rough = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((digit) => digit * power >= rough);
  const values = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) values.push(k * step || 0); // no -0
  return values;
}

function tickText(value, {log}) {
  const power = Math.log10(value);
  if (log && Math.abs(power - Math.round(power)) < 1e-9 && Math.abs(power) > 3.5) {
    return `10${[...String(Math.round(power))].map((sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻").join("")}`;
  }
  return formatNumber(value, 3);
}

function element(parent, name, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return parent.appendChild(made);
}

function text(svg, content, attributes) {
  element(svg, "text", attributes).textContent = content;
}

/** The range of some values with a margin; by ratios if `log`. */
function padded(values, log, share = 0.06) {
  const found = extent(log ? [...values].filter((value) => value > 0) : values) ?? [1, 10];
  const [low, high] = log ? found.map(Math.log) : found;
  const margin = (high - low) * share || Math.abs(low) * share || 1;
  const ends = [low - margin, high + margin];
  return log ? ends.map(Math.exp) : ends;
}
