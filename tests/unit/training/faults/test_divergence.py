"""A run that diverges is a result like another, and does not touch the others in its ensemble."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from scalinglaws.config.job import Job
from scalinglaws.config.spec import RunSpec
from scalinglaws.tasks.image_classification import open_task
from scalinglaws.training.architecture import Architecture
from scalinglaws.training.order import Order, derived_seed
from scalinglaws.training.setup import run_setup
from unit.training.faults.stage import MakeStage, Stage, Undisturbed

pytestmark = pytest.mark.slow
CPU = torch.device("cpu")


@pytest.fixture
def healthy(make_job: Callable[..., Job]) -> Job:
    return make_job(runs=4, steps=60, first=20)  # a stretch in which losses break


def with_learning_rates(job: Job, *learning_rates: float) -> tuple[Job, list[RunSpec]]:
    """The job with one more run per learning rate, and these runs."""
    wild = [
        job.runs[0].model_copy(update={"learning_rate": learning_rate, "seed": 9})
        for learning_rate in learning_rates
    ]
    first, *others = job.runs
    return job.model_copy(update={"runs": (first, *wild, *others)}), wild  # in the midst of the ensemble


def first_broken_step(stage: Stage, spec: RunSpec) -> int:
    """The step at which the loss is not finite any more, in a loop without ensembles, with torch's
    optimiser.
    """
    assert isinstance(spec.learning_rate, float)
    task: Any = open_task(stage.prepared / "data", CPU)
    architecture = Architecture(spec.model, task, CPU)
    torch.manual_seed(derived_seed(spec.seed, "weights"))
    only = architecture.build()
    optimiser = torch.optim.SGD(only.parameters(), momentum=0.9, nesterov=True)
    setup = run_setup(spec, 1.0, 1.0, stage.prepared / "data", stage.prepared / "subsets")
    order = Order(setup.subset, spec.optimiser.batch, spec.seed)
    for step in range(1, setup.steps + 1):
        images, labels = task.batch(order.at(step)[None])
        loss = torch.nn.functional.cross_entropy(only(images[0]), labels[0])
        if not loss.isfinite():
            return step
        for group in optimiser.param_groups:
            group["lr"] = spec.learning_rate * setup.schedule(step)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    raise AssertionError("it does not diverge")


@pytest.mark.parametrize("ensemble", [64, 1])
def test_in_an_ensemble_with_healthy_runs(
    healthy: Job, make_stage: MakeStage, undisturbed: Undisturbed, ensemble: int
) -> None:
    job, wild = with_learning_rates(healthy, 1e4, 1e30)
    stage = make_stage(job)
    results = stage.done(ensemble)  # its exit status is 0
    for spec in wild:
        result = results.pop(spec.id)["results"][0]
        assert (result["status"], result["stopped"]) == ("diverged", "diverged")
        assert result["diverged_at"] == first_broken_step(stage, spec)
        assert result["minima"] == {}
        assert result["steps"] < 60  # no time is wasted on it
        last = result["curve"][-1]["step"] if result["curve"] else 0
        assert last < result["diverged_at"] <= result["steps"]
    assert results == undisturbed(healthy)


def test_at_the_second_step(healthy: Job, make_stage: MakeStage) -> None:
    # The first loss is of the initial weights, the second of weights beyond float32.
    job, (wild,) = with_learning_rates(healthy, 1e38)
    assert make_stage(job).done()[wild.id]["results"][0]["diverged_at"] == 2


def test_hopeless_but_finite(healthy: Job, make_stage: MakeStage, undisturbed: Undisturbed) -> None:
    job, (wild,) = with_learning_rates(healthy, 30.0)
    results = make_stage(job).done()
    result = results.pop(wild.id)["results"][0]
    assert result["status"] == "diverged"
    assert result["diverged_at"] == result["steps"]  # known at the end of the stretch only
    assert results == undisturbed(healthy)


def test_all_diverge(healthy: Job, make_stage: MakeStage) -> None:
    _, wild = with_learning_rates(healthy, 1e20, 1e30)
    results = make_stage(healthy.model_copy(update={"runs": tuple(wild)})).done()
    assert {each["results"][0]["status"] for each in results.values()} == {"diverged"}
