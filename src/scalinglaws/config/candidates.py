"""What a search for the learning rate compares."""

from pydantic import PositiveFloat

from scalinglaws.config.strict import Strict


class Candidates(Strict):
    """The learning rates that a search compares."""

    learning_rates: tuple[PositiveFloat, ...]
    """The candidates. Where two tie, the first one wins."""
    metric: str
    """The validation metric whose minimum decides, by the mean of its log over the subset sizes of the
    search."""
