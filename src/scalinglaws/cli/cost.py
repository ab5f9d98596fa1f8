"""`scalinglaws cost`: what a scale will take, before anything starts."""

import argparse
import heapq
from collections import defaultdict
from collections.abc import Iterator, Sequence

from scalinglaws.cli.prices import Price, Prices
from scalinglaws.cli.timings import Timing, choose_timings, read_timings, this_host
from scalinglaws.config.job import Job
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import Plan, plan

START_SECONDS = 4.0
"""What a job takes besides its steps: 2.3 s of CPU time, measured, mostly imports, and what Snakemake takes
to start the next one."""


def run(options: argparse.Namespace) -> int:
    """Print runs, FLOPs and time by study and architecture."""
    work = plan(load_config(options.scale, paper=options.paper))
    scale = work.config.scale
    print(f"Scale {scale.scale}: {scale.description}\n")
    if work.analyses:
        print(f"Nothing is trained for {', '.join(each.study.study for each in work.analyses)}.")
    if not work.studies:
        return 0
    here = this_host(scale.device)
    timings, where = choose_timings(*read_timings(), here)
    prices = Prices(scale.machine, timings, here.device)
    costs = [prices.of_job(job) for job in work.jobs]
    print(_row("study", "model", "N", "runs", ("FLOPs", "at most"), ("time", "at most")))
    rows: dict[tuple[str, str], list[Price]] = defaultdict(list)
    counts: dict[tuple[str, str], str] = {}
    for job, job_costs in zip(work.jobs, costs, strict=True):
        size = prices.size(job.runs[0])
        counts[_architecture(job)] = f"{size.parameters:,}" if size else "unknown"
        rows[_architecture(job)] += job_costs
    for (study, model), row in rows.items():
        print(_sum_row(study, model, counts[study, model], row))
    print(_sum_row("all", "", "", [cost for row in rows.values() for cost in row]))
    print()
    for line in _notes(work, costs, timings, where):
        print(line)
    return 0


def wall_seconds(jobs: Sequence[Job], seconds: Sequence[float], workers: int) -> float:
    """Time until the last job ends: the longest first, each as soon as a worker is free.

    The jobs of a grid wait for the search of their architecture.

    Args:
        jobs: what is trained.
        seconds: how long the runs of each take; `START_SECONDS` are added to each.
        workers: jobs at the same time.
    """
    lengths = [START_SECONDS + length for length in seconds]
    searched = {_architecture(job) for job in jobs if job.phase == "search"}
    ready: list[tuple[float, int]] = []
    waiting: dict[tuple[str, str], list[tuple[float, int]]] = defaultdict(list)
    for k, (job, length) in enumerate(zip(jobs, lengths, strict=True)):
        waits = job.phase == "grid" and _architecture(job) in searched
        heapq.heappush(waiting[_architecture(job)] if waits else ready, (-length, k))
    running: list[tuple[float, int]] = []
    now = 0.0
    while ready or running:
        while ready and len(running) < workers:
            length, k = heapq.heappop(ready)
            heapq.heappush(running, (now - length, k))
        now, k = heapq.heappop(running)
        if jobs[k].phase == "search":
            for entry in waiting.pop(_architecture(jobs[k]), []):
                heapq.heappush(ready, entry)
    return now


def _architecture(job: Job) -> tuple[str, str]:
    return job.study, job.runs[0].model.name


def _notes(work: Plan, costs: list[list[Price]], timings: list[Timing], where: str) -> Iterator[str]:
    """What the numbers rest on."""
    machine, jobs = work.config.scale.machine, work.jobs
    expected = wall_seconds(jobs, [sum(each.seconds for each in job) for job in costs], machine.workers)
    most = wall_seconds(jobs, [sum(each.most_seconds for each in job) for job in costs], machine.workers)
    yield (
        f"Times are of one worker. {len(jobs)} jobs, {machine.workers} at a time, the longest first and "
        f"{START_SECONDS:g} s more for the start of each: about {duration(expected)} in all, at most "
        f"{duration(most)}."
    )
    yield "At most: every run is priced at its whole budget of steps; patience ends many earlier."
    if not timings:
        yield (
            f"Assumed, not measured: {machine.flops_per_second:.1e} FLOP/s sustained and at least "
            f"{machine.seconds_per_step * 1e3:g} ms a step, for each worker (`machine` in the scale file)."
        )
        return
    measured = [each.measured for job in costs for each in job]
    rest = measured.count(False)
    yield f"Measured {where}, in {len(timings)} runs; patience and the time of evaluations are theirs."
    words = f"The time of a step was measured for the model, data and batch of {sum(measured)} of the "
    yield f"{words}{len(measured)} runs" + (f"; for {rest} it is interpolated in FLOPs." if rest else ".")


def _sum_row(study: str, model: str, parameters: str, costs: Sequence[Price]) -> str:
    flops = (sum(cost.flops for cost in costs), sum(cost.most_flops for cost in costs))
    seconds = (sum(cost.seconds for cost in costs), sum(cost.most_seconds for cost in costs))
    return _row(
        study,
        model,
        parameters,
        str(len(costs)),
        (f"{flops[0]:.2e}", f"{flops[1]:.2e}"),
        (duration(seconds[0]), duration(seconds[1])),
    )


def _row(
    study: str, model: str, parameters: str, runs: str, flops: tuple[str, str], time: tuple[str, str]
) -> str:
    cells = "".join(f" {cell:>9}" for cell in (*flops, *time))
    return f"{study:<30} {model:<28} {parameters:>12} {runs:>5}{cells}"


def duration(seconds: float) -> str:
    """Seconds in the largest unit that they fill."""
    for unit, length in (("days", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"
