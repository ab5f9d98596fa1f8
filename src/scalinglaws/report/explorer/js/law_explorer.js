"use strict";
// The explorer of laws: what is chosen, and what follows from it.

const FIRST_LAW = "chinchilla";
const FIRST_BUDGET = 5.76e23; // FLOPs, that of Gopher
const BUDGETS = [1e15, 1e28];
const ROWS_SHOWN = 500;

/** What is explored: the law at its first values, without points or fit. */
function newState(law) {
  return {
    law,
    f: LAW_FUNCTIONS[law.name],
    params: law.parameters.map((each) => each.start),
    held: law.variables.map(({range: [low, high], zero}) =>
      zero ? (low + high) / 2 : Math.sqrt(low * high),
    ),
    axis: 0,
    logY: true,
    points: {x: [], y: [], numbers: [], faults: []},
    fit: null,
    budget: FIRST_BUDGET,
  };
}

function startExplorer(laws) {
  const at = (id) => document.getElementById(id);
  let state = newState(laws.find((law) => law.name === FIRST_LAW) ?? laws[0]);
  let table = null;
  let sliders = [];
  const redraw = oncePerFrame(draw);

  at("law-choice").append(
    ...laws.map((law) => make("option", {value: law.name}, `${law.name}: ${law.title}`)),
  );
  at("law-choice").addEventListener("change", () => {
    const left = state.fit?.law.name;
    chooseLaw(at("law-choice").value);
    if (left) say(`Your fit of ${left} is no longer shown: it is of another law. Choose its file again to see it.`);
  });
  at("axis").addEventListener("change", () => {
    state.axis = Number(at("axis").value);
    showHeld();
    redraw();
  });
  at("log-y").addEventListener("change", () => {
    state.logY = at("log-y").checked;
    redraw();
  });
  at("reset").addEventListener("click", () => {
    const first = state.fit?.params ?? state.law.parameters.map((each) => each.start);
    state.params = first.slice();
    sliders.forEach((each, k) => each.set(first[k]));
    redraw();
  });
  at("laws-form").addEventListener("submit", (event) => event.preventDefault());
  at("files").addEventListener("change", () => {
    const files = [...at("files").files];
    at("files").value = ""; // so that the same file, edited, can be chosen again
    readFiles(files);
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) document.body.classList.remove("dropping");
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    readFiles(event.dataTransfer.files);
  });
  at("budget").append(
    slider(
      {id: "budget-flops", label: "Budget C", hint: "FLOPs", value: state.budget, range: BUDGETS, log: true},
      (value) => {
        state.budget = value;
        redraw();
      },
    ).row,
  );
  new ResizeObserver(redraw).observe(at("law-chart").parentElement);
  chooseLaw(state.law.name);

  function chooseLaw(name) {
    const {logY, budget} = state;
    state = {...newState(laws.find((law) => law.name === name)), logY, budget};
    at("law-choice").value = name;
    if (table) useTable();
    showLaw();
  }

  /** Show the law's declaration and its sliders. */
  function showLaw() {
    const {law, fit} = state;
    const origin = fit
      ? "The sliders begin at your fit."
      : law.example
        ? `The sliders begin at: ${law.example}.`
        : "The sliders begin at made-up values.";
    at("law-equation").textContent = law.equation;
    at("law-about").textContent = `${law.title}. ${law.source}. ${origin}`;
    sliders = law.parameters.map((parameter, k) =>
      slider(
        {
          id: `parameter-${parameter.name}`,
          label: parameter.name,
          hint: parameter.meaning,
          value: state.params[k],
          range: rangeAround(parameter, state.params[k]),
          log: parameter.positive,
          lower: parameter.lower ?? -Infinity,
          upper: parameter.upper ?? Infinity,
        },
        (value) => setParameter(k, value),
      ),
    );
    at("parameters").replaceChildren(...sliders.map((each) => each.row));
    at("axis").replaceChildren(
      ...law.variables.map((each, k) => make("option", {value: k}, `${each.name}: ${each.meaning}`)),
    );
    at("axis").value = state.axis;
    showHeld();
    showColumns();
    redraw();
  }

  /** Set a parameter, and with it those that the fit ties to it. */
  function setParameter(index, value) {
    const {law, fit, params} = state;
    const tie = (name) => fit?.tied[name] ?? name;
    const moved = tie(law.parameters[index].name);
    law.parameters.forEach(({name}, k) => {
      if (tie(name) !== moved) return;
      params[k] = value;
      if (k !== index) sliders[k].set(value);
    });
    redraw();
  }

  /** Sliders of the variables that are not on the axis. */
  function showHeld() {
    const rows = state.law.variables.flatMap((variable, k) => {
      if (k === state.axis) return [];
      const settings = {
        id: `held-${variable.name}`,
        label: variable.name,
        hint: `${variable.meaning} (${variable.unit})`,
        value: state.held[k],
        range: extent([...variable.range, ...state.points.x.map((x) => x[k])]),
        log: !variable.zero,
        lower: 0,
      };
      const hold = (value) => {
        state.held[k] = value;
        redraw();
      };
      return [slider(settings, hold).row];
    });
    at("held").replaceChildren(...rows);
  }

  async function readFiles(files) {
    const said = [];
    let faulty = false;
    for (const file of files) {
      try {
        said.push(takeText(file.name, await file.text()));
      } catch (fault) {
        faulty = true;
        said.push(`${file.name}: ${fault.message}`);
      }
    }
    say(said.join(" "), faulty);
  }

  /** Say what became of a file. */
  function say(words, faulty = false) {
    at("file-status").textContent = words;
    at("file-status").classList.toggle("fault", faulty);
  }

  /** Use a file that was dropped; returns what to say about it. */
  function takeText(name, content) {
    if (/^\s*\{/.test(content)) {
      const fit = parseFit(content, laws);
      const {logY, budget} = state;
      state = {...newState(fit.law), fit, params: fit.params.slice(), logY, budget};
      at("law-choice").value = fit.law.name;
      if (table) useTable();
      showLaw();
      const warnings = fit.warnings.length ? ` It was warned: ${fit.warnings.join("; ")}.` : "";
      return `${name}: a fit of ${fit.law.name}, ${fit.samples.length} samples of its parameters.${warnings}`;
    }
    table = parseTable(content);
    useTable();
    showLaw();
    return `${name}: ${table.rows.length} row${table.rows.length === 1 ? "" : "s"}.`;
  }

  /** Take the points from the table, by columns that are guessed or chosen. */
  function useTable(columns = guessColumns(table, state.law, state.fit?.columns)) {
    state.columns = columns;
    const none = {x: [], y: [], numbers: [], faults: []};
    state.points = columns.every(Boolean) ? pointsOf(table, state.law, columns) : none;
  }

  /** One choice of a column for each variable and the response, and what is wrong with the rows. */
  function showColumns() {
    at("columns-box").hidden = !table;
    if (!table) return;
    const roles = [...state.law.variables, state.law.response];
    const choices = roles.map((role, k) => {
      const select = make("select", {id: `column-${role.name}`});
      select.append(
        make("option", {value: ""}, "(choose)"),
        ...table.columns.map((name) => make("option", {value: name}, name)),
      );
      select.value = state.columns[k];
      select.addEventListener("change", () => {
        useTable(state.columns.with(k, select.value));
        showFaults();
        showHeld();
        redraw();
      });
      return make("p", {}, make("label", {htmlFor: select.id}, `${role.name} `), select);
    });
    at("columns").replaceChildren(
      ...choices,
      make("p", {id: "column-status", role: "status", className: "small"}),
    );
    showFaults();
  }

  function showFaults() {
    const {points, columns} = state;
    const missing = columns.every(Boolean) ? "" : "Choose a column for each letter. ";
    const left = points.faults.length ? `; ${points.faults.length} left out: ${points.faults[0]}` : "";
    at("column-status").textContent =
      missing || `${points.x.length} ${points.x.length === 1 ? "point is" : "points are"} used${left}.`;
  }

  function draw() {
    drawLaw(state);
    drawResiduals(state);
    showIntervals();
    showAllocation();
    showPoints();
  }

  function showIntervals() {
    const {law, fit, params} = state;
    at("intervals-table").hidden = !fit;
    if (!fit) return;
    at("intervals-caption").textContent = `The fit, with ${fit.level * 100} % intervals`;
    const rows = law.parameters.map(({name}, k) => {
      const [low, high] = fit.intervals[k];
      const interval = low === null ? "–" : `${formatNumber(low)} to ${formatNumber(high)}`;
      return [name, formatNumber(fit.params[k]), interval, formatNumber(params[k])];
    });
    fillRows(at("intervals"), rows);
  }

  function showAllocation() {
    const {law, f, fit, params, held, budget} = state;
    at("allocation").hidden = !law.allocation;
    if (!law.allocation) return;
    const best = optimum(f, law.allocation, params, held, budget);
    const plan = planned(best, sampled(), fit?.level, law.allocation.leastSamples);
    const size = law.variables[law.allocation.size].name;
    const others = law.variables.filter((_, k) => k !== law.allocation.size && k !== law.allocation.data);
    at("plan-caption").textContent =
      `Least loss at C = ${FLOPS} N D` +
      (others.length ? `, ${others.map((each) => `${each.name} held`).join(", ")}` : "") +
      (plan.samples ? `; intervals at ${fit.level * 100} % from ${plan.samples} samples of the fit` : "");
    const rows = [
      ["N, parameters" + (law.allocation.omega === null ? "" : ", with embeddings"), formatInterval(plan.N)],
      ["D, tokens", formatInterval(plan.D)],
      ["Tokens per parameter", formatInterval(plan.ratio)],
      [`${law.response.name}, ${law.response.unit}`, formatInterval(plan.loss, 4)],
    ];
    const span = fit?.ranges[size];
    if (span && (plan.best.size > span[1] || plan.best.size < span[0])) {
      const [bound, which] = plan.best.size > span[1] ? [span[1], "the largest"] : [span[0], "the least"];
      rows.push([
        "Beyond your runs",
        `${size} is ${formatNumber(plan.best.size / bound, 3)} times ${which} fitted`,
      ]);
    }
    if (plan.best.onEdge) rows.push(["Warning", "the loss has no minimum: more of one is always better"]);
    fillRows(at("plan"), rows);
    announce("plan-status", `${formatNumber(budget, 3)} FLOPs: ${rows.map((row) => row.join(": ")).join("; ")}`);
    drawIsoflop(state, plan);
  }

  /** The optima of the fit's samples, which the sliders of the parameters do not change. */
  function sampled() {
    const {law, f, fit, held, budget} = state;
    if (!fit) return [];
    const key = JSON.stringify([budget, held]);
    if (state.sampledFor !== key) {
      state.sampledFor = key;
      state.sampled = sampledOptima(f, law.allocation, fit.samples, held, budget);
    }
    return state.sampled;
  }

  function showPoints() {
    const {law, points} = state;
    at("points-box").hidden = !points.x.length;
    if (!points.x.length) return;
    const names = [
      "Row",
      ...law.variables.map((each) => each.name),
      law.response.name,
      "Law",
      "log(measured/law)",
    ];
    at("points-head").replaceChildren(
      make("tr", {}, ...names.map((name) => make("th", {scope: "col"}, name))),
    );
    const values = predictions(state);
    const left = residuals(state);
    const rows = points.x
      .slice(0, ROWS_SHOWN)
      .map((x, k) => [
        points.numbers[k],
        ...[...x, points.y[k], values[k], left[k]].map((value) => formatNumber(value)),
      ]);
    if (points.x.length > ROWS_SHOWN) rows.push([`${points.x.length - ROWS_SHOWN} more`]);
    fillRows(
      at("points"),
      rows.map((row) => row.map(String)),
    );
  }
}

startExplorer(PAGE_DATA.laws.laws);
