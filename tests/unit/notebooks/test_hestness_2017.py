"""The notebook of Hestness et al. 2017: it runs on a set of tables."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from nbclient.exceptions import CellExecutionError

from scalinglaws.config.analysis import AnalysisSpec, StudyFacts
from scalinglaws.stages.claims import main as judge
from scalinglaws.stages.fit import main as analyse
from unit.notebooks.running import run
from unit.trained_studies import facts, write_study

PAPER, SCALE = "hestness-2017", "made"
EXPONENTS = {"words-lstm2": -0.2, "words-rhn5": -0.22, "speech-ds2": -0.3}
ENTROPY = 1.25


def add_curves(folder: Path) -> None:
    """Validation curves with the runs' scores as their minima, and why the runs ended."""
    runs = pd.read_csv(folder / "runs.csv", dtype={"cross_entropy_passed": str})
    runs["stopped"] = np.where(runs.examples < runs.examples.max(), "patience", "duration")
    runs["cross_entropy_passed"] = np.where(runs.stopped == "patience", "true", "false")
    runs.to_csv(folder / "runs.csv", index=False)
    rows = []
    for row in runs.itertuples():
        factors = (2.0, 1.0, 1.1) if row.stopped == "patience" else (2.0, 1.5, 1.0)
        rows += [(row.run, 0, 10**k, 1.0, row.cross_entropy * factor) for k, factor in enumerate(factors)]
    columns = ["run", "level", "step", "training_loss", "cross_entropy"]
    pd.DataFrame(rows, columns=columns).to_csv(folder / "curves.csv", index=False)


def write_analysis(name: str, analysis: str, told: list[StudyFacts], results: Path) -> None:
    """Run an analysis over trained studies, by its stage."""
    study = f"{PAPER}/{name}"
    spec = AnalysisSpec(name=analysis, study=study, scale="smoke", resamples=200, studies=tuple(told))
    folders = [
        (results / "fits" / one.study, results / "tables" / one.study, results / "data" / one.name)
        for one in told
    ]
    options = [part for three in folders for part in ("--studies", *map(str, three))]
    analyse(["--spec", spec.model_dump_json(), *options, "--out", str(results / "fits" / study)])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all tables that the notebook reads, of synthetic runs whose exponents are known."""
    folder = tmp_path_factory.mktemp("project")
    results = folder / "results" / SCALE
    told = {name: facts(name, name.upper()) for name in (*EXPONENTS, "known-entropy")}
    for k, (name, one) in enumerate(told.items()):
        made = write_study(folder / "made", one, 11.9, EXPONENTS.get(name, -0.1), seed=k)
        for part, source in zip(("fits", "tables"), made, strict=False):
            shutil.copytree(source, results / part / PAPER / name)
        shutil.copytree(made[2], results / "data" / name)
        add_curves(results / "tables" / PAPER / name)
    manifest = results / "data" / "known-entropy" / "manifest.json"
    chain = {**json.loads(manifest.read_text()), "source": "markov", "entropy": ENTROPY, "vocabulary": 32}
    manifest.write_text(json.dumps(chain))
    words, every = [told["words-lstm2"], told["words-rhn5"]], [told[name] for name in EXPONENTS]
    write_analysis("words", "hestness-2017/domain", words, results)
    write_analysis("summary", "hestness-2017/summary", every, results)
    write_analysis("theory", "hestness-2017/theory", [told["known-entropy"]], results)
    for one in words:
        fits, out = results / "fits" / one.study, results / "report" / "claims" / f"{one.study}.csv"
        judge(
            ["--spec", json.dumps({"study": one.study, "scale": SCALE}),
             "--data", str(results / "data" / one.name / "manifest.json"),
             "--fits", str(fits / "fits.csv"), "--best", str(fits / "best.csv"), "--out", str(out)]
        )  # fmt: skip
    (folder / "notebooks").mkdir()
    return folder


@pytest.mark.slow
def test_it_runs_and_shows_what_the_tables_hold(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run(PAPER, SCALE, project / "notebooks", tmp_path, monkeypatch)
    fits = project / "results" / SCALE / "fits" / PAPER
    table = pd.read_csv(fits / "summary" / "summary.csv").set_index("study")
    for name in ("words-lstm2", "words-rhn5"):
        row = table.loc[name]
        assert row.beta_g_low < EXPONENTS[name] < row.beta_g_high
        text = f"exponent {row.beta_g:.4f} [{row.beta_g_low:.4f}, {row.beta_g_high:.4f}]"
        assert text in shown["exponents"]
        assert f"{row.beta_p:.3f} [{row.beta_p_low:.3f}, {row.beta_p_high:.3f}]" in shown["growth-table"]
    for value in table.beta_g:
        assert f"{0.9 ** (1 / value):,.3g}" in shown["cut"]
    best = pd.read_csv(fits / "words-lstm2" / "best.csv")
    assert [f"{score:.4f} ◀" in shown["scores"] for score in best.score] == [True] * len(best)
    assert "11%" in shown["limits-table"], "one size of nine was cut"
    claims = pd.concat(map(pd.read_csv, (project / "results" / SCALE / "report").rglob("*.csv")))
    untestable = (claims.verdict == "not testable at this scale").sum()
    assert untestable > 0
    assert f"{untestable} of {len(claims)} claims" in shown["untestable"]
    assert f"{ENTROPY:.3f} nats" in shown["networks"]
    drawn = [name for name, text in shown.items() if "<figure>" in text]
    assert drawn == [
        "curves", "u-curves", "law", "summary", "growth-plot", "slopes",
        "regions", "counting", "implications",
    ]  # fmt: skip


@pytest.mark.slow
def test_without_tables_it_fails_and_says_what_to_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CellExecutionError, match="make replicate SCALE=made PAPER=hestness-2017"):
        run(PAPER, SCALE, tmp_path, tmp_path, monkeypatch)
