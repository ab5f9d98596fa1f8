"""What every form of data has in common: the class that a data source delivers."""

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Unit:
    """What the size of a training set is counted in: the x axis of its learning curves.

    Attributes:
        name: for axes and captions, `images per class`, `words`, `hours of audio`.
        parts: `amounts` of the examples that make one of it; an amount is a whole number, for exact sums.
        examples: what an example is, in the plural: `images`, `windows of 32 words`.
    """

    name: str
    parts: int
    examples: str


class DataSet(Protocol):
    """Examples for training, and examples that the source ships, or sets aside, for validation."""

    @property
    def title(self) -> str:
        """The name to print in captions."""
        ...

    @property
    def licence(self) -> str:
        """Under what terms the data may be used."""
        ...

    @property
    def provenance(self) -> str:
        """Where they come from, one sentence."""
        ...

    @property
    def unit(self) -> Unit:
        """What sizes are counted in."""
        ...

    @property
    def validation_examples(self) -> int:
        """Number of validation examples."""
        ...

    def check(self) -> Self:
        """Raise DataError where the parts do not fit together; return self."""
        ...

    def with_validation(self, examples: int, seed: int) -> Self:
        """The same with so many of its validation examples, chosen by a seed, at most those there are."""
        ...

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything that is saved, by name: those that `forms.ARRAYS` lists for the form.

        `strata` and `amounts` are int64, one number a training example.
        """
        ...

    def facts(self) -> dict[str, Any]:
        """What a task or a caption needs to know beside the arrays, as JSON.

        `description` is there for every modality: a clause for captions.
        """
        ...


def one_stratum(examples: int) -> NDArray[np.int64]:
    """The strata of data that subsets are not balanced over."""
    return np.zeros(examples, dtype=np.int64)
