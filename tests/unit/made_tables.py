"""Small made tables of a study, as the stages write them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from scalinglaws.tables.csv import write_table
from scalinglaws.tables.schema import CURVES
from scalinglaws.tables.study import REQUIRED, StudyTables

METRICS = {"cross_entropy": 2.0, "top1_error": 0.8, "top5_error": 0.5}
PER_CLASS = np.array([1, 2, 4, 8, 16])
IN_REGION = np.array([False, True, True, True, False])
SIZES = [1000, 4000, 16000]
MANIFEST = {"classes": list("abcdefghij"), "unit": {"name": "images per class"}}


def draw_tables(
    censored: Sequence[bool] = (True, False, False, False, True),
    diverged: int = 2,
    converged: Sequence[bool] = (True,) * 5,
) -> StudyTables:
    """Three power laws; the best model is the middle one where its size is not censored."""
    hollow, settled = np.array(censored), np.array(converged)
    runs = [
        {"run": f"{size}-{m}-{seed}", "study": "hestness-2017/image", "phase": "grid",
         "model": f"resnet-{size}", "parameters": size,
         "examples": 10 * m, "data_size": m, "seed": seed, "status": "completed",
         "stopped": "patience"}
        for size in SIZES for m in PER_CLASS for seed in (0, 1)
    ]  # fmt: skip
    for run in runs[:diverged]:
        run["status"] = run["stopped"] = "diverged"
    for run in runs:
        run |= {f"{metric}_passed": run["stopped"] == "patience" for metric in METRICS}
    runs[-1] |= {"stopped": "duration", **{f"{metric}_passed": False for metric in METRICS}}
    runs.append({**runs[-1], "phase": "search", "status": "diverged", "examples": 99999})
    best = pd.concat(
        pd.DataFrame(
            {
                "metric": metric,
                "examples": 10 * PER_CLASS,
                "data_size": PER_CLASS,
                "model": np.where(hollow, "resnet-16000", "resnet-4000"),
                "parameters": np.where(hollow, 16000, 4000),
                "size": np.where(hollow, np.nan, 3000.0 * PER_CLASS**0.5),
                "edge": np.where(hollow, 16000.0, np.nan),
                "score": scale * PER_CLASS**-0.3,
                "low": 0.9 * scale * PER_CLASS**-0.3,
                "high": 1.1 * scale * PER_CLASS**-0.3,
                "sufficient_low": np.where(hollow, 16000.0, 1500.0 * PER_CLASS**0.5),
                "sufficient_high": np.where(hollow, 16000.0, 2500.0 * PER_CLASS**0.5),
                "censored": hollow,
                "end": np.where(hollow, "largest", ""),
                "passed": np.where(settled, 2, 0),
                "converged": settled,
                "rivalled": False,
                "slope": 0.1,
                "in_region": IN_REGION,
                "fitted": IN_REGION & settled,
                "sized": ~hollow & settled,
            }
        )
        for metric, scale in METRICS.items()
    )
    usable = int((IN_REGION & ~hollow & settled).sum()) >= 3
    fits = [
        {"law": "learning-curve", "metric": metric, "parameter": name, "value": value, "low": value - 0.01,
         "high": value + 0.01}
        for metric, scale in METRICS.items() for name, value in (("alpha", scale), ("beta_g", -0.3))
    ]  # fmt: skip
    x = np.geomspace(1, 16, 9)
    bands = [
        pd.DataFrame({"law": "learning-curve", "metric": metric, "x": x, "value": scale * x**-0.3})
        for metric, scale in METRICS.items()
    ]
    for name, value in (("alpha_p", 3000.0), ("beta_p", 0.5)):
        found = value if usable else np.nan
        fits.append({"law": "model-size", "metric": "cross_entropy", "parameter": name, "value": found,
                     "low": found - 0.1, "high": found + 0.1})  # fmt: skip
    if usable:
        bands.append(
            pd.DataFrame({"law": "model-size", "metric": "cross_entropy", "x": x, "value": 3000 * x**0.5})
        )
    drawn = pd.concat(bands, ignore_index=True)
    drawn["low"], drawn["high"] = 0.95 * drawn.value, 1.05 * drawn.value
    return StudyTables(
        runs=pd.DataFrame(runs),
        curves=pd.DataFrame({"run": ["a"], "step": [1], "training_loss": [2.0]}),
        scores=best.drop(
            columns=["size", "edge", "censored", "in_region", "end", "rivalled", "fitted", "sized"]
        ),
        best=best.reset_index(drop=True),
        fits=pd.DataFrame(fits),
        bands=drawn,
        evidence=pd.DataFrame([{"metric": metric, "fitted": 3} for metric in METRICS]),
        manifest=MANIFEST,
    )


def write_tables(tables: StudyTables, folder: Path) -> list[Path]:
    """Write tables as CSV files, with zeros in columns that they lack; their paths."""
    paths = []
    for table in (*REQUIRED, CURVES):
        frame = getattr(tables, table.name)
        further = [name for name in frame if name not in table.names]
        frame = frame.reindex(columns=[*table.names, *further]).astype(object)
        paths.append(folder / f"{table.name}.csv")
        truths = {name: bool for name in further if name.endswith("_passed")}
        write_table(frame.where(frame.notna(), 0).astype(truths), paths[-1], table)
    return paths
