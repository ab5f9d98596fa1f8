"""The step of the site: it shows what the steps of a plan made, and the verdicts at other scales."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from scalinglaws.claims.claim import claims_hash, works_of
from scalinglaws.config import plugins
from scalinglaws.config.fit import FitOptions
from scalinglaws.config.modules import LAWS, module_name
from scalinglaws.config.plan import RECORDS, Plan, StudyPlan
from scalinglaws.report.site.spec import Elsewhere, PaperEntry, SiteSpec, StudyEntry, Work
from scalinglaws.staleness.steps import Step

SHOWN = ("collect", "fit", "claims", "figures", "report")
"""The stages whose outputs the site shows."""
STUDIES = Path("config", "studies")


def site_step(work: Plan, every: Sequence[Step]) -> Step:
    """The step that makes the site of a plan.

    It is not among the steps of the plan, because it is only done when it is asked for: it also depends on
    other scales, and a plan of one paper would replace the site of all of them.

    Args:
        work: the plan.
        every: its steps.
    """
    name = work.config.name
    folder = f"results/{name}/site"
    elsewhere = {file: each for each, file in _elsewhere(work)}
    spec = SiteSpec(
        scale=name,
        papers=tuple(
            PaperEntry(
                paper=paper,
                works=tuple(
                    Work(title=work["title"], arxiv=work.get("arxiv", "")) for work in works_of(paper)
                ),
                studies=tuple(
                    _entry(plan, name)
                    for plan in sorted(work.studies, key=lambda plan: plan.name)
                    if plan.study.paper == paper
                ),
            )
            for paper in work.papers
        ),
        elsewhere=tuple(elsewhere.values()),
    )
    files = [file for step in every if step.stage in SHOWN for file in step.files[:-1]]
    written = (STUDIES / f"{plan.name}.yaml" for plan in work.studies)
    return Step(
        stage="site",
        name=name,
        inputs={
            "files": [*files, *(str(file) for file in written if file.is_file())],
            "elsewhere": list(elsewhere),
        },
        outputs={"pages": [f"{folder}/{page}" for page in spec.pages]},
        made_of=f"results/{name}/site.made-of.json",
        modules=(
            "scalinglaws.stages.site",
            *(module_name(LAWS, each) for each in plugins.names(LAWS)),
            *(
                module_name(*plugins.of_paper(plugins.INTERACTIVE, each))
                for each in plugins.of_papers(plugins.INTERACTIVE)
            ),
        ),
        settings=spec.model_dump(mode="json"),
    )


def _entry(plan: StudyPlan, scale: str) -> StudyEntry:
    protocol = plan.scaled.protocol
    return StudyEntry(
        study=plan.name,
        title=plan.study.title,
        source=plan.study.source,
        methods=plan.study.methods,
        protocol=plan.study.protocol.name,
        reads=tuple(each.name for each in plan.reads),
        trained=plan.grid is not None,
        metrics=protocol.metrics if isinstance(protocol, FitOptions) else (),
        figures=tuple(figure.name for figure in plan.figures(scale)),
        claims=claims_hash(plan.name),
    )


def _elsewhere(work: Plan) -> Iterator[tuple[Elsewhere, str]]:
    """The claims of the same papers at other scales: of each study from its results, or else as published."""
    folders = [folder for root in ("results", RECORDS) for folder in sorted(Path(root).glob("*"))]
    for scale in sorted({folder.name for folder in folders if folder.is_dir()} - {work.config.name}):
        for paper in work.papers:
            made = Path("results", scale, "report", "claims", paper)
            published = Path(RECORDS, scale, paper)
            files = {file.parent.name: (file, True) for file in published.glob("*/claims.csv")}
            files |= {file.stem: (file, False) for file in made.glob("*.csv")}
            for study, (file, is_published) in sorted(files.items()):
                yield Elsewhere(scale=scale, study=f"{paper}/{study}", published=is_published), str(file)
