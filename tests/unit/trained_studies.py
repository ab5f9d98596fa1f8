"""Synthetic trained studies whose laws are known: run tables, reduced by the fitting stage itself."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws.config.analysis import StudyFacts
from scalinglaws.stages.fit import main as fit
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.schema import RUNS
from scalinglaws.tables.study import TrainedStudy, read_trained

WINDOWS = 32 * 2 ** np.arange(9)
WIDTHS = np.geomspace(1e4, 1e6, 7)
UNUSED = dict.fromkeys(RUNS.names, 0)
MANIFEST: dict[str, Any] = {
    "title": "Made words", "source": "made-words",
    "unit": {"name": "words", "parts": 1, "examples": "windows of 32 words"},
}  # fmt: skip


def facts(name: str, family: str = "", **changes: Any) -> StudyFacts:
    """What a config would say of a study of words."""
    study = f"hestness-2017/{name}"
    options = {
        "study": study, "metrics": ["cross_entropy"], "size_metric": "cross_entropy",
        "region": [4000, 300000], "resamples": 200, **changes,
    }  # fmt: skip
    return StudyFacts.model_validate(
        {"study": study, "title": f"Words: {family or name}; made", "optimiser": "sgd", "fit": options}
    )


def write_study(
    folder: Path,
    told: StudyFacts,
    alpha: float,
    beta: float,
    growth: float = 0.6,
    noise: float = 0.004,
    seed: int = 0,
) -> tuple[Path, Path, Path]:
    """Write the tables of a study: folders of fits, run tables and data.

    Each model costs a parabola in the logarithm of its distance from the best size; and the metric's scale is
    alpha m^beta, m in words.
    """
    fits, tables, data = (folder / part / told.name for part in ("fits", "tables", "data"))
    for each in (fits, tables, data):
        each.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    rows = []
    for examples in WINDOWS:
        m = 32.0 * examples
        best = 4e4 * (m / WINDOWS[0] / 32) ** growth
        for size in WIDTHS:
            for run_seed in (0, 1, 2):
                factor = (1 + 0.02 * np.log(size / best) ** 2) * np.exp(rng.normal(0, noise))
                rows.append(
                    {**UNUSED, "run": f"run{len(rows):04d}", "study": told.study, "phase": "grid",
                     "model": f"model-{int(size)}", "parameters": int(size), "examples": int(examples),
                     "data_size": m, "seed": run_seed, "learning_rate": 0.1, "status": "completed",
                     "stopped": "patience", "steps": 100, "diverged_at": None,
                     **dict.fromkeys(told.fit.metrics, alpha * m ** beta * factor),
                     **{f"{metric}_passed": "true" for metric in told.fit.metrics},
                     **{f"{metric}_slope": 0.1 for metric in told.fit.metrics}}
                )  # fmt: skip
    further = [metric + part for metric in told.fit.metrics for part in ("", "_passed", "_slope")]
    write_table(pd.DataFrame(rows, columns=[*RUNS.names, *further]), tables / "runs.csv", RUNS)
    (data / "manifest.json").write_text(json.dumps(MANIFEST))
    fit(["--spec", told.fit.model_dump_json(), "--runs", str(tables / "runs.csv"), "--out", str(fits)])
    return fits, tables, data


@cache
def made(
    name: str, alpha: float, beta: float, growth: float = 0.6, family: str = "", seed: int = 0
) -> TrainedStudy:
    """A synthetic study, read back."""
    with TemporaryDirectory() as folder:
        told = facts(name, family)
        return read_trained(told, *write_study(Path(folder), told, alpha, beta, growth, seed=seed))
