"""The record of a run: one JSON file that says what was run, with which code, on what, and what came out."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.config.strict import Strict
from scalinglaws.counting.size import ModelSize
from scalinglaws.errors import RecordError
from scalinglaws.files import write_json


class Result(Strict):
    """What a run gave; see `scalinglaws.training.outcome.Outcome`."""

    status: Literal["completed", "diverged"]
    stopped: Literal["patience", "budget", "diverged"]
    steps: int
    examples_seen: int
    diverged_at: int | None
    minima: dict[str, float]
    curve: tuple[dict[str, float], ...]


class Provenance(Strict):
    """Where, when and how fast a run was made; no table holds any of it.

    Times are the run's share: a process shares what it takes in equal parts among the runs in progress.
    """

    started: str
    """When the process began."""
    cpu_seconds: float
    busy_seconds: float
    """Wall time, evaluation included."""
    evaluation_share: float
    """The part of `busy_seconds` that validation took."""
    ensemble: int
    """Most runs that were trained side by side, this one included; 1 is a run alone."""
    flops_per_second: float
    """FLOPs of training over the time it took, evaluation apart."""
    peak_flops_per_second: float
    """What the device could do at best: nominal for known GPUs, else measured with float32 products."""
    peak_memory_mb: int
    """Most memory of the process so far, of all its runs."""
    device: str
    processor: str
    platform: str
    versions: dict[str, str]
    commit: str | None

    @property
    def utilisation(self) -> float:
        """Model FLOPs utilisation (MFU): the share of the device's peak that training used."""
        return self.flops_per_second / self.peak_flops_per_second


class Record(Strict):
    """A run's record."""

    run: str
    """The spec's hash, which is the file's name."""
    study: str
    job: str
    phase: Literal["search", "grid"]
    spec: RunSpec
    learning_rate: float
    """The number used; differs from the spec's where that says `searched`."""
    code: str
    """Fingerprint of the training stage that made it."""
    data: str
    """Hash of the content of the prepared data it was trained and evaluated on."""
    model: ModelSize
    result: Result
    provenance: Provenance

    def fits(self, spec: RunSpec, learning_rate: float, code: str, data: str) -> bool:
        """Whether this is the result of exactly that run, with exactly that code, on exactly those data."""
        return (self.spec, self.learning_rate, self.code, self.data) == (spec, learning_rate, code, data)


def write_record(record: Record, folder: Path) -> None:
    """Write `<run>.json` into a folder, whole."""
    plain = record.model_dump(mode="json")
    plain["spec"] = identity(record.spec)
    write_json(folder / f"{record.run}.json", plain)


def read_record(path: Path) -> Record:
    """Read a run record.

    Raises:
        RecordError: not JSON, not a record, or its spec does not hash to its name.
    """
    try:
        return parse_record(json.loads(path.read_text(encoding="utf-8")), str(path))
    except ValueError as error:
        raise RecordError(f"{path}: not a run record: {error}") from error


def parse_record(plain: Any, where: str) -> Record:
    """A record from plain data; `where` names its place in errors.

    Raises:
        RecordError: not a record, or its spec does not hash to its name.
    """
    try:
        record = Record.model_validate(plain)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise RecordError(f"{where}: not a run record: {key}: {first['msg']}") from error
    if record.spec.id != record.run:
        raise RecordError(f"{where}: its spec hashes to {record.spec.id}, but it is called {record.run}")
    return record
