"""Made-up specs, results and records of runs."""

from collections.abc import Sequence
from typing import Any, Literal

from scalinglaws.config.job import Search
from scalinglaws.config.spec import RunSpec
from scalinglaws.counting.size import FlopsByPart, ModelSize
from scalinglaws.training.records.record import Provenance, Record
from scalinglaws.training.records.result import RunResult

SIZE = ModelSize(
    parameters=100,
    embedding_parameters=20,
    forward_flops=FlopsByPart(body=500, head=100),
    training_flops=FlopsByPart(body=1500, attention=200, head=300),
    products=10,
    outputs=4,
)
PROVENANCE = Provenance(
    started="2026-01-01T00:00:00+00:00",
    cpu_seconds=1.25,
    busy_seconds=1.5,
    evaluation_share=0.2,
    ensemble=4,
    flops_per_second=1e9,
    peak_flops_per_second=1e10,
    peak_memory_mb=300,
    device="cpu",
    processor="a processor",
    platform="here",
    versions={"python": "3.11"},
    commit=None,
)


def run_spec(**changes: Any) -> RunSpec:
    """A run of a few steps; changes are whole blocks."""
    plain: dict[str, Any] = {
        "task": "image-classification",
        "data": {"source": "toy"},
        "subset": {"examples": 8, "seed": 0},
        "model": {"family": "resnet", "options": {"width": 1, "depth": 8}},
        "learning_rate": 0.05,
        "optimiser": {"batch": 4, "averaging": 0.1},
        "schedule": {"warmup": {"steps": 2}},
        "duration": {"steps": 6},
        "evaluation": {"first": 2, "ratio": 1.5},
        "seed": 0,
    }
    return RunSpec.model_validate({**plain, **changes})


def searched(*learning_rates: float, at: Sequence[int] = (8,), **changes: Any) -> Search:
    """A search that tries learning rates on subsets of some sizes."""
    runs = tuple(
        run_spec(learning_rate=rate, subset={"examples": size, "seed": 0})
        for size in at
        for rate in learning_rates
    )
    return Search.model_validate({"runs": runs, "metric": "loss", "score": "minimum", **changes})


def run_result(steps: Sequence[int] = (2, 10), level: int = 0, **curves: Sequence[float]) -> RunResult:
    """The result of a run with given validation metrics at some steps; one without metrics diverged."""
    values = zip(*curves.values(), strict=True) if curves else [()] * len(steps)
    points = [
        {"step": step, "training_loss": 1.0 / step, **dict(zip(curves, each, strict=True))}
        for step, each in zip(steps, values, strict=True)
    ]
    return RunResult(
        level=level,
        density=0.5**level,
        status="completed" if curves else "diverged",
        stopped="duration" if curves else "diverged",
        steps=steps[-1],
        examples_seen=4 * steps[-1],
        diverged_at=None if curves else 7,
        minima={name: min(values) for name, values in curves.items()},
        curve=tuple(points) if curves else (),
    )


def run_record(
    spec: RunSpec, *results: RunResult, rate: float | None = None, phase: Literal["search", "grid"] = "grid"
) -> Record:
    """The record of a run; `rate` is what a searched learning rate came to."""
    return Record(
        run=spec.id,
        study="paper/one",
        job="job",
        phase=phase,
        spec=spec,
        learning_rate=float(spec.learning_rate if rate is None else rate),
        code="c0de",
        data="da7a",
        model=SIZE,
        results=results,
        provenance=PROVENANCE,
    )
