"""The plan of a checked config: what each study trains, reads and makes."""

import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from scalinglaws.config.analysis import public_run_descriptions, public_run_tables
from scalinglaws.config.canonical import short_hash
from scalinglaws.config.fit import FitOptions
from scalinglaws.config.job import Job, Search
from scalinglaws.config.modules import FAMILIES, TASKS, module_name
from scalinglaws.config.protocol import Protocol, protocol_of
from scalinglaws.config.reading.load import Config
from scalinglaws.config.spec import DataSpec, RunSpec, identity
from scalinglaws.config.study import Figure, Grid, ScaledStudy, Study
from scalinglaws.fingerprint import code_fingerprint

TRAINING = (
    "scalinglaws.data.subsets",  # another shuffle is another training set, and no record holds its hash
    "scalinglaws.training.architecture",
    "scalinglaws.training.devices.device",
    "scalinglaws.training.records.record",
    "scalinglaws.training.records.search",
    "scalinglaws.training.setup",
)
"""The parts of every training."""
RECORDS = "records"
"""The folder of published runs and tables: one folder per scale, in it one per study."""


@dataclass(frozen=True)
class StudyPlan:
    """A study at one scale, with its jobs.

    Attributes:
        scaled: the study at this scale.
        jobs: what trains its runs, large models before small ones; none where nothing is trained.
        reads: the studies whose tables it reads, in the order of its file.
    """

    scaled: ScaledStudy
    jobs: tuple[Job, ...] = ()
    reads: tuple["StudyPlan", ...] = ()

    @property
    def study(self) -> Study:
        """What the study file says."""
        return self.scaled.study

    @property
    def name(self) -> str:
        """`<paper>/<name>`."""
        return self.study.study

    @property
    def grid(self) -> Grid | None:
        """The runs; None where nothing is trained."""
        return self.scaled.grid

    @cached_property
    def protocol(self) -> Protocol:
        """What is known of its protocol."""
        return protocol_of(self.study.protocol.name)

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that its protocol makes."""
        return self.protocol.tables

    def figures(self, scale: str) -> tuple[Figure, ...]:
        """The figures that are drawn at a scale: one that shows other scales only where one is published."""
        return tuple(each for each in self.study.figures if not each.beside or self.published(each, scale))

    def published(self, figure: Figure, scale: str) -> list[str]:
        """The published tables of other scales that a figure shows beside its own."""
        folders = (Path(RECORDS, other, self.name) for other in figure.beside if other != scale)
        files = [[folder / f"{table}.csv" for table in self.tables] for folder in folders]
        return [str(file) for tables in files if all(map(Path.is_file, tables)) for file in tables]

    @property
    def runs(self) -> tuple[RunSpec, ...]:
        """All runs, those of the first candidates of a search included."""
        return (*self.grid.search_runs, *self.grid.runs) if self.grid else ()

    @property
    def collect_spec(self) -> dict[str, Any]:
        """Spec of the `collect` stage: the runs, the models whose learning rates are searched (their choices
        name the runs of the search), what counts as a score, and the columns of other axes.

        Raises:
            ValueError: the study trains nothing.
        """
        if self.grid is None:
            raise ValueError(f"{self.name} trains nothing")
        return {
            "study": self.name,
            "runs": sorted(run.id for run in self.grid.runs),
            "choices": [model.name for model in self.grid.models] if self.grid.search else [],
            "score": self.grid.score,
            "axes": list(self.grid.axes),
        }

    def protocol_spec(self, scale: str, resamples: int) -> dict[str, Any]:
        """Spec of the protocol's stage: a `FitSpec`, or an `AnalysisSpec` where it is an analysis."""
        options = self.scaled.protocol.model_dump(mode="json", exclude_defaults=True)
        names = {"name": self.study.protocol.name, "study": self.name}
        spec: dict[str, Any] = {**options, **names, "resamples": resamples}
        if isinstance(self.scaled.protocol, FitOptions):
            return spec
        spec |= {"scale": scale, "public_runs": public_run_tables(self.study.reads.public_runs)}
        if self.reads:
            spec["studies"] = [each.facts(scale, resamples) for each in self.reads]
        return spec

    def facts(self, scale: str, resamples: int) -> dict[str, Any]:
        """What a study that reads its tables has to know about it, as `StudyFacts`."""
        return {
            "study": self.name,
            "title": self.study.title,
            "optimiser": ", ".join(self.grid.optimisers if self.grid else ()),
            "fit": self.protocol_spec(scale, resamples),
        }

    def figure_spec(self, figure: Figure, scale: str, resamples: int) -> dict[str, Any]:
        """Spec of the `figures` stage for one figure."""
        spec = {**self.claim_spec(scale), "figure": figure.model_dump(mode="json")}
        if self.reads:
            spec["studies"] = [each.name for each in self.reads]
            fits = [each.scaled.protocol for each in self.reads]
            spec["levels"] = sorted({fit.level for fit in fits if isinstance(fit, FitOptions)})
            spec["resamples"] = resamples
        seeds = {seed for each in (self, *self.reads) if each.grid for seed in each.grid.seeds}
        if seeds:
            spec["seeds"] = sorted(seeds)
        if isinstance(self.scaled.protocol, FitOptions):
            spec["protocol"] = self.protocol_spec(scale, resamples)
        elif self.protocol.resampled:
            spec["resamples"] = resamples
        return spec

    def claim_spec(self, scale: str) -> dict[str, Any]:
        """Spec of the `claims` stage."""
        described = public_run_descriptions(self.study.reads.public_runs)
        return {"study": self.name, "scale": scale, "public_runs": described}


@dataclass(frozen=True)
class Plan:
    """Everything a scale asks for."""

    config: Config
    studies: tuple[StudyPlan, ...]
    """In the order in which data flow: a study comes after those that it reads."""

    @property
    def trained(self) -> tuple[StudyPlan, ...]:
        """The studies that train runs."""
        return tuple(each for each in self.studies if each.grid)

    @property
    def papers(self) -> tuple[str, ...]:
        """The papers of all studies, sorted."""
        return tuple(sorted({each.study.paper for each in self.studies}))

    @property
    def reports(self) -> dict[str, list[str]]:
        """The studies of each report, sorted: of each paper, or of the one study that was asked for."""
        if self.config.study:  # the report of its paper is about more studies than this
            return {self.config.study: sorted(each.name for each in self.studies)}
        return {
            paper: sorted(each.name for each in self.studies if each.study.paper == paper)
            for paper in self.papers
        }

    @property
    def data(self) -> tuple[DataSpec, ...]:
        """The data sets that are needed, each once, sorted by name."""
        specs = {each.grid.data.name: each.grid.data for each in self.studies if each.grid}
        return tuple(specs[name] for name in sorted(specs))

    def largest(self, data: str) -> tuple[int, str]:
        """Examples of the largest subset of a data set that is asked for, and the study that asks for it."""
        asked = (each for each in self.studies if each.grid and each.grid.data.name == data)
        return max((run.subset.examples, each.name) for each in asked for run in each.runs)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs of all studies."""
        return tuple(job for each in self.studies for job in each.jobs)


def plan(config: Config) -> Plan:
    """Make the jobs of all studies of a scale."""
    workers = config.scale.machine.workers
    planned: dict[str, StudyPlan] = {}
    for each in sorted(config.studies, key=lambda each: bool(each.study.reads.studies)):
        jobs = expand(each.study.study, each.grid, workers) if each.grid else ()
        reads = tuple(planned[name] for name in each.study.reads.studies if name in planned)
        planned[each.study.study] = StudyPlan(each, jobs, reads)
    return Plan(config, tuple(planned.values()))


def expand(study: str, grid: Grid, workers: int) -> tuple[Job, ...]:
    """The jobs of a study: one per architecture, which begins with its search.

    The runs of one architecture are trained as an ensemble, so large jobs are quicker. A job is split only
    where there would be too few jobs for the workers; then its search is a job of its own, because all parts
    wait for it. The result of a run does not depend on the job that it is in: finished runs are kept when the
    split changes.

    Args:
        study: `<paper>/<name>`.
        grid: its runs.
        workers: jobs that are trained at the same time.

    Returns:
        Searches first, then large models before small ones.
    """
    searches, jobs = [], []
    for model in reversed(grid.models):  # a long job at the end would leave cores idle
        keys = {run.id: _without_size(run) for run in grid.runs if run.model == model}
        runs = [run for run in grid.runs if run.id in keys]
        runs.sort(key=lambda run: (-run.subset.examples, keys[run.id]))
        search = _search(grid, model.name)
        number = {key: i for i, key in enumerate(sorted(set(keys.values())))}
        # A job per worker: other studies fill the gaps. Each has runs of all sizes.
        parts = min(len(number), math.ceil(workers / len(grid.models)))
        if parts == 1:
            jobs.append(Job(study=study, name=model.name, runs=tuple(runs), search=search))
            continue
        if search:
            searches.append(Job(study=study, name=f"{model.name}-search", search=search))
        for part in range(parts):
            own = tuple(run for run in runs if number[keys[run.id]] % parts == part)
            jobs.append(Job(study=study, name=f"{model.name}-part{part}", runs=own))
    return (*searches, *jobs)


def _without_size(run: RunSpec) -> tuple[int, int, str]:
    """What runs share that differ only in the size of the subset, sorted by seed."""
    return run.subset.seed, run.seed, short_hash({**identity(run), "subset": run.subset.seed})


def _search(grid: Grid, model: str) -> Search | None:
    if grid.search is None:
        return None
    runs = tuple(run for run in grid.search_runs if run.model.name == model)
    return Search(runs=runs, metric=grid.search.metric, score=grid.score, widenings=grid.search.widenings)


def training_code(job: Job) -> str:
    """Fingerprint of the code that trains a job."""
    return code_fingerprint(*training_modules(job))


def training_modules(job: Job) -> tuple[str, ...]:
    """The modules that a result depends on, with all that they use: training, search, model and task.

    What only carries the training out is not among them: checkpoints, GPU locks, progress, the stage itself.
    So the parts that the stage puts together are named one by one: a fingerprint does not see that it uses
    them.
    """
    run = job.planned[0]
    family, task = module_name(FAMILIES, run.model.family), module_name(TASKS, run.task)
    return (*TRAINING, family, task)
