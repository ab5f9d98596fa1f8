"""What all modalities have in common: the protocol of the object that a data source returns."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Unit:
    """The unit that training sets are measured in, on the x axis of learning curves.

    Attributes:
        name: its name on axes and in captions, e.g. `images per class`, `words`, `hours of audio`.
        parts: how much of `amounts` makes one unit. Amounts are whole numbers, so that their sums are exact.
        examples: what an example is called, in the plural, e.g. `images`, `windows of 32 words`.
    """

    name: str
    parts: int
    examples: str


class DataSet(Protocol):
    """A data set: examples to train on, and examples to validate on."""

    @property
    def title(self) -> str:
        """The name for captions."""
        ...

    @property
    def licence(self) -> str:
        """The terms under which the data may be used."""
        ...

    @property
    def provenance(self) -> str:
        """Where the data come from, one sentence."""
        ...

    @property
    def unit(self) -> Unit:
        """The unit that sizes are counted in."""
        ...

    @property
    def validation_strata(self) -> NDArray[np.int64]:
        """One number per validation example, over which choices of them are balanced."""
        ...

    def check(self) -> Self:
        """Return self, or raise DataError if the parts do not fit together."""
        ...

    def with_validation(self, chosen: NDArray[np.int64]) -> Self:
        """A copy with only these validation examples, given by their indices."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays to save, by name: those that `ARRAYS` lists for the modality.

        `strata` and `amounts` are int64, one number per training example.
        """
        ...

    def facts(self) -> dict[str, Any]:
        """What tasks and captions need besides the arrays, as JSON.

        Every modality has a `description`, a clause for captions.
        """
        ...


def one_stratum(examples: int) -> NDArray[np.int64]:
    """Strata for data whose subsets need no balance: all examples in one."""
    return np.zeros(examples, dtype=np.int64)
