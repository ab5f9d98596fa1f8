"""Stage `train`: train the runs of a job that have no valid record yet.

    python -m scalinglaws.stages.train --plan FILE --job NAME --spec HASH --code HASH --data DIR --subsets DIR
        --out DIR --checkpoint FILE [--learning-rate FILE] [--device cpu|cuda|auto] [--ensemble N]
        [--log FILE] [--heartbeat FILE]

The job is looked up in the file of its study, and `--spec` is its hash: the workflow and the file must mean
the same. A job with a search does it first and writes the choice to `--learning-rate`; a job whose learning
rate another one searches reads it from there. Exit status: 0 when all is done, 2 after a user's mistake,
128 + N when signal N stopped it (SIGTERM, SIGUSR2 or SIGINT). If you start it again, it resumes where it
stopped.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scalinglaws.config.job import Job, read_job
from scalinglaws.config.spec import RunSpec
from scalinglaws.data.store import MANIFEST, content_hash
from scalinglaws.errors import EditedRecordError, RecordError
from scalinglaws.files import remove_file
from scalinglaws.stages.stage import note_made_of, run_stage, stage_parser
from scalinglaws.staleness.versions import training_versions_in
from scalinglaws.training.devices.gpu import one_gpu
from scalinglaws.training.ensemble.policy import MOST_RUNS
from scalinglaws.training.records.provenance import training_versions, without_patch
from scalinglaws.training.records.record import Record, read_record, set_aside
from scalinglaws.training.records.search import Choice, find_learning_rate, read_choice, write_choice
from scalinglaws.training.resume.interruption import TrainingInterruptedError

if TYPE_CHECKING:  # imports torch
    from scalinglaws.training.trainer import Trainer

log = logging.getLogger("scalinglaws.training")


def main(arguments: list[str]) -> None:
    """Search the learning rate if the job does, then train the runs that are missing."""
    parser = stage_parser("train", __doc__)
    parser.add_argument("--plan", type=Path, required=True, help="the file of the study's jobs")
    parser.add_argument("--job", required=True, help="name of the job")
    parser.add_argument("--data", type=Path, required=True, help="folder of the prepared data set")
    parser.add_argument("--subsets", type=Path, required=True, help="folder of its shuffles")
    parser.add_argument("--out", type=Path, required=True, help="folder of run records")
    parser.add_argument("--checkpoint", type=Path, required=True, help="state of unfinished runs")
    parser.add_argument("--learning-rate", type=Path, nargs="?", help="file of the searched learning rate")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="cpu")
    parser.add_argument("--ensemble", type=int, default=MOST_RUNS, help="most runs in an ensemble")
    parser.add_argument(
        "--strict-versions", action="store_true", help="train again what other versions of packages trained"
    )
    parser.add_argument("--log", type=Path)
    parser.add_argument("--heartbeat", type=Path)
    options = parser.parse_args(arguments)
    _log_to(options.log)
    job = read_job(options.plan, options.job, options.spec)
    if options.learning_rate is None and (job.search or job.reads_choice):
        raise RecordError(f"{job.study} {job.name}: a searched learning rate needs --learning-rate")
    choice = read_choice(options.learning_rate) if job.reads_choice else None
    try:
        with TrainedRuns(job, options) as runs:
            if job.search is not None:
                choice = find_learning_rate(job.search, runs.of_search)
                _write(choice, options.learning_rate)
            found = choice.learning_rate if choice else None
            runs.train([(run, _number(run, found)) for run in job.runs], "grid")
    except TrainingInterruptedError as stopped:
        log.info("%s", stopped)
        print(f"{job.study} {job.name}: {stopped}", file=sys.stderr)
        sys.exit(stopped.status)
    tried = choice.runs if choice and job.search else ()
    records = [options.out / f"{run}.json" for run in (*tried, *(run.id for run in job.runs))]
    shuffles = [options.subsets / f"shuffle-{seed}.npy" for seed in job.seeds]
    read, wrote = [options.data / MANIFEST, *shuffles], list(records)
    if choice is not None:
        (wrote if job.search else read).append(options.learning_rate)
    note_made_of(options, "train", read, wrote, job.summary, training_versions_in(records))


def _number(run: RunSpec, found: float | None) -> float:
    """The learning rate of a run, where `found` is the searched one."""
    if run.learning_rate != "searched":
        return run.learning_rate
    assert found is not None  # there is a search, or its choice was read
    return found


def _write(choice: Choice, path: Path) -> None:
    try:
        write_choice(choice, path)
    except OSError as error:
        raise RecordError(
            f"{path}: the chosen learning rate cannot be written ({error.strerror}); "
            "free some space and start again: its runs are kept"
        ) from error


class TrainedRuns:
    """The runs of a job. Those that are missing are trained in this process, which opens the data once."""

    def __init__(self, job: Job, options: argparse.Namespace) -> None:
        """Nothing is trained yet; `options` are those of the stage."""
        self._job, self._options = job, options
        self._content = content_hash(options.data)
        self._versions = without_patch(training_versions()) if options.strict_versions else None
        self._opened = ExitStack()
        self._trainer: Trainer | None = None

    def __enter__(self) -> "TrainedRuns":
        return self

    def __exit__(self, failure: type[BaseException] | None, *rest: object) -> None:
        with self._opened:
            if failure is None:  # else the checkpoint is still needed
                self._close()

    def train(self, runs: Sequence[tuple[RunSpec, float]], phase: Literal["search", "grid"]) -> None:
        """Train those of some runs that have no valid record.

        Raises:
            TrainingInterruptedError, RecordError: see `Trainer.train`.
        """
        missing = [run for run in runs if not self._is_done(*run)]
        job = self._job
        log.info("%s %s: %s of %d runs, %d to train", job.study, job.name, phase, len(runs), len(missing))
        if missing:
            self._open().train(missing, phase)

    def of_search(self, runs: Sequence[RunSpec]) -> list[Record]:
        """The records of some runs of the search; those that are missing are trained."""
        self.train([(run, _number(run, None)) for run in runs], "search")
        return [read_record(self._options.out / f"{run.id}.json") for run in runs]

    def _open(self) -> "Trainer":
        if self._trainer is None:
            if self._options.device != "cpu":
                self._opened.enter_context(one_gpu())
            # Imported here because torch takes a second to import, which a job that is up to date can spare,
            # and because it looks at CUDA_VISIBLE_DEVICES when it starts.
            from scalinglaws.training.trainer import Trainer

            self._trainer = Trainer(self._job, self._options, self._content)
        return self._trainer

    def _close(self) -> None:
        if self._trainer is not None:
            self._trainer.close()
            return
        remove_file(self._options.checkpoint)  # the process may have been killed after its last record
        if self._options.heartbeat is not None:
            remove_file(self._options.heartbeat)

    def _is_done(self, spec: RunSpec, learning_rate: float) -> bool:
        """Whether there is a record of exactly this run, code and data and, if they count, these versions."""
        path = self._options.out / f"{spec.id}.json"
        if not path.exists():
            return False
        try:
            record = read_record(path)
        except EditedRecordError:
            raise
        except RecordError as error:
            log.warning("%s; moved to %s, training it again", error, set_aside(path))
            return False
        return record.fits(spec, learning_rate, self._options.code, self._content) and self._versions in (
            None,
            without_patch(record.provenance.versions),
        )


def _log_to(path: Path | None) -> None:
    logging.raiseExceptions = False  # otherwise a full disk gives a traceback for every line of the log
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path) if path else logging.StreamHandler(sys.stderr)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    run_stage(main)
