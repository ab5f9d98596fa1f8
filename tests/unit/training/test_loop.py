"""The training loop, on a linear regression small enough to follow by hand."""

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor, nn

from scalinglaws.config.spec import RunSpec
from scalinglaws.training.loop import Outcome, derived_seed, train

MakeSpec = Callable[..., RunSpec]


class Regression:
    """Noisy linear targets; keeps every batch and the model's weights before it."""

    inputs = (3,)
    outputs = 1
    examples = 60

    def __init__(self, model: nn.Linear) -> None:
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(90, 3, generator=generator)
        noise = torch.randn(90, 1, generator=generator)
        self.y = self.x @ torch.tensor([[1.0], [-2.0], [0.5]]) + 0.5 * noise
        self.model = model
        self.batches: list[list[int]] = []
        self.weights: list[Tensor] = []

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        self.batches.append(indices.tolist())
        self.weights.append(self.model.weight.detach().clone())
        return self.x[indices], self.y[indices]

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return nn.functional.mse_loss(outputs, targets)

    @torch.no_grad()
    def evaluate(self, model: nn.Module) -> dict[str, float]:
        assert not model.training
        error = model(self.x[60:]) - self.y[60:]
        return {"squared": error.square().mean().item(), "absolute": error.abs().mean().item()}


class Constant(Regression):
    """A loss whose gradient is one for every weight and step."""

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        _, targets = super().batch(indices)
        return torch.ones(len(indices), 3), targets

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return outputs.mean()


class Weights(Regression):
    """Metrics that are the weights which are evaluated."""

    @torch.no_grad()
    def evaluate(self, model: nn.Module) -> dict[str, float]:
        return {f"w{i}": weight.item() for i, weight in enumerate(model.weight.flatten())}  # type: ignore[operator,union-attr]


class Script(Regression):
    """Metrics that are known beforehand."""

    values: Iterator[float] = iter(())

    def evaluate(self, model: nn.Module) -> dict[str, float]:
        return {"scripted": next(self.values)}


def go(
    spec: RunSpec, kind: type[Regression] = Regression, rate: float = 0.05, size: int | None = None
) -> tuple[Outcome, Regression]:
    torch.manual_seed(0)
    model = nn.Linear(3, 1, bias=False)
    task = kind(model)
    outcome = train(spec, rate, task, model, torch.arange(size or spec.subset.examples))
    return outcome, task


@pytest.fixture
def spec(make_spec: MakeSpec) -> RunSpec:
    return make_spec(
        subset={"examples": 40, "seed": 0},
        optimiser={"batch": 8, "warmup": 3},
        budget={"steps": 60, "patience": 50},
    )


def with_optimiser(spec: RunSpec, **changes: object) -> RunSpec:
    return RunSpec.model_validate(
        {**spec.model_dump(), "optimiser": {**spec.optimiser.model_dump(), **changes}}
    )


def test_a_run_is_the_same_bit_for_bit(spec: RunSpec) -> None:
    (one, first), (two, second) = go(spec), go(spec)
    assert one == two
    assert first.batches == second.batches
    assert torch.equal(first.model.weight, second.model.weight)


def test_another_seed_is_another_order(spec: RunSpec) -> None:
    _, first = go(spec)
    _, second = go(spec.model_copy(update={"seed": 1}))
    assert first.batches != second.batches
    assert derived_seed(0, "order") != derived_seed(0, "weights") != derived_seed(1, "weights")


def test_training_learns_and_minima_are_those_of_the_curve(spec: RunSpec) -> None:
    outcome, _ = go(spec)
    assert outcome.status == "completed"
    assert outcome.stopped == "budget"
    assert outcome.steps == outcome.curve[-1]["step"] == 60
    assert outcome.examples_seen == 60 * 8
    assert list(outcome.minima) == ["squared", "absolute"]
    for name, value in outcome.minima.items():
        assert value == min(point[name] for point in outcome.curve)
    assert outcome.minima["squared"] < 0.6 < outcome.curve[0]["squared"]


def test_the_training_loss_is_the_mean_since_the_last_evaluation(spec: RunSpec) -> None:
    outcome, task = go(with_optimiser(spec, momentum=0))
    losses = []
    for batch, weight in zip(task.batches, task.weights, strict=True):
        losses.append((task.x[batch] @ weight.T - task.y[batch]).square().mean().item())
    before = 0
    for point in outcome.curve:
        step = int(point["step"])
        assert point["training_loss"] == pytest.approx(sum(losses[before:step]) / (step - before), rel=1e-5)
        before = step


def test_each_pass_is_a_new_order_of_the_subset(spec: RunSpec) -> None:
    _, task = go(with_optimiser(spec, batch=12))
    assert {len(batch) for batch in task.batches} == {12}
    passes = [[i for batch in task.batches[at : at + 3] for i in batch] for at in range(0, 60, 3)]
    assert all(len(set(indices)) == 36 and set(indices) <= set(range(40)) for indices in passes)
    assert len(set(map(tuple, passes))) == len(passes)


def test_a_batch_larger_than_the_subset_is_the_whole_subset(spec: RunSpec) -> None:
    outcome, task = go(with_optimiser(spec, batch=64), size=5)
    assert all(sorted(batch) == [0, 1, 2, 3, 4] for batch in task.batches)
    assert outcome.examples_seen == 5 * 60


def test_the_learning_rate_warms_up(spec: RunSpec) -> None:
    _, task = go(with_optimiser(spec, momentum=0, warmup=4, averaging=0), Constant, rate=0.5)
    weights = torch.stack([*task.weights, task.model.weight.detach()])[:, 0, 0]
    rates = -weights.diff()
    torch.testing.assert_close(rates[:6], torch.tensor([0.1, 0.2, 0.3, 0.4, 0.5, 0.5]))


def test_without_averaging_the_weights_themselves_are_evaluated(spec: RunSpec) -> None:
    outcome, task = go(with_optimiser(spec, averaging=0), Weights)
    final = [outcome.curve[-1][f"w{i}"] for i in range(3)]
    assert final == task.model.weight.flatten().tolist()


def test_the_average_of_weights_is_evaluated_not_trained(spec: RunSpec) -> None:
    averaged, task = go(with_optimiser(spec, averaging=0.2), Weights)
    raw, same = go(with_optimiser(spec, averaging=0), Weights)
    assert torch.equal(task.model.weight, same.model.weight)
    trained = torch.stack([*task.weights[1:], task.model.weight.detach()])
    expected = trained[0]
    for step, weight in enumerate(trained[1:], 2):
        expected = expected + (weight - expected) / (1 + 0.2 * (step - 1))
    found = torch.tensor([[averaged.curve[-1][f"w{i}"] for i in range(3)]])
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    assert averaged.curve[-1] != raw.curve[-1]


@pytest.mark.parametrize(("values", "evaluations", "best"), [
    ([3, 2, 1, 2, 2, 2, 0], 6, 1),
    ([3, 3, 3, 3, 0], 4, 3),
    ([3, 4, 4, 2, 2, 2, 2, 0], 7, 2),
])  # fmt: skip
def test_patience_ends_a_run(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch, values: list[float], evaluations: int, best: float
) -> None:
    monkeypatch.setattr(Script, "values", iter(map(float, values)))
    spec = make_spec(budget={"steps": 500, "patience": 3, "first_evaluation": 1, "evaluation_ratio": 1.01})
    outcome, _ = go(spec, Script)
    assert outcome.stopped == "patience"
    assert outcome.steps == len(outcome.curve) == evaluations
    assert outcome.minima == {"scripted": best}


@pytest.mark.parametrize("averaging", [0, 0.1])
def test_a_run_that_diverges_says_so(spec: RunSpec, averaging: float) -> None:
    outcome, _ = go(with_optimiser(spec, averaging=averaging), rate=1e6)
    assert (outcome.status, outcome.stopped) == ("diverged", "diverged")
    assert outcome.minima == {}
    assert outcome.steps < 60
    assert all(abs(value) < float("inf") for point in outcome.curve for value in point.values())


def test_adam_trains_too(spec: RunSpec) -> None:
    outcome, _ = go(with_optimiser(spec, name="adam"))
    assert outcome.curve[-1]["squared"] < outcome.curve[0]["squared"]


def test_every_evaluation_is_reported(spec: RunSpec) -> None:
    torch.manual_seed(0)
    model, seen = nn.Linear(3, 1, bias=False), list[tuple[int, float]]()
    outcome = train(
        spec, 0.05, Regression(model), model, torch.arange(40), lambda step, loss: seen.append((step, loss))
    )
    assert seen == [(point["step"], point["training_loss"]) for point in outcome.curve]
