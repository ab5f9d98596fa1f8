"""Trains runs of a job, group by group, and writes the record of each as soon as it ends."""

import argparse
import logging
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Literal

import torch

from scalinglaws.config.job import Job
from scalinglaws.config.modules import TASKS, module_name
from scalinglaws.config.spec import RunSpec
from scalinglaws.errors import RecordError
from scalinglaws.tasks.core.task import Task
from scalinglaws.training.architecture import Architecture, Begins
from scalinglaws.training.devices.device import device_of
from scalinglaws.training.devices.peak import measured_peak, nominal_peak
from scalinglaws.training.loop import Member, Training
from scalinglaws.training.records.provenance import Place
from scalinglaws.training.records.record import Record, write_record
from scalinglaws.training.resume.checkpoint import Checkpoint
from scalinglaws.training.resume.heartbeat import HeartbeatWriter
from scalinglaws.training.resume.interruption import Interruption, TrainingInterruptedError
from scalinglaws.training.setup import RunSetup, run_setup

log = logging.getLogger("scalinglaws.training")

Phase = Literal["search", "grid"]
BEGINNING = (0, 0)
OUT_OF_MEMORY = (
    *("out of memory", "can't allocate memory", "not enough memory", "cannot allocate memory"),
    *("bad_alloc", "alloc_failed"),  # C++; cuBLAS and cuDNN
    *("could not create a primitive", "could not execute a primitive"),  # all that oneDNN says
)


class Trainer:
    """Trains runs of a job on one device; it opens the data once."""

    def __init__(self, job: Job, options: argparse.Namespace, content: str) -> None:
        """Open the data and the checkpoint.

        Args:
            job: the job.
            options: those of the stage; see `scalinglaws.stages.train`.
            content: hash of the prepared data.

        Raises:
            RecordError: a GPU is asked for, but there is none.
            DataError: the data are damaged.
        """
        device = device_of(options.device)
        first = (job.search or job).runs[0]
        name = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
        self._job, self._options, self._content = job, options, content
        task: Task = import_module(module_name(TASKS, first.task)).open_task(options.data, device)
        self._task, self._architecture = task, Architecture(first.model, task, device)
        self._place = Place(name, nominal_peak(name, first.precision) or measured_peak(device, seconds=0.1))
        self._heartbeat = HeartbeatWriter(
            options.heartbeat or options.out / ".heartbeat.json", f"{job.study} {job.name}"
        )
        made_by = {
            "code": options.code,
            "data": content,
            "device": device.type,
            "torch": str(torch.__version__),
        }
        self._checkpoint = Checkpoint(options.checkpoint, made_by)
        self._phase: Phase = "grid"
        self._finished: set[str] = set()
        self._left = 0

    def train(self, missing: Sequence[tuple[RunSpec, float]], phase: Phase) -> None:
        """Train runs and write their records; it may be called several times, for one phase after the other.

        Args:
            missing: runs, and the learning rates behind their specs.
            phase: what they are trained for.

        Raises:
            TrainingInterruptedError: a signal asked to stop; the state of all runs is saved.
            RecordError: a run needs more memory than there is (all others are done), its spec does not fit
                its data, or a record cannot be written.
        """
        where = self._architecture.size.flops_per_example, self._options.data, self._options.subsets
        setups = [run_setup(spec, learning_rate, *where) for spec, learning_rate in missing]
        self._left, self._phase = len(setups), phase
        waiting = list(self._architecture.groups(setups, self._saved_at, self._options.ensemble))
        too_large: list[RunSetup] = []
        with Interruption() as interruption:
            while waiting:
                group = waiting.pop(0)
                try:
                    self._train_group(group, interruption)
                except (MemoryError, RuntimeError) as error:
                    if not _is_out_of_memory(error):
                        raise
                    unfinished = [each for each in group if each.spec.id not in self._finished]
                    log.warning("out of memory with an ensemble of %d runs (%s)", len(group), error)
                    half = len(unfinished) // 2
                    if half:
                        waiting[:0] = [unfinished[:half], unfinished[half:]]
                    else:
                        too_large += unfinished
                if self._architecture.device.type == "cuda":
                    torch.cuda.empty_cache()
        if too_large:
            raise RecordError(
                f"{self._job.study} {self._job.name}: not enough memory for {len(too_large)} of its runs, "
                f"even alone ({too_large[0].spec.model.name}); all others are done"
            )

    def close(self) -> None:
        """Remove checkpoint and heartbeat: the job is done."""
        self._checkpoint.remove()
        self._heartbeat.stop()

    def _train_group(self, setups: list[RunSetup], interruption: Interruption) -> None:
        training = self._begun(setups)

        def after_step() -> None:
            if interruption.number is not None:
                saved = self._checkpoint.write(training.saved())
                raise TrainingInterruptedError(interruption.number, saved)
            if self._checkpoint.due:
                self._checkpoint.write(training.saved())
            self._beat(training)

        training.run(self._finish, after_step)

    def _begun(self, setups: list[RunSetup]) -> Training:
        """Runs as they were saved, all at the same level and step, or else at their beginning."""
        training, saved = self._architecture.training(setups), self._saved_at(setups[0])
        states = [self._checkpoint.states.pop(each.spec.id, {}) for each in setups]
        if saved == BEGINNING:
            return training
        try:
            training.resume(states)
        except (KeyError, TypeError, ValueError) as error:
            log.warning("%d runs start again: their checkpoint does not fit them (%s)", len(setups), error)
            return self._architecture.training(setups)  # some of the first may be restored already
        level = f" of level {training.level}" if training.level else ""
        log.info("%d runs resume at step %d%s", len(setups), training.step, level)
        return training

    def _saved_at(self, setup: RunSetup) -> Begins:
        """The level and the step at which a run was saved."""
        state = self._checkpoint.states.get(setup.spec.id, {})
        if state.get("learning_rate") != setup.learning_rate:
            return BEGINNING
        return int(state.get("level", 0)), int(state.get("step", 0))

    def _finish(self, member: Member) -> None:
        """Write the record of a run that has ended."""
        spec, results = member.setup.spec, member.results
        record = Record(
            run=spec.id,
            study=self._job.study,
            job=self._job.name,
            phase=self._phase,
            spec=spec,
            learning_rate=member.setup.learning_rate,
            code=self._options.code,
            data=self._content,
            model=self._architecture.size,
            results=results,
            provenance=self._place.provenance(member, self._architecture.size),
        )
        try:
            write_record(record, self._options.out)
        except OSError as error:
            raise RecordError(
                f"{self._options.out / spec.id}.json: the record cannot be written ({error.strerror}); free "
                "some space and start again: finished runs are kept, others resume from their last checkpoint"
            ) from error
        self._finished.add(spec.id)
        self._left -= 1
        last = results[-1]
        best = ", ".join(f"{name} {value:.4f}" for name, value in last.minima.items())
        log.info(
            "%s%s: %s after %d steps (%s), %.2f s; %d to go",
            _words(member.setup),
            f" level {last.level}" if last.level else "",
            best or f"diverged at step {last.diverged_at}",
            last.steps,
            last.stopped,
            member.seconds.wall,
            self._left,
        )

    def _beat(self, training: Training) -> None:
        if not self._heartbeat.due:
            return
        members = training.members
        words = _words(members[0].setup) + (f" and {len(members) - 1} more" if len(members) > 1 else "")
        runs = tuple(member.setup.spec.id for member in members)
        with suppress(OSError):  # a full disk; training goes on without heartbeats
            self._heartbeat.beat(words, runs, *training.progress, training.loss)


def _words(setup: RunSetup) -> str:
    spec = setup.spec
    return f"{spec.model.name} D={spec.subset.examples} seed {spec.seed} lr {setup.learning_rate:g}"


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or any(text in str(error).lower() for text in OUT_OF_MEMORY)
