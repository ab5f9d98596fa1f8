"""A process that is asked to stop saves where its runs stand, says so, and the next goes on from there."""

import re
import signal
import subprocess
from collections.abc import Callable

import pytest

from scalinglaws.config.job import Job
from unit.training.faults.stage import MakeStage, Stage, Undisturbed, waiting

pytestmark = pytest.mark.slow
LONG = 200  # steps: enough for a signal to come in time


@pytest.fixture
def job(make_job: Callable[..., Job]) -> Job:
    return make_job(runs=4, steps=LONG, patience=99, rate=0.005)


def until_training(stage: Stage, over: Callable[[], bool]) -> None:
    """Wait for the first heartbeat, which comes with the first step."""
    for _ in waiting():
        if stage.heartbeat.exists():
            return
        assert not over()


def goes_on(stage: Stage) -> None:
    """The next call takes up the runs where the checkpoint has them."""
    (step,) = set(stage.saved().values())
    assert 0 < step < LONG
    ended = stage.call()
    assert ended.status == 0, ended.said
    assert f" 4 runs resume at step {step}\n" in ended.said


def test_a_signal_to_the_command(job: Job, make_stage: MakeStage, undisturbed: Undisturbed) -> None:
    stage, number = make_stage(job), signal.SIGINT
    called = subprocess.Popen(stage.command(), stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    until_training(stage, lambda: called.poll() is not None)
    called.send_signal(number)
    printed, said = called.communicate()
    assert called.returncode == 128 + number, said
    assert said.endswith(f"paper/one job: stopped by {number.name}; start again to resume from here\n")
    assert printed == "" and "Traceback" not in said
    assert stage.left_behind() == []
    goes_on(stage)
    assert stage.results() == undisturbed(job)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR2])
def test_a_signal_of_a_scheduler(
    job: Job, make_stage: MakeStage, undisturbed: Undisturbed, number: signal.Signals
) -> None:
    stage = make_stage(job)
    child = stage.start()
    until_training(stage, child.ended)
    child.send(number)
    ended = child.wait()
    assert ended.status == 128 + number, ended.said
    assert ended.said.endswith(f"stopped by {number.name}; start again to resume from here\n")
    goes_on(stage)
    assert stage.results() == undisturbed(job)


def test_signals_in_a_row(job: Job, make_stage: MakeStage, undisturbed: Undisturbed) -> None:
    # A scheduler warns, then stops; an impatient user presses Ctrl-C again.
    stage = make_stage(job)
    child = stage.start(every=0.0)  # it is writing most of the time
    until_training(stage, child.ended)
    for number in (signal.SIGUSR2, signal.SIGINT, signal.SIGTERM, signal.SIGTERM, signal.SIGINT) * 4:
        child.send(number)
    ended = child.wait()
    assert ended.status in {128 + number for number in (signal.SIGUSR2, signal.SIGINT, signal.SIGTERM)}
    assert re.search(r"stopped by \w+; start again to resume from here\n$", ended.said)
    assert "Traceback" not in ended.said
    goes_on(stage)
    assert stage.results() == undisturbed(job)


def test_stopped_again_and_again(job: Job, make_stage: MakeStage, undisturbed: Undisturbed) -> None:
    stage, steps = make_stage(job), [0]
    for _ in range(4):
        child = stage.start()
        until_training(stage, child.ended)
        child.send(signal.SIGTERM)
        assert child.wait().status == 128 + signal.SIGTERM
        steps += set(stage.saved().values())
        stage.heartbeat.unlink()
    assert steps == sorted(set(steps))  # each call took a step at least
    assert stage.done() == undisturbed(job)
