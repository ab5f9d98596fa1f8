"""Made results of a scale: two papers, three studies, one of which trains runs, in texts that are markup."""

from pathlib import Path
from typing import Any

import pandas as pd
from PIL import Image

from scalinglaws.plotting.captions.files import write_caption
from scalinglaws.report.site.material import Material
from scalinglaws.report.site.spec import (
    Elsewhere,
    PaperEntry,
    SiteSpec,
    StudyEntry,
    Work,
)
from scalinglaws.report.text import summary
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.schema import CLAIMED, CLAIMS, CURVES, EVIDENCE, FITS, RUNS, SEARCHES, Table

HOSTILE = """<script>alert("x")</script> & 'm < n' </table>"""
TRAINED, ANALYSIS, OTHER = "one-2020/trained", "one-2020/analysis", "two-2021/other"
VERDICTS = {
    TRAINED: ("reproduced", "reproduced", "inconclusive", "not testable at this scale"),
    ANALYSIS: ("recomputed", "not reproduced"),
    OTHER: ("inconclusive",),
}
SEEDS, SIZES, WIDTHS = (0, 1), (10, 1000), (2, 16)
METRICS = ("error_rate",)


def row_of(table: Table, **cells: Any) -> dict[str, Any]:
    """A row with these cells; others are 1, false, or a text that is markup."""
    plain = {"text": HOSTILE, "whole": 1, "number": 0.5, "truth": False}
    return {column.name: plain[column.kind] for column in table.columns} | cells


def claims_table(study: str) -> pd.DataFrame:
    kind = "trained" if study == TRAINED else "recomputed"
    rows = [
        row_of(
            CLAIMS, claim=f"{study}/c{k}", kind=kind, verdict=verdict, certainty="fig",
            measured=float("nan") if verdict.startswith("not testable") else 0.5, low=0.25, high=1.0,
        )
        for k, verdict in enumerate(VERDICTS[study])
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(CLAIMS.names))


def runs_table() -> pd.DataFrame:
    """A run per width, size and seed, one of which diverged, and a run of a search."""
    rows = [
        row_of(
            RUNS, run=f"w{width}n{size}s{seed}", level=0, study=TRAINED, phase="grid", model=f"mlp-{width}",
            parameters=width * 1000, examples=size, seed=seed, learning_rate=0.01, status="completed",
            stopped="patience", steps=100 * size, versions="numpy 2",
        )
        | {"error_rate": 1 / size, "error_rate_passed": seed == 0, "error_rate_slope": 0.1, "momentum": 0.9}
        for width in WIDTHS for size in SIZES for seed in SEEDS
    ]  # fmt: skip
    rows[-1] |= {"status": "diverged", "stopped": "diverged", "error_rate": float("nan")}
    rows.append({**rows[0], "run": "searched", "phase": "search"})
    return pd.DataFrame(rows)


def curves_table() -> pd.DataFrame:
    rows = [
        {"run": run, "level": 0, "step": step, "training_loss": 1.0, "error_rate": 1 / step}
        for run in runs_table().run
        for step in (1, 10, 100)
    ]
    return pd.DataFrame(rows)


def spec(papers: int = 2, elsewhere: tuple[Elsewhere, ...] = ()) -> SiteSpec:
    common = {"title": HOSTILE, "source": HOSTILE, "claims": "0"}
    one = PaperEntry(
        paper="one-2020",
        works=(Work(title=HOSTILE, arxiv="2001.00001"), Work(title="No number")),
        studies=(
            StudyEntry(
                study=ANALYSIS, protocol="one-2020/analysis", reads=(TRAINED,), methods=f"*Ours*: {HOSTILE}",
                **common,
            ),
            StudyEntry(
                study=TRAINED, protocol="learning-curves", trained=True, metrics=METRICS, figures=("fig1",),
                **common,
            ),
        ),
    )  # fmt: skip
    two = PaperEntry(
        paper="two-2021", studies=(StudyEntry(study=OTHER, protocol="two-2021/other", **common),)
    )
    return SiteSpec(scale="smoke", papers=(one, two)[:papers], elsewhere=elsewhere)


def write_results(folder: Path) -> None:
    """The tables, figures and reports of all studies."""
    for study in VERDICTS:
        write_table(claims_table(study), folder / "report" / "claims" / f"{study}.csv", CLAIMS)
        paper = study.partition("/")[0]
        rows = [
            row
            for each in VERDICTS
            if each.startswith(paper)
            for row in claims_table(each).to_dict("records")
        ]
        (folder / "report" / f"{paper}.txt").write_text(summary(rows), encoding="utf-8")
    write_table(runs_table(), folder / "tables" / TRAINED / "runs.csv", RUNS)
    write_table(curves_table(), folder / "tables" / TRAINED / "curves.csv", CURVES)
    searches = pd.DataFrame(
        [row_of(SEARCHES, chosen=True), row_of(SEARCHES, learning_rate=1.0, score=float("nan"))]
    )
    write_table(searches, folder / "tables" / TRAINED / "searches.csv", SEARCHES)
    write_table(pd.DataFrame([row_of(FITS)]), folder / "fits" / TRAINED / "fits.csv", FITS)
    write_table(pd.DataFrame([row_of(EVIDENCE)]), folder / "fits" / TRAINED / "evidence.csv", EVIDENCE)
    write_table(pd.DataFrame([row_of(CLAIMED)]), folder / "fits" / ANALYSIS / "fits.csv", CLAIMED)
    figures = folder / "figures" / "one-2020"
    figures.mkdir(parents=True)
    Image.new("RGB", (300, 200)).save(figures / "fig1.png")
    (figures / "fig1.csv").write_text("panel\n", encoding="utf-8")
    write_caption(HOSTILE, figures, "fig1")


def material(folder: Path, about: SiteSpec | None = None, elsewhere: tuple[Path, ...] = ()) -> Material:
    """The material of all files in a folder."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return Material(about or spec(), folder, files, elsewhere)
