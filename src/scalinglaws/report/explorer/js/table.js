"use strict";
// A user's table of runs, and its points for a law.

/**
 * A CSV text as {columns: [names], rows: [{number, cells}]}; `number` counts as an editor does, from 1.
 *
 * Separators are comma, semicolon or tab, whichever parts the header into most names. Throws an Error with one
 * sentence if the text is not a table.
 */
function parseTable(text) {
  const content = text.replace(/^\uFEFF/, "");
  const first = content.split(/\r\n|\n|\r/, 1)[0];
  const counts = [",", ";", "\t"].map((each) => first.split(each).length);
  const separator = [",", ";", "\t"][counts.indexOf(Math.max(...counts))];
  const [header, ...rows] = records(content, separator);
  const columns = (header?.cells ?? []).map((name) => name.trim());
  if (!columns.some(Boolean)) throw new Error("The first row must name the columns; it is empty.");
  const twice = columns.find((name, k) => name && columns.indexOf(name) !== k);
  if (twice) throw new Error(`Two columns are named ${twice}.`);
  const filled = rows.filter((row) => row.cells.some((cell) => cell.trim()));
  const odd = filled.find((row) => row.cells.length !== columns.length);
  if (odd) {
    throw new Error(`Row ${odd.number} has ${odd.cells.length} cells; the header has ${columns.length}.`);
  }
  if (!filled.length) throw new Error("There is no row below the header.");
  return {columns, rows: filled};
}

/** The rows of a CSV text, quotes and line breaks inside them respected: [{number, cells}]. */
function records(text, separator) {
  const found = [];
  let [cells, cell, quoted, number] = [[], "", false, 1];
  const endRow = () => {
    found.push({number: number++, cells: [...cells, cell]});
    [cells, cell] = [[], ""];
  };
  for (let k = 0; k < text.length; k++) {
    const sign = text[k];
    if (quoted) {
      if (sign !== '"') cell += sign;
      else if (text[k + 1] === '"') cell += text[++k];
      else quoted = false;
    } else if (sign === '"' && cell.trim() === "") [cell, quoted] = ["", true];
    else if (sign === separator) [cells, cell] = [[...cells, cell], ""];
    else if (sign === "\n") endRow();
    else if (sign === "\r") {
      if (text[k + 1] !== "\n") endRow();
    } else cell += sign;
  }
  if (quoted) throw new Error("This is not a CSV table: a quote is never closed.");
  if (cell || cells.length) endRow();
  return found;
}

/** The number in a cell; NaN if it is not one. */
function cellNumber(cell) {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(cell) ? Number(cell) : NaN;
}

/**
 * The points of a law: {x: [[variables] per point], y: [], numbers: [row numbers], faults: [sentences]}.
 *
 * columns: the column of each variable, then that of the response. Rows with a value that the law cannot take are
 * left out, each with a sentence.
 */
function pointsOf(table, law, columns) {
  const roles = [...law.variables, law.response];
  const places = columns.map((name) => table.columns.indexOf(name));
  const points = {x: [], y: [], numbers: [], faults: []};
  for (const row of table.rows) {
    const values = places.map((place) => cellNumber(row.cells[place]));
    const wrong = values.findIndex(
      (value, k) => !(value > 0 || (roles[k].zero && value === 0)) || value === Infinity,
    );
    if (wrong >= 0) {
      const what = row.cells[places[wrong]].trim() || "empty";
      const allowed = roles[wrong].zero ? "0 or above" : "above 0";
      points.faults.push(`row ${row.number}, ${columns[wrong]}: is ${what}; it must be ${allowed}`);
      continue;
    }
    points.x.push(values.slice(0, -1));
    points.y.push(values.at(-1));
    points.numbers.push(row.number);
  }
  return points;
}

/** The column for each variable and the response by name, or by `known` (from a fit); "" where none fits. */
function guessColumns(table, law, known = {}) {
  const find = (name) => table.columns.find((column) => column.toLowerCase() === name.toLowerCase());
  const loss = table.columns.find((column) => /loss|error|entropy/i.test(column));
  const variables = law.variables.map((each) => find(known[each.name] ?? each.name) ?? "");
  const response = find(known[law.response.name] ?? law.response.name) ?? loss ?? "";
  return [...variables, response];
}
