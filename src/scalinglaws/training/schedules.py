"""Learning-rate schedules: the share of the learning rate that each step has."""

import math
from dataclasses import dataclass

from scalinglaws.config.spec import Schedule
from scalinglaws.training.durations import Pace

FACTOR = 0.1


@dataclass(frozen=True)
class Multiplier:
    """The schedule of one run, its moments as numbers of steps.

    The share is 0 at step 0, before the first one, and 1 at the step after the warm-up. A `linear` or
    `cosine` decay goes on from there and would come to `to` at the step after the last one, as torch's
    `CosineAnnealingLR` does: no step is wasted at a learning rate of zero.
    """

    schedule: Schedule
    warmup: int
    steps: int
    at: tuple[int, ...]

    def __call__(self, step: int) -> float:
        """The share of the learning rate at a step, counted from 1."""
        return min(1.0, step / (self.warmup + 1)) * self._decay(step)

    def _decay(self, step: int) -> float:
        decay, to = self.schedule.decay, self.schedule.to or 0.0
        if decay == "multistep":
            factor = self.schedule.factor or FACTOR
            return float(factor ** sum(step > moment for moment in self.at))
        progress = max(0, step - self.warmup - 1) / max(1, self.steps - self.warmup)
        if decay == "linear":
            return 1 - (1 - to) * progress
        if decay == "cosine":
            return to + (1 - to) * (1 + math.cos(math.pi * progress)) / 2
        return 1.0


def multiplier(schedule: Schedule, pace: Pace, steps: int) -> Multiplier:
    """The schedule of a run that lasts so many steps."""
    at = tuple(pace.step_at(moment, steps) for moment in schedule.at)
    return Multiplier(schedule, pace.step_at(schedule.warmup, steps), steps, at)
