"""What a learning-rate search compares."""

from pydantic import PositiveFloat

from scalinglaws.config.strict import Strict


class Candidates(Strict):
    """The learning rates that a search job compares."""

    learning_rates: tuple[PositiveFloat, ...]
    """Candidates, in the order of preference when they tie."""
    metric: str
    """Validation metric whose minimum decides (mean of its log over the search's subset sizes)."""
