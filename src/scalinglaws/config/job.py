"""A job: the runs of one architecture, which one process trains as ensembles."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from scalinglaws.config.canonical import canonical_json, short_hash
from scalinglaws.config.spec import DataSpec, RunSpec, Score, identity
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Seed
from scalinglaws.errors import ConfigError
from scalinglaws.files import write_text


class Search(Strict):
    """A search for the learning rate of an architecture.

    The winner has the lowest mean, over its subsets, of the log of the metric. If that is the smallest or the
    largest candidate, half of the smallest or twice the largest is tried, too, at most `widenings` times.
    """

    runs: tuple[RunSpec, ...]
    """Runs of the first candidates. Those of an added one differ in the learning rate alone."""
    metric: str
    """The validation metric that decides."""
    score: Score
    """Which of its values."""
    widenings: int = 3
    """Most candidates that are added to the list."""

    @property
    def learning_rates(self) -> tuple[float, ...]:
        """The first candidates, in the order of the list."""
        return tuple(dict.fromkeys(float(run.learning_rate) for run in self.runs))

    def candidate(self, learning_rate: float) -> tuple[RunSpec, ...]:
        """The runs of a candidate, in the list or not."""
        first = self.learning_rates[0]
        return tuple(
            RunSpec.model_validate({**identity(run), "learning_rate": learning_rate})
            for run in self.runs
            if run.learning_rate == first
        )


class Job(Strict):
    """Runs that share data, task and architecture, which one process trains."""

    study: str
    """`<paper>/<name>`."""
    name: str
    """Unique in the study: the architecture, then `search`, or `part<k>` where its runs are split."""
    runs: tuple[RunSpec, ...] = ()
    """Runs of the study, in the order in which they are started: large subsets first, then by seed. Empty if
    several jobs share a search, which then has a job of its own."""
    search: Search | None = None
    """A search, which is done first. It is None where learning rates are numbers, or another job searches."""

    @property
    def planned(self) -> tuple[RunSpec, ...]:
        """Every run that is known beforehand: those of the search, which may add more, then the study's."""
        return (*(self.search.runs if self.search else ()), *self.runs)

    @property
    def data(self) -> DataSpec:
        """The data set of its runs."""
        return self.planned[0].data

    @property
    def reads_choice(self) -> bool:
        """Whether another job searches its learning rate."""
        return self.search is None and any(run.learning_rate == "searched" for run in self.runs)

    @property
    def seeds(self) -> tuple[Seed, ...]:
        """Seeds of the shuffles that its subsets are prefixes of, sorted."""
        return tuple(sorted({run.subset.seed for run in self.planned}))

    @property
    def summary(self) -> dict[str, Any]:
        """The job as short plain data: ids instead of its runs, and every value that a setting has.

        The settings of the search are called as in a study file.
        """
        summary: dict[str, Any] = {"study": self.study, "name": self.name}
        summary |= {"runs": [run.id for run in self.runs], "settings": settings(self.runs)}
        if self.search is not None:
            how = self.search.model_dump(mode="json", exclude={"runs"})
            summary["search"] = {**how, "runs": [run.id for run in self.search.runs]}
            tried = settings(self.search.runs)
            summary["settings"] |= {
                "learning_rate.search": tried["learning_rate"],
                "learning_rate.at": tried["subset.examples"],
                "learning_rate.seed": tried["seed"],
                "learning_rate.metric": self.search.metric,
                "learning_rate.widenings": self.search.widenings,
                "score": self.search.score,
            }
        return summary

    @property
    def hash(self) -> str:
        """Hash of the job: of its runs, their order and its search."""
        return short_hash({key: value for key, value in self.summary.items() if key != "settings"})


def settings(runs: Iterable[RunSpec]) -> dict[str, Any]:
    """The settings of some runs, `block.key`: the one value that they have, or a sorted list of all values.

    A default is left out. A value that is a list itself is its JSON.
    """
    return merged(
        {key: canonical_json(value) if isinstance(value, list) else value for key, value in each.items()}
        for each in (flat(_plain(identity(run))) for run in runs)
    )


def merged(some: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several settings as one; lists are values of several runs."""
    found: dict[str, list[Any]] = {}
    for each in some:
        for key, value in each.items():
            values = found.setdefault(key, [])
            values += [one for one in (value if isinstance(value, list) else [value]) if one not in values]
    return {
        key: values[0] if len(values) == 1 else sorted(values, key=lambda value: (str(type(value)), value))
        for key, values in found.items()
    }


def _plain(spec: dict[str, Any]) -> dict[str, Any]:
    """A spec as it is read back from a file."""
    return dict(json.loads(canonical_json(spec)))


def flat(spec: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """A nested spec with the paths of its keys, joined by dots."""
    found: dict[str, Any] = {}
    for key, value in spec.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def write_jobs(path: Path, jobs: Sequence[Job]) -> None:
    """Write the jobs of a study to a file, whole."""
    write_text(path, canonical_json({job.name: identity(job) for job in jobs}) + "\n")


def read_job(path: Path, name: str, expected: str) -> Job:
    """Read one job from the file of its study.

    Raises:
        ConfigError: the file does not hold the job with the hash `expected`.
    """
    try:
        job = Job.model_validate(json.loads(path.read_text(encoding="utf-8"))[name])
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise ConfigError(
            f"{path}: the job {name} cannot be read ({error}); call the workflow again"
        ) from None
    if job.hash != expected:
        raise ConfigError(
            f"{path}: the job {name} has the hash {job.hash}, and {expected} was asked for: the config was "
            "edited after the workflow started; call the workflow again"
        )
    return job
