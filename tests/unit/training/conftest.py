"""A run's spec and record, and a small prepared data set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.config.spec import RunSpec
from scalinglaws.training.records.record import Record
from scalinglaws.training.records.result import RunResult
from unit.made_records import PROVENANCE, SIZE
from unit.toy_images import prepare_images

MakeSpec = Callable[..., RunSpec]
MakeRecord = Callable[..., Record]


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


@pytest.fixture
def make_spec() -> MakeSpec:
    """`run_spec`."""
    return run_spec


@pytest.fixture
def make_record() -> MakeRecord:
    """A record of a run with given minima; none are a diverged run."""

    def make(spec: RunSpec, rate: float | None = None, phase: str = "grid", **minima: float) -> Record:
        found = rate if rate is not None else spec.learning_rate
        assert isinstance(found, float)
        points = [{"step": step, "training_loss": 1.0 / step, **minima} for step in (10, 2)]
        return Record(
            run=spec.id,
            study="paper/one",
            job="job",
            phase=phase,  # type: ignore[arg-type]
            spec=spec,
            learning_rate=found,
            code="c0de",
            data="da7a",
            model=SIZE,
            results=(
                RunResult(
                    status="completed" if minima else "diverged",
                    stopped="duration" if minima else "diverged",
                    steps=10,
                    examples_seen=40,
                    diverged_at=None if minima else 10,
                    minima=minima,
                    curve=tuple(points) if minima else (),
                ),
            ),
            provenance=PROVENANCE,
        )

    return make


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    """A folder with `data` and `subsets`, see `prepare_images`."""
    return prepare_images(tmp_path)
