"""A stand-in for a model in tests of metrics."""

from torch import Tensor

from scalinglaws.tasks.core.task import Inputs


class Fixed:
    """Gives the logits (runs, examples, ...) that it was made with, in chunks; keeps what it was asked."""

    def __init__(self, logits: Tensor) -> None:
        self.logits, self.at = logits, 0
        self.asked: list[tuple[Tensor, ...]] = []

    def __call__(self, inputs: Inputs) -> Tensor:
        self.asked.append((inputs,) if isinstance(inputs, Tensor) else inputs)
        self.at += self.chunks[-1]
        return self.logits[:, self.at - self.chunks[-1] : self.at]

    @property
    def chunks(self) -> list[int]:
        """How many examples each call held."""
        return [len(each[0]) for each in self.asked]
