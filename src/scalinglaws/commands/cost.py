"""`scalinglaws cost`: what a scale will take, before anything starts."""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module

from scalinglaws.config import plugins
from scalinglaws.config.load import load_config
from scalinglaws.config.modules import FAMILIES, SOURCES, module_name
from scalinglaws.config.plan import plan
from scalinglaws.config.scale import Machine
from scalinglaws.config.spec import DataSpec, ModelSpec, RunSpec
from scalinglaws.training.record import ModelSize


@dataclass(frozen=True)
class Price:
    """What a run takes if it uses its whole budget of steps."""

    flops: float
    seconds: float


class Prices:
    """Prices runs; each architecture is built once, without memory for its weights."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._sizes: dict[tuple[str, str], ModelSize | None] = {}

    def of(self, run: RunSpec) -> Price:
        """FLOPs of the whole budget of steps, and seconds on the assumed machine, one worker.

        Where the source cannot know the shape of its examples before they are read, the FLOPs count as none.
        """
        size = self.size(run)
        step = (size.flops_per_example if size else 0) * min(run.optimiser.batch, run.subset.examples)
        seconds = max(self.machine.seconds_per_step, step / self.machine.flops_per_second)
        return Price(flops=float(step * run.budget.steps), seconds=seconds * run.budget.steps)

    def size(self, run: RunSpec) -> ModelSize | None:
        """Size of a run's model; None where the shape of its examples is unknown."""
        key = (run.model.name, run.data.name)
        if key not in self._sizes:
            self._sizes[key] = _size(run.model, run.data)
        return self._sizes[key]


def run(options: argparse.Namespace) -> int:
    """Print runs, FLOPs and time by study and architecture."""
    work = plan(load_config(options.scale, paper=options.paper))
    scale, prices = work.config.scale, Prices(work.config.scale.machine)
    totals: list[Price] = []
    print(f"Scale {scale.scale}: {scale.description}\n")
    if work.analyses:
        print(f"Nothing is trained for {', '.join(each.study.study for each in work.analyses)}.")
    if not work.studies:
        return 0
    print(f"{'study':<24} {'model':<28} {'N':>12} {'runs':>5} {'FLOPs':>9} {'time':>9}")
    for study in work.studies:
        by_model: dict[str, list[RunSpec]] = defaultdict(list)
        for spec in study.runs:
            by_model[spec.model.name].append(spec)
        for name, specs in by_model.items():
            costs = [prices.of(spec) for spec in specs]
            totals.extend(costs)
            size = prices.size(specs[0])
            print(_row(study.study.study, name, f"{size.parameters:,}" if size else "unknown", costs))
    print(_row("all", "", "", totals))
    machine = scale.machine
    wall = sum(cost.seconds for cost in totals) / machine.workers
    print(
        f"\nAt most: every run is priced at its whole budget of steps; patience ends many earlier.\n"
        f"Times are of one worker; with {machine.workers} at a time about {_duration(wall)} in all.\n"
        f"Assumed, not measured: {machine.flops_per_second:.1e} FLOP/s sustained and at least "
        f"{machine.seconds_per_step * 1e3:g} ms a step, for each worker (`machine` in the scale file)."
    )
    return 0


def _size(model: ModelSpec, data: DataSpec) -> ModelSize | None:
    counts = plugins.constant(SOURCES, data.source, "EXAMPLES")
    if counts is None:
        return None
    channels, height, width = counts["shape"]
    size = data.options.get("size")  # sources that resize or cut name it so
    shape = (channels, size, size) if isinstance(size, int) else (channels, height, width)

    import torch

    from scalinglaws.training.flops import model_size

    with torch.device("meta"):
        built = import_module(module_name(FAMILIES, model.family)).build(
            shape,
            data.options.get("classes", counts["classes"]),
            **plugins.complete(FAMILIES, model.family, "build", model.options),
        )
    return model_size(built, shape)


def _row(study: str, model: str, parameters: str, costs: list[Price]) -> str:
    flops, seconds = sum(cost.flops for cost in costs), sum(cost.seconds for cost in costs)
    return f"{study:<24} {model:<28} {parameters:>12} {len(costs):>5} {flops:>9.2e} {_duration(seconds):>9}"


def _duration(seconds: float) -> str:
    for unit, length in _units():
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"


def _units() -> Iterator[tuple[str, float]]:
    yield from (("days", 86400.0), ("h", 3600.0), ("min", 60.0))
