"""The notebooks of papers that need no trained network: they run on tables that their analyses have made."""

import json
from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.papers.rosenfeld_2021.analyses import extrapolation
from scalinglaws.stages.claims import main as judge
from scalinglaws.stages.fit import main as analyse
from scalinglaws.staleness.steps import steps
from unit.notebooks.running import run

SCALE = "smoke"
FIGURES = {
    "rosenfeld-2021": {"landscapes": 1, "extrapolation": 1, "cut-offs": 1},
    "weng-2026": {
        "kaplan": 1, "isoflop": 1, "residuals": 2, "pearce": 1, "muennighoff": 2, "simulator": 1
    },
}  # fmt: skip
"""How many figures the cells draw."""
pytestmark = pytest.mark.slow


def make_tables(paper: str, results: Path) -> None:
    """Run the analyses of a paper at the smoke scale, and judge its claims, by their stages."""
    for step in steps(plan(load_config(Selection(scale=SCALE, paper=paper)))):
        out = results / "/".join(Path(step.files[0]).parts[2:])
        spec = json.dumps({**step.spec, **({"resamples": 20} if step.stage == "fit" else {})})
        if step.stage == "fit":
            analyse(["--spec", spec, "--out", str(out.parent)])
        if step.stage == "claims" and step.inputs["fits"]:
            fits = results / "/".join(Path(step.inputs["fits"][0]).parts[2:])
            judge(["--spec", spec, "--fits", str(fits), "--out", str(out)])


@pytest.mark.parametrize("paper", FIGURES)
def test_it_runs_and_shows_what_the_tables_hold(
    paper: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extrapolation, "DRAWS", {SCALE: 4})
    results = tmp_path / "results" / SCALE
    make_tables(paper, results)
    (tmp_path / "home").mkdir()
    shown = run(paper, SCALE, tmp_path, tmp_path / "home", monkeypatch)
    assert {name: text.count("<figure>") for name, text in shown.items() if "<figure>" in text} == (
        FIGURES[paper]
    )
    claims = pd.concat(map(pd.read_csv, (results / "report").rglob("*.csv")))
    for verdict in claims.verdict.unique():
        assert verdict in shown["verdicts"]
    for statement in claims[claims.verdict == "not reproduced"].statement:
        assert statement in shown["verdicts"]
    if paper == "weng-2026":
        exponents = pd.read_csv(results / "fits" / paper / "chinchilla" / "exponents.csv")
        for row in exponents[exponents.kind == "refit"].itertuples():
            assert (
                f"{row.approach}: $a$ = {row.a:.3g} [{row.a_low:.3g}, {row.a_high:.3g}]" in shown["isoflop"]
            )
    else:
        summary = pd.read_csv(results / "fits" / paper / "extrapolation" / "summary.csv")
        reported = summary[summary.published_sigma.notna() & (summary.method == "extrapolation")]
        assert len(reported) == 2
        for row in reported.itertuples():
            assert f"{row.sigma:.1%} [{row.sigma_low:.1%}, {row.sigma_high:.1%}]" in shown["extrapolation"]
