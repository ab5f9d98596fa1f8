"""Two processes on the same job and folder, as when the stage is called by hand beside a workflow."""

import json
from collections.abc import Callable
from random import Random
from time import sleep

import pytest

from scalinglaws.config.job import Job
from unit.training.faults.stage import MakeStage, Undisturbed, waiting

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("delay", [0.0, 0.7])
def test_two_at_once(
    make_job: Callable[..., Job], make_stage: MakeStage, undisturbed: Undisturbed, delay: float
) -> None:
    job = make_job(steps=200)
    stage = make_stage(job)
    random, seen = Random(0), 0
    first = stage.start(every=0.02)
    sleep(delay)
    second = stage.start(every=0.03)
    for _ in waiting():
        for content in stage.records().values():  # whole at any time
            seen += json.loads(content)["results"][0]["steps"] > 0
        if first.ended() and second.ended():
            break
        sleep(random.uniform(0.0, 0.01))
    for child in (first, second):
        ended = child.wait()
        assert ended.status == 0, ended.said
        assert "Traceback" not in ended.said
    assert seen > 0
    assert stage.results() == undisturbed(job)
    assert [name for name in stage.left_behind() if ".json." in name] == []
    assert stage.done() == undisturbed(job)
    assert stage.left_behind() == []
