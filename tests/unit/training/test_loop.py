"""The training loop, on a linear regression small enough to follow by hand."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.tasks.core.task import Predict
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared
from scalinglaws.training.loop import Member, Training
from scalinglaws.training.order import derived_seed
from scalinglaws.training.procedures.train import TrainingOnce
from scalinglaws.training.records.result import RunResult
from scalinglaws.training.setup import RunSetup

MakeSpec = Callable[..., RunSpec]
CPU = torch.device("cpu")


class Regression:
    """Noisy linear targets; keeps every batch of the first run, and its weights before each step."""

    inputs, outputs, examples, validation, dtype = (3,), 1, 60, 0, torch.float32

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(90, 3, generator=generator)
        noise = torch.randn(90, 1, generator=generator)
        self.y = self.x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.5 * noise
        self.ensemble: Ensemble | None = None
        self.batches: list[list[int]] = []
        self.weights: list[Tensor] = []

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        self.batches.append(indices[0].tolist())
        self.weights.append(self.weight())
        return self.x[indices], self.y[indices]

    def weight(self) -> Tensor:
        assert self.ensemble is not None
        return self.ensemble.weights[:1, :3].clone()

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return (outputs - targets).square().mean((1, 2))

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        error = predict(self.x[60:]) - self.y[60:]
        return {"squared": error.square().mean((1, 2)), "absolute": error.abs().mean((1, 2))}


class Constant(Regression):
    """A loss whose gradient is one for every weight and step."""

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        _, targets = super().batch(indices)
        return torch.ones(*indices.shape, 3), targets

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.mean((1, 2))


class Weights(Regression):
    """Metrics that are the weights which are evaluated."""

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        return {f"w{i}": predict(torch.eye(3))[:, i, 0] for i in range(3)}


class Script(Regression):
    """Metrics that are known beforehand."""

    values: Iterator[float] = iter(())

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        return {"scripted": torch.tensor([next(self.values)])}


def begin(
    task: Regression, specs: Sequence[RunSpec], rates: Sequence[float], in_ensemble: bool = False
) -> Training:
    setups = [
        RunSetup(spec, rate, torch.arange(spec.subset.examples))
        for spec, rate in zip(specs, rates, strict=True)
    ]
    alike = Shared(specs[0].optimiser, "float32", in_ensemble)
    rows = [Row(setup.spec.seed, setup.learning_rate, setup.spec.optimiser.weight_decay) for setup in setups]
    task.ensemble = Ensemble(lambda: nn.Linear(3, 1, bias=False), rows, alike, CPU)
    return Training(setups, task.ensemble, task, TrainingOnce())


def finish(training: Training, after_step: Callable[[], None] = lambda: None) -> list[Member]:
    ended: list[Member] = []
    training.run(ended.append, after_step)
    return ended


def go(
    spec: RunSpec, kind: type[Regression] = Regression, rate: float = 0.05
) -> tuple[RunResult, Regression]:
    task = kind()
    (member,) = finish(begin(task, [spec], [rate]))
    (result,) = member.results
    return result, task


@pytest.fixture
def spec(make_spec: MakeSpec) -> RunSpec:
    return make_spec(
        subset={"examples": 40, "seed": 0},
        optimiser={"batch": 8, "averaging": 0.1},
        schedule={"warmup": {"steps": 3}},
        duration={"steps": 60},
        evaluation={"first": 4, "ratio": 1.4},
    )


def with_optimiser(spec: RunSpec, **changes: object) -> RunSpec:
    return changed(spec, optimiser={**identity(spec)["optimiser"], **changes})


def changed(spec: RunSpec, **blocks: object) -> RunSpec:
    return RunSpec.model_validate({**identity(spec), **blocks})


def test_a_run_is_the_same_bit_for_bit(spec: RunSpec) -> None:
    (one, first), (two, second) = go(spec), go(spec)
    assert one == two
    assert first.batches == second.batches
    assert torch.equal(first.weight(), second.weight())


def test_another_seed_is_another_order_and_other_weights(spec: RunSpec) -> None:
    _, first = go(spec)
    _, second = go(spec.model_copy(update={"seed": 1}))
    assert first.batches != second.batches
    assert not torch.equal(first.weights[0], second.weights[0])
    assert derived_seed(0, "order") != derived_seed(0, "weights") != derived_seed(1, "weights")


def test_training_learns_and_minima_are_those_of_the_curve(spec: RunSpec) -> None:
    result, _ = go(spec)
    assert result.status == "completed"
    assert result.stopped == "duration"
    assert result.steps == result.curve[-1]["step"] == 60
    assert result.examples_seen == 60 * 8
    assert list(result.minima) == ["squared", "absolute"]
    for name, value in result.minima.items():
        assert value == min(point[name] for point in result.curve)
    assert result.minima["squared"] < 0.6 < result.curve[0]["squared"]


def test_the_training_loss_is_the_mean_since_the_last_evaluation(spec: RunSpec) -> None:
    result, task = go(with_optimiser(spec, momentum=0))
    losses = []
    for batch, weight in zip(task.batches, task.weights, strict=True):
        losses.append((task.x[batch] @ weight.T - task.y[batch]).square().mean().item())
    before = 0
    for point in result.curve:
        step = int(point["step"])
        assert point["training_loss"] == pytest.approx(sum(losses[before:step]) / (step - before), rel=1e-5)
        before = step


@pytest.mark.parametrize("decay", ["constant", "cosine"])
def test_each_step_has_the_learning_rate_of_the_schedule(spec: RunSpec, decay: str) -> None:
    plain = changed(
        with_optimiser(spec, momentum=0.0, averaging=0.0),
        schedule={"decay": decay, "warmup": {"share": 0.1}},
        duration={"epochs": 4},
    )
    _, task = go(plain, Constant, rate=0.5)
    weights = torch.stack([*task.weights, task.weight()])[:, 0, 0]
    shares = RunSetup(plain, 0.5, torch.arange(40)).schedule
    expected = torch.tensor([0.5 * shares(step) for step in range(1, 21)])
    assert expected[-1] == 0.5 or decay == "cosine"
    torch.testing.assert_close(-weights.diff(), expected)


def test_without_averaging_the_weights_themselves_are_evaluated(spec: RunSpec) -> None:
    result, task = go(with_optimiser(spec, averaging=0), Weights)
    assert [result.curve[-1][f"w{i}"] for i in range(3)] == task.weight()[0].tolist()


def test_the_average_of_weights_is_evaluated_not_trained(spec: RunSpec) -> None:
    averaged, task = go(with_optimiser(spec, averaging=0.2), Weights)
    raw, same = go(with_optimiser(spec, averaging=0), Weights)
    assert torch.equal(task.weight(), same.weight())
    trained = torch.stack([*task.weights[1:], task.weight()])
    expected = trained[0]
    for step, weight in enumerate(trained[1:], 2):
        expected = expected + (weight - expected) / (1 + 0.2 * (step - 1))
    found = torch.tensor([[averaged.curve[-1][f"w{i}"] for i in range(3)]])
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    assert averaged.curve[-1] != raw.curve[-1]


EACH_STEP: dict[str, Any] = {
    "duration": {"steps": 500},
    "stopping": {"patience": 3},
    "evaluation": {"first": 1, "ratio": 1.01},
}


@pytest.mark.parametrize(("values", "evaluations", "best"), [
    ([3, 2, 1, 2, 2, 2, 0], 6, 1),
    ([3, 3, 3, 3, 0], 4, 3),
    ([3, 4, 4, 2, 2, 2, 2, 0], 7, 2),
])  # fmt: skip
def test_patience_ends_a_run(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch, values: list[float], evaluations: int, best: float
) -> None:
    monkeypatch.setattr(Script, "values", iter(map(float, values)))
    spec = make_spec(**EACH_STEP, schedule={"warmup": {"share": 0}})
    result, _ = go(spec, Script)
    assert result.stopped == "patience"
    assert result.steps == len(result.curve) == evaluations
    assert result.minima == {"scripted": best}


def test_patience_does_not_end_a_run_that_warms_up(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Script, "values", iter([3.0] * 20))
    result, _ = go(make_spec(**EACH_STEP, schedule={"warmup": {"share": 0.02}}), Script)  # 10 of 500 steps
    assert (result.stopped, result.steps) == ("patience", 10 + 3)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adam_trains_too(spec: RunSpec, name: str) -> None:
    result, _ = go(with_optimiser(spec, name=name))
    assert result.curve[-1]["squared"] < result.curve[0]["squared"]


def several(spec: RunSpec) -> list[RunSpec]:
    """Runs that end at different times: the second one diverges."""
    blocks = {"stopping": {"patience": 2}, "evaluation": {"first": 2, "ratio": 1.6}}
    sizes = (40, 30, 20, 10)
    return [
        changed(
            with_optimiser(spec, weight_decay=0.1 * (k % 3)),
            subset={"examples": size, "seed": 0},
            seed=k,
            **blocks,
        )
        for k, size in enumerate(sizes)
    ]


RATES = [0.05, 1e6, 0.2, 0.3]


@pytest.mark.parametrize("decay", ["constant", "linear"])
def test_runs_side_by_side_end_one_by_one_and_are_as_alone(spec: RunSpec, decay: str) -> None:
    specs = several(changed(spec, schedule={"decay": decay, "warmup": {"steps": 3}}))
    together = {m.setup.spec.id: m for m in finish(begin(Regression(), specs, RATES, in_ensemble=True))}
    assert len({member.results[0].steps for member in together.values()}) > 2
    for one, rate in zip(specs, RATES, strict=True):
        (alone,) = finish(begin(Regression(), [one], [rate], in_ensemble=True))
        assert alone.results == together[one.id].results
        assert alone.seconds.ensemble == 1
        assert together[one.id].seconds.ensemble == 4


@pytest.mark.parametrize("moment", [1, 2, 4, 7, 11])
@pytest.mark.parametrize("in_ensemble", [True, False])
def test_training_goes_on_from_where_it_was_saved(spec: RunSpec, in_ensemble: bool, moment: int) -> None:
    specs, rates = (several(spec), RATES) if in_ensemble else (several(spec)[:1], RATES[:1])
    undisturbed = {m.setup.spec.id: m.results for m in finish(begin(Regression(), specs, rates, in_ensemble))}
    first = begin(Regression(), specs, rates, in_ensemble)
    ended: list[Member] = []

    class StoppedError(Exception):
        """Raised after a step."""

    def stop() -> None:
        if first.step == moment:
            raise StoppedError

    with pytest.raises(StoppedError):
        first.run(ended.append, stop)
    saved = first.saved()
    going_on = [(one, rate) for one, rate in zip(specs, rates, strict=True) if one.id in saved]
    second = begin(Regression(), *map(list, zip(*going_on, strict=True)), in_ensemble)  # type: ignore[arg-type]
    second.resume([saved[one.id] for one, _ in going_on])
    assert second.step == moment
    ended += finish(second)
    assert {member.setup.spec.id: member.results for member in ended} == undisturbed


def test_times_add_up_to_those_of_the_process(spec: RunSpec) -> None:
    members = finish(begin(Regression(), several(spec), RATES, in_ensemble=True))
    assert all(0 < member.seconds.evaluation < member.seconds.wall for member in members)
    assert sum(member.seconds.wall for member in members) < 60
