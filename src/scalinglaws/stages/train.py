"""Stage `train`: train the runs of a job that have no valid record yet.

    python -m scalinglaws.stages.train --plan FILE --job NAME --spec HASH --code HASH --data DIR --subsets DIR
        --out DIR --checkpoint FILE [--learning-rate FILE] [--device cpu|cuda|auto] [--ensemble N]
        [--log FILE] [--heartbeat FILE]

The job is looked up in the file of its study, and `--spec` is its hash: the workflow and the file must mean
the same. A search job writes the learning rate that it chose to `--learning-rate`; a grid job reads it from
there. Exit status: 0 when all is done, 2 after a user's mistake, 128 + N when signal N stopped it (SIGTERM,
SIGUSR2 or SIGINT). If you start it again, it resumes where it stopped.
"""

import argparse
import logging
import sys
from contextlib import nullcontext
from pathlib import Path

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
from scalinglaws.training.records.record import read_record, set_aside
from scalinglaws.training.records.search import choose, read_choice, write_choice
from scalinglaws.training.resume.interruption import TrainingInterruptedError

log = logging.getLogger("scalinglaws.training")


def main(arguments: list[str]) -> None:
    """Train the runs that are missing; if the job is a search, then write the best learning rate."""
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
    searched = job.phase == "grid" and options.learning_rate is not None
    chosen = read_choice(options.learning_rate).learning_rate if searched else None
    learning_rates = [
        spec.learning_rate if isinstance(spec.learning_rate, float) else chosen for spec in job.runs
    ]
    if None in learning_rates:
        raise RecordError(f"{job.study} {job.name}: a searched learning rate needs --learning-rate")
    setups = [
        (spec, float(number))
        for spec, number in zip(job.runs, learning_rates, strict=True)
        if number is not None
    ]
    content = content_hash(options.data)
    wanted = without_patch(training_versions()) if options.strict_versions else None
    missing = [setup for setup in setups if not _is_done(*setup, content, wanted, options)]
    log.info("%s %s: %d runs, %d to train", job.study, job.name, len(setups), len(missing))
    if missing:
        _train(job, missing, options, content)
    else:  # the process may have been killed after its last record
        remove_file(options.checkpoint)
        if options.heartbeat is not None:
            remove_file(options.heartbeat)
    if job.candidates is not None:
        records = [read_record(options.out / f"{spec.id}.json") for spec in job.runs]
        try:
            write_choice(choose(job.candidates, records), options.learning_rate)
        except OSError as error:
            raise RecordError(
                f"{options.learning_rate}: the chosen learning rate cannot be written ({error.strerror}); "
                "free some space and start again: its runs are kept"
            ) from error
    shuffles = [options.subsets / f"shuffle-{seed}.npy" for seed in job.seeds]
    chosen_in = [options.learning_rate] if searched else []
    read = [options.data / MANIFEST, *shuffles, *chosen_in]
    runs = [options.out / f"{spec.id}.json" for spec in job.runs]
    wrote = [*runs, options.learning_rate] if job.candidates else runs
    note_made_of(options, "train", read, wrote, job.summary, training_versions_in(runs))


def _is_done(
    spec: RunSpec,
    learning_rate: float,
    data: str,
    versions: dict[str, str] | None,
    options: argparse.Namespace,
) -> bool:
    """Whether there is a record of exactly this run, code and data and, if any are given, these versions."""
    path = options.out / f"{spec.id}.json"
    if not path.exists():
        return False
    try:
        record = read_record(path)
    except EditedRecordError:
        raise
    except RecordError as error:
        log.warning("%s; moved to %s, training it again", error, set_aside(path))
        return False
    return record.fits(spec, learning_rate, options.code, data) and versions in (
        None,
        without_patch(record.provenance.versions),
    )


def _train(job: Job, missing: list[tuple[RunSpec, float]], options: argparse.Namespace, content: str) -> None:
    with nullcontext() if options.device == "cpu" else one_gpu():
        # Imported here because torch takes a second to import, which a job that is up to date can spare, and
        # because it looks at CUDA_VISIBLE_DEVICES when it starts.
        from scalinglaws.training.trainer import Trainer

        try:
            Trainer(job, options, content).train(missing)
        except TrainingInterruptedError as stopped:
            log.info("%s", stopped)
            print(f"{job.study} {job.name}: {stopped}", file=sys.stderr)
            sys.exit(stopped.status)


def _log_to(path: Path | None) -> None:
    logging.raiseExceptions = False  # otherwise a full disk gives a traceback for every line of the log
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path) if path else logging.StreamHandler(sys.stderr)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    run_stage(main)
