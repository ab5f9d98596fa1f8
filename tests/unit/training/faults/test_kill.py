"""A process that is killed loses what it did since its last checkpoint, and nothing else."""

import signal
import time
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from scalinglaws.config.job import Job
from unit.training.faults.stage import MakeStage, Undisturbed

pytestmark = pytest.mark.slow


PLAIN: dict[str, Any] = {}
SEARCH: dict[str, Any] = {"candidates": (1e-4, 2e-4)}  # too small, so that the search is widened
ADAMW: dict[str, Any] = {
    "optimiser": {"name": "adamw", "batch": 4, "weight_decay": 0.1, "clip": 1.0, "averaging": 0.1},
    "schedule": {"decay": "cosine", "to": 0.1, "warmup": {"share": 0.1}},
}
PRUNED: dict[str, Any] = {
    "procedure": {"name": "imp", "rewind": {"share": 0.2}, "levels": 3},
    "schedule": {"decay": "multistep", "at": [{"share": 0.5}]},
    "stopping": None,
}


@pytest.mark.parametrize(
    ("blocks", "ensemble", "steps", "most", "least_resumed"),
    [
        (PLAIN, 64, 200, 3, 1),
        (ADAMW, 64, 200, 3, 1),
        (PRUNED, 64, 60, 3, 1),
        (SEARCH, 64, 100, 4, 1),
        pytest.param(PLAIN, 64, 1000, 20, 7, marks=pytest.mark.long),
        pytest.param(PLAIN, 1, 250, 10, 4, marks=pytest.mark.long),
        pytest.param(ADAMW, 64, 1000, 20, 7, marks=pytest.mark.long),
        pytest.param(PRUNED, 64, 300, 20, 7, marks=pytest.mark.long),
    ],
    ids=["plain", "adamw", "pruned", "search", "plain-long", "plain-alone", "adamw-long", "pruned-long"],
)
def test_killed_again_and_again(
    make_job: Callable[..., Job],
    make_stage: MakeStage,
    undisturbed: Undisturbed,
    blocks: dict[str, Any],
    ensemble: int,
    steps: int,
    most: int,
    least_resumed: int,
) -> None:
    job = make_job(steps=steps, **blocks)
    random, rounds, kills, resumed = Random(ensemble), 0, 0, 0
    while kills < most:  # a fast machine is done before, and does it again
        rounds += 1
        stage = make_stage(job, f"round{rounds}")
        status, kept, progress = -1, stage.records(), 0
        while status != 0 and kills < most:
            child = stage.start(ensemble, every=0.1)
            if random.random() < 0.75:
                stage.until_saved(child)
            time.sleep(random.uniform(0.0, 0.4))
            child.send(signal.SIGKILL)
            ended = child.wait()
            status = ended.status
            assert status in (0, -signal.SIGKILL), ended.said
            kills += status != 0
            resumed += "resume at step" in ended.said
            assert kept.items() <= stage.records().items()
            assert stage.progress() >= progress
            kept, progress = stage.records(), stage.progress()
        assert progress > 0
        assert stage.done(ensemble) == undisturbed(job)
        assert kept.items() <= stage.records().items()
    assert resumed >= least_resumed


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("suffix", [".json", ".pt"])
def test_killed_at_a_renaming(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed, suffix: str, moment: str
) -> None:
    job = make_job(steps=60)
    stage = make_stage(job)
    for number in (1, 2, 3):
        before = stage.records()
        ended = stage.call(every=0.0, dies_at=(suffix, number, moment))
        assert ended.status == -signal.SIGKILL, ended.said
        assert before.items() <= stage.records().items()
        if suffix == ".json":
            assert len(stage.records()) == len(before) + number - (moment == "before")
        else:
            assert stage.left_behind() if moment == "before" else stage.checkpoint.exists()
    assert stage.done() == undisturbed(job)
    assert not [name for name in stage.left_behind() if ".pt." in name]
