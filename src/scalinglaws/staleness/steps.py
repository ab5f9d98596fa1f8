"""The steps of a plan: for each call of a stage, what it makes, from which inputs, spec and code.

The rules of the workflow are generated from these, and `changes.py` compares them with what the stages wrote
beside their outputs, so that the two cannot disagree.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from scalinglaws.claims.check import check_claims
from scalinglaws.claims.claim import claims_hash
from scalinglaws.config import plugins
from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.job import Job
from scalinglaws.config.modules import LAWS, SOURCES, module_name
from scalinglaws.config.plan import AnalysisPlan, Plan, StudyPlan, training_modules
from scalinglaws.config.spec import DataSpec, identity
from scalinglaws.config.study import Figure
from scalinglaws.data.modalities.arrays import ARRAYS
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.made_of import Code, MadeOf
from scalinglaws.staleness.versions import training_versions_in, versions

Files = Mapping[str, list[str]]
ENDINGS = ("pdf", "png", "csv")
INTERMEDIATE = ("data", "shuffle")
"""Stages whose outputs are only made for others."""
UNHASHED = ("arrays", "jobs")
"""Inputs whose content is not compared: that of the arrays is in their manifest, and a job is its records."""


@dataclass(frozen=True)
class Step:
    """One call of a stage."""

    stage: str
    """The stage's name."""
    name: str
    """What it works on, unique within the stage: a study, a data set, a figure."""
    made_of: str
    """The file that says what its outputs were made of; it is an output too."""
    outputs: Files
    inputs: Files = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    """Its code: these modules, and all that they import."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Its spec; that of a training job is the job's summary."""
    location: str = ""
    """For data: the folder of the user's own copy, if there is one."""
    job: Job | None = None
    folders: tuple[tuple[str, str, str], ...] = ()
    """For an analysis: the folders of fits, run tables and data of each trained study that it reads."""

    @cached_property
    def spec(self) -> Mapping[str, Any]:
        """The spec as plain data."""
        return self.job.summary if self.job else json.loads(canonical_json(self.settings))

    @property
    def text(self) -> str:
        """The spec as Snakemake sees it: one exact text, for a job its hash."""
        return self.job.hash if self.job else canonical_json(self.settings)

    @property
    def code(self) -> str:
        """Fingerprint of the code."""
        return code_fingerprint(*self.modules)

    @property
    def files(self) -> list[str]:
        """All outputs."""
        return [*(file for files in self.outputs.values() for file in files), self.made_of]

    @property
    def all_inputs(self) -> list[str]:
        """All inputs."""
        return [file for files in self.inputs.values() for file in files]

    @property
    def hashed(self) -> list[str]:
        """The inputs whose content is compared."""
        files = [file for name, files in self.inputs.items() if name not in UNHASHED for file in files]
        return [*files, self.location] if self.location else files


def steps(work: Plan) -> tuple[Step, ...]:
    """All steps of a plan, in the order in which data flow.

    Raises:
        ConfigError: a claim is about something that no study can measure.
    """
    check_claims(work)
    return tuple(_Steps(work).all())


def final(every: Iterable[Step]) -> list[Step]:
    """The steps whose outputs are wanted for themselves."""
    return [step for step in every if step.stage not in INTERMEDIATE]


def note_step(step: Step, hashes: Hashes) -> None:
    """Write what a step's outputs are made of, as its stage does, where something else has made them.

    Raises:
        OSError: an input or output cannot be read.
    """
    MadeOf(
        stage=step.stage,
        spec=dict(step.spec),
        code=Code.of(step.code, step.modules),
        inputs=hashes.of(map(Path, step.hashed)),
        outputs=hashes.of(map(Path, step.files[:-1])),
        versions=training_versions_in(map(Path, step.outputs["runs"])) if step.job else versions(),
    ).write(Path(step.made_of))


def cache(work: Plan) -> Path:
    """The file that remembers the hashes of a scale's files."""
    return Path("results", work.config.name, "logs", "hashes.json")


class _Steps:
    """Makes the steps, and knows where files are."""

    def __init__(self, work: Plan) -> None:
        self.work, self.scale = work, work.config.scale
        self.results = f"results/{work.config.name}"
        self.laws = tuple(module_name(LAWS, name) for name in plugins.names(LAWS))

    def all(self) -> Iterator[Step]:
        yield from map(self.data, self.work.data)
        yield from self.shuffles()
        for plan in self.work.studies:
            yield from (self.train(job, plan) for job in plan.jobs)
        yield from map(self.collect, self.work.studies)
        yield from map(self.fit, self.work.studies)
        yield from map(self.analyse, self.work.analyses)
        yield from map(self.claims, self.work.all_studies)
        for each in self.work.all_studies:
            yield from (self.figure(each, figure) for figure in each.study.figures)
        yield from map(self.report, self.work.reports)

    # Data

    def data(self, spec: DataSpec) -> Step:
        folder = self.data_folder(spec)
        arrays = ARRAYS[plugins.constant(SOURCES, spec.source, "MODALITY")]
        return Step(
            stage="data",
            name=spec.name,
            outputs={
                "manifest": [f"{folder}/manifest.json"],
                "arrays": [f"{folder}/{array}.npy" for array in arrays],
            },
            # Beside the folder, so that you can delete the arrays without losing what they were made of.
            made_of=f"{folder}.made-of.json",
            modules=("scalinglaws.stages.data", module_name(SOURCES, spec.source)),
            settings={**identity(spec), **self.places(spec.source)},
            location=self.places(spec.source).get("location", ""),
        )

    def shuffles(self) -> Iterator[Step]:
        asked = {(job.runs[0].data.name, seed): job for job in self.work.jobs for seed in job.seeds}
        for (name, seed), job in sorted(asked.items(), key=lambda item: item[0]):
            folder = self.data_folder(job.runs[0].data)
            (file,) = self.shuffle_files(job.runs[0].data, [seed])
            yield Step(
                stage="shuffle",
                name=f"{name} {seed}",
                inputs={"manifest": [f"{folder}/manifest.json"], "arrays": [f"{folder}/strata.npy"]},
                outputs={"shuffle": [file]},
                made_of=file.replace(".npy", ".made-of.json"),
                modules=("scalinglaws.data.subsets",),
                settings={"seed": seed},
            )

    def places(self, source: str) -> dict[str, str]:
        """Where a source's files are looked for."""
        own = self.scale.locations.get(source)
        return {"archives": str(self.scale.archives), **({"location": str(own)} if own else {})}

    def data_folder(self, spec: DataSpec) -> str:
        return f"{self.results}/data/{spec.name}"

    def shuffle_files(self, spec: DataSpec, seeds: list[int]) -> list[str]:
        return [f"{self.results}/subsets/{spec.name}/shuffle-{seed}.npy" for seed in seeds]

    # Runs

    def train(self, job: Job, plan: StudyPlan) -> Step:
        data, runs = job.runs[0].data, f"{self.results}/runs/{job.study}"
        folder = self.data_folder(data)
        arrays = ARRAYS[plugins.constant(SOURCES, data.source, "MODALITY")]
        learning_rate = [f"{runs}/learning-rate/{job.runs[0].model.name}.json"]
        searches = job.phase == "search"
        return Step(
            stage="train",
            name=f"{job.study} {job.name}",
            inputs={
                "manifest": [f"{folder}/manifest.json"],
                "arrays": [f"{folder}/{array}.npy" for array in arrays],
                "shuffles": self.shuffle_files(data, list(job.seeds)),
                "learning_rate": learning_rate if plan.has_search and not searches else [],
            },
            outputs={
                "runs": [f"{runs}/{run.id}.json" for run in job.runs],
                "learning_rate": learning_rate if searches else [],
            },
            made_of=f"{runs}/jobs/{job.name}.json",
            modules=training_modules(job),
            job=job,
        )

    def collect(self, plan: StudyPlan) -> Step:
        name, data = plan.study.study, plan.grid.data
        runs, folder = f"{self.results}/runs/{name}", self.data_folder(data)
        seeds = sorted({seed for job in plan.jobs for seed in job.seeds})
        tables = f"{self.results}/tables/{name}"
        return Step(
            stage="collect",
            name=name,
            inputs={
                "runs": [f"{runs}/{run.id}.json" for run in plan.runs],
                "jobs": [f"{runs}/jobs/{job.name}.json" for job in plan.jobs],
                "manifest": [f"{folder}/manifest.json"],
                "arrays": [f"{folder}/amounts.npy"],
                "shuffles": self.shuffle_files(data, seeds),
            },
            outputs={"tables": [f"{tables}/runs.csv", f"{tables}/curves.csv"]},
            made_of=f"{tables}/made-of.json",
            modules=("scalinglaws.stages.collect",),
            settings=plan.collect_spec,
        )

    def run_table(self, study: str) -> str:
        return f"{self.results}/tables/{study}/runs.csv"

    # Fits and analyses

    def fit(self, plan: StudyPlan) -> Step:
        return Step(
            stage="fit",
            name=plan.study.study,
            inputs={"runs": [self.run_table(plan.study.study)]},
            outputs={"tables": self.tables(plan)},
            made_of=f"{self.results}/fits/{plan.study.study}/made-of.json",
            modules=("scalinglaws.stages.fit", *self.laws),
            settings=plan.fit_spec(self.scale.resamples),
        )

    def analyse(self, plan: AnalysisPlan) -> Step:
        read: list[str] = []
        for each in plan.reads:
            read += [*self.tables(each), self.run_table(each.study.study), *self.manifests(each)]
        module = module_name(*plugins.of_paper(plugins.ANALYSES, plan.study.analysis))
        return Step(
            stage="analyse",
            name=plan.study.study,
            inputs={"studies": list(dict.fromkeys(read))},
            outputs={"tables": self.tables(plan)},
            made_of=f"{self.results}/fits/{plan.study.study}/made-of.json",
            modules=("scalinglaws.stages.analyse", module, *self.laws),
            settings=plan.analysis_spec(self.scale.scale, self.scale.resamples),
            folders=tuple(
                (
                    f"{self.results}/fits/{each.study.study}",
                    f"{self.results}/tables/{each.study.study}",
                    self.data_folder(each.grid.data),
                )
                for each in plan.reads
            ),
        )

    def tables(self, plan: StudyPlan | AnalysisPlan) -> list[str]:
        """What a study's runs, or its analysis, are reduced to."""
        return [f"{self.results}/fits/{plan.study.study}/{table}.csv" for table in plan.tables]

    def manifests(self, plan: StudyPlan | AnalysisPlan) -> list[str]:
        """The descriptions of the prepared data that a study rests on."""
        if isinstance(plan, StudyPlan):
            return [f"{self.data_folder(plan.grid.data)}/manifest.json"]
        return list(dict.fromkeys(file for each in plan.reads for file in self.manifests(each)))

    # Claims, figures, report

    def claims(self, plan: StudyPlan | AnalysisPlan) -> Step:
        name = plan.study.study
        fits = f"{self.results}/fits/{name}"
        has_fits = "fits" in plan.tables
        return Step(
            stage="claims",
            name=name,
            inputs={
                "fits": [f"{fits}/fits.csv"] if has_fits else [],
                "best": [f"{fits}/best.csv"] if "best" in plan.tables else [],
                "manifests": self.manifests(plan) if has_fits else [],
            },
            outputs={"table": [self.claims_table(name)]},
            made_of=f"{self.results}/report/claims/{name}.made-of.json",
            modules=("scalinglaws.stages.claims",),
            settings={**plan.claim_spec(self.work.config.name), "constants": claims_hash(name)},
        )

    def claims_table(self, study: str) -> str:
        return f"{self.results}/report/claims/{study}.csv"

    def figure(self, plan: StudyPlan | AnalysisPlan, figure: Figure) -> Step:
        trained = isinstance(plan, StudyPlan)
        runs = [self.run_table(plan.study.study)] if trained else []
        if trained:
            runs.append(runs[0].replace("runs.csv", "curves.csv"))
        drawing = figure.draw.partition(":")[0]
        reads = plan.reads if isinstance(plan, AnalysisPlan) else ()
        place = f"{self.results}/figures/{plan.study.paper}/{figure.name}"
        return Step(
            stage="figures",
            name=f"{plan.study.paper} {figure.name}",
            inputs={
                "files": [*runs, *self.tables(plan), *self.manifests(plan)],
                "runs": [self.run_table(each.study.study) for each in reads],
                "style": [str(self.scale.style)] if self.scale.style else [],
            },
            outputs={"figure": [f"{place}.{ending}" for ending in ENDINGS]},
            made_of=f"{place}.made-of.json",
            modules=(
                "scalinglaws.stages.figures",
                module_name(*plugins.of_paper(plugins.FIGURES, drawing)),
            ),
            settings=plan.figure_spec(figure, self.work.config.name, self.scale.resamples),
        )

    def report(self, name: str) -> Step:
        studies = self.work.reports[name]
        return Step(
            stage="report",
            name=name,
            inputs={"claims": [self.claims_table(study) for study in studies]},
            outputs={"summary": [f"{self.results}/report/{name}.txt"]},
            made_of=f"{self.results}/report/{name}.made-of.json",
            modules=("scalinglaws.stages.report",),
            settings={"studies": studies},
        )
