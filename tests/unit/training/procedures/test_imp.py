"""Iterative magnitude pruning against a plain loop, written out here for one model."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import functional_call

from scalinglaws.config.spec import Imp, RunSpec
from scalinglaws.models import mlp
from scalinglaws.tasks.core.task import Predict
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared
from scalinglaws.training.loop import Member, Training
from scalinglaws.training.order import Order, derived_seed
from scalinglaws.training.procedures.imp import Pruning, remove_smallest_
from scalinglaws.training.records.result import RunResult
from scalinglaws.training.setup import RunSetup

MakeSpec = Callable[..., RunSpec]
CPU = torch.device("cpu")
EXAMPLES, STEPS, LEVELS = 24, 20, 3
MODEL_WEIGHTS = 5 * 7 + 7 * 3
"""Prunable ones."""


class Vectors:
    """Classification of made-up vectors. The loss of some calls can be made infinite, by row."""

    inputs, outputs, examples, validation, dtype = (5,), 3, EXAMPLES, 0, torch.float32

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(1)
        self.x = torch.randn(40, 5, generator=generator)
        self.y = self.x[:, :3].argmax(1)
        self.calls = 0
        self.broken: dict[int, int] = {}

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        return self.x[indices], self.y[indices]

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        self.calls += 1
        each = nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), reduction="none")
        losses = each.view(targets.shape).mean(1)
        if self.calls in self.broken:
            factor = torch.ones(len(losses))
            factor[self.broken[self.calls]] = torch.inf
            return losses * factor
        return losses

    def evaluate(self, predict: Predict) -> dict[str, Tensor]:
        outputs = predict(self.x[EXAMPLES:])
        targets = self.y[EXAMPLES:].expand(len(outputs), -1)
        each = nn.functional.cross_entropy(outputs.flatten(0, 1), targets.flatten(), reduction="none")
        return {"cross_entropy": each.view(targets.shape).mean(1)}


def build() -> nn.Module:
    return mlp.build((5,), 3, width=7, depth=1)


@pytest.fixture
def spec(make_spec: MakeSpec) -> RunSpec:
    return make_spec(
        subset={"examples": EXAMPLES, "seed": 0},
        optimiser={"batch": 8},
        schedule={"decay": "cosine", "warmup": {"steps": 3}},
        duration={"steps": STEPS},
        procedure={"name": "imp", "rewind": {"steps": 6}, "levels": LEVELS, "fraction": 0.3},
    )


def changed(spec: RunSpec, **blocks: Any) -> RunSpec:
    return RunSpec.model_validate({**spec.model_dump(exclude_unset=True), **blocks})


def setups_of(specs: list[RunSpec]) -> list[RunSetup]:
    return [RunSetup(spec, 0.05 * (1 + spec.seed), torch.arange(spec.subset.examples)) for spec in specs]


class Pruned:
    """Runs that are pruned as an ensemble."""

    def __init__(self, specs: list[RunSpec], in_ensemble: bool = True, task: Vectors | None = None) -> None:
        setups = setups_of(specs)
        shared = Shared(specs[0].optimiser, "float32", in_ensemble, pruned=True)
        rows = [
            Row(derived_seed(one.spec.seed, "weights"), one.learning_rate, one.spec.optimiser.weight_decay)
            for one in setups
        ]
        self.ensemble = Ensemble(build, rows, shared, CPU)
        settings = specs[0].procedure
        assert isinstance(settings, Imp)
        pruning = Pruning(settings, setups[0].rewind)
        self.training = Training(setups, self.ensemble, task or Vectors(), pruning)
        self.ended: list[Member] = []

    def run(self, after_step: Callable[[], None] = lambda: None) -> dict[str, tuple[RunResult, ...]]:
        """Results by run id. Removed weights are zero after each step."""

        def check() -> None:
            assert self.ensemble.weights[self.ensemble.mask == 0].eq(0).all()
            after_step()

        self.training.run(self.ended.append, check)
        return {member.setup.spec.id: member.results for member in self.ended}


class ByHand:
    """Nesterov's momentum in the operations of our own rule."""

    def __init__(self, parameters: list[nn.Parameter]) -> None:
        self.parameters, self.velocities = parameters, [torch.zeros_like(each) for each in parameters]
        self.param_groups = [{"lr": torch.zeros(1)}]

    def zero_grad(self) -> None:
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        for parameter, velocity in zip(self.parameters, self.velocities, strict=True):
            assert parameter.grad is not None
            velocity.mul_(0.9).add_(parameter.grad)
            change = parameter.grad.add(velocity, alpha=0.9)
            parameter.sub_(change.mul_(self.param_groups[0]["lr"]))


def plain_loop(spec: RunSpec, optimiser_of: Callable[[list[nn.Parameter]], Any]) -> list[dict[str, Any]]:
    """Train, prune, rewind; density and parameters at the end of each level, and its validation loss."""
    (setup,), task, imp = setups_of([spec]), Vectors(), spec.procedure
    assert isinstance(imp, Imp)
    torch.manual_seed(derived_seed(spec.seed, "weights"))
    model = build()
    parameters = list(model.parameters())
    averages = [each.detach().clone() for each in parameters]
    weights = [each for each in parameters if each.dim() > 1]
    masks = [torch.ones_like(each) for each in weights]
    order, rewind = Order(setup.subset, setup.batch, spec.seed), setup.rewind

    def train(first: int, last: int) -> None:
        optimiser = optimiser_of(parameters)
        for step in range(first, last + 1):
            images, labels = task.batch(order.at(step)[None])
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(images[0]), labels[0]).backward()
            rate = torch.tensor(setup.learning_rate) * torch.tensor(setup.schedule(step))
            optimiser.param_groups[0]["lr"] = rate if isinstance(optimiser, ByHand) else rate.item()
            optimiser.step()
            with torch.no_grad():
                for weight, mask in zip(weights, masks, strict=True):
                    weight.mul_(mask)
                for average, parameter in zip(averages, parameters, strict=True):
                    average.lerp_(parameter, 1 / (1 + spec.optimiser.averaging * (step - first)))

    def predict(x: Tensor) -> Tensor:
        own = dict(zip(dict(model.named_parameters()), averages, strict=True))
        outputs: Tensor = functional_call(model, own, (x,))
        return outputs[None]

    train(1, rewind)
    marked = [each.detach().clone() for each in parameters]
    found = []
    for level in range(imp.levels + 1):
        if level > 0:
            evaluated = [each for each in averages if each.dim() > 1]
            left = [weight[mask > 0].abs() for weight, mask in zip(evaluated, masks, strict=True)]
            sizes = torch.cat(left).sort().values
            threshold = sizes[min(-int(-imp.fraction * len(sizes) // 1), len(sizes) - 1)]
            with torch.no_grad():
                for weight, mask in zip(evaluated, masks, strict=True):
                    mask.mul_(weight.abs() > threshold)
                for parameter, before in zip(parameters, marked, strict=True):
                    parameter.copy_(before)
                for weight, mask in zip(weights, masks, strict=True):
                    weight.mul_(mask)
        train(rewind + 1, STEPS)
        found.append(
            {
                "density": sum(mask.sum().item() for mask in masks) / MODEL_WEIGHTS,
                "parameters": {name: each.detach().clone() for name, each in model.named_parameters()},
                "loss": task.evaluate(predict)["cross_entropy"].item(),
            }
        )
    return found


@pytest.mark.parametrize("averaging", [0.0, 0.2])
@pytest.mark.parametrize("rewind", [0, 6])
def test_pruning_is_the_plain_loop_bit_for_bit(spec: RunSpec, rewind: int, averaging: float) -> None:
    moment = {"steps": rewind} if rewind else {"share": 0.0}
    procedure = {**spec.procedure.model_dump(exclude_unset=True), "rewind": moment}
    one = changed(spec, procedure=procedure, optimiser={"batch": 8, "averaging": averaging})
    pruned = Pruned([one], in_ensemble=False)
    (results,) = pruned.run().values()
    expected = plain_loop(one, ByHand)
    assert [result.level for result in results] == list(range(LEVELS + 1))
    assert [result.density for result in results] == [each["density"] for each in expected]
    assert [result.curve[-1]["cross_entropy"] for result in results] == [each["loss"] for each in expected]
    own = pruned.ensemble.layout.of_row(pruned.ensemble.weights[0])
    for name, parameter in expected[-1]["parameters"].items():
        assert torch.equal(own[name], parameter)


OPTIMISERS: dict[str, tuple[dict[str, Any], Callable[[list[nn.Parameter]], Any]]] = {
    "sgd": (
        {"weight_decay": 0.02},
        lambda p: torch.optim.SGD(p, momentum=0.9, nesterov=True, weight_decay=0.02),
    ),
    "adamw": (
        {"name": "adamw", "weight_decay": 0.02, "epsilon": 1e-3},
        lambda p: torch.optim.AdamW(p, weight_decay=0.02, eps=1e-3),
    ),
}


@pytest.mark.parametrize("in_ensemble", [True, False])
@pytest.mark.parametrize("name", OPTIMISERS)
def test_pruning_is_as_with_torchs_optimisers(spec: RunSpec, name: str, in_ensemble: bool) -> None:
    options, optimiser_of = OPTIMISERS[name]
    one = changed(spec, optimiser={"batch": 8, **options})
    (results,) = Pruned([one], in_ensemble).run().values()
    expected = plain_loop(one, optimiser_of)
    assert [result.density for result in results] == [each["density"] for each in expected]
    losses = [result.curve[-1]["cross_entropy"] for result in results]
    assert losses == pytest.approx([each["loss"] for each in expected], rel=1e-4)


def test_a_level_begins_at_the_rewinding_point_and_lasts_to_the_end(spec: RunSpec) -> None:
    pruned = Pruned([spec])
    (results,) = pruned.run().values()
    for result in results:
        assert (result.status, result.stopped, result.steps) == ("completed", "duration", STEPS)
        assert result.examples_seen == 8 * STEPS
        assert result.curve[-1]["step"] == STEPS
    assert results[0].curve[0]["step"] < 6
    assert all(result.curve[0]["step"] > 6 for result in results[1:])
    assert pruned.ended[0].examples_trained == 8 * (6 + (LEVELS + 1) * (STEPS - 6))
    assert pruned.training.progress == (6 + (LEVELS + 1) * (STEPS - 6),) * 2
    densities = [result.density for result in results]
    assert densities == sorted(set(densities), reverse=True)
    assert densities[0] == 1.0


def several(spec: RunSpec) -> list[RunSpec]:
    optimisers = [{"batch": 8, "name": "adamw", "averaging": 0.1, "weight_decay": 0.1 * n} for n in range(4)]
    return [changed(spec, seed=seed, optimiser=optimisers[seed]) for seed in range(4)]


def test_a_run_is_pruned_the_same_bit_for_bit_whatever_else_is_in_the_ensemble(spec: RunSpec) -> None:
    specs = several(spec)
    together = Pruned(specs).run()
    assert len({results[-1].curve[-1]["cross_entropy"] for results in together.values()}) == 4
    for chosen in (specs[:1], specs[1:2], specs[2:], specs[:3][::-1]):
        for run, results in Pruned(chosen).run().items():
            assert results == together[run]


class StoppedError(Exception):
    """Raised after a step."""


@pytest.mark.parametrize("in_ensemble", [True, False])
def test_pruning_goes_on_from_any_step_of_any_level(spec: RunSpec, in_ensemble: bool) -> None:
    specs = several(spec)[: 3 if in_ensemble else 1]
    whole = Pruned(specs, in_ensemble)
    undisturbed = whole.run()
    last = whole.training.progress[1]
    for moment in (1, 5, 6, 7, 19, 20, 21, 33, 34, 35, 48, 50, last - 1):
        first = Pruned(specs, in_ensemble)

        def stop() -> None:
            if first.training.progress[0] == moment:  # noqa: B023
                raise StoppedError

        with pytest.raises(StoppedError):
            first.run(stop)
        saved = first.training.saved()
        second = Pruned(specs, in_ensemble)
        second.training.resume([saved[one.id] for one in specs])
        assert second.training.progress[0] == moment
        assert second.run() == undisturbed


def test_a_level_that_diverges_is_the_last_of_its_run_and_no_other(spec: RunSpec) -> None:
    specs, task = several(spec), Vectors()
    task.broken = {STEPS + 3: 1}  # in the third step of level 1
    results = Pruned(specs, task=task).run()
    broken = results.pop(specs[1].id)
    assert [result.status for result in broken] == ["completed", "diverged"]
    assert broken[1].diverged_at == 6 + 3
    assert (broken[1].level, broken[1].minima) == (1, {})
    undisturbed = Pruned(specs).run()
    assert broken[0] == undisturbed[specs[1].id][0]
    assert results == {run: undisturbed[run] for run in results}


def test_a_network_that_loses_all_weights_goes_on_and_says_so(spec: RunSpec) -> None:
    procedure = {"name": "imp", "rewind": {"steps": 6}, "levels": 6, "fraction": 0.8}
    (results,) = Pruned([changed(spec, procedure=procedure)]).run().values()
    assert [result.status for result in results] == ["completed"] * 7
    assert results[-1].density == 0.0
    assert [result.bare for result in results][:: len(results) - 1] == [0, 2]
    assert any(result.bare == 1 for result in results)  # one layer is bare before the other
    assert all(result.bare > 0 for result in results if result.density < 1 / MODEL_WEIGHTS)


def test_a_recorded_step_stays_valid_because_all_arrays_stay_where_they_are(spec: RunSpec) -> None:
    ensemble = Pruned(several(spec)).ensemble
    pruning, before = Pruning(Imp(name="imp", rewind=spec.schedule.warmup, levels=1), 3), ensemble.arrays()
    places = {name: array.data_ptr() for name, array in before.items()}
    pruning.mark(ensemble)
    pruning.renew(ensemble)
    assert {name: array.data_ptr() for name, array in ensemble.arrays().items()} == places
    assert set(places) == {"weights", "averaged", "optimiser0", "optimiser1", "mask", "marked"}


def test_the_smallest_weights_of_each_run_go_and_no_biases() -> None:
    weights = torch.tensor([[0.5, -0.1, 0.3, -0.4, 0.0], [-9.0, 8.0, 7.0, 6.0, 0.0]])
    mask, prunable = torch.ones(2, 5), torch.tensor([True, True, True, True, False])
    mask[1, 3] = 0  # removed before
    remove_smallest_(mask, weights, prunable, 0.25)
    # One of four and one of three by the share, and the next one as in open_lth.
    assert mask.tolist() == [[1, 0, 0, 1, 1], [1, 0, 0, 0, 1]]


@pytest.mark.parametrize(
    ("left", "fraction", "after"), [(365, 0.2, 291), (1, 0.2, 0), (0, 0.2, 0), (2, 0.9, 0)]
)
def test_the_number_of_weights_left(left: int, fraction: float, after: int) -> None:
    weights = torch.randn(1, 400, generator=torch.Generator().manual_seed(0))
    mask = torch.zeros(1, 400)
    mask[0, :left] = 1
    remove_smallest_(mask, weights, torch.ones(400, dtype=torch.bool), fraction)
    assert mask.sum() == after
