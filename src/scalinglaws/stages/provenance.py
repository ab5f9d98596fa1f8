"""What a figure was made of, as a JSON file beside it. It holds no date."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from scalinglaws.config.canonical import short_hash
from scalinglaws.files import write_text
from scalinglaws.plotting.captions.caption import FigureSpec
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.versions import versions
from scalinglaws.tables.schema import RUNS


def provenance(spec: FigureSpec, code: str, files: Iterable[Path]) -> dict[str, Any]:
    """The study, the hashes of spec and code, the runs, the tables with their hashes, and the versions.

    Args:
        code: fingerprint of the code; empty where the stage was called by hand.
        files: all files that the figure was drawn from.
    """
    files = list(files)
    tables = [pd.read_csv(file, dtype=str) for file in files if file.name == f"{RUNS.name}.csv"]
    return {
        "study": spec.study,
        "figure": spec.figure.name,
        "scale": spec.scale,
        "look": spec.look.model_dump(mode="json"),
        "spec": short_hash(spec.model_dump(mode="json", exclude_defaults=True)),
        "code": code,
        # An analysis of public runs has a table of that name, too, and those have no ids.
        "runs": sorted({run for table in tables if "run" in table for run in table["run"]}),
        "public_runs": dict(spec.public_runs),
        "files": Hashes().of(files),
        "versions": versions(),
    }


def write_provenance(content: Mapping[str, Any], path: Path) -> Path:
    """Write it, with sorted keys."""
    write_text(path, json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return path
