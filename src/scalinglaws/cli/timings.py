"""How long measured runs took, read from their records."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.counting.size import ModelSize
from scalinglaws.training.ensemble import policy as stacking

RESULTS, RECORDS = Path("results"), Path("records")
CPU = "cpu"


@dataclass(frozen=True)
class Host:
    """What a run was made on, as far as its speed depends on it."""

    device: str
    """`cpu`, or the GPU's name."""
    processor: str
    """The CPU."""

    @property
    def name(self) -> str:
        """For people."""
        return self.processor if self.device == CPU else f"{self.device} ({self.processor})"


@dataclass(frozen=True)
class Timing:
    """One measured run."""

    spec: RunSpec
    flops_per_example: int
    """Forward and backward."""
    steps: int
    """Steps that it took."""
    seconds: float
    """Time that it took, its share where a process trained several runs side by side."""
    evaluation_share: float
    """Share of that time spent on validation; 0 where that is not known, and then it counts as training."""
    ensemble: int
    """Most runs that were trained beside each other, itself included."""
    stacked: bool
    """Whether its kind is trained side by side, if only beside itself."""
    host: Host

    @property
    def flops_per_step(self) -> float:
        """FLOPs of one step of this run."""
        return float(self.flops_per_example * batch(self.spec))

    @property
    def seconds_per_step(self) -> float:
        """Seconds of one training step, validation apart."""
        return self.seconds * (1 - self.evaluation_share) / self.steps


def batch(spec: RunSpec) -> int:
    """Examples of a step; a smaller subset is one batch."""
    return min(spec.optimiser.batch, spec.subset.examples)


def is_stacked(size: ModelSize, examples: int, device: str) -> bool:
    """Whether models of this size are trained side by side, with so many examples a step."""
    return stacking.gains_from_ensemble(stacking.work(size, examples), device_type(device))


def device_type(device: str) -> str:
    """The type of a device: records name a GPU, not its type."""
    return CPU if device == CPU else "cuda"


def workload(spec: RunSpec) -> tuple[str, str, int, str]:
    """What the time of a step depends on."""
    return spec.model.name, spec.data.name, batch(spec), spec.precision


def course(spec: RunSpec) -> tuple[str, str, int, str]:
    """What the number of steps depends on, chance apart: all but the seeds and the learning rate.

    The architecture comes first, as the rest tells much already.
    """
    rest = {"budget": identity(spec.budget), "optimiser": identity(spec.optimiser), "task": spec.task}
    return spec.model.name, spec.data.name, spec.subset.examples, short_hash(rest)


def this_host(device: str) -> Host:
    """What this machine would train on, for a scale's `device`: the GPU by name, where there is one."""
    import torch

    from scalinglaws.training.records.provenance import processor

    gpu = device != CPU and torch.cuda.is_available()
    return Host(torch.cuda.get_device_name() if gpu else device.replace("auto", CPU), processor())


def read_timings(results: Path = RESULTS, records: Path = RECORDS) -> tuple[list[Timing], list[Timing]]:
    """Runs in the results of all scales, and published ones; without those whose record cannot be read.

    An estimate must not fail because of a record of another version, so that only what is needed is checked.
    """
    made = (path.read_text(encoding="utf-8") for path in sorted(results.glob("*/runs/**/*.json")))
    published = (
        line
        for path in sorted(records.glob("**/runs.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    )
    return list(_timings(made)), list(_timings(published))


def _timings(texts: Iterable[str]) -> Iterator[Timing]:
    for text in texts:
        try:
            timing = timing_of(json.loads(text))
        except (KeyError, TypeError, ValueError, ValidationError):
            continue  # no run record, or one of an older form
        if timing.steps > 0 and timing.seconds > 0:
            yield timing


def timing_of(plain: dict[str, Any]) -> Timing:
    """The timing in a run record, given as plain data.

    Raises:
        KeyError, TypeError, ValueError: it is no run record.
    """
    size, provenance = ModelSize.model_validate(plain["model"]), plain["provenance"]
    host = Host(provenance["device"], provenance["processor"])
    # A process on a busy CPU waits for others, which CPU time does not contain; for a GPU it has to wait.
    seconds = provenance["cpu_seconds" if host.device == CPU else "busy_seconds"]
    spec = RunSpec.model_validate(plain["spec"])
    return Timing(
        spec=spec,
        flops_per_example=size.flops_per_example,
        steps=plain["result"]["steps"],
        seconds=seconds,
        evaluation_share=provenance["evaluation_share"],
        ensemble=provenance["ensemble"],
        stacked=is_stacked(size, batch(spec), host.device),
        host=host,
    )


def choose_timings(made: list[Timing], published: list[Timing], here: Host) -> tuple[list[Timing], str]:
    """The timings to estimate from, and where they were taken, in words; none if there are none.

    Runs made here count, and published ones of a machine like this, which may know studies that never ran
    here; without any, those of the machine that made most published runs on this kind of device (CPU or GPU).

    Args:
        made: runs in the results folders; adopted ones may have been made elsewhere.
        published: runs in the tracked records.
        here: this machine.
    """
    ours, like = ([each for each in timings if each.host == here] for timings in (made, published))
    if ours or like:
        places = ["on this machine"] * bool(ours) + ["on a machine like this"] * bool(like)
        return ours + like, f"{' and '.join(places)} ({here.name})"
    far = [each for each in published if (each.host.device == CPU) == (here.device == CPU)]
    if not far:
        return [], ""
    ((host, _),) = Counter(each.host for each in far).most_common(1)
    return [each for each in far if each.host == host], f"elsewhere ({host.name}; this is {here.name})"
