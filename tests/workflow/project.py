"""A throw-away project: this checkout's workflow, package and config, with a tiny study on made-up images.

Its copy of the package is the one that runs: `PYTHONPATH` comes before the editable install, so that an edit
of a source file counts for the fingerprints and for the stages alike. Calls are forks of a process that has
imported the libraries, see `forks.py`.
"""

import atexit
import copy
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from workflow.forks import Forks

ROOT = Path(__file__).parents[2]
COPIED = ("Snakefile", "workflow", "profiles", "src", "config")
RESULTS = Path("results") / "smoke"
STUDY_NAME = "hestness-2017/image"
FIGURE = str(RESULTS / "figures" / "hestness-2017" / "fig4-image.pdf")
LIMIT = 540
"""Seconds after which a call counts as hanging; no test is about speed."""

# One architecture: a process that imports torch is what takes time here, and each one more is three of them.
SUBSETS, WIDTHS, SEEDS, RATES = (10, 15, 20, 30, 40, 60), (2,), (0, 1, 2), (0.001, 0.002)
ADDED = 0.004
"""The candidate that the rule adds to the search, because the largest of the list is the best."""
PARTS = ((0, 2), (1,))
"""The seeds of each job, by the number of workers below."""
SCALE: dict[str, Any] = {
    "scale": "smoke",
    "description": "Tiny, for the tests of the workflow.",
    "locations": {"cifar": "cifar"},
    "resamples": 30,
    "machine": {"flops_per_second": 1e10, "seconds_per_step": 0.01, "workers": 2},
}
STUDY: dict[str, Any] = {
    "study": STUDY_NAME,
    "title": "Tiny",
    "source": "None",
    "runs": {
        "task": "image-classification",
        "data": {"source": "cifar", "validation": {"examples": 100}},
        "learning_rate": {"search": list(RATES), "at": [20], "widenings": 1},
        "optimiser": {"name": "sgd", "batch": 8, "averaging": 0.1},
        "schedule": {"warmup": {"steps": 3}},
        "duration": {"steps": 20},
        "stopping": {"patience": 1, "tolerance": 0.5},  # so that runs pass their minimum, and are fitted
    },
    "scales": {
        "smoke": {
            "runs": {
                "axes": {
                    "model": [{"family": "resnet", "width": width, "depth": 8} for width in WIDTHS],
                    "subset.examples": list(SUBSETS),
                    "seed": list(SEEDS),
                },
            },
            "protocol": {"region": [0.5, 100]},
        }
    },
    "protocol": {
        "name": "learning-curves",
        "metrics": ["top1_error", "top5_error", "cross_entropy"],
        "size_metric": "cross_entropy",
    },
    "figures": [
        {"name": "fig4-image", "draw": "hestness-2017/learning-curves:learning_curves", "caption": "Tiny."}
    ],
}

Jobs = Counter[str]
SEARCHES = Jobs(f"search w{width}" for width in WIDTHS)
GRIDS = Jobs(f"train w{width} part{part}" for width in WIDTHS for part in range(len(PARTS)))
FROM_FITS = Jobs(("fit", "claims", "figure", "summary"))
FROM_RUNS = Jobs(("collect",)) + FROM_FITS


TRAINING_EDIT = (
    "training/records/search.py",
    "    best = min(candidates, key=lambda candidate",
    "    best = min(iter(candidates), key=lambda candidate",
)
"""An edit by which the code of training means something else."""
DATA_EDIT = ("data/sources/cifar.py", "pixels.reshape(-1, *SHAPE)", "(255 - pixels).reshape(-1, *SHAPE)")
"""An edit that inverts every pixel."""


def runs_line(jobs: int, trained: int, kept: int, why: str = "without a record") -> str:
    """How `scalinglaws why` counts runs."""
    head = f"Runs of {STUDY_NAME} ({jobs} job{'s' if jobs > 1 else ''}): {trained} to train"
    return f"{head}{f' ({trained} {why})' if trained else ''}, {kept} kept."


def search_run(width: int, rate: float) -> str:
    """A run of the search, in words."""
    return f"search w{width} D20 s0 lr {rate:g}"


def grid_run(width: int, examples: int, seed: int) -> str:
    """A run of the grid, in words."""
    return f"grid w{width} D{examples} s{seed}"


ALL_SEARCH_RUNS = {search_run(width, rate) for width in WIDTHS for rate in (*RATES, ADDED)}
ALL_GRID_RUNS = {grid_run(width, size, seed) for width in WIDTHS for size in SUBSETS for seed in SEEDS}
ALL_RUNS = ALL_SEARCH_RUNS | ALL_GRID_RUNS


@dataclass(frozen=True)
class Outcome:
    """What a call did: its exit status and texts, the jobs it executed, the runs that it trained."""

    status: int
    stdout: str
    stderr: str
    jobs: Jobs
    trained: set[str]


@dataclass(frozen=True)
class RecordState:
    """A run record as a file: in words, its bytes, and the inode, which a rewrite changes."""

    words: str
    content: bytes
    inode: int


@cache
def forked_python() -> Path:
    """The `python` of forks, whose server runs until the tests end."""
    folder = tempfile.TemporaryDirectory(prefix="forks-")
    forks = Forks(Path(folder.name)).__enter__()
    atexit.register(folder.cleanup)
    atexit.register(forks.__exit__, None, None, None)
    return forks.python


class Project:
    """A project in a folder.

    Attributes:
        forks: whether its calls are forks. Where processes are killed, they have to be real ones.
    """

    forks = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def bare(cls, folder: Path, tiny: bool = True) -> "Project":
        """A project in which nothing was run; with the shipped config instead of the tiny one on request."""
        folder.mkdir(parents=True)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, folder / name)
        project = cls(folder)
        if tiny:
            shutil.rmtree(folder / "config")
            write_cifar(folder / "cifar")
            project.write_scale(SCALE)
            project.write_study(STUDY)
        return project

    def copy(self, folder: Path) -> "Project":
        """A copy with the times of all files, Snakemake's own included."""
        subprocess.run(["cp", "-a", str(self.folder), str(folder)], check=True)
        return Project(folder)

    # The config

    @property
    def study_file(self) -> Path:
        return self.folder / "config" / "studies" / f"{STUDY_NAME}.yaml"

    def write_scale(self, scale: dict[str, Any]) -> None:
        path = self.folder / "config" / "smoke.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(scale, sort_keys=False))

    def write_study(self, study: dict[str, Any]) -> None:
        self.study_file.parent.mkdir(parents=True, exist_ok=True)
        self.study_file.write_text(yaml.safe_dump(study, sort_keys=False))

    def change(self, key: str, value: Any) -> None:
        """Set a key of the study, its path with dots. What follows `axes` is one key."""
        study = yaml.safe_load(self.study_file.read_text())
        before, axes, axis = key.partition(".axes.")
        *parents, last = (*before.split("."), "axes", axis) if axes else before.split(".")
        block = study
        for part in parents:
            block = block.setdefault(part, {})
        block[last] = copy.deepcopy(value)
        self.write_study(study)

    # The package

    def source(self, module: str) -> Path:
        return self.folder / "src" / "scalinglaws" / module

    def edit(self, module: str, old: str, new: str) -> None:
        """Replace a text that occurs once in a file of the package."""
        path = self.source(module)
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{module} has {text.count(old)} times {old!r}; adapt the test"
        path.write_text(text.replace(old, new), encoding="utf-8")

    # Calls

    def start(self, *command: str, **options: Any) -> subprocess.Popen[str]:
        """Start `python -m COMMAND` in the project, in a process group of its own."""
        python = forked_python() if self.forks else Path(sys.executable)
        folders = (python.parent, Path(sys.executable).parent, os.environ.get("PATH", ""))
        search = os.pathsep.join(map(str, folders))
        environment = {
            **os.environ,
            "PATH": search,
            "PYTHONPATH": str(self.folder / "src"),
            "OMP_NUM_THREADS": "1",
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # the copy is compiled once
        return subprocess.Popen(
            [str(python), "-m", *command],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            **options,
        )

    def call(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m COMMAND` in the project to its end."""
        process = self.start(*command)
        stdout, stderr = process.communicate(timeout=LIMIT)
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)

    def jobs(self) -> Jobs:
        """The jobs that would run now."""
        done = self.call("snakemake", "--dry-run", "--cores", "2", "--config", "scale=smoke")
        text = done.stdout + done.stderr
        assert done.returncode == 0, text
        return jobs_in(text)

    def why(self, target: str | None = None) -> str:
        """What `scalinglaws why` says, of the figure unless told otherwise."""
        done = self.call("scalinglaws.cli.main", "why", target or FIGURE)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
        return done.stdout

    def replicate(self, *arguments: str) -> Outcome:
        """`scalinglaws replicate`, as a user calls it."""
        before = self.records()
        done = self.call("scalinglaws.cli.main", "replicate", "--scale", "smoke", "--cores", "2", *arguments)
        log = self.results / "logs" / "snakemake.log"
        # Adoption calls Snakemake too, before the workflow itself.
        jobs = jobs_in(log.read_text().rpartition("Building DAG of jobs")[2]) if log.exists() else Jobs()
        return Outcome(done.returncode, done.stdout, done.stderr, jobs, self.changed_since(before))

    def train(self) -> Outcome:
        """Only up to the tables of runs: what trains is seen, and the stages after it cost no time."""
        before = self.records()
        target = str(RESULTS / "tables" / STUDY_NAME / "runs.csv")
        done = self.call("snakemake", "--cores", "2", target, "--config", "scale=smoke")
        text = done.stdout + done.stderr
        assert done.returncode == 0, text
        return Outcome(done.returncode, done.stdout, done.stderr, jobs_in(text), self.changed_since(before))

    # What there is

    @property
    def results(self) -> Path:
        return self.folder / RESULTS

    @property
    def runs(self) -> Path:
        return self.results / "runs" / STUDY_NAME

    def records(self) -> dict[str, RecordState]:
        """All run records that there are."""
        found = {}
        for path in sorted(self.runs.glob("*.json")):
            content = path.read_bytes()
            try:
                record = json.loads(content)
            except ValueError:
                found[path.stem] = RecordState("damaged", content, path.stat().st_ino)
                continue
            words = f"{record['phase']} w{record['spec']['model']['options']['width']}"
            words += f" D{record['spec']['subset']['examples']} s{record['spec']['seed']}"
            if record["phase"] == "search":
                words += f" lr {record['learning_rate']:g}"
            found[path.stem] = RecordState(words, content, path.stat().st_ino)
        return found

    def changed_since(self, before: dict[str, RecordState]) -> set[str]:
        """The runs whose record is new or was written again; all other records are the same bytes."""
        changed = [state.words for run, state in self.records().items() if before.get(run) != state]
        assert len(set(changed)) == len(changed)
        return set(changed)

    def learning_rates(self) -> dict[int, float]:
        """The outcome of the search by width."""
        folder = self.runs / "learning-rate"
        return {
            int(path.stem.rpartition("width")[2]): json.loads(path.read_text())["learning_rate"]
            for path in folder.glob("*.json")
        }

    def tables(self) -> dict[str, bytes]:
        """Everything that must not depend on how the work was divided: tables, fits, claims, figures."""
        return files_under(self.results, "tables", "fits", "report", "figures")


def record_of(project: Project, words: str) -> Path:
    """The record of a run, in words."""
    return next(
        project.runs / f"{run}.json" for run, each in project.records().items() if each.words == words
    )


def files_under(results: Path, *folders: str) -> dict[str, bytes]:
    """The content of all files in some folders of `results/<scale>`, by path.

    What a killed process was just writing has a hidden name, and counts for nothing.
    """
    return {
        str(path.relative_to(results)): path.read_bytes()
        for folder in folders
        for path in sorted((results / folder).rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def jobs_in(log: str) -> Jobs:
    """Snakemake's table of jobs, in short names; nothing where it found nothing to do."""
    _, found, table = log.partition("Job stats:\n")
    if not found:
        assert not log or "Nothing to be done" in log or "rror" in log, log
        return Jobs()
    jobs = Jobs()
    for line in table.partition("\n\n")[0].splitlines()[2:]:
        name, count = line.split()
        if name not in ("all", "total"):
            jobs[_short(name)] += int(count)
    return jobs


def _short(rule: str) -> str:
    if rule.startswith("fit_"):
        study = rule.removeprefix("fit_").replace(".", "/")
        return "fit" if study == STUDY_NAME else f"fit {study.rpartition('/')[2]}"
    for kind in ("prepare", "shuffle", "collect", "claims", "figure", "summary"):
        if rule.startswith(f"{kind}_"):
            return kind
    if not rule.startswith("train_"):
        return rule
    width, part = re.search(r"-width(\d+)(?:-(search|part\d+))?$", rule).groups()  # type: ignore[union-attr]
    return f"search w{width}" if part == "search" else " ".join(filter(None, ("train", f"w{width}", part)))


def write_cifar(folder: Path, seed: int = 0) -> None:
    """400 images in CIFAR-10's binary format: noise, brighter from class to class."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(seed)
    for name, count in (*((f"data_batch_{k}", 20) for k in range(1, 6)), ("test_batch", 300)):
        labels = np.arange(count) % 10
        pixels = generator.normal(60 + 12 * labels[:, None], 60, (count, 3072)).clip(0, 255)
        records = np.hstack([labels[:, None], pixels]).astype(np.uint8)
        (folder / f"{name}.bin").write_bytes(records.tobytes())
    (folder / "batches.meta.txt").write_text("\n".join(f"class{k}" for k in range(10)) + "\n")
