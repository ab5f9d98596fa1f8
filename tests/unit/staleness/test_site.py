"""The step of the site: which verdicts of other scales it shows."""

from pathlib import Path

import pytest

from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.staleness.site import site_step


def test_each_study_has_its_own_results_of_another_scale_or_else_what_was_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = plan(load_config(Selection(scale="smoke", paper="weng-2026")))
    monkeypatch.chdir(tmp_path)
    own = "results/laptop/report/claims/weng-2026/kaplan.csv"
    published = [f"records/laptop/weng-2026/{study}/claims.csv" for study in ("kaplan", "pearce")]
    for file in map(Path, (own, *published)):
        file.parent.mkdir(parents=True)
        file.touch()
    step = site_step(work, ())
    assert step.inputs["elsewhere"] == [own, published[1]]
    assert [(each["study"], each["published"]) for each in step.spec["elsewhere"]] == [
        ("weng-2026/kaplan", False),
        ("weng-2026/pearce", True),
    ]
