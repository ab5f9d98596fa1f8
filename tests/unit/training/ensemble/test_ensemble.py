"""Models in an ensemble: the same as alone, and no run sees another."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from scalinglaws.config.spec import Optimiser
from scalinglaws.models import lstm, mlp, resnet, rhn, transformer
from scalinglaws.training.ensemble.ensemble import Ensemble, Row, Shared, can_share_an_ensemble

CPU = torch.device("cpu")
STEPS = 5
MINE = 7
"""Seed of the run that is looked at; the others of the ensemble have others."""


class Highway(nn.Module):
    """A recurrent layer: sigmoid and tanh have kernels for whole vectors and for what is left over."""

    HEAD, EMBEDDINGS = ("head",), ()

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inwards, self.across = nn.Linear(8, width), nn.Linear(width, 2 * width)
        self.head = nn.Linear(width, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = x.flatten(1).unflatten(1, (8, 8))
        state = torch.zeros_like(self.inwards(x[:, 0]))
        for moment in range(8):
            new, gate = self.across(state).chunk(2, -1)
            gate = gate.sigmoid()
            state = (self.inwards(x[:, moment]) + new).tanh() * gate + state * (1 - gate)
        logits: Tensor = self.head(state)
        return logits


class Predictions(nn.Module):
    """A language model that classifies by its last token; images become numbers of tokens."""

    def __init__(self, model: nn.Module, tokens: int = 9) -> None:
        super().__init__()
        self.model, self.tokens = model, tokens

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.model((x.flatten(1).abs() * 3).long().clamp(max=9)[:, : self.tokens])[:, -1]
        return logits


BUILD: dict[str, Callable[[], nn.Module]] = {
    "mlp of odd width": lambda: mlp.build((1, 8, 8), 10, width=7),
    "mlp": lambda: mlp.build((1, 8, 8), 10, width=32),
    "resnet of odd width": lambda: resnet.build((1, 8, 8), 10, width=3),
    "resnet": lambda: resnet.build((1, 8, 8), 10, width=8),
    "recurrent of odd width": lambda: Highway(7),
    "recurrent": lambda: Highway(16),
    "transformer": lambda: Predictions(
        transformer.build((64,), 10, width=12, depth=2, heads=3, tied=True), tokens=64
    ),
    "lstm of odd width": lambda: Predictions(lstm.build((9,), 10, width=5)),
    "lstm": lambda: Predictions(lstm.build((9,), 10, width=16)),
    "rhn of odd width": lambda: Predictions(rhn.build((9,), 10, width=5, depth=3)),
    "rhn": lambda: Predictions(rhn.build((9,), 10, width=16, depth=3)),
}


OPTIMISERS: list[dict[str, Any]] = [
    {},
    {"momentum": 0.0},
    {"momentum": 0.8, "nesterov": False, "weight_decay": 0.3, "clip": 0.2},
    {"name": "adam", "weight_decay": 0.3, "epsilon": 1e-3},
    {"name": "adamw", "weight_decay": 0.3, "betas": (0.8, 0.95), "clip": 0.2, "epsilon": 1e-3},
]


class Images:
    """Made-up images; a run's indices say which."""

    inputs, outputs, examples, validation, dtype = (1, 8, 8), 10, 1000, 50, torch.float32

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)
        self.images = torch.randn(1000, 1, 8, 8, generator=generator)
        self.labels = torch.randint(10, (1000,), generator=generator)

    def batch(self, indices: Tensor) -> tuple[Tensor, Tensor]:
        return self.images[indices], self.labels[indices]

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        each = functional.cross_entropy(outputs.flatten(0, 1).float(), targets.flatten(), reduction="none")
        return each.view(targets.shape).mean(1)

    def evaluate(self, predict: Callable[[Tensor], Tensor]) -> dict[str, Tensor]:
        return {"mean": predict(self.images[:50]).mean((1, 2))}


TASK = Images()


def make(build: Callable[[], nn.Module], seeds: Sequence[int], **options: Any) -> Ensemble:
    in_ensemble = options.pop("in_ensemble", True)
    precision = options.pop("precision", "float32")
    decay = options.pop("weight_decay", 0.0)
    alike = Shared(Optimiser(**{"averaging": 0.1, **options}), precision, in_ensemble)
    rows = [Row(seed, 0.01 * (1 + seed), decay * (seed % 2)) for seed in seeds]
    return Ensemble(build, rows, alike, CPU)


def indices(seeds: Sequence[int], step: int, batch: int = 10) -> Tensor:
    rows = [
        torch.randint(1000, (batch,), generator=torch.Generator().manual_seed(100 * seed + step))
        for seed in seeds
    ]
    return torch.stack(rows)


def run(
    ensemble: Ensemble, seeds: Sequence[int], first: int = 1, last: int = STEPS, batch: int = 10
) -> Tensor:
    """Losses (steps, runs), with a warm-up of two steps."""
    found = []
    for step in range(first, last + 1):
        controls = torch.tensor(ensemble.controls(min(1.0, step / 3), step))
        found.append(ensemble.advance(TASK, indices(seeds, step, batch), controls))
    return torch.stack(found)


def by_torch(model: nn.Module, seed: int, **options: Any) -> torch.optim.Optimizer:
    """Torch's optimiser with the options of `make`."""
    decay = options.get("weight_decay", 0.0) * (seed % 2)
    if options.get("name", "sgd") == "sgd":
        momentum = options.get("momentum", 0.9)
        nesterov = bool(options.get("nesterov", momentum))
        return torch.optim.SGD(model.parameters(), momentum=momentum, nesterov=nesterov, weight_decay=decay)
    kind = torch.optim.Adam if options["name"] == "adam" else torch.optim.AdamW
    betas, epsilon = options.get("betas", (0.9, 0.999)), options["epsilon"]
    return kind(model.parameters(), betas=betas, eps=epsilon, weight_decay=decay)


def state_of(ensemble: Ensemble, row: int) -> list[Tensor]:
    return [array[row].clone() for array in ensemble.arrays().values()]


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("batch", [10, 16])
@pytest.mark.parametrize("name", BUILD)
def test_a_run_is_the_same_bit_for_bit_whatever_else_is_in_the_ensemble(name: str, batch: int) -> None:
    ensembles: list[list[int]] = [
        [MINE],
        [MINE, 1],
        [3, MINE],
        [1, 2, 3, MINE, 4],
        [*range(10, 25), MINE],
        [*range(10, 42), MINE],
    ]
    found = []
    for seeds in ensembles:
        ensemble = make(BUILD[name], seeds, name="adam")
        losses = run(ensemble, seeds, batch=batch)
        row = seeds.index(MINE)
        found.append([losses[:, row], ensemble.predict(TASK.images[:50])[row], *state_of(ensemble, row)])
    assert all(same(found[0], other) for other in found[1:])


@pytest.mark.parametrize("options", [{}, {"name": "adam"}, {"averaging": 0}], ids=str)
@pytest.mark.parametrize("name", BUILD)
def test_in_an_ensemble_is_as_alone_but_for_rounding(name: str, options: dict[str, Any]) -> None:
    seeds = [MINE, 8, 9]
    ensemble = make(BUILD[name], seeds, **options)
    losses = run(ensemble, seeds)
    for row, seed in enumerate(seeds):
        alone = make(BUILD[name], [seed], in_ensemble=False, **options)
        torch.testing.assert_close(run(alone, [seed])[:, 0], losses[:, row], rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(
            alone.predict(TASK.images[:50])[0], ensemble.predict(TASK.images[:50])[row], rtol=2e-3, atol=2e-3
        )


@pytest.mark.parametrize("mine", [MINE, 8], ids=["with decay", "without"])
@pytest.mark.parametrize("options", OPTIMISERS, ids=str)
@pytest.mark.parametrize("name", ["mlp of odd width", "resnet"])
def test_neither_decay_nor_clipping_of_others_matters(name: str, options: dict[str, Any], mine: int) -> None:
    found = []
    for seeds in ([mine], [mine, 1], [2, 4, mine], [1, 2, 3, mine, 4], [*range(10, 25), mine]):
        ensemble = make(BUILD[name], seeds, **options)
        run(ensemble, seeds)
        found.append(state_of(ensemble, seeds.index(mine)))
    assert all(same(found[0], other) for other in found[1:])


@pytest.mark.parametrize("in_ensemble", [True, False])
@pytest.mark.parametrize("options", OPTIMISERS, ids=str)
@pytest.mark.parametrize("name", ["mlp", "resnet"])
def test_each_run_is_as_torch_does_it(name: str, options: dict[str, Any], in_ensemble: bool) -> None:
    seeds = [MINE, 8, 9] if in_ensemble else [MINE]  # without decay: 8
    ensemble = make(BUILD[name], seeds, in_ensemble=in_ensemble, averaging=0, **options)
    losses = run(ensemble, seeds)
    for row, seed in enumerate(seeds):
        torch.manual_seed(seed)
        model = BUILD[name]()
        optimiser = by_torch(model, seed, **options)
        for step in range(1, STEPS + 1):
            images, labels = TASK.batch(indices([seed], step))
            loss = functional.cross_entropy(model(images[0]), labels[0])
            torch.testing.assert_close(losses[step - 1, row], loss.detach(), rtol=1e-4, atol=1e-5)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if "clip" in options:
                norm = torch.nn.utils.clip_grad_norm_(model.parameters(), options["clip"])
                assert norm > options["clip"]  # it does something
            optimiser.param_groups[0]["lr"] = 0.01 * (1 + seed) * min(1.0, step / 3)
            optimiser.step()
        for own, parameter in model.named_parameters():
            torch.testing.assert_close(
                ensemble.layout.of_rows(ensemble.weights)[own][row], parameter.detach(), rtol=1e-3, atol=1e-4
            )


@pytest.mark.parametrize("kept", [[1], [0, 3], [4, 2, 0]])
def test_runs_that_go_on_are_as_if_the_others_had_never_been_there(kept: list[int]) -> None:
    seeds = [5, 6, MINE, 8, 9]
    whole, part = (make(BUILD["resnet"], seeds, name="adam") for _ in range(2))
    run(whole, seeds, last=8)
    run(part, seeds, last=4)
    part.keep(kept)
    left = [seeds[row] for row in kept]
    assert part.runs == len(left)
    run(part, left, first=5, last=8)
    for row, seed in enumerate(left):
        assert same(state_of(part, row), state_of(whole, seeds.index(seed)))
    assert part.predict(TASK.images[:50]).shape == (len(left), 50, 10)


@pytest.mark.parametrize("in_ensemble", [True, False])
def test_a_run_is_put_back_to_where_it_was_saved(in_ensemble: bool) -> None:
    seeds = [MINE, 8] if in_ensemble else [MINE]
    ensemble = make(BUILD["mlp"], seeds, in_ensemble=in_ensemble, name="adam")
    run(ensemble, seeds, last=3)
    saved = {name: array[0].clone() for name, array in ensemble.arrays().items()}
    run(ensemble, seeds, first=4, last=6)
    other = make(BUILD["mlp"], [MINE], in_ensemble=in_ensemble, name="adam")
    other.restore(0, saved, {})
    run(other, [MINE], first=4, last=6)
    assert same(state_of(other, 0), state_of(ensemble, 0))


@pytest.mark.parametrize(
    "wrong",
    [
        {"weights": torch.zeros(16)},
        {"weights": torch.zeros(3), "averaged": torch.zeros(3), "optimiser0": torch.zeros(3)},
    ],
)
def test_what_another_model_or_optimiser_saved_is_refused(wrong: dict[str, Tensor]) -> None:
    with pytest.raises(ValueError, match="saved by another"):
        make(BUILD["mlp"], [MINE]).restore(0, wrong, {})


def test_a_run_that_overflows_does_not_touch_the_others() -> None:
    healthy, seeds = [MINE, 8], [MINE, 8, 10**9]  # a learning rate of ten million
    with_it, without = make(BUILD["resnet"], seeds), make(BUILD["resnet"], healthy)
    assert not run(with_it, seeds, last=8)[:, 2].isfinite().all()
    run(without, healthy, last=8)
    assert all(same(state_of(with_it, row), state_of(without, row)) for row in range(2))


def test_half_precision_trains_in_full_precision() -> None:
    full, half = make(BUILD["mlp"], [MINE]), make(BUILD["mlp"], [MINE], precision="bfloat16")
    a, b = run(full, [MINE], last=20), run(half, [MINE], last=20)
    assert half.weights.dtype == torch.float32
    assert half.predict(TASK.images[:5]).dtype == torch.float32
    assert not torch.equal(a, b)
    torch.testing.assert_close(a, b, rtol=0.05, atol=0.05)


def test_models_with_buffers_or_fused_recurrence_share_no_ensemble() -> None:
    assert can_share_an_ensemble(BUILD["resnet"]())
    assert not can_share_an_ensemble(nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3)))
    assert not can_share_an_ensemble(nn.LSTM(3, 3))
    with pytest.raises(ValueError, match="one by one"):
        make(BUILD["mlp"], [1, 2], in_ensemble=False)
