"""Predicts, for each run of the jobs that run again, whether it will be retrained or reused, and why.

Snakemake sees jobs, and the training stage decides run by run. This decides as the stage will, except where
data are prepared or a learning rate is searched again: what comes out of that is not known yet.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from scalinglaws.config.spec import RunSpec
from scalinglaws.data.store import content_hash
from scalinglaws.errors import EditedRecordError, RecordError
from scalinglaws.staleness.steps import Step, records_of
from scalinglaws.training.records.record import Record, read_record, set_aside
from scalinglaws.training.records.search import find_learning_rate, read_choice

KEPT = "kept"
NEW, DAMAGED, CODE = "without a record", "with a damaged record", "by other code"
DATA, RATE = "on other data", "with another learning rate"
OPEN = {
    "if data": "only if the data come out different",
    "if learning rate": "only if the search chooses another rate",
}


def set_damaged_aside(stale: Sequence[Step]) -> Iterator[str]:
    """Move away the records of stale training jobs that cannot be read, and say so: their runs are new again.

    Raises:
        EditedRecordError: a record was changed after its run ended.
    """
    for step in stale:
        for file in records_of(step):
            try:
                read_record(Path(file))
            except FileNotFoundError:
                continue
            except EditedRecordError:
                raise
            except RecordError as error:
                yield f"{error}; it was moved to {set_aside(Path(file))}, and its run is trained again"


class RunStates:
    """The runs of all training jobs among some stale steps."""

    def __init__(self, stale: Sequence[Step]) -> None:
        made_again = {file for step in stale for file in step.files}
        self._kept: set[str] = set()
        self._jobs: Counter[str] = Counter()
        self._states: dict[str, Counter[str]] = defaultdict(Counter)  # by study
        for step in stale:
            if step.job is not None:
                self._judge(step, made_again)

    def keeps(self, file: str) -> bool:
        """Whether a file is the record of a run that is kept."""
        return file in self._kept

    def counts(self) -> Iterator[str]:
        """One line per study."""
        for study, states in self._states.items():
            trained = {why: states[why] for why in (NEW, DAMAGED, CODE, DATA, RATE) if states[why]}
            why = ", ".join(f"{number} {words}" for words, number in trained.items())
            jobs = "1 job" if self._jobs[study] == 1 else f"{self._jobs[study]} jobs"
            parts = [f"{sum(trained.values())} to train" + (f" ({why})" if why else "")]
            parts += [f"{states[key]} {words}" for key, words in OPEN.items() if states[key]]
            yield f"Runs of {study} ({jobs}): {', '.join(parts)}, {states[KEPT]} kept."

    def _judge(self, step: Step, made_again: set[str]) -> None:
        assert step.job is not None
        (manifest,) = step.inputs["manifest"]
        data = None if manifest in made_again else content_hash(Path(manifest).parent)
        learning_rate, added = _chosen(step, data, made_again)
        self._jobs[step.job.study] += 1
        folder = Path(step.outputs["runs"][0]).parent
        files = [*step.outputs["runs"], *(str(folder / f"{run.id}.json") for run in added)]
        for run, file in zip((*step.job.planned, *added), files, strict=True):
            asked = learning_rate if run.learning_rate == "searched" else run.learning_rate
            state = _state(run, Path(file), step.code, data, asked)
            self._states[step.job.study][state] += 1
            if state == KEPT:
                self._kept.add(file)


def _chosen(step: Step, data: str | None, made_again: set[str]) -> tuple[float | None, list[RunSpec]]:
    """The learning rate that the search of this or of another job chooses, None if that is not known yet, and
    the runs that the job's search adds, as far as they are known."""
    assert step.job is not None
    for file in step.inputs["learning_rate"]:
        return None if file in made_again else read_choice(Path(file)).learning_rate, []
    folder, added = Path(step.outputs["runs"][0]).parent, list[RunSpec]()

    def records(runs: Sequence[RunSpec]) -> list[Record]:
        added.extend(run for run in runs if run not in planned)
        found = [read_record(folder / f"{run.id}.json") for run in runs]
        for run, record in zip(runs, found, strict=True):
            if data is None or not record.fits(run, float(run.learning_rate), step.code, data):
                raise RecordError(f"{run.id} is trained again")
        return found

    if step.job.search is None:
        return None, added
    planned = step.job.search.runs
    try:
        return find_learning_rate(step.job.search, records).learning_rate, added
    except (OSError, RecordError):
        return None, added


def _state(run: RunSpec, path: Path, code: str, data: str | None, learning_rate: float | str | None) -> str:
    """What becomes of a run; data and learning rate are None where they are not known yet."""
    if not path.exists():
        return NEW
    try:
        record = read_record(path)
    except RecordError:
        return DAMAGED
    known_data = record.data if data is None else data
    known_rate = record.learning_rate if learning_rate is None else float(learning_rate)
    if record.fits(run, known_rate, code, known_data):
        return "if data" if data is None else "if learning rate" if learning_rate is None else KEPT
    if record.code != code:
        return CODE
    return DATA if record.data != known_data else RATE
