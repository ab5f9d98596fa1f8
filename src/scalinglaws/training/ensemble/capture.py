"""A training step recorded once as a CUDA graph: a replay starts all of its kernels at once.

A step of a small model starts a few hundred kernels, each of which takes the host longer to start than the
device to run. A graph is valid as long as the arrays that it was recorded on stay where they are.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor

WARM_UP = 3  # steps before the recording, in which libraries choose their kernels and take their memory


class Graph(Protocol):
    """What records and replays: `torch.cuda.CUDAGraph`, or another in a test."""

    def replay(self) -> None:
        """Do again what was recorded."""
        ...


class Captured:
    """Calls a step function by replaying what it did the first time.

    Its arguments keep their shapes. The warm-up leaves no trace in the arrays that the step changes.
    """

    def __init__(
        self,
        advance: Callable[[Tensor, Tensor], Tensor],
        changed: Iterable[Tensor],
        graph: Callable[[], Any] | None = None,
        recording: Callable[[Any], AbstractContextManager[object]] | None = None,
    ) -> None:
        """Take a step function; it is recorded when it is first called.

        Args:
            advance: from indices and controls on the device to losses.
            changed: the arrays that it changes.
            graph: makes an empty graph.
            recording: the context in which it records.
        """
        self._advance, self._changed = advance, list(changed)
        self._new_graph = graph or torch.cuda.CUDAGraph
        self._recording = recording or torch.cuda.graph
        self._graph: Graph | None = None

    def __call__(self, indices: Tensor, controls: Tensor) -> Tensor:
        """Losses of the step; a new tensor each time."""
        if self._graph is None:
            self._record(indices, controls)
        assert self._graph is not None
        self._indices.copy_(indices, non_blocking=True)
        self._controls.copy_(controls, non_blocking=True)
        self._graph.replay()
        return self._losses.clone()

    def _record(self, indices: Tensor, controls: Tensor) -> None:
        device = self._changed[0].device
        self._indices, self._controls = indices.to(device), controls.to(device)
        before = [array.clone() for array in self._changed]
        with _beside(device):
            for _ in range(WARM_UP):
                self._advance(self._indices, self._controls)
        graph: Any = self._new_graph()
        with self._recording(graph):
            self._losses = self._advance(self._indices, self._controls)
        for array, old in zip(self._changed, before, strict=True):
            array.copy_(old)
        self._graph = graph


@contextmanager
def _beside(device: torch.device) -> Iterator[None]:
    """On a GPU, a stream beside the usual one: what runs there before a recording leaves no ties to it."""
    if device.type != "cuda":
        yield
        return
    usual, other = torch.cuda.current_stream(device), torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    other.wait_stream(usual)
    with torch.cuda.stream(other):
        yield
    usual.wait_stream(other)
