// The pages can be read without this script. It sorts and filters tables, searches claims, and shows the line of a run.
"use strict";

function valueOf(row, column) {
  const cell = row.cells[column];
  return cell.dataset.value ?? cell.textContent.trim();
}

function compare(a, b) {
  const x = Number(a.replaceAll(",", "")), y = Number(b.replaceAll(",", ""));
  const numbers = a !== "" && b !== "" && !Number.isNaN(x) && !Number.isNaN(y);
  return numbers ? x - y : a.localeCompare(b, "en", { numeric: true });
}

function sortBy(table, column, heading) {
  const up = heading.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) {
    other.setAttribute("aria-sort", "none");
  }
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
  const rows = [...table.tBodies[0].rows].map((row) => [valueOf(row, column), row]);
  // What is missing comes last in both directions.
  const empty = (text) => text === "" || text === "–" || text === "-";
  rows.sort(([a], [b]) => empty(a) - empty(b) || (up ? compare(a, b) : compare(b, a)));
  table.tBodies[0].append(...rows.map(([, row]) => row));
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    heading.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sortBy(table, column, heading));
  });
}

function filterOf(tools) {
  const table = document.getElementById(tools.dataset.for);
  const rows = [...table.tBodies[0].rows];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const query = tools.querySelector(".query"), choices = [...tools.querySelectorAll("select")];
  const said = tools.querySelector("output");
  // A column is named by a number, or by an attribute of the row.
  const has = (row, choice) => {
    const name = choice.dataset.column;
    const text = name in row.dataset ? row.dataset[name] : row.cells[Number(name)].textContent.trim();
    return choice.value === "" || text === choice.value;
  };
  const apply = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      row.hidden = !(words.every((word) => texts.get(row).includes(word)) && choices.every((choice) => has(row, choice)));
      count += row.hidden ? 0 : 1;
    }
    const noun = rows.length === 1 ? "row" : "rows";
    said.textContent = `${count === rows.length ? "" : `${count} of `}${rows.length} ${noun}`;
  };
  for (const control of [query, ...choices]) {
    control.addEventListener("input", apply);
  }
  return { query, apply };
}

for (const form of document.querySelectorAll(".search")) {
  form.hidden = false;
}
const asked = new URLSearchParams(window.location.search).get("q") ?? "";
for (const tools of document.querySelectorAll(".tools")) {
  tools.hidden = false;
  const { query, apply } = filterOf(tools);
  if (tools.dataset.for === "claims") {
    query.value = asked;
  }
  apply();
}

const charts = document.querySelector(".charts"), runs = document.getElementById("runs");
if (charts && runs) {
  const lines = new Map([...charts.querySelectorAll("[data-run]")].map((line) => [line.dataset.run, line]));
  const rows = new Map([...runs.tBodies[0].rows].map((row) => [row.dataset.run, row]));
  const show = (run) => {
    for (const each of document.querySelectorAll("[data-run].shown")) {
      each.classList.remove("shown");
    }
    charts.classList.toggle("picking", lines.has(run));
    lines.get(run)?.classList.add("shown");
    rows.get(run)?.classList.add("shown");
  };
  for (const place of [charts, runs]) {
    place.addEventListener("pointerover", (event) => show(event.target.closest("[data-run]")?.dataset.run));
    place.addEventListener("pointerleave", () => show(undefined));
  }
}
