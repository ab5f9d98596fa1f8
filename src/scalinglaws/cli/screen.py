"""What `scalinglaws replicate` says before and after its work."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from textwrap import wrap

from scalinglaws.claims.verdict import Verdict
from scalinglaws.cli.estimate import Estimates, Timing, in_words
from scalinglaws.config.plan import Plan, training_code

WIDTH = 100
STUDY_SECONDS = 12.0
"""CPU time that a study takes besides training, measured over all studies."""
QUICK_SCALE = "smoke"
RECORDS = Path("records")
HEADINGS = {
    Verdict.REPRODUCED: "reproduced",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.NOT_REPRODUCED: "not reproduced",
    Verdict.NOT_TESTABLE: "not testable",
}


class Left:
    """What is left to train.

    Attributes:
        work: the plan.
        on_gpu: whether it is trained on GPUs.
        runs: ids of the runs to train, each with the fingerprint of the code that would train it.
        papers: the papers in the order in which they are brought up to date, the quickest first.
        parallel: jobs at the same time; on CPUs, one per core.
    """

    def __init__(self, work: Plan, done: Collection[str], estimates: Estimates, cores: int) -> None:
        self.work, self.on_gpu, self._estimates, self._cores = work, estimates.on_gpu, estimates, cores
        self.parallel = work.config.scale.machine.workers if self.on_gpu else cores
        jobs = [(job, [run for run in job.planned if run.id not in done]) for job in work.jobs]
        self._jobs = [(job, runs) for job, runs in jobs if runs]
        self.runs = {run.id: training_code(job) for job, runs in self._jobs for run in runs}
        self.papers = sorted(work.papers, key=self.seconds)

    def seconds(self, paper: str | None = None) -> float:
        """Estimated wall time that a paper needs; all papers if none is named."""
        jobs = [runs for job, runs in self._jobs if paper in (None, job.study.partition("/")[0])]
        studies = [each for each in self.work.studies if paper in (None, each.study.paper)]
        training = self._estimates.wall_seconds(jobs, self.parallel)
        return training + STUDY_SECONDS * len(studies) / self._cores

    def count(self, paper: str) -> int:
        """Number of runs to train for a paper."""
        return sum(len(runs) for job, runs in self._jobs if job.study.partition("/")[0] == paper)

    def part(self, paper: str) -> Plan:
        """The plan of one paper."""
        return replace(
            self.work, studies=tuple(each for each in self.work.studies if each.study.paper == paper)
        )


def opening(left: Left, timings: Sequence[Timing]) -> list[str]:
    """Says what will be done, how long it takes, and which ways are shorter."""
    scale, every = left.work.config.name, sum(len(study.runs) for study in left.work.studies)
    if not left.runs:
        kept = f"all {every:,} runs are trained" if every else "nothing is trained"
        return [f"Scale {scale}: {kept}; fits, figures and verdicts are brought up to date."]
    where = f"in {_count(left.parallel, 'job')}" if left.on_gpu else f"on {_count(left.parallel, 'core')}"
    lines = [
        f"Scale {scale}: trains {len(left.runs):,} of {every:,} runs, fits and draws in "
        f"{in_words(left.seconds())} {where}."
    ]
    if len(left.papers) > 1:
        counts = {paper: left.count(paper) for paper in left.papers}
        papers = (f"{paper} ({_count(n, 'run') if n else 'no training'})" for paper, n in counts.items())
        lines.append(f"Order: {', '.join(papers)}.")
    shorter = list(_shorter(left, timings))
    lines += [f"Shorter: {', '.join(shorter)}."] if shorter else []
    return [
        part for line in lines for part in wrap(line, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    ]


def _shorter(left: Left, timings: Sequence[Timing]) -> Iterator[str]:
    if len(left.papers) > 1:
        yield f"PAPER={left.papers[0]} (one paper)"
    if left.work.config.name != QUICK_SCALE and Path(f"config/{QUICK_SCALE}.yaml").is_file():
        yield f"SCALE={QUICK_SCALE} (a quick look)"
    if (RECORDS / left.work.config.name).is_dir():
        known = {each.run for each in timings if left.runs.get(each.run) == each.code}
        if known:
            yield f"FROM={RECORDS} (takes over {_count(len(known), 'run')} instead of training)"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def finished(part: Plan, results: Path) -> str:
    """Says that a paper is finished, and where its figures are."""
    (paper,) = part.papers
    figures = sum(len(study.figures(part.config.name)) for study in part.studies)
    return f"{paper} is finished: {_count(figures, 'figure')} in {results}/figures/{paper}/"


def nothing(results: Path) -> list[str]:
    """Says that there was nothing to do, and where the results are."""
    return [f"Nothing to be done: {results} is up to date; its verdicts are in {results}/report/."]


def ending(work: Plan, results: Path) -> list[str]:
    """Counts of verdicts per paper, what to look at first, and the folders: on one screen.

    Claims that are recomputed, and not about runs trained here, have a row of their own.
    """
    counts = {paper: _verdicts(work, results, paper) for paper in work.papers}
    rows = {
        f"{paper}, {kind}" if kind == "recomputed" else paper: found[kind]
        for paper, found in counts.items()
        for kind in ("trained", "recomputed")
        if found[kind]
    }
    wide = max(map(len, ("paper", *rows)))
    lines = ["", f"{'paper':<{wide}}  claims  {'  '.join(HEADINGS.values())}"]
    for paper, found in rows.items():
        cells = (f"{found[verdict]:>{len(heading)}}" for verdict, heading in HEADINGS.items())
        lines.append(f"{paper:<{wide}}  {found.total():>6}  {'  '.join(cells)}")
    first = max(work.papers, key=lambda paper: sum(found.total() for found in counts[paper].values()))
    of_first = f"{results}/report/{work.config.study or first}"
    report, claims, figures = f"{of_first}.txt", f"{of_first}.claims.md", f"{results}/figures/{first}/"
    wide = max(map(len, (report, claims, figures)))
    others = "Other papers are beside them; " if len(work.papers) > 1 else ""
    tables = "tables/, " if work.trained else ""
    return [
        *lines,
        "",
        "Look first at",
        f"  {report:<{wide}}  each claim, what was measured, the verdict and why",
        f"  {claims:<{wide}}  the same as a table; .claims.tex for LaTeX",
        f"  {figures:<{wide}}  .pdf, .png, .csv of what is drawn, captions",
        f"{others}{results}/ also has {tables}fits/ and logs/.",
    ]


def _verdicts(work: Plan, results: Path, paper: str) -> dict[str, Counter[str]]:
    """Counts of verdicts by kind of claim; one that is recomputed counts as reproduced in its row."""
    found: dict[str, Counter[str]] = {"trained": Counter(), "recomputed": Counter()}
    for study in work.studies:
        if study.study.paper == paper:
            with (results / "report" / "claims" / f"{study.name}.csv").open(encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    same = row["verdict"] == Verdict.RECOMPUTED
                    found[row["kind"]][Verdict.REPRODUCED if same else row["verdict"]] += 1
    return found
