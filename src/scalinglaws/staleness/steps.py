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
from scalinglaws.config.fit import FitOptions
from scalinglaws.config.job import Job
from scalinglaws.config.modules import LAWS, SOURCES, module_name
from scalinglaws.config.plan import Plan, StudyPlan, training_modules
from scalinglaws.config.spec import DataSpec, identity
from scalinglaws.config.study import Figure
from scalinglaws.data.modalities.arrays import ARRAYS
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.staleness.hashes import Hashes
from scalinglaws.staleness.made_of import Code, MadeOf, read_made_of
from scalinglaws.staleness.versions import training_versions_in, versions

Files = Mapping[str, list[str]]
COLLECTED = ("runs", "curves", "searches")
"""The tables of a study's runs."""
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
    """For a fit: the folders of fits, run tables and data of each other study that it reads."""

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


def records_of(step: Step) -> list[str]:
    """The records of a training job, with those that its search added; none for other steps."""
    if step.job is None:
        return []
    made = read_made_of(Path(step.made_of))
    known = made.outputs.keys() if made and made.spec == step.spec else set()
    return [*step.outputs["runs"], *sorted(known - set(step.files))]


def note_step(step: Step, hashes: Hashes, added: Iterable[Path] = ()) -> None:
    """Write what a step's outputs are made of, as its stage does, where something else has made them.

    Args:
        step: the step.
        hashes: hashes files.
        added: records of a search that went beyond its first candidates.

    Raises:
        OSError: an input or output cannot be read.
    """
    MadeOf(
        stage=step.stage,
        spec=dict(step.spec),
        code=Code.of(step.code, step.modules),
        inputs=hashes.of(map(Path, step.hashed)),
        outputs=hashes.of({*map(Path, step.files[:-1]), *added}),
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
        for plan in self.work.trained:
            yield from map(self.train, plan.jobs)
        yield from map(self.collect, self.work.trained)
        yield from map(self.fit, self.work.studies)
        yield from map(self.claims, self.work.studies)
        for each in self.work.studies:
            yield from (self.figure(each, figure) for figure in each.figures(self.work.config.name))
        yield from map(self.report, self.work.reports)

    # Data

    def data(self, spec: DataSpec) -> Step:
        folder = self.data_folder(spec)
        return Step(
            stage="data",
            name=spec.name,
            outputs={
                "manifest": [f"{folder}/manifest.json"],
                "arrays": self.arrays(spec),
            },
            # Beside the folder, so that you can delete the arrays without losing what they were made of.
            made_of=f"{folder}.made-of.json",
            modules=("scalinglaws.stages.data", module_name(SOURCES, spec.source)),
            settings={**identity(spec), **self.places(spec.source)},
            location=self.places(spec.source).get("location", ""),
        )

    def shuffles(self) -> Iterator[Step]:
        asked = {(job.data.name, seed): job.data for job in self.work.jobs for seed in job.seeds}
        for (name, seed), data in sorted(asked.items(), key=lambda item: item[0]):
            folder = self.data_folder(data)
            (file,) = self.shuffle_files(data, [seed])
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

    def arrays(self, spec: DataSpec) -> list[str]:
        names = ARRAYS[plugins.constant(SOURCES, spec.source, "MODALITY")]
        return [f"{self.data_folder(spec)}/{name}.npy" for name in names]

    def shuffle_files(self, spec: DataSpec, seeds: list[int]) -> list[str]:
        return [f"{self.results}/subsets/{spec.name}/shuffle-{seed}.npy" for seed in seeds]

    # Runs

    def train(self, job: Job) -> Step:
        runs, folder = f"{self.results}/runs/{job.study}", self.data_folder(job.data)
        choice = [self.choice(job)]
        return Step(
            stage="train",
            name=f"{job.study} {job.name}",
            inputs={
                "manifest": [f"{folder}/manifest.json"],
                "arrays": self.arrays(job.data),
                "shuffles": self.shuffle_files(job.data, list(job.seeds)),
                "learning_rate": choice if job.reads_choice else [],
            },
            outputs={
                "runs": [f"{runs}/{run.id}.json" for run in job.planned],
                "learning_rate": choice if job.search else [],
            },
            made_of=f"{runs}/jobs/{job.name}.json",
            modules=training_modules(job),
            job=job,
        )

    def choice(self, job: Job) -> str:
        """The file of the learning rate that a search chooses."""
        return f"{self.results}/runs/{job.study}/learning-rate/{job.planned[0].model.name}.json"

    def collect(self, plan: StudyPlan) -> Step:
        assert plan.grid is not None
        runs, folder = f"{self.results}/runs/{plan.name}", self.data_folder(plan.grid.data)
        seeds = sorted({seed for job in plan.jobs for seed in job.seeds})
        tables = f"{self.results}/tables/{plan.name}"
        return Step(
            stage="collect",
            name=plan.name,
            inputs={
                "runs": [f"{runs}/{run.id}.json" for run in plan.runs],
                "jobs": [f"{runs}/jobs/{job.name}.json" for job in plan.jobs],
                "choices": [self.choice(job) for job in plan.jobs if job.search],
                "manifest": [f"{folder}/manifest.json"],
                "arrays": [f"{folder}/amounts.npy"],
                "shuffles": self.shuffle_files(plan.grid.data, seeds),
            },
            outputs={"tables": [f"{tables}/{table}.csv" for table in COLLECTED]},
            made_of=f"{tables}/made-of.json",
            modules=("scalinglaws.stages.collect",),
            settings=plan.collect_spec,
        )

    def run_tables(self, *plans: StudyPlan) -> list[str]:
        return [f"{self.results}/tables/{each.name}/runs.csv" for each in plans if each.grid]

    # Fits

    def fit(self, plan: StudyPlan) -> Step:
        read = [
            file
            for each in plan.reads
            for file in (*self.tables(each), *self.run_tables(each), *self.manifests(each))
        ]
        return Step(
            stage="fit",
            name=plan.name,
            inputs={"runs": self.run_tables(plan), "studies": list(dict.fromkeys(read))},
            outputs={"tables": self.tables(plan)},
            made_of=f"{self.results}/fits/{plan.name}/made-of.json",
            modules=("scalinglaws.stages.fit", plan.protocol.module, *self.laws),
            settings=plan.protocol_spec(self.scale.scale, self.scale.resamples),
            folders=tuple(
                (
                    f"{self.results}/fits/{each.name}",
                    f"{self.results}/tables/{each.name}",
                    self.data_folder(each.grid.data),
                )
                for each in plan.reads
                if each.grid
            ),
        )

    def tables(self, plan: StudyPlan) -> list[str]:
        """What a study's protocol makes."""
        return [f"{self.results}/fits/{plan.name}/{table}.csv" for table in plan.tables]

    def manifests(self, plan: StudyPlan) -> list[str]:
        """The descriptions of the prepared data that a study rests on."""
        own = [f"{self.data_folder(plan.grid.data)}/manifest.json"] if plan.grid else []
        return list(dict.fromkeys([*own, *(file for each in plan.reads for file in self.manifests(each))]))

    # Claims, figures, report

    def claims(self, plan: StudyPlan) -> Step:
        fits = f"{self.results}/fits/{plan.name}"
        has_fits = "fits" in plan.tables
        return Step(
            stage="claims",
            name=plan.name,
            inputs={
                "fits": [f"{fits}/fits.csv"] if has_fits else [],
                "best": [f"{fits}/best.csv"] if "best" in plan.tables else [],
                "manifests": self.manifests(plan) if has_fits else [],
            },
            outputs={"table": [self.claims_table(plan.name)]},
            made_of=f"{self.results}/report/claims/{plan.name}.made-of.json",
            modules=("scalinglaws.stages.claims",),
            settings={**plan.claim_spec(self.work.config.name), "constants": claims_hash(plan.name)},
        )

    def claims_table(self, study: str) -> str:
        return f"{self.results}/report/claims/{study}.csv"

    def figure(self, plan: StudyPlan, figure: Figure) -> Step:
        runs = self.run_tables(plan)
        curves = [file.replace("runs.csv", "curves.csv") for file in runs]
        drawing = figure.draw.partition(":")[0]
        place = f"{self.results}/figures/{plan.study.paper}/{figure.name}"
        look = self.scale.look.model_dump(mode="json", exclude_defaults=True)
        return Step(
            stage="figures",
            name=f"{plan.study.paper} {figure.name}",
            inputs={
                "files": [*runs, *curves, *self.tables(plan), *self.manifests(plan)],
                "runs": self.run_tables(*plan.reads),
                "beside": plan.published(figure, self.work.config.name),
                "style": [str(self.scale.style)] if self.scale.style else [],
            },
            outputs={"figure": [f"{place}.{ending}" for ending in figure.endings(self.scale.look.formats)]},
            made_of=f"{place}.made-of.json",
            modules=(
                "scalinglaws.stages.figures",
                module_name(*plugins.of_paper(plugins.FIGURES, drawing)),
            ),
            settings={
                **plan.figure_spec(figure, self.work.config.name, self.scale.resamples),
                **({"look": look} if look else {}),
            },
        )

    def report(self, name: str) -> Step:
        studies = self.work.reports[name]
        curves = [
            plan.name
            for plan in self.work.studies
            if plan.name in studies and isinstance(plan.scaled.protocol, FitOptions)
        ]
        return Step(
            stage="report",
            name=name,
            inputs={
                "claims": [self.claims_table(study) for study in studies],
                "evidence": [f"{self.results}/fits/{study}/evidence.csv" for study in curves],
            },
            outputs={
                "summary": [f"{self.results}/report/{name}.txt"],
                "tables": [f"{self.results}/report/{name}.claims.{ending}" for ending in ("md", "tex")],
            },
            made_of=f"{self.results}/report/{name}.made-of.json",
            modules=("scalinglaws.stages.report",),
            settings={"studies": studies, **({"learning_curves": curves} if curves else {})},
        )
