"""The record of a run: a JSON file that says what was run, with which code, on which data, and the result."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.spec import RunSpec, identity
from scalinglaws.config.strict import Strict
from scalinglaws.counting.size import ModelSize
from scalinglaws.errors import EditedRecordError, RecordError
from scalinglaws.files import write_json
from scalinglaws.training.records.result import RunResult

DIGEST = "digest"


class Provenance(Strict):
    """Where, when and how fast a run was trained; no table contains any of it.

    Times are the run's share: the runs in progress divide the time of their process equally.
    """

    started: str
    """When the process started."""
    cpu_seconds: float
    busy_seconds: float
    """Wall time, evaluation included."""
    evaluation_share: float
    """The part of `busy_seconds` that validation took."""
    ensemble: int
    """Most runs that were in its ensemble at the same time, itself included; 1 for a run alone."""
    flops_per_second: float
    """FLOPs of training per second, without evaluation."""
    peak_flops_per_second: float
    """What the device reaches at best: nominal for known GPUs, otherwise measured with float32 products."""
    peak_memory_mb: int
    """Most memory that the process has used so far, for all its runs."""
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
    """The hash of the spec, which is also the file's name."""
    study: str
    job: str
    phase: Literal["search", "grid"]
    spec: RunSpec
    learning_rate: float
    """The number that was used; it differs from the spec's if that says `searched`."""
    code: str
    """Fingerprint of the code that trained it."""
    data: str
    """Hash of the content of the prepared data on which it was trained and evaluated."""
    model: ModelSize
    results: tuple[RunResult, ...]
    """One per level of pruning; one in all where nothing is pruned."""
    provenance: Provenance

    def fits(self, spec: RunSpec, learning_rate: float, code: str, data: str) -> bool:
        """Whether this is the record of exactly this run, with exactly this code, on exactly these data."""
        return (self.spec, self.learning_rate, self.code, self.data) == (spec, learning_rate, code, data)


def plain_record(record: Record) -> dict[str, Any]:
    """A record as plain data, with a digest of all of it."""
    plain = record.model_dump(mode="json")
    plain["spec"] = identity(record.spec)
    return {**plain, DIGEST: short_hash(plain)}


def write_record(record: Record, folder: Path) -> None:
    """Write `<run>.json` into a folder; a reader never sees half of it."""
    write_json(folder / f"{record.run}.json", plain_record(record))


def read_record(path: Path) -> Record:
    """Read a run record.

    Raises:
        EditedRecordError: it was changed after its run ended.
        RecordError: the file is not JSON or not a record, or the hash of its spec is not its name.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (RecursionError, ValueError) as error:
        raise RecordError(f"{path}: not a run record: {error}") from error
    return parse_record(plain, str(path))


def parse_record(plain: Any, where: str) -> Record:
    """Make a record of plain data; `where` names its place in errors.

    Raises:
        EditedRecordError: it does not have its digest.
        RecordError: it is not a record, or the hash of its spec is not its name.
    """
    if not (isinstance(plain, dict) and DIGEST in plain):
        raise RecordError(f"{where}: not a run record: it has no {DIGEST}")
    content = {key: value for key, value in plain.items() if key != DIGEST}
    try:
        intact = plain[DIGEST] == short_hash(content)
    except (RecursionError, ValueError) as error:
        raise RecordError(f"{where}: not a run record: {error}") from error
    if not intact:
        raise EditedRecordError(
            f"{where}: was changed after its run ended: its digest is not {plain[DIGEST]}. Put the original "
            "back, or delete it to train the run again"
        )
    try:
        record = Record.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise RecordError(f"{where}: not a run record: {key}: {first['msg']}") from error
    if record.spec.id != record.run:
        raise RecordError(f"{where}: its spec hashes to {record.spec.id}, but it is called {record.run}")
    return record


def set_aside(path: Path) -> Path:
    """Move a record that cannot be read out of the way, so that its run is trained again; returns its new
    path.
    """
    kept = path.parent / "damaged" / path.name
    kept.parent.mkdir(exist_ok=True)
    return path.replace(kept)
