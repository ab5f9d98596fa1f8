"""Too little memory for an ensemble splits it; for a run alone, the others are done. And training leaks
none.
"""

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from scalinglaws.config.job import Job
from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.errors import RecordError
from scalinglaws.stages import train as stage_module
from scalinglaws.training import trainer
from scalinglaws.training.architecture import Architecture
from scalinglaws.training.ensemble.ensemble import Ensemble
from scalinglaws.training.loop import Training
from scalinglaws.training.setup import RunSetup
from unit.training.faults.stage import MakeStage, Stage, Undisturbed

pytestmark = pytest.mark.slow
ERRORS = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes."),
    RuntimeError("std::bad_alloc"),
    RuntimeError("could not create a primitive"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    MemoryError(),
]


@pytest.fixture
def job(make_job: Callable[..., Job]) -> Job:
    return make_job(runs=7, steps=30)


def break_above(monkeypatch: pytest.MonkeyPatch, most: int, error: Exception, calls: int = 0) -> list[int]:
    """Let steps fail in ensembles of more than `most` runs, after some of them; the sizes that failed."""
    advance, failed, count = Ensemble.advance, [], [0]

    def limited(ensemble: Ensemble, *arguments: Any) -> Any:
        count[0] += 1
        if ensemble.runs > most and count[0] > calls:
            failed.append(ensemble.runs)
            raise error
        return advance(ensemble, *arguments)

    monkeypatch.setattr(Ensemble, "advance", limited)
    return failed


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: str(error)[:20] or "MemoryError")
def test_a_lack_of_memory_is_recognised(error: Exception) -> None:
    assert trainer._is_out_of_memory(error)


@pytest.mark.parametrize("error", [ERRORS[0], ERRORS[-1]], ids=["torch", "Python"])
def test_an_ensemble_is_split(
    job: Job,
    make_stage: MakeStage,
    undisturbed: Undisturbed,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    stage = make_stage(job)
    failed = break_above(monkeypatch, 2, error)
    stage_module.main(stage.arguments())
    assert failed == [7, 3, 4]
    assert stage.results() == undisturbed(job)


def test_in_the_midst(
    make_job: Callable[..., Job],
    make_stage: MakeStage,
    undisturbed: Undisturbed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = make_job(runs=7, steps=30, patience=99)
    over = job.runs[0].model_copy(update={"learning_rate": 1e30})  # it has its record when the others fail
    job = job.model_copy(update={"runs": (*job.runs, over)})
    stage = make_stage(job)
    failed = break_above(monkeypatch, 3, MemoryError(), calls=20)
    stage_module.main(stage.arguments())
    assert failed == [7, 4]
    assert stage.results() == undisturbed(job)


def test_records_of_other_code_do_not_count_as_done(
    job: Job, make_stage: MakeStage, undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = make_stage(job)
    stage.done()
    break_above(monkeypatch, 2, MemoryError())
    stage_module.main(stage.arguments(code="c0df"))
    assert all(b'"code": "c0df"' in content for content in stage.records().values())
    assert stage.results() == undisturbed(job)


def test_another_error_does_not_count_as_lack_of_memory(
    job: Job, make_stage: MakeStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = break_above(monkeypatch, 0, RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    with pytest.raises(RuntimeError, match="shapes"):
        stage_module.main(make_stage(job).arguments())
    assert failed == [7]


def test_one_does_not_fit_even_alone(
    job: Job, make_stage: MakeStage, undisturbed: Undisturbed, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, large, begin = make_stage(job), job.runs[3].id, Architecture.training

    def limited(architecture: Architecture, setups: Sequence[RunSetup]) -> Training:
        if large in {each.spec.id for each in setups}:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return begin(architecture, setups)

    monkeypatch.setattr(Architecture, "training", limited)
    expected = r"^paper/one job: not enough memory for 1 of its runs, even alone \(resnet-depth8-width1\)"
    with pytest.raises(RecordError, match=expected):
        stage_module.main(stage.arguments())
    results = undisturbed(job)
    assert stage.results() == {run: result for run, result in results.items() if run != large}
    monkeypatch.undo()  # on a larger machine
    assert stage.done() == results


@pytest.mark.skipif(sys.platform != "linux", reason="limits the address space as Linux counts it")
def test_a_real_lack(make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed) -> None:
    job = make_job(runs=100, steps=4, rate=1e-4)
    wide = {"family": "resnet", "options": {"width": 4, "depth": 8}}
    same = {
        "model": wide,
        "optimiser": {"batch": 40, "averaging": 0.1},
        "subset": {"examples": 40, "seed": 0},
    }
    runs = tuple(RunSpec.model_validate({**identity(run), **same}) for run in job.runs)
    job = job.model_copy(update={"runs": runs})
    stage = make_stage(job)
    ended = stage.call(ensemble=128, more_memory=32_000_000)
    # How much is left after the first failure is up to the allocator: for all runs, for some or for none.
    assert ended.status in (0, 2), ended.said
    assert re.search(r"out of memory with an ensemble of \d\d+ runs", ended.said)
    assert "Traceback" not in ended.said
    assert ended.status == 0 or "error: paper/one job: not enough memory for " in ended.said
    assert stage.results().items() <= undisturbed(job).items()
    assert stage.done() == undisturbed(job)


def resident(stage: Stage, **settings: Any) -> list[int]:
    """Bytes in memory at each record."""
    ended = stage.call(tells_memory=True, **settings)
    assert ended.status == 0, ended.said
    return [int(size) for size in re.findall(r"^resident (\d+)$", ended.said, re.MULTILINE)]


@pytest.mark.parametrize("settings", [{"ensemble": 8}, {"alone": True}], ids=["ensembles", "alone"])
@pytest.mark.parametrize(
    ("runs", "most"), [(40, 100_000), pytest.param(200, 20_000, marks=pytest.mark.long)], ids=["few", "many"]
)
def test_nothing_leaks(
    make_job: Callable[..., Job], make_stage: MakeStage, settings: dict[str, Any], runs: int, most: int
) -> None:
    sizes = resident(make_stage(make_job(runs=40 + runs, steps=5, rate=1e-4)), **settings)[40:]
    assert len(sizes) == runs
    assert np.polyfit(np.arange(runs), sizes, 1)[0] < most  # bytes per run
    assert max(sizes) < 1e9
