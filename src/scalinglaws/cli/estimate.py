"""How long runs take, judged by the recorded runs that are most like them.

We estimated each of the 32 architectures of records/laptop from the other 31. The total was right to 10 %,
and the worst architecture to a factor of 2.8, because patience ends some runs much earlier than similar ones.
A test allows factors of 1.5 and 3.
"""

import json
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log
from pathlib import Path
from statistics import fmean, median

from pydantic import ValidationError

from scalinglaws.config.scale import Machine
from scalinglaws.config.spec import Imp, RunSpec
from scalinglaws.counting.size import ModelSize
from scalinglaws.training.devices.gpu import list_gpus
from scalinglaws.training.durations import Pace
from scalinglaws.training.records.provenance import processor

CPU = "cpu"
NEAREST = 5
START_SECONDS = 2.5
"""CPU time that a job takes besides its runs, mostly for imports."""


@dataclass(frozen=True)
class Workload:
    """What the time of a run depends on, apart from its model's size."""

    task: str
    family: str
    model: str
    data: str
    optimiser: str
    examples: int
    batch: int
    """Examples per step; a smaller subset is one batch."""
    steps: float
    """At most: patience ends many runs earlier. All levels of a run that is pruned."""

    @classmethod
    def of(cls, run: RunSpec, size: ModelSize | None = None) -> "Workload":
        """The workload of a run; `size` is needed for a duration in FLOPs."""
        batch = min(run.optimiser.batch, run.subset.examples)
        # Examples of text are windows of so many tokens. For other data this is right to a factor.
        amount = float(run.data.options.get("window") or 1)
        pace = Pace(batch, run.subset.examples, amount, size.flops_per_example if size else 1e6)
        steps = float(pace.steps(run.duration))
        if isinstance(run.procedure, Imp):
            steps += run.procedure.levels * (steps - pace.step_at(run.procedure.rewind, int(steps)))
        return cls(
            task=run.task,
            family=run.model.family,
            model=run.model.name,
            data=f"{run.data.source} {sorted(run.data.options.items())}",
            optimiser=run.optimiser.name,
            examples=run.subset.examples,
            batch=batch,
            steps=steps,
        )


@dataclass(frozen=True)
class Timing:
    """What a record says about the time that its run took."""

    run: str
    code: str
    """Fingerprint of the code that made it."""
    workload: Workload
    size: ModelSize
    seconds: float
    """CPU time, on a GPU wall time: the run's share where a process trained several side by side."""
    device: str
    """`cpu`, or the GPU's name."""
    processor: str


def read_timings(results: Path = Path("results"), records: Path = Path("records")) -> list[Timing]:
    """Timings of all runs made here and of all published ones; records that cannot be read are skipped."""
    made = (path.read_text(encoding="utf-8") for path in sorted(results.glob("*/runs/**/*.json")))
    files = sorted(records.glob("**/runs.jsonl"))
    published = (line for path in files for line in path.read_text(encoding="utf-8").splitlines())
    return [timing for texts in (made, published) for timing in _timings(texts)]


def _timings(texts: Iterable[str]) -> Iterator[Timing]:
    for text in texts:
        try:
            plain = json.loads(text)
            provenance = plain["provenance"]
            device = provenance["device"]
            size = ModelSize.model_validate(plain["model"])
            yield Timing(
                run=plain["run"],
                code=plain["code"],
                workload=Workload.of(RunSpec.model_validate(plain["spec"]), size),
                size=size,
                # CPU time leaves out that a process on a busy CPU waits for others. It must wait for its GPU.
                seconds=float(provenance["cpu_seconds" if device == CPU else "busy_seconds"]),
                device=device,
                processor=provenance["processor"],
            )
        except (KeyError, TypeError, ValueError, ValidationError):
            continue  # an estimate can do without files that are not run records of this version


class Estimates:
    """Estimates FLOPs and seconds of runs.

    Attributes:
        basis: what the estimates of time rest on, in words.
    """

    def __init__(
        self,
        timings: Sequence[Timing],
        machine: Machine,
        device: str = CPU,
        count: Callable[[RunSpec], ModelSize | None] | None = None,
    ) -> None:
        """Learn from recorded runs.

        Args:
            timings: of any machines; those of the other kind of device (CPU or GPU) do not count.
            machine: what is assumed where nothing was recorded.
            device: a scale's `device`.
            count: counts a model that no record knows.
        """
        self._machine, self._count = machine, count
        self.on_gpu = device == "cuda" or (device == "auto" and bool(list_gpus()))
        self._sizes: dict[tuple[str, str, str], ModelSize | None] = {}
        seconds = defaultdict(list)
        # A result and the record that was published from it are one run.
        for each in {(each.run, each.code, each.seconds): each for each in timings}.values():
            key = (each.workload.task, each.workload.model, each.workload.data)
            self._sizes[key] = each.size
            if (each.device != CPU) == self.on_gpu and each.seconds > 0:
                seconds[each.workload, key, each.processor == processor()].append(each.seconds)
        self._known = [
            (workload, _flops_per_step(workload, self._sizes[key]), here, median(found))
            for (workload, key, here), found in seconds.items()
        ]
        self._seconds: dict[Workload, float] = {}
        recorded = sum(map(len, seconds.values()))
        ours = any(here for *_, here in seconds)
        if recorded:
            place = "of this processor" if ours else "of another processor"
            self.basis = f"Times are those of the most similar among {recorded:,} recorded runs {place}."
        else:
            self.basis = (
                f"Times are assumed, not measured: {machine.flops_per_second:.1e} FLOP/s and at least "
                f"{machine.seconds_per_step * 1e3:g} ms per step (the scale's `machine`)."
            )

    def size(self, run: RunSpec) -> ModelSize | None:
        """The size of a run's model; None where neither a record nor `count` knows it."""
        workload = Workload.of(run)
        key = (workload.task, workload.model, workload.data)
        if key not in self._sizes:
            self._sizes[key] = self._count(run) if self._count else None
        return self._sizes[key]

    def flops(self, run: RunSpec) -> float:
        """FLOPs of a run's whole duration; 0 where the model's size is unknown."""
        size = self.size(run)
        workload = Workload.of(run, size)
        return _flops_per_step(workload, size) * workload.steps

    def seconds(self, run: RunSpec) -> float:
        """Seconds that a run takes in one process, right to a factor of about 3."""
        size = self.size(run)
        workload = Workload.of(run, size)
        if workload not in self._seconds:
            self._seconds[workload] = self.of(workload, size)
        return self._seconds[workload]

    def of(self, workload: Workload, size: ModelSize | None) -> float:
        """Seconds of a run with this workload; without a size, its model counts as large as the nearest's."""
        machine, flops = self._machine, _flops_per_step(workload, size)
        if not self._known:
            return workload.steps * max(machine.seconds_per_step, flops / machine.flops_per_second)
        # Each step has a part that does not grow with the model. It is counted as so many FLOPs more.
        fixed = machine.seconds_per_step * machine.flops_per_second

        def distance(known: tuple[Workload, float, bool, float]) -> float:
            other, its_flops, here, _ = known
            away = 6.0 * (other.task != workload.task) + 3.0 * (other.family != workload.family)
            away += 2.0 * (other.data != workload.data) + 1.0 * (not here)
            away += 1.0 * (other.optimiser != workload.optimiser)
            away += abs(log(flops / its_flops)) if flops else 0.0
            away += 0.5 * abs(log(workload.examples / other.examples))
            return away + 0.5 * abs(log(workload.steps / other.steps))

        # A mean, because times are added up: a few runs of a size train much longer than the others.
        return fmean(
            seconds * workload.steps / other.steps * ((flops or its) + fixed) / (its + fixed)
            for other, its, _, seconds in sorted(self._known, key=distance)[:NEAREST]
        )

    def wall_seconds(self, jobs: Iterable[Sequence[RunSpec]], parallel: int) -> float:
        """Seconds until the runs of all jobs are done, so many jobs in parallel; no less than the longest
        takes."""
        lengths = [START_SECONDS + sum(map(self.seconds, runs)) for runs in jobs]
        return max([sum(lengths) / parallel, *lengths], default=0.0)


def _flops_per_step(workload: Workload, size: ModelSize | None) -> float:
    return float(size.flops_per_example * workload.batch) if size else 0.0


def cores(asked: str = "all") -> int:
    """A number of CPU cores; for `all`, those that this process may use."""
    if asked != "all":
        return int(asked)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_words(seconds: float) -> str:
    """An estimate as a person says it: `about 40 min (20 to 80)`."""
    unit, length = _unit(seconds)
    value, least, most = (_digit(factor * seconds / length) for factor in (1, 0.5, 2))
    return f"about {value} {unit} ({least} to {most})"


def briefly(seconds: float) -> str:
    """An estimate in one number: `40 min`."""
    unit, length = _unit(seconds)
    return f"{_digit(seconds / length)} {unit}"


def _unit(seconds: float) -> tuple[str, float]:
    units = (("days", 86400.0), ("h", 3600.0), ("min", 60.0))
    return next((unit for unit in units if seconds >= 1.5 * unit[1]), ("s", 1.0))


def _digit(value: float) -> str:
    """One digit, because more are not known."""
    return f"{float(f'{value:.1g}'):g}"
