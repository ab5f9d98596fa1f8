"""A step recorded as a graph, with a graph of our own in the place of CUDA's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from scalinglaws.training.ensemble.capture import WARM_UP, Captured


class Recorder:
    """Stands for a CUDA graph: what happens while it records does not count, a replay does it in place."""

    def __init__(self) -> None:
        self.replays = 0
        self.again: Callable[[], None] | None = None

    def replay(self) -> None:
        self.replays += 1
        assert self.again is not None
        self.again()


class Step:
    """Adds a batch's sum to some weights; the loss is what they were."""

    def __init__(self) -> None:
        self.weights, self.calls = torch.zeros(2), 0
        self.graph: Recorder | None = None

    def __call__(self, indices: Tensor, controls: Tensor) -> Tensor:
        self.calls += 1
        loss = self.weights.clone()
        self.weights += controls[0] * indices.sum(1)
        if self.graph is not None and self.graph.again is None:

            def again() -> None:
                loss.copy_(self.weights)
                self.weights.add_(controls[0] * indices.sum(1))

            self.graph.again = again
        return loss

    @contextmanager
    def recording(self, graph: Recorder) -> Iterator[None]:
        self.graph = graph
        yield


def test_a_replayed_step_is_the_step() -> None:
    plain, recorded = Step(), Step()
    captured = Captured(recorded, [recorded.weights], Recorder, recorded.recording)
    for number in range(1, 6):
        indices, controls = torch.tensor([[number, 1], [2, number * number]]), torch.tensor([0.5 * number])
        assert torch.equal(captured(indices, controls), plain(indices, controls))
        assert torch.equal(recorded.weights, plain.weights)
    assert recorded.calls == WARM_UP + 1  # and all the rest was replayed
    assert recorded.graph is not None
    assert recorded.graph.replays == 5


def test_the_losses_of_a_step_are_not_overwritten_by_the_next() -> None:
    step = Step()
    captured = Captured(step, [step.weights], Recorder, step.recording)
    indices, controls = torch.ones(2, 2, dtype=torch.int64), torch.ones(1)
    first = captured(indices, controls)
    second = captured(indices, controls)
    assert first.tolist() == [0, 0]
    assert second.tolist() == [2, 2]
