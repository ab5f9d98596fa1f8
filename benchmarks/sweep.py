"""Runs per hour on this machine, in jobs and with one process per run: `python benchmarks/sweep.py`.

There are two grids, on the data that `make replicate` prepared: models below 10,000 parameters, and the
laptop grid of the image study. Each is trained in three ways: one process per run, as a plain torch script;
jobs with one worker; jobs with as many workers as cores. Unless you give `--whole`, one process per run is
timed on a sample of the runs of each architecture. All ways take the same steps and evaluate as often.

The share of the peak is the FLOPs of training, divided by wall time, workers and the speed of a large matrix
product.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"  # before torch is imported

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from scalinglaws.config.job import Job, write_jobs
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.config.reading.selection import Selection
from scalinglaws.config.spec import Duration, ModelSpec, RunSpec, Schedule, Stopping, Subset
from scalinglaws.training.evaluation_times import evaluation_steps
from scalinglaws.training.records.record import read_record

RATE = 0.02
STEPS = 600
"""Most steps of a run of the laptop grid: what is compared is speed, which does not need more."""
TINY = [
    ModelSpec(family="mlp", options={"width": 4}),
    ModelSpec(family="mlp", options={"width": 8}),
    ModelSpec(family="resnet", options={"width": 4}),
]


@dataclass(frozen=True)
class Timing:
    """How long a number of runs took."""

    runs: int
    seconds: float
    flops: float

    @property
    def an_hour(self) -> float:
        """Runs per hour."""
        return 3600 * self.runs / self.seconds


class Bench:
    """Trains runs on the prepared data of a scale and writes records to its own folder."""

    def __init__(self, results: Path, folder: Path) -> None:
        data = plan(load_config(Selection(paper="hestness-2017"))).data[0].name
        self.data, self.subsets, self.folder = results / "data" / data, results / "subsets" / data, folder
        if not (self.data / "manifest.json").is_file():
            sys.exit(f"{self.data}: no prepared data; call `make replicate PAPER=hestness-2017` first")

    def jobs(self, jobs: Sequence[Job], workers: int) -> Timing:
        """Train jobs with a number of workers, as the workflow does."""
        out = Path(tempfile.mkdtemp(dir=self.folder))
        write_jobs(out / "plan" / "jobs.json", jobs)
        calls = [
            [
                *(sys.executable, "-m", "scalinglaws.stages.train", "--code", "benchmark"),
                *("--plan", str(out / "plan" / "jobs.json"), "--job", job.name, "--spec", job.hash),
                *("--data", str(self.data)),
                *("--subsets", str(self.subsets), "--out", str(out)),
                *("--checkpoint", str(out / f"{job.name}.pt"), "--log", str(out / f"{job.name}.log")),
            ]
            for job in jobs
        ]
        seconds = _run(calls, workers)
        records = [read_record(out / f"{run.id}.json") for job in jobs for run in job.runs]
        flops = sum(record.model.flops_per_example * record.results[-1].examples_seen for record in records)
        return Timing(len(records), seconds, flops)

    def alone(self, runs: Sequence[RunSpec], workers: int) -> Timing:
        """Train runs with one process each, by plain_run.py."""
        validation = json.loads((self.data / "manifest.json").read_text())["validation_examples"]
        calls = []
        for run in runs:
            batch = min(run.optimiser.batch, run.subset.examples)
            what = {
                "family": run.model.family,
                "options": run.model.options,
                "examples": run.subset.examples,
                "batch": batch,
                "seed": run.seed,
                "rate": RATE,
                "momentum": 0.9 if run.optimiser.momentum is None else run.optimiser.momentum,
                "averaging": run.optimiser.averaging,
                "patience": run.stopping.patience if run.stopping else math.inf,
                "evaluations": list(
                    evaluation_steps(
                        run.evaluation, run.duration.steps or STEPS, run.optimiser.batch, validation
                    )
                ),
            }
            script = Path(__file__).with_name("plain_run.py")
            calls.append([sys.executable, str(script), json.dumps(what), str(self.data), str(self.subsets)])
        return Timing(len(runs), _run(calls, workers), 0.0)


def _run(calls: list[list[str]], workers: int) -> float:
    """Wall seconds of calls that are started in order, with at most so many at a time."""
    start = time.perf_counter()
    waiting, running = list(calls), list[subprocess.Popen[bytes]]()
    while waiting or running:
        while waiting and len(running) < workers:
            running.append(subprocess.Popen(waiting.pop(0), stdout=subprocess.DEVNULL))
        time.sleep(0.02)
        for process in running:
            if process.poll():
                sys.exit(f"failed: {process.args!r}")
        running = [process for process in running if process.poll() is None]
    return time.perf_counter() - start


def grids() -> dict[str, list[Job]]:
    """The two grids, with the same learning rate, patience and batch for all runs."""
    image = next(study for study in plan(load_config("laptop")).studies if study.name.endswith("/image"))
    laptop = [
        job.model_copy(update={"runs": tuple(_like(run) for run in job.runs), "search": None})
        for job in image.jobs
        if job.runs
    ]
    return {
        "models under 10,000 parameters": [
            _tiny(laptop[0].runs[0], *what) for what in product(TINY[::-1], range(2))
        ],
        "laptop grid": laptop,
    }


def _like(run: RunSpec, steps: int = STEPS, **changes: object) -> RunSpec:
    """A run with other settings, which lasts at most so many steps at a constant learning rate."""
    optimiser = run.optimiser.model_copy(
        update={"name": "sgd", "batch": 16, "betas": None, "weight_decay": 0.0, "clip": None}
    )
    fixed = {
        "learning_rate": RATE,
        "optimiser": optimiser,
        "schedule": Schedule(),
        "duration": Duration(steps=steps),
        "stopping": Stopping(patience=3),
    }
    return run.model_copy(update={**fixed, **changes})


def _tiny(like: RunSpec, model: ModelSpec, part: int) -> Job:
    """24 runs of one small model: all subsets and seeds, and half of the durations."""
    runs = [
        _like(like, steps, model=model, seed=seed, subset=Subset(examples=examples, seed=seed))
        for steps in (300, 400, 500, 600)[part::2]
        for examples, seed in product((40, 160, 640, 1280), range(3))
    ]
    return Job(study="benchmark", name=f"{model.name}-part{part}", runs=tuple(runs))


def main() -> None:
    """Time both grids and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--whole", action="store_true", help="time one process per run on all runs")
    parser.add_argument("--results", type=Path, default=Path("results/laptop"))
    options = parser.parse_args()
    from scalinglaws.training.devices.peak import measured_peak

    peak, cores = measured_peak("cpu", 1.0), os.cpu_count() or 1
    print(f"{cores} cores; a large matrix product runs at {peak / 1e9:.0f} GFLOP/s on one")
    columns = (f"{'grid':32} {'way':20} {'workers':>7}", f"{'runs':>5} {'seconds':>8} {'an hour':>8}")
    print(*columns, f"{'ratio':>6} {'peak':>6}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.results, Path(folder))
        for name, jobs in grids().items():
            every = 1 if options.whole else 5
            sample = [run for job in jobs for run in job.runs[::every]]
            base = bench.alone(sample, cores)
            _print(name, "one process per run", cores, base, base, peak)
            many = bench.jobs(jobs, cores)
            _print(name, "jobs", cores, many, base, peak)
            one = bench.jobs(jobs, 1)
            _print(name, "jobs", 1, one, base, peak)
            print(f"{name}: {cores} workers are {one.seconds / many.seconds:.2f} times one")


def _print(name: str, way: str, workers: int, timing: Timing, base: Timing, peak: float) -> None:
    share = f"{timing.flops / (timing.seconds * workers * peak):.1%}" if timing.flops else ""
    print(
        f"{name:32} {way:20} {workers:>7} {timing.runs:>5} {timing.seconds:>8.1f} {timing.an_hour:>8,.0f} "
        f"{timing.an_hour / base.an_hour:>6.2f} {share:>6}",
        flush=True,
    )


if __name__ == "__main__":
    main()
