"use strict";
// The panel of the toy simulation: its controls, its chart and its read-outs.

function startSimulator(toy) {
  const at = (id) => document.getElementById(id);
  const redraw = oncePerFrame(draw);
  const [nearest, farthest] = extent(toy.targets);
  Object.assign(at("target"), {min: nearest, max: farthest, value: farthest});
  at("simulator-form").addEventListener("input", redraw);
  at("simulator-form").addEventListener("submit", (event) => event.preventDefault());
  new ResizeObserver(redraw).observe(at("simulator-chart").parentElement);

  function setting() {
    return {
      region: at("simulator-form").elements.region.value,
      decimals: Number(at("decimals").value),
      bias: Number(at("bias").value),
      target: Number(at("target").value),
    };
  }

  function draw() {
    const chosen = setting();
    say("decimals", `${chosen.decimals} decimal${chosen.decimals === 1 ? "" : "s"}`);
    say("bias", `${chosen.bias} milli-nats`);
    say("target", `N = 1e${chosen.target}`);
    const found = simulate(toy, chosen);
    showValues(found);
    announce("simulator-status", `Predicted ${found.predicted.toFixed(4)}, truth ${found.trueLoss.toFixed(4)}`);
    showChart(found, chosen);
  }

  function say(id, words) {
    at(`${id}-text`).textContent = words;
    at(id).setAttribute("aria-valuetext", words);
  }

  function showValues({law, N, D, exponentN, trueExponentN, predicted, trueLoss, error}) {
    const {truth} = toy;
    const [a, b] = [(value) => value.toFixed(4), (value) => value.toFixed(2)];
    fillRows(at("simulator-values"), [
      ["alpha", a(law.alpha), a(truth.alpha)],
      ["beta", a(law.beta), a(truth.beta)],
      ["E", a(law.E), a(truth.E)],
      ["A", b(law.A), b(truth.A)],
      ["B", b(law.B), b(truth.B)],
      ["Sum of squared errors", law.objective.toPrecision(5), ""],
      ["Exponent of the best N in C", a(exponentN), a(trueExponentN)],
      ["Exponent of the best D in C", a(1 - exponentN), a(1 - trueExponentN)],
      [
        `Loss at N = ${N.toExponential(0).replace("+", "")}, D = ${D.toExponential(4).replace("+", "")}`,
        a(predicted),
        a(trueLoss),
      ],
      ["Error of the prediction", `${error > 0 ? "+" : ""}${a(error)}`, ""],
    ]);
  }

  function showChart({runs, fitted, law, predicted, trueLoss}, {target}) {
    const domain = [toy.sizes[0] / 1.3, 10 ** target * 1.3];
    const sizes = spaced(toy.sizes[0], 10 ** target, 120, true);
    const curve = (of) => sizes.map((N) => [N, chinchillaLoss(of, N, optimalTokens(toy.truth, N))]);
    const [found, truth] = [curve(law), curve(toy.truth)];
    const dots = (chosen) =>
      runs
        .filter((run) => fitted.has(run) === chosen)
        .map((run) => [
          run.N * 1.06 ** (run.ratio - 1.5), // side by side, not on top of each other
          run.loss,
          `N = ${formatNumber(run.N, 2)}, ${toy.ratios[run.ratio]} tokens per parameter: ${run.loss}`,
        ]);
    const losses = [...found, ...truth].map(([, loss]) => loss);
    drawChart(at("simulator-chart"), {
      x: {label: "N, parameters", log: true, domain},
      y: {
        label: "loss, nats per token",
        log: false,
        domain: padded([...losses, ...runs.map((run) => run.loss)], false),
      },
      layers: [
        {kind: "vertical", at: 10 ** target, style: "target"},
        {kind: "line", points: truth, style: "truth"},
        {kind: "line", points: found, style: "law"},
        {kind: "dots", points: dots(false), style: "held-out"},
        {kind: "dots", points: dots(true), style: ""},
      ],
      summary:
        `Loss over model size: ${fitted.size} of ${runs.length} runs are fitted; at the target the fitted law predicts ` +
        `${predicted.toFixed(4)}, the truth is ${trueLoss.toFixed(4)}.`,
    });
  }

  draw();
}

startSimulator(PAGE_DATA.simulator);
