"""The plan of a checked config: the jobs of runs of each study that trains, and the analyses."""

import math
from dataclasses import dataclass
from itertools import product

from scalinglaws.config import plugins
from scalinglaws.config.analysis import public_run_descriptions, public_run_tables
from scalinglaws.config.candidates import Candidates
from scalinglaws.config.job import Job
from scalinglaws.config.modules import FAMILIES, TASKS, module_name
from scalinglaws.config.reading.load import Config
from scalinglaws.config.spec import DataSpec, ModelSpec, RunSpec, Subset
from scalinglaws.config.study import Analysis, Architecture, Figure, Grid, LearningRateSearch, Study
from scalinglaws.fingerprint import code_fingerprint

TRAINING = (
    "scalinglaws.training.architecture",
    "scalinglaws.training.devices.device",
    "scalinglaws.training.records.record",
    "scalinglaws.training.records.search",
    "scalinglaws.training.setup",
)
"""The parts of every training."""
FITS = ("scores", "best", "fits", "bands", "evidence")
"""Names of the tables that the `fit` stage makes of the runs of a study."""


@dataclass(frozen=True)
class StudyPlan:
    """A study that trains, with its jobs: searches first, and large models before small ones."""

    study: Study
    grid: Grid
    jobs: tuple[Job, ...]
    tables: tuple[str, ...] = FITS

    @property
    def runs(self) -> tuple[RunSpec, ...]:
        """All runs, searches included."""
        return tuple(run for job in self.jobs for run in job.runs)

    @property
    def has_search(self) -> bool:
        """Whether learning rates are searched."""
        return isinstance(self.grid.learning_rate, LearningRateSearch)

    @property
    def collect_spec(self) -> dict[str, object]:
        """Spec of the `collect` stage."""
        return {"study": self.study.study, "runs": sorted(run.id for run in self.runs)}

    def fit_spec(self, resamples: int) -> dict[str, object]:
        """Spec of the `fit` stage."""
        options = self.study.fit.model_dump(mode="json", exclude_defaults=True)
        return {**options, "study": self.study.study, "region": self.grid.region, "resamples": resamples}

    def facts(self, resamples: int) -> dict[str, object]:
        """What an analysis that reads its tables has to know about it."""
        return {
            "study": self.study.study,
            "title": self.study.title,
            "optimiser": self.grid.optimiser.name,
            "fit": self.fit_spec(resamples),
        }

    def figure_spec(self, figure: Figure, scale: str, resamples: int) -> dict[str, object]:
        """Spec of the `figures` stage for one figure."""
        return {
            "study": self.study.study,
            "scale": scale,
            "figure": figure.model_dump(mode="json"),
            "fit": self.fit_spec(resamples),
            "seeds": sorted(self.grid.seeds),
        }

    def claim_spec(self, scale: str) -> dict[str, object]:
        """Spec of the `claims` stage."""
        return {"study": self.study.study, "scale": scale}


@dataclass(frozen=True)
class AnalysisPlan:
    """A study that trains nothing. `reads` are the studies whose tables it reads, in its file's order."""

    study: Analysis
    reads: tuple[StudyPlan, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that it makes."""
        return tuple(plugins.constant(*plugins.of_paper(plugins.ANALYSES, self.study.analysis), "TABLES"))

    def analysis_spec(self, scale: str, resamples: int) -> dict[str, object]:
        """Spec of the `analyse` stage."""
        options = self.study.model_dump(mode="json", include={"analysis", "study", "seed"})
        tables = public_run_tables(self.study.public_runs)
        spec: dict[str, object] = {**options, "scale": scale, "resamples": resamples, "public_runs": tables}
        if self.reads:
            spec["studies"] = [each.facts(resamples) for each in self.reads]
        return spec

    def figure_spec(self, figure: Figure, scale: str, resamples: int) -> dict[str, object]:
        """Spec of the `figures` stage for one figure."""
        plain = figure.model_dump(mode="json")
        spec: dict[str, object] = {**self.claim_spec(scale), "figure": plain}
        if self.reads:
            spec["studies"] = [each.study.study for each in self.reads]
            spec["seeds"] = sorted({seed for each in self.reads for seed in each.grid.seeds})
        if plugins.constant(*plugins.of_paper(plugins.ANALYSES, self.study.analysis), "RESAMPLED"):
            spec["resamples"] = resamples
        return spec

    def claim_spec(self, scale: str) -> dict[str, object]:
        """Spec of the `claims` stage."""
        described = public_run_descriptions(self.study.public_runs)
        return {"study": self.study.study, "scale": scale, "public_runs": described}


@dataclass(frozen=True)
class Plan:
    """Everything a scale asks for."""

    config: Config
    studies: tuple[StudyPlan, ...]
    analyses: tuple[AnalysisPlan, ...] = ()

    @property
    def all_studies(self) -> tuple[StudyPlan | AnalysisPlan, ...]:
        """Studies of both kinds."""
        return (*self.studies, *self.analyses)

    @property
    def papers(self) -> tuple[str, ...]:
        """The papers of all studies, sorted."""
        return tuple(sorted({plan.study.paper for plan in self.all_studies}))

    @property
    def reports(self) -> dict[str, list[str]]:
        """The studies of each report, sorted: of each paper, or of the one study that was asked for."""
        if self.config.study:  # the report of its paper is about more studies than this
            return {self.config.study: sorted(each.study.study for each in self.all_studies)}
        return {
            paper: sorted(each.study.study for each in self.all_studies if each.study.paper == paper)
            for paper in self.papers
        }

    @property
    def data(self) -> tuple[DataSpec, ...]:
        """The data sets that are needed, each once."""
        specs = {plan.grid.data.name: plan.grid.data for plan in self.studies}
        return tuple(specs[name] for name in sorted(specs))

    def largest(self, data: str) -> tuple[int, str]:
        """Examples of the largest subset of a data set that is asked for, and the study that asks for it."""
        asked = (plan for plan in self.studies if plan.grid.data.name == data)
        return max((run.subset.examples, plan.study.study) for plan in asked for run in plan.runs)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs of all studies."""
        return tuple(job for plan in self.studies for job in plan.jobs)


def plan(config: Config) -> Plan:
    """Expand the grids of all studies of a scale into jobs."""
    workers = config.scale.machine.workers
    studies = tuple(StudyPlan(study, grid, expand(study, grid, workers)) for study, grid in config.studies)
    named = {each.study.study: each for each in studies}
    analyses = (
        AnalysisPlan(study, tuple(named[name] for name in study.studies if name in named))
        for study in config.analyses
    )
    return Plan(config, studies, tuple(analyses))


def expand(study: Study, grid: Grid, workers: int) -> tuple[Job, ...]:
    """The jobs of a study: a search for each architecture, then the runs of each, all seeds together.

    The runs of one architecture are trained as an ensemble, so large jobs are quicker. A job is split by seed
    only where there would be too few jobs for the workers. The result of a run does not depend on the job
    that it is in: finished runs are kept when the split changes.
    """
    models = [model_spec(architecture) for architecture in grid.models]
    parts = _parts(len(models), len(grid.seeds), workers)
    searches, grids = [], []
    for model in reversed(models):  # large ones first, because a long job at the end would leave cores idle
        if isinstance(grid.learning_rate, LearningRateSearch):
            searches.append(_search(study, grid, model, grid.learning_rate))
        grids += [_grid_job(study, grid, model, part, parts) for part in range(parts)]
    return (*searches, *grids)


def _parts(models: int, seeds: int, workers: int) -> int:
    """Jobs per architecture: enough for two per worker, so that no worker waits long for the last job."""
    return min(seeds, math.ceil(2 * workers / models))


def _grid_job(study: Study, grid: Grid, model: ModelSpec, part: int, parts: int) -> Job:
    learning_rate = "searched" if isinstance(grid.learning_rate, LearningRateSearch) else grid.learning_rate
    seeds = sorted(grid.seeds)[part::parts]
    runs = tuple(
        run_spec(grid, model, size, seed, learning_rate)
        for size, seed in product(sorted(grid.subsets, reverse=True), seeds)
    )
    name = model.name if parts == 1 else f"{model.name}-part{part}"
    return Job(study=study.study, name=name, phase="grid", runs=runs)


def _search(study: Study, grid: Grid, model: ModelSpec, search: LearningRateSearch) -> Job:
    runs = tuple(
        run_spec(grid, model, size, search.seed, learning_rate)
        for size, learning_rate in product(search.at, search.search)
    )
    candidates = Candidates(learning_rates=search.search, metric=search.metric)
    return Job(
        study=study.study, name=f"{model.name}-search", phase="search", runs=runs, candidates=candidates
    )


def run_spec(grid: Grid, model: ModelSpec, size: int, seed: int, learning_rate: float | str) -> RunSpec:
    """One run of a grid."""
    return RunSpec.model_validate(
        {
            "task": grid.task,
            "data": grid.data,
            "subset": Subset(examples=size, seed=seed),
            "model": model,
            "learning_rate": learning_rate,
            "optimiser": grid.optimiser,
            "budget": grid.budget,
            "precision": grid.precision,
            "seed": seed,
        }
    )


def model_spec(architecture: Architecture) -> ModelSpec:
    """The part of a run's spec that an architecture of a study file stands for."""
    options = plugins.complete(FAMILIES, architecture.family, "build", architecture.model_extra or {})
    return ModelSpec(family=architecture.family, options=options)


def training_code(job: Job) -> str:
    """Fingerprint of the code that trains a job."""
    return code_fingerprint(*training_modules(job))


def training_modules(job: Job) -> tuple[str, ...]:
    """The modules that a result depends on, with all that they use: training, search, model and task.

    What only carries the training out is not among them: checkpoints, GPU locks, progress, the stage itself.
    So the parts that the stage puts together are named one by one: a fingerprint does not see that it uses
    them.
    """
    run = job.runs[0]
    family, task = module_name(FAMILIES, run.model.family), module_name(TASKS, run.task)
    return (*TRAINING, family, task)
