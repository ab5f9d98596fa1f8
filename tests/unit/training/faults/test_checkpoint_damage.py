"""A checkpoint that cannot be used costs time: its runs start again, to the same end."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from signal import SIGKILL
from typing import Any

import pytest
import torch

from scalinglaws.config.job import Job
from unit.training.faults.stage import MakeStage, Undisturbed

pytestmark = pytest.mark.slow
DAMAGED = "the checkpoint is damaged; its runs start again"
SAVES = 20  # until the process is killed: one per step


Saved = Callable[[Job], bytes]
KNOWN: dict[str, bytes] = {}
"""Checkpoints by job: the made-up data are the same in all tests."""


@pytest.fixture
def saved(make_stage: MakeStage) -> Saved:
    """Trains a job until some steps are saved; its checkpoint."""

    def checkpoint(job: Job) -> bytes:
        key = job.model_dump_json()
        if key not in KNOWN:
            stage = make_stage(job, "killed")
            ended = stage.call(every=0.0, dies_at=(".pt", SAVES, "after"))
            assert ended.status == -SIGKILL, ended.said
            KNOWN[key] = stage.checkpoint.read_bytes()
        return KNOWN[key]

    return checkpoint


def signed(content: object) -> bytes:
    """A checkpoint with this content, and the digest that belongs to it."""
    stream = io.BytesIO()
    torch.save(content, stream)
    whole = stream.getvalue()
    return whole + hashlib.sha256(whole).digest()


def changed(checkpoint: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The checkpoint after a change to what is saved of each run."""
    plain = torch.load(io.BytesIO(checkpoint), weights_only=True)
    for state in plain["states"].values():
        change(state)
    return signed(plain)


def flipped(content: bytes) -> bytes:
    """With another bit in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 16]) + content[middle + 1 :]


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.mkdir, (self.folder,)


DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "truncated": (lambda content: content[: len(content) // 3], DAMAGED),
    "without its end": (lambda content: content[:-1], DAMAGED),
    "empty": (lambda content: b"", DAMAGED),
    "a flipped bit": (flipped, DAMAGED),
    "no checkpoint": (lambda content: b"%PDF-1.7 " * 1000, DAMAGED),
    "another's file": (lambda content: signed([1, 2, 3]), DAMAGED),
    "no states": (lambda content: signed({"made_by": {}}), DAMAGED),
    "states of another form": (lambda content: signed({"made_by": {}, "states": {"run": 3}}), DAMAGED),
    "other arrays": (
        lambda content: changed(content, lambda state: state["arrays"].update(weights=torch.zeros(3))),
        "their checkpoint does not fit them",
    ),
    "a part missing": (
        lambda content: changed(content, lambda state: state.pop("losses")),
        "their checkpoint does not fit them",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed, saved: Saved, damage: str
) -> None:
    job = make_job(runs=3, steps=40, patience=99)
    stage = make_stage(job)
    make, warning = DAMAGE[damage]
    stage.checkpoint.write_bytes(make(saved(job)))
    ended = stage.call()
    assert ended.status == 0, ended.said
    assert warning in ended.said and "resume at" not in ended.said
    assert stage.results() == undisturbed(job)


def test_a_sound_one(make_job: Callable[..., Job], make_stage: MakeStage, saved: Saved) -> None:
    # What the others rest on: without damage, it is used.
    job = make_job(runs=3, steps=40, patience=99)
    stage = make_stage(job)
    stage.checkpoint.write_bytes(changed(saved(job), lambda state: None))
    assert f"3 runs resume at step {SAVES}\n" in stage.call().said


def test_pickled_code_is_not_run(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed, tmp_path: Path
) -> None:
    job = make_job(runs=3, steps=40, patience=99)
    stage = make_stage(job)
    trap, trapped = Trap(tmp_path / "trapped"), signed({"made_by": {}, "states": Trap(tmp_path / "trapped")})
    torch.load(io.BytesIO(trapped[:-32]), weights_only=False)
    trap.folder.rmdir()  # it does work
    stage.checkpoint.write_bytes(trapped)
    ended = stage.call()
    assert ended.status == 0, ended.said
    assert DAMAGED in ended.said
    assert not trap.folder.exists()
    assert stage.results() == undisturbed(job)


def test_of_other_code(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed, saved: Saved
) -> None:
    job = make_job(runs=3, steps=40, patience=99)
    stage = make_stage(job)
    stage.checkpoint.write_bytes(saved(job))
    ended = stage.call(code="c0df")
    assert ended.status == 0, ended.said
    assert "the checkpoint was made by other code, data or device; its runs start again" in ended.said
    assert stage.results() == undisturbed(job)


def test_of_other_runs(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed, saved: Saved
) -> None:
    job = make_job(runs=3, steps=40, patience=99)
    stage = make_stage(job)
    stage.checkpoint.write_bytes(saved(make_job(runs=3, steps=41, patience=99)))
    ended = stage.call()
    assert ended.status == 0, ended.said
    assert "resume at" not in ended.said
    assert stage.results() == undisturbed(job)


def test_of_some_of_the_runs(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed, saved: Saved
) -> None:
    # The job has grown since: some go on, the others begin, in ensembles of their own.
    job = make_job(runs=5, steps=40, patience=99)
    stage = make_stage(job)
    stage.checkpoint.write_bytes(saved(make_job(runs=2, steps=40, patience=99)))
    ended = stage.call()
    assert ended.status == 0, ended.said
    assert f"2 runs resume at step {SAVES}\n" in ended.said
    assert stage.results() == undisturbed(job)
