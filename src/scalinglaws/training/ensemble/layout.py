"""The layout of a model's parameters in one flat array."""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor, nn

ALIGNMENT = 16  # numbers: 64 bytes, a cache line and the widest vector register


@dataclass(frozen=True)
class Place:
    """One parameter: its name in the model, its shape and strides, and the index at which it begins."""

    name: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    start: int


class Layout:
    """Maps rows (runs, length) of flat weights to the parameters of a model.

    Every parameter begins at a multiple of `ALIGNMENT`, and so does every row, because what a kernel does to
    a run must not depend on the run's row.
    """

    def __init__(self, model: nn.Module) -> None:
        self.places: list[Place] = []
        end = 0
        for name, parameter in model.named_parameters():  # a shared one is listed once
            self.places.append(Place(name, tuple(parameter.shape), parameter.stride(), end))
            end += -(-parameter.numel() // ALIGNMENT) * ALIGNMENT
        self.length = end

    @cached_property
    def prunable(self) -> Tensor:
        """Which numbers of a row are weights of two or more dimensions, shape (length,), on the CPU."""
        row = torch.zeros(self.length, dtype=torch.bool)
        for place in self.places:
            if len(place.shape) > 1:
                row.as_strided(place.shape, place.strides, place.start).fill_(True)
        return row

    def row(self, model: nn.Module) -> Tensor:
        """The weights of a model as one row (length,), on the CPU; the gaps between parameters are zero."""
        row = torch.zeros(self.length)
        for place, parameter in zip(self.places, model.parameters(), strict=True):
            row.as_strided(place.shape, place.strides, place.start).copy_(parameter.detach())
        return row

    def of_rows(self, rows: Tensor) -> dict[str, Tensor]:
        """Views (runs, ...) of the parameters of all rows, by name."""
        start, stride = rows.storage_offset(), rows.stride(0)
        return {
            place.name: rows.as_strided(
                (len(rows), *place.shape), (stride, *place.strides), start + place.start
            )
            for place in self.places
        }

    def of_row(self, row: Tensor) -> dict[str, Tensor]:
        """Views of the parameters of one row, by name."""
        start = row.storage_offset()
        return {
            place.name: row.as_strided(place.shape, place.strides, start + place.start)
            for place in self.places
        }
