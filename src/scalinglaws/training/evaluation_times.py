"""When a run is evaluated."""

from collections.abc import Iterator

from scalinglaws.config.spec import Evaluation

FORWARD_AND_BACKWARD = 3  # in units of the operations of the forward pass


def evaluation_steps(
    evaluation: Evaluation, steps: int, batch: int = 1, validation: int = 0
) -> Iterator[int]:
    """Steps at which a run is evaluated; the last one is its last step.

    They are spaced geometrically, so every subset size sees its minimum at the same resolution. But an
    evaluation is put off until all evaluations so far, itself included, take at most `share` of the run's
    operations. Batches are taken to be full for that: the smallest subsets have smaller ones, but they reach
    their minimum early.

    Args:
        evaluation: how they are spaced.
        steps: the last step of the run.
        batch: examples per full step.
        validation: examples per evaluation.
    """
    price = validation / (FORWARD_AND_BACKWARD * batch)  # in steps
    price *= (1 - evaluation.share) / evaluation.share
    step, earliest = float(evaluation.first), price
    while (now := max(int(step), int(-(-earliest // 1)))) < steps:
        yield now
        step = max(now * evaluation.ratio, now + 1.0)
        earliest += price
    yield steps
