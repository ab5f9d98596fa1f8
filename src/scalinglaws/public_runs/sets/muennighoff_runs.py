"""The runs of Muennighoff et al. 2023, on repeated data: final validation losses, and which were fitted.

They stand in a notebook, as dictionaries from a run's name to its loss: all of them in one cell, those of the
published fit in another, where the rest is commented out. The notebook is parsed, never run.
"""

import ast
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from scalinglaws.errors import DataError

TITLE = "Runs of Muennighoff et al. 2023"
LICENCE = "Apache-2.0"
SOURCE = "GitHub huggingface/datablations at 1370131, utils/parametric_fit.ipynb"
ADDRESS = (
    "https://raw.githubusercontent.com/huggingface/datablations/"
    "13701315b163f1c54642b94ad237b2699187c3ee/utils/"
)
FILES = (
    {"parametric_fit.ipynb": "6c65d270e70c944a9ac90f5f1213a4584e1ff9d6d2781cd86900663f4ab17db9"},
    {
        "muennighoff_2023_runs.csv": "394589b04f293f99fed67fc125ba1d255327b83f249e28030183274ebf99bc45",
        "muennighoff_2023_runs_fit182.csv": (
            "ecb5be709baa44b47a4bac6ff7addd5ee464261608994f8984972e55b2117eba"
        ),
    },
)
NOTEBOOK = "parametric_fit.ipynb"
RUNS, FITTED = "muennighoff_2023_runs.csv", "muennighoff_2023_runs_fit182.csv"
ALL_CELL, FITTED_CELL = 1, 25
COLUMNS = ["name", "N", "D", "U", "loss"]

SIZE = r"\d{1,3}[bm]|\db\d{1,2}"  # 400m, 55b, 1b5 (that is 1.5 billion)
ENDINGS = r"(?:c4)?(?:v2)?(?:seed\d|opt\d?)?"  # which of several equal runs


def read(files: Mapping[str, Path]) -> pd.DataFrame:
    """Columns name, N, D, U, loss and fitted, in the notebook's order."""
    if NOTEBOOK in files:
        runs, fitted = _parse_notebook(files[NOTEBOOK])
    else:
        runs = pd.read_csv(files[RUNS]).set_axis(COLUMNS, axis=1)
        fitted = set(pd.read_csv(files[FITTED])["name"])
    return runs.assign(fitted=runs["name"].isin(fitted))


def _parse_notebook(path: Path) -> tuple[pd.DataFrame, set[str]]:
    """All runs, and the names of those that were fitted."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    runs, fitted = (_runs(_literals("".join(cells[i]["source"])), path) for i in (ALL_CELL, FITTED_CELL))
    return runs, set(fitted["name"])


def _literals(code: str) -> dict[str, Any]:
    """The literals that a cell assigns to names."""
    assignments = (node for node in ast.parse(code).body if isinstance(node, ast.Assign))
    return {ast.unparse(node.targets[0]): ast.literal_eval(node.value) for node in assignments}


def _runs(cell: Mapping[str, Any], path: Path) -> pd.DataFrame:
    """One row a run that ended (else its loss is 0), but for those on deduplicated data, as published."""
    parameters = cell["PARAMS_MAP"]
    pattern = re.compile(rf"({'|'.join(parameters)})(.+?)({SIZE}){ENDINGS}")
    rows = []
    for name, loss in cell["NAMES_TO_VAL_LOSSES"].items():
        if loss == 0 or name.endswith("dedup"):
            continue
        found = pattern.fullmatch(name)
        if found is None:
            raise DataError(
                f"{path}: the run {name!r} is not named by its parameters, tokens and unique tokens"
            )
        size, tokens, unique = found.groups()
        rows.append((name, float(parameters[size]), _size(tokens), _size(unique), loss))
    return pd.DataFrame(rows, columns=COLUMNS)


def _size(text: str) -> float:
    """A number of tokens: 400m is 400 million, 1b5 is 1.5 billion."""
    return float(text[:-1]) * 1e6 if text.endswith("m") else float(text.replace("b", ".")) * 1e9
