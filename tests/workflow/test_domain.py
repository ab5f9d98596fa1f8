"""A domain of one data file, one model file and a study file: the page on adding one is right."""

import random
import re
from math import prod
from pathlib import Path

import pytest
import yaml

from workflow.project import ROOT, SCALE, Project

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "add-a-domain.md"
BLOCK = re.compile(r"^```(?:python|yaml)\n# (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PLACES = {"data/sources/melodies.py", "models/causal.py"}


def test_the_page_is_a_whole_domain(tmp_path: Path) -> None:
    project = Project.bare(tmp_path / "project")
    project.study_file.unlink()
    files = dict(BLOCK.findall(PAGE.read_text(encoding="utf-8")))
    package = {name for name in files if name.startswith("src/")}
    assert package == {f"src/scalinglaws/{place}" for place in PLACES}
    assert not any((ROOT / name).exists() for name in files)  # nothing but these files is needed
    for name, text in files.items():
        path = project.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    scale = {**SCALE, "locations": {"melodies": "melodies"}}
    project.write_scale(scale)
    write_melodies(project.folder / "melodies")

    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    results = project.results
    runs = (results / "tables" / "my-lab" / "melodies" / "runs.csv").read_text().splitlines()
    study = yaml.safe_load(files["config/studies/my-lab/melodies.yaml"])["scales"]["smoke"]
    assert len(runs) - 1 == prod(map(len, study["runs"]["axes"].values()))
    evidence = (results / "fits" / "my-lab" / "melodies" / "evidence.csv").read_text().splitlines()
    assert int(dict(zip(evidence[0].split(","), evidence[1].split(","), strict=True))["fitted"]) >= 3
    drawn = (results / "figures" / "my-lab" / "melodies.caption.md").read_bytes()
    assert b"Scale smoke, Melodies: n = " in drawn
    assert "Nothing to be done: results/smoke is up to date" in project.replicate().stdout


def write_melodies(folder: Path) -> None:
    """Scales up and down from random notes."""
    folder.mkdir()
    dice = random.Random(0)
    for name, bars in (("train", 1200), ("validation", 100)):
        starts = [dice.choice("ABCDEFG") for _ in range(bars)]
        (folder / f"{name}.txt").write_text("|".join(f"{note}{note.lower()}z{note}" for note in starts))
