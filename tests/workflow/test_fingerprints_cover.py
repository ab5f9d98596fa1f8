"""Whatever a stage executes for the tiny study is part of the stage's fingerprint."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from unit.fingerprint.executed import TRACE, not_covered
from unit.fingerprint.toy_package import fingerprints_of
from workflow.project import Project

pytestmark = pytest.mark.slow

CARRYING_OUT = (
    *("scalinglaws.config.job", "scalinglaws.stages", "scalinglaws.staleness", "scalinglaws.fingerprint"),
    *("scalinglaws.training.trainer", "scalinglaws.training.resume"),
    *("scalinglaws.training.records.provenance", "scalinglaws.training.devices.peak"),
    ("scalinglaws.data.store", "content_hash"),
    ("scalinglaws.files", "remove_file"),
    "scalinglaws.terminal",
)
"""What the training stage executes and no result depends on."""
OF_THE_SHUFFLE = (
    *("scalinglaws.terminal", "scalinglaws.config.canonical"),  # the note's digest
    ("scalinglaws.training.records.provenance", "without_patch"),  # its versions
    *("scalinglaws.stages", "scalinglaws.staleness", "scalinglaws.fingerprint", "scalinglaws.config.strict"),
    *("scalinglaws.config.spec", "scalinglaws.data.dataset", "scalinglaws.data.store", "scalinglaws.files"),
)
"""What the shuffle stage executes besides the shuffling: it reads and writes."""
LEFT_OUT = {"runs": CARRYING_OUT, "subsets": OF_THE_SHUFFLE}
STAGES = {"data", "subsets", "runs", "tables", "fits", "figures", "report"}


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose stages noted what they executed."""
    project = Project.bare(tmp_path_factory.mktemp("traced") / "project")
    first = project.source("__init__.py")
    first.write_text(first.read_text() + TRACE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NOTE_EXECUTED", "1")
        outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    with fingerprints_of(project.folder / "src", "scalinglaws"):
        yield project


def test_what_is_executed_is_covered(traced: Project) -> None:
    notes = sorted(traced.results.rglob("*.executed"))
    assert {note.relative_to(traced.results).parts[0] for note in notes} == STAGES
    for note in notes:
        left_out = LEFT_OUT.get(note.relative_to(traced.results).parts[0], ())
        executed = json.loads(note.read_text())
        assert len(executed["lines"]) > 50
        modules = [each for each in executed["modules"] if each.startswith("scalinglaws.")]
        lines = [
            (file, line) for file, line in executed["lines"] if Path(file) != traced.source("__init__.py")
        ]
        found = {each for each in not_covered(lines, modules) if not _is_in(each, left_out)}
        assert found == set(), note


def _is_in(definition: tuple[str, str], some: tuple[str | tuple[str, str], ...]) -> bool:
    module = definition[0]
    return any(
        definition == each if isinstance(each, tuple) else f"{module}.".startswith(f"{each}.")
        for each in some
    )
