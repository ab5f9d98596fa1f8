"""How many steps a duration or a moment of a run is, once its model and data are known."""

from dataclasses import dataclass

from scalinglaws.config.spec import Duration, Moment


@dataclass(frozen=True)
class Pace:
    """What a step of a run is worth.

    Attributes:
        batch: examples per step.
        examples: examples of the training set.
        amount: data per example, in the unit of the data set; the mean over the training set.
        flops: FLOPs per example, forward and backward.
    """

    batch: int
    examples: int
    amount: float
    flops: float

    def steps(self, duration: Duration) -> int:
        """Steps of a duration: the nearest whole number, but at least 1."""
        return max(1, round(self._exact(duration)))

    def step_at(self, moment: Moment, steps: int) -> int:
        """Steps taken by a moment of a run of `steps` steps: the nearest whole number, which may be 0."""
        return round(moment.share * steps if moment.share is not None else self._exact(moment))

    def _exact(self, duration: Duration) -> float:
        if duration.steps is not None:
            return float(duration.steps)
        if duration.epochs is not None:
            return duration.epochs * (self.examples // self.batch)  # a pass leaves out an incomplete batch
        if duration.examples is not None:
            return duration.examples / self.batch
        if duration.tokens is not None:
            return duration.tokens / (self.amount * self.batch)
        assert duration.flops is not None
        return duration.flops / (self.flops * self.batch)
