"""A throw-away project that trains nothing: two tiny analyses, one of them of public run data."""

import hashlib
from pathlib import Path
from typing import Any

import yaml

from workflow.project import Project

PAPER = "tiny-2020"
PACKAGE = "tiny_2020"
LINE = f"figure {PAPER}/points is left out: its public run data (chinchilla-points) are not here."
FILE = "svg_extracted_data.csv"
DATA = """Model Size,Training FLOP,loss
1e9,6e19,3.5
2e9,6e19,3.0
1e9,6e18,9.0
1e9,6e18,8.0
1e9,6e18,7.0
1e9,6e18,6.0
1e9,6e18,5.0
"""
PINNED = "193478df4e90f040016431996c45682659306840ecdadf83cfb9cd5ca0aa1b30"

MODULES = {
    **dict.fromkeys(
        (f"papers/{PACKAGE}/{folder}__init__.py" for folder in ("", "analyses/", "figures/")), ""
    ),
    f"papers/{PACKAGE}/analyses/tiny_points.py": """
TABLES = ("points",)


def analyse(published, spec):
    points = published["chinchilla-points"]
    return {"points": points[~points.excluded]}
""",
    f"papers/{PACKAGE}/analyses/tiny_fits.py": """
import pandas as pd

TABLES = ("fits",)
RESAMPLED = True


def analyse(published, spec):
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
claims:
  - id: tiny-2020/fits/exponent
    study: tiny-2020/fits
    statement: The exponent is a half
    quantity: {table: fits, law: tiny, metric: loss, parameter: alpha}
    range: [0.3, 0.7]
    source: Fig 1
    certainty: fig
""",
}


def study(name: str, published: list[str]) -> dict[str, Any]:
    figure = {"name": name, "draw": f"{PAPER}/tiny:{name}", "caption": f"Of {name}."}
    head = {"study": f"{PAPER}/{name}", "title": "Tiny", "source": "None", "figures": [figure]}
    return {**head, "analysis": f"{PAPER}/tiny-{name}", "published": published}


def analysed(folder: Path) -> Project:
    """A project with both analyses and nothing else; the data are in its folder `upstream`."""
    project = Project.bare(folder)
    project.study_file.unlink()
    for module, text in MODULES.items():
        project.source(module).parent.mkdir(parents=True, exist_ok=True)
        project.source(module).write_text(text)
    (folder / "upstream").mkdir()
    (folder / "upstream" / FILE).write_text(DATA)
    points = project.source("public_runs/sets/chinchilla_points.py")
    text = points.read_text().replace(PINNED, hashlib.sha256(DATA.encode()).hexdigest())
    head, _, rest = text.partition("ADDRESS = ")
    address = f"{(folder / 'upstream').as_uri()}/"
    points.write_text(f"{head}ADDRESS = {address!r}\nFILES = {rest.partition('FILES = ')[2]}")
    write_study(project, "points", ["chinchilla-points"])
    write_study(project, "fits", [])
    return project


def write_study(project: Project, name: str, published: list[str]) -> None:
    path = project.folder / "config" / "studies" / PAPER / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(study(name, published)))
