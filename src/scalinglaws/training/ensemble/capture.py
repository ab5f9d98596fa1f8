"""A training step that is recorded once as a CUDA graph; a replay starts all of its kernels at once.

A step of a small model has a few hundred kernels, and the host takes longer to start one than the device
takes to run it. A graph is valid as long as the arrays that it was recorded on keep their addresses.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import torch
from torch import Tensor

WARM_UP = 3  # steps before the recording: in these, libraries choose their kernels and allocate memory


class Graph(Protocol):
    """What records and replays: `torch.cuda.CUDAGraph`, or a stand-in in a test."""

    def replay(self) -> None:
        """Repeat what was recorded."""
        ...


class Captured:
    """A step function that replays what its first call did.

    Its arguments must keep their shapes. The warm-up leaves no trace in the arrays that the step changes.
    """

    def __init__(
        self,
        advance: Callable[[Tensor, Tensor], Tensor],
        changed: Iterable[Tensor],
        graph: Callable[[], Any] | None = None,
        recording: Callable[[Any], AbstractContextManager[object]] | None = None,
    ) -> None:
        """Take a step function, which is recorded at its first call.

        Args:
            advance: maps indices and controls on the device to losses.
            changed: the arrays that it changes.
            graph: makes an empty graph.
            recording: the context in which it records.
        """
        self._advance, self._changed = advance, list(changed)
        self._new_graph = graph or torch.cuda.CUDAGraph
        self._recording = recording or torch.cuda.graph
        self._graph: Graph | None = None

    def __call__(self, indices: Tensor, controls: Tensor) -> Tensor:
        """Take a step; its losses are a new tensor each time."""
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
        with _other_stream(device):
            for _ in range(WARM_UP):
                self._advance(self._indices, self._controls)
        graph: Any = self._new_graph()
        with self._recording(graph):
            self._losses = self._advance(self._indices, self._controls)
        for array, old in zip(self._changed, before, strict=True):
            array.copy_(old)
        self._graph = graph


@contextmanager
def _other_stream(device: torch.device) -> Iterator[None]:
    """A second stream on a GPU: a recording does not wait for what ran there before it."""
    if device.type != "cuda":
        yield
        return
    usual, other = torch.cuda.current_stream(device), torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
    other.wait_stream(usual)
    with torch.cuda.stream(other):
        yield
    usual.wait_stream(other)
