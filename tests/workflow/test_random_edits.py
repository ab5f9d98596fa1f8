"""Random edits of config, code, data and outputs.

After each, exactly what a fresh run would make otherwise is done again, and the results are those of a fresh
run, byte for byte.

What is expected comes from comparing files with those of a fresh run, notes included.
"""

import random
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.staleness.hashes import file_hash
from scalinglaws.staleness.made_of import read_made_of
from scalinglaws.staleness.steps import INTERMEDIATE, Step, steps
from workflow.project import DATA_EDIT, RATES, SEEDS, SUBSETS, TRAINING_EDIT, Project

pytestmark = pytest.mark.slow

STATES, FEW, MANY = 14, 8, 200
Edit = Callable[[Project], None]


def change(key: str, value: object) -> Edit:
    return lambda project: project.change(key, value)


def edit(module: str, old: str, new: str) -> Edit:
    return lambda project: project.edit(module, old, new)


def set_in_scale(old: str, new: str) -> Edit:
    def set_it(project: Project) -> None:
        path = project.folder / "config" / "smoke.yaml"
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))

    return set_it


def flip_a_pixel(project: Project) -> None:
    path = project.folder / "cifar" / "data_batch_2.bin"
    content = bytearray(path.read_bytes())
    content[50] ^= 128
    path.write_bytes(content)


def add_a_file(project: Project) -> None:
    (project.folder / "cifar" / "README").write_text("read me")


TOGGLES: dict[str, Edit] = {
    "fewer subsets": change("scales.smoke.runs.axes.subset.examples", list(SUBSETS[:-1])),
    "fewer seeds": change("scales.smoke.runs.axes.seed", list(SEEDS[:-1])),
    "a shorter duration": change("runs.duration.steps", 12),
    "a schedule": change("runs.schedule", {"decay": "linear", "warmup": {"share": 0.1}}),
    "more patience": change("runs.stopping.patience", 2),
    "a candidate more": change("runs.learning_rate.search", [*RATES, 0.05]),
    "more widenings": change("runs.learning_rate.widenings", 2),
    "another score": change("runs.score", "final"),
    "development": set_in_scale("scale: smoke", "scale: smoke\ndevelopment: true"),
    "another level": change("protocol.level", 0.9),
    "another region": change("scales.smoke.protocol.region", [0.5, 50]),
    "another title": change("title", "Other"),
    "more resamples": set_in_scale("resamples: 30", "resamples: 40"),
    "other jobs": set_in_scale("workers: 2", "workers: 3"),
    "training means the same": edit(*TRAINING_EDIT),
    "a comment": edit("report/text.py", "WIDTH = 110", "WIDTH = 110  # a comment"),
    "the data source": edit(*DATA_EDIT),
    "the bands": edit("protocols/learning_curves/tables.py", "BAND_POINTS = 61", "BAND_POINTS = 31"),
    "an image": flip_a_pixel,
    "a file beside the data": add_a_file,
}
"""What the results depend on, and some things that they do not."""


class Subject:
    """A project that is edited, and what a fresh run of its present state makes.

    Attributes:
        project: the project.
        state: the toggles that are on.
    """

    def __init__(self, project: Project, base: Project, folder: Path) -> None:
        self.project, self._base, self._folder = project, base, folder
        self.state: tuple[str, ...] = ()
        self._fresh: dict[tuple[str, ...], Project] = {}

    def fresh(self) -> Project:
        """A project in which the present state was run from nothing."""
        if self.state not in self._fresh:
            project = Project.bare(self._folder / f"fresh{len(self._fresh)}")
            self._set(project)
            outcome = project.replicate()
            assert outcome.status == 0, outcome.stderr
            self._fresh[self.state] = project
        return self._fresh[self.state]

    def toggle(self, state: tuple[str, ...]) -> None:
        """Set config, code and data to another state."""
        for name in ("config", "src", "cifar"):
            shutil.rmtree(self.project.folder / name)
            shutil.copytree(self._base.folder / name, self.project.folder / name)
        self.state = state
        self._set(self.project)

    def _set(self, project: Project) -> None:
        for name in self.state:
            TOGGLES[name](project)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the present state; only the names of their files matter."""
        return steps(plan(load_config("smoke", root=self.project.folder / "config")))


def expected(subject: Subject) -> set[str]:
    """Notes of the steps that have to be done: a fresh run makes their files, or their inputs, otherwise."""
    here, fresh, every = subject.project.folder, subject.fresh().folder, subject.steps
    idle = {
        step.made_of
        for step in every
        if step.stage in INTERMEDIATE and _same(here, fresh, [step.made_of]) and not all(_there(here, step))
    }
    while True:
        wrong: set[str] = set()
        made: set[str] = set()
        for step in every:
            if step.made_of not in idle and (
                made & set(step.all_inputs) or not _same(here, fresh, _made(fresh, step))
            ):
                wrong.add(step.made_of)
                made |= set(step.files)
        needed = {file for step in every if step.made_of in wrong for file in step.all_inputs}
        wanted = {step.made_of for step in every if step.made_of in idle and needed & set(step.files)}
        if not wanted:
            return wrong
        idle -= wanted


def _there(folder: Path, step: Step) -> list[bool]:
    return [(folder / file).exists() for file in step.files]


def _made(folder: Path, step: Step) -> set[str]:
    """The files that a step has made, the records that a search has added included."""
    made = read_made_of(folder / step.made_of)
    assert made is not None
    return {*step.files, *made.outputs}


def _same(here: Path, fresh: Path, files: Iterable[str]) -> bool:
    return all((here / file).exists() and file_hash(here / file) == file_hash(fresh / file) for file in files)


def spoil_an_output(subject: Subject, chance: random.Random) -> str:
    """Damage one file of the results, all of Snakemake's memory, or only times."""
    project = subject.project
    kind = chance.choice(["delete", "digit", "cut", "empty", "forget", "touch", "cache", "arrays"])
    files = sorted(
        path
        for path in project.results.rglob("*")
        if path.is_file() and not {"logs", "plan", "checkpoints", "damaged"} & set(path.parts)
    )
    path = chance.choice(files)
    what = f"{kind} {path.relative_to(project.results)}"
    if kind == "delete":
        path.unlink()
    elif kind == "digit" and path.parent != project.runs and b"0" in path.read_bytes():
        path.write_bytes(path.read_bytes().replace(b"0", b"1", 1))
    elif kind == "cut":
        path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "forget":
        shutil.rmtree(project.folder / ".snakemake", ignore_errors=True)
    elif kind == "touch":
        for each in chance.sample(files, len(files) // 2):
            each.touch()
    elif kind == "cache":
        (project.results / "logs" / "hashes.json").unlink(missing_ok=True)
    elif kind == "arrays":
        for each in project.results.glob("data/*/*"):
            each.unlink()
    return what


@pytest.mark.parametrize(
    ("edits", "seed"), [(FEW, 0), pytest.param(MANY, 1, marks=pytest.mark.long)], ids=["few", "many"]
)
def test_random_edits(finished_project: Project, tmp_path: Path, edits: int, seed: int) -> None:
    chance = random.Random(seed)
    names = sorted(TOGGLES)
    pool = [tuple(sorted(chance.sample(names, chance.randint(0, 3)))) for _ in range(min(edits, STATES))]
    base = Project.bare(tmp_path / "base")
    subject = Subject(finished_project.copy(tmp_path / "project"), base, tmp_path)
    for number in range(edits):
        did = []
        if chance.random() < 0.5:
            subject.toggle(chance.choice(pool))
        if chance.random() < 0.7:
            did = [spoil_an_output(subject, chance) for _ in range(chance.randint(1, 2))]
        where = f"edit {number} of seed {seed}: {subject.state}, {did}"
        fresh, wanted = subject.fresh(), expected(subject)
        before = {step.made_of: _inode(subject.project.folder / step.made_of) for step in subject.steps}
        outcome = subject.project.replicate()
        assert outcome.status == 0, f"{where}: {outcome.stderr}"
        after = {file: _inode(subject.project.folder / file) for file in before}
        assert {file for file in before if after[file] != before[file]} == wanted, where
        assert subject.project.tables() == fresh.tables(), where
        for step in subject.steps:
            if step.stage not in INTERMEDIATE:
                assert _same(subject.project.folder, fresh.folder, step.files), where
        if number % 5 == 0:
            assert subject.project.jobs() == {}, where


def _inode(path: Path) -> tuple[int, int]:
    return (path.stat().st_ino, path.stat().st_mtime_ns) if path.exists() else (0, 0)
