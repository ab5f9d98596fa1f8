"""A job: the runs of one architecture, which one process trains side by side."""

from typing import Any, Literal

from scalinglaws.config.candidates import Candidates
from scalinglaws.config.spec import RunSpec, Seed, identity
from scalinglaws.config.strict import Strict

Phase = Literal["search", "grid"]


class Job(Strict):
    """Runs that share data, task and architecture."""

    study: str
    """`<paper>/<name>`."""
    name: str
    """Unique in the study: the architecture, then `search`, or `part<k>` where its runs are split."""
    phase: Phase
    """`search` for a learning-rate search, `grid` for the runs of the study."""
    runs: tuple[RunSpec, ...]
    """In the order in which they are started: large subsets first, then by seed."""
    candidates: Candidates | None = None
    """What a search job compares."""

    @property
    def seeds(self) -> tuple[Seed, ...]:
        """Seeds of the shuffles its subsets are prefixes of, sorted."""
        return tuple(sorted({run.subset.seed for run in self.runs}))


def job_to_plain(job: Job) -> dict[str, Any]:
    """The job as plain data, small enough for one argument of a command whatever its number of runs.

    What all runs have in common stands once; of what differs, each value stands once, and a run is a row of
    numbers that say which values are its own.
    """
    specs = [_flat(identity(run)) for run in job.runs]
    keys = sorted({key for spec in specs for key in spec})
    shared = {key: specs[0][key] for key in keys if all(spec.get(key) == specs[0].get(key) for spec in specs)}
    values: dict[str, list[Any]] = {key: [] for key in keys if key not in shared}
    rows = []
    for spec in specs:
        row = []
        for key, known in values.items():
            value = spec.get(key)  # a default is left out
            if value not in known:
                known.append(value)
            row.append(known.index(value))
        rows.append(row)
    return {**identity(job), "runs": {"shared": shared, "values": values, "rows": rows}}


def job_from_plain(plain: dict[str, Any]) -> Job:
    """The inverse of `job_to_plain`."""
    shared, values, rows = (plain["runs"][key] for key in ("shared", "values", "rows"))
    runs = []
    for row in rows:
        own = {key: known[number] for (key, known), number in zip(values.items(), row, strict=True)}
        runs.append(_nested({**shared, **{key: value for key, value in own.items() if value is not None}}))
    return Job.model_validate({**plain, "runs": runs})


def _flat(spec: dict[str, Any]) -> dict[str, Any]:
    """Blocks as `block.key`: a size and a seed of their own are fewer values than each pair of them."""
    flat: dict[str, Any] = {}
    for key, value in spec.items():
        if isinstance(value, dict) and value:
            flat |= {f"{key}.{inner}": each for inner, each in value.items()}
        else:
            flat[key] = value
    return flat


def _nested(flat: dict[str, Any]) -> dict[str, Any]:
    """The inverse of `_flat`."""
    spec: dict[str, Any] = {}
    for key, value in flat.items():
        block, dot, inner = key.partition(".")
        if dot:
            spec.setdefault(block, {})[inner] = value
        else:
            spec[key] = value
    return spec
