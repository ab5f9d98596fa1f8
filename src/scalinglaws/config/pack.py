"""A pack: the runs of one architecture that one process trains one after another."""

from typing import Any, Literal

from pydantic import PositiveFloat

from scalinglaws.config.spec import RunSpec, Seed, identity
from scalinglaws.config.strict import Strict

Phase = Literal["search", "grid"]


class Candidates(Strict):
    """The learning rates that a search pack compares."""

    learning_rates: tuple[PositiveFloat, ...]
    """Candidates, in the order of preference when they tie."""
    metric: str
    """Validation metric whose minimum decides (mean of its log over the search's subset sizes)."""


class Pack(Strict):
    """Runs that share data, task and architecture."""

    study: str
    """`<paper>/<name>`."""
    name: str
    """Unique in the study: architecture and phase or seed."""
    phase: Phase
    """`search` for a learning-rate search, `grid` for the runs of the study."""
    runs: tuple[RunSpec, ...]
    """In the order in which they are trained."""
    candidates: Candidates | None = None
    """What a search pack compares."""

    @property
    def seeds(self) -> tuple[Seed, ...]:
        """Seeds of the shuffles its subsets are prefixes of, sorted."""
        return tuple(sorted({run.subset.seed for run in self.runs}))


def pack_to_plain(pack: Pack) -> dict[str, Any]:
    """The pack as plain data; what all its runs have in common stands once."""
    specs = [identity(run) for run in pack.runs]
    shared = {key: value for key, value in specs[0].items() if all(spec.get(key) == value for spec in specs)}
    own = [{key: value for key, value in spec.items() if key not in shared} for spec in specs]
    return {**identity(pack), "runs": {"shared": shared, "own": own}}


def pack_from_plain(plain: dict[str, Any]) -> Pack:
    """The inverse of `pack_to_plain`."""
    runs = plain["runs"]
    return Pack.model_validate({**plain, "runs": [{**runs["shared"], **own} for own in runs["own"]]})
