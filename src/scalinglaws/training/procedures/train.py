"""Training once."""

from scalinglaws.training.ensemble.ensemble import Ensemble
from scalinglaws.training.procedures.procedure import Left


class TrainingOnce:
    """A run ends when it has lasted its duration."""

    levels, start = 0, 0

    def mark(self, ensemble: Ensemble) -> None:
        """Nothing: no weights are needed again."""

    def renew(self, ensemble: Ensemble) -> list[Left]:
        """Is not called, because there is one level."""
        raise NotImplementedError
