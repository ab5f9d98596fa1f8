"""A full disk costs a checkpoint, or ends a process with a clear error; what is written already stays."""

import signal
from collections.abc import Callable

import pytest

from scalinglaws.config.job import Job
from unit.training.faults.stage import MakeStage, Undisturbed, waiting

pytestmark = pytest.mark.slow
RECORD_FITS = 12_000  # bytes: a record is smaller, a checkpoint larger
NOTHING_FITS = 2000  # but what the process says


def test_checkpoints_do_not_fit(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed
) -> None:
    job = make_job(steps=60)
    stage = make_stage(job)
    ended = stage.call(every=0.0, largest_file=RECORD_FITS)
    assert ended.status == 0
    assert f"{stage.checkpoint}: the checkpoint cannot be written (File too large)" in ended.said
    assert "Traceback" not in ended.said
    assert stage.results() == undisturbed(job)
    assert stage.left_behind() == []


def test_a_record_does_not_fit(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed
) -> None:
    job = make_job(steps=60)
    stage = make_stage(job)
    assert stage.call(dies_at=(".json", 2, "after")).status == -signal.SIGKILL
    there = stage.records()
    assert len(there) == 2
    ended = stage.call(largest_file=NOTHING_FITS)
    assert ended.status == 2
    (error,) = (line for line in ended.said.splitlines() if line.startswith("error: "))
    named = {run.id for run in job.runs if f"error: {stage.out / run.id}.json: the record cannot" in error}
    assert len(named) == 1 and named.isdisjoint(there)
    assert "(File too large); free some space and start again" in error
    assert "Traceback" not in ended.said
    assert stage.records() == there
    assert stage.left_behind() == []
    assert stage.done() == undisturbed(job)
    assert there.items() <= stage.records().items()


def test_stopped_on_a_full_disk(make_job: Callable[..., Job], make_stage: MakeStage) -> None:
    stage = make_stage(make_job(steps=400, patience=99))
    child = stage.start(largest_file=RECORD_FITS)
    for _ in waiting():
        if stage.heartbeat.exists() or child.ended():
            break
    child.send(signal.SIGTERM)
    ended = child.wait()
    assert ended.status == 128 + signal.SIGTERM
    assert ended.said.endswith(
        "start again to resume from the last checkpoint, because none could be written now\n"
    )
    assert not stage.checkpoint.exists()
    assert stage.left_behind() == []
