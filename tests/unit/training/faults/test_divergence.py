"""A run that diverges is a result like another, and does not touch those beside it."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from scalinglaws.config.pack import Pack
from scalinglaws.config.spec import RunSpec
from scalinglaws.training.order import Order
from scalinglaws.training.seeds import derived_seed
from scalinglaws.training.side_by_side import Architecture, job
from scalinglaws.training.tasks.image_classification import open_task
from unit.training.faults.stage import MakeStage, Stage, Undisturbed

pytestmark = pytest.mark.slow
CPU = torch.device("cpu")


@pytest.fixture
def healthy(make_pack: Callable[..., Pack]) -> Pack:
    return make_pack(runs=4, steps=60, first=20)  # a stretch in which losses break


def with_rates(pack: Pack, *rates: float) -> tuple[Pack, list[RunSpec]]:
    """The pack with one more run a rate; and those."""
    wild = [pack.runs[0].model_copy(update={"learning_rate": rate, "seed": 9}) for rate in rates]
    first, *others = pack.runs
    return pack.model_copy(update={"runs": (first, *wild, *others)}), wild  # in the midst of the stack


def first_broken_step(stage: Stage, spec: RunSpec) -> int:
    """The step at which the loss is not finite any more, in a loop without stacks, with torch's optimiser."""
    assert isinstance(spec.learning_rate, float)
    task: Any = open_task(stage.prepared / "data", CPU)
    architecture = Architecture(spec.model, task, CPU)
    torch.manual_seed(derived_seed(spec.seed, "weights"))
    only = architecture.build()
    optimiser = torch.optim.SGD(only.parameters(), momentum=spec.optimiser.momentum, nesterov=True)
    order = Order(job(spec, 1.0, task, stage.prepared / "subsets").subset, spec.optimiser.batch, spec.seed)
    for step in range(1, spec.budget.steps + 1):
        images, labels = task.batch(order.at(step)[None])
        loss = torch.nn.functional.cross_entropy(only(images[0]), labels[0])
        if not loss.isfinite():
            return step
        for group in optimiser.param_groups:
            group["lr"] = spec.learning_rate * min(1.0, step / (spec.optimiser.warmup + 1))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    raise AssertionError("it does not diverge")


@pytest.mark.parametrize("stack", [64, 1])
def test_beside_healthy_runs(
    healthy: Pack, make_stage: MakeStage, undisturbed: Undisturbed, stack: int
) -> None:
    pack, wild = with_rates(healthy, 1e4, 1e30)
    stage = make_stage(pack)
    results = stage.done(stack)  # its exit status is 0
    for spec in wild:
        result = results.pop(spec.id)["result"]
        assert (result["status"], result["stopped"]) == ("diverged", "diverged")
        assert result["diverged_at"] == first_broken_step(stage, spec)
        assert result["minima"] == {}
        assert result["steps"] < spec.budget.steps  # no time is wasted on it
        last = result["curve"][-1]["step"] if result["curve"] else 0
        assert last < result["diverged_at"] <= result["steps"]
    assert results == undisturbed(healthy)


def test_at_the_second_step(healthy: Pack, make_stage: MakeStage) -> None:
    # The first loss is of the initial weights, the second of weights beyond float32.
    pack, (wild,) = with_rates(healthy, 1e38)
    assert make_stage(pack).done()[wild.id]["result"]["diverged_at"] == 2


def test_hopeless_but_finite(healthy: Pack, make_stage: MakeStage, undisturbed: Undisturbed) -> None:
    pack, (wild,) = with_rates(healthy, 30.0)
    results = make_stage(pack).done()
    result = results.pop(wild.id)["result"]
    assert result["status"] == "diverged"
    assert result["diverged_at"] == result["steps"]  # known at the end of the stretch only
    assert results == undisturbed(healthy)


def test_all_diverge(healthy: Pack, make_stage: MakeStage) -> None:
    _, wild = with_rates(healthy, 1e20, 1e30)
    results = make_stage(healthy.model_copy(update={"runs": tuple(wild)})).done()
    assert {each["result"]["status"] for each in results.values()} == {"diverged"}
