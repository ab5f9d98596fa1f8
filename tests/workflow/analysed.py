"""A throw-away project that trains nothing: two tiny analyses, one of them of public runs."""

import hashlib
from pathlib import Path
from typing import Any

import yaml

from workflow.project import Project

PAPER = "tiny-2020"
PACKAGE = "tiny_2020"
SET = "public_runs/sets/tiny-points"
DATA = """N,loss,excluded
1000000000.0,3.5,False
2000000000.0,3.0,False
3000000000.0,9.0,True
"""
DESCRIPTION = f"""
title: Tiny points
paper: None
source: Nowhere
commit: {"a" * 40}
address: https://example.org
licence: none stated
upstream: {{points.csv: {"a" * 64}}}
derived: Nothing.
sha256: {hashlib.sha256(DATA.encode()).hexdigest()}
sorted_by: [N]
columns:
  N: {{kind: number, unit: parameters, meaning: Size.}}
  loss: {{kind: number, unit: nats per token, meaning: Loss.}}
  excluded: {{kind: flag, meaning: Whether it is left out.}}
"""

MODULES = {
    **dict.fromkeys(
        (f"papers/{PACKAGE}/{folder}__init__.py" for folder in ("", "analyses/", "figures/")), ""
    ),
    f"papers/{PACKAGE}/analyses/tiny_points.py": """
TABLES = ("points",)


def analyse(inputs, spec):
    points = inputs.public_runs["tiny-points"]
    return {"points": points[~points.excluded]}
""",
    f"papers/{PACKAGE}/analyses/tiny_fits.py": """
import pandas as pd

TABLES = ("fits",)
RESAMPLED = True


def analyse(inputs, spec):
    row = {"law": "tiny", "metric": "loss", "parameter": "alpha", "value": 0.5, "low": 0.4, "high": 0.6}
    return {"fits": pd.DataFrame([{**row, "level": 0.95, "points": 9, "warnings": ""}])}
""",
    f"papers/{PACKAGE}/figures/tiny.py": """
from matplotlib.figure import Figure


def points(tables):
    figure = Figure()
    figure.subplots().scatter(tables["points"].N, tables["points"].loss, label="points")
    return figure


def fits(tables):
    figure = Figure()
    figure.subplots().plot(tables["fits"].value, tables["fits"].level, label="fits")
    return figure
""",
    f"papers/{PACKAGE}/claims/tiny.yaml": """
paper: {title: Tiny}
kind: recomputed
claims:
  - id: tiny-2020/fits/exponent
    study: tiny-2020/fits
    statement: The exponent is a half
    quantity: {table: fits, law: tiny, metric: loss, parameter: alpha}
    range: [0.3, 0.7]
    source: Fig 1
    certainty: fig
""",
    f"{SET}.csv": DATA,
    f"{SET}.yaml": DESCRIPTION,
}


def study(name: str, public_runs: list[str]) -> dict[str, Any]:
    figure = {"name": name, "draw": f"{PAPER}/tiny:{name}", "caption": f"Of {name}."}
    head = {"study": f"{PAPER}/{name}", "title": "Tiny", "source": "None", "figures": [figure]}
    return {**head, "protocol": {"name": f"{PAPER}/tiny-{name}"}, "reads": {"public_runs": public_runs}}


def analysed(folder: Path) -> Project:
    """A project with both analyses and nothing else."""
    project = Project.bare(folder)
    project.study_file.unlink()
    for module, text in MODULES.items():
        project.source(module).parent.mkdir(parents=True, exist_ok=True)
        project.source(module).write_text(text)
    write_study(project, "points", ["tiny-points"])
    write_study(project, "fits", [])
    return project


def write_study(project: Project, name: str, public_runs: list[str]) -> None:
    path = project.folder / "config" / "studies" / PAPER / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(study(name, public_runs)))
