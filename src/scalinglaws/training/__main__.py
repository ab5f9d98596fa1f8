"""Stage `train`: train the runs of a pack that have no valid record yet.

    python -m scalinglaws.training --spec JSON --code HASH --data DIR --subsets DIR --out DIR
        [--learning-rate FILE] [--device cpu|cuda|auto] [--log FILE] [--pulse FILE]

A search pack writes its outcome to `--learning-rate`; a grid pack reads it from there.
"""

import argparse
import json
import logging
import os
import resource
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from scalinglaws.config.modules import module_name
from scalinglaws.config.pack import Pack, pack_from_plain
from scalinglaws.config.spec import RunSpec
from scalinglaws.data.store import content_hash
from scalinglaws.errors import RecordError
from scalinglaws.stage import run_stage
from scalinglaws.training.heartbeat import Pulse
from scalinglaws.training.provenance import Stopwatch
from scalinglaws.training.record import Record, Result, read_record, write_record
from scalinglaws.training.search import choose, read_choice, write_choice

if TYPE_CHECKING:
    from scalinglaws.training.task import Task

log = logging.getLogger("scalinglaws.training")


def main(arguments: list[str]) -> None:
    """Train what is missing, then (search packs) write the learning rate that did best."""
    parser = argparse.ArgumentParser(prog="python -m scalinglaws.training")
    parser.add_argument("--spec", required=True, help="the pack as JSON")
    parser.add_argument("--code", required=True, help="fingerprint of the training code")
    parser.add_argument("--data", type=Path, required=True, help="folder of the prepared data set")
    parser.add_argument("--subsets", type=Path, required=True, help="folder of its shuffles")
    parser.add_argument("--out", type=Path, required=True, help="folder of run records")
    parser.add_argument("--learning-rate", type=Path, nargs="?", help="file of the search's outcome")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="cpu")
    parser.add_argument("--log", type=Path)
    parser.add_argument("--pulse", type=Path)
    options = parser.parse_args(arguments)
    _log_to(options.log)
    pack = pack_from_plain(json.loads(options.spec))
    searched = pack.phase == "grid" and options.learning_rate is not None
    found = read_choice(options.learning_rate).learning_rate if searched else None
    rates = [spec.learning_rate if isinstance(spec.learning_rate, float) else found for spec in pack.runs]
    if None in rates:
        raise RecordError(f"{pack.study} {pack.name}: a searched learning rate needs --learning-rate")
    jobs = [(spec, float(rate)) for spec, rate in zip(pack.runs, rates, strict=True) if rate is not None]
    content = content_hash(options.data)
    missing = [job for job in jobs if not _is_done(*job, options.code, content, options.out)]
    log.info("%s %s: %d runs, %d to train", pack.study, pack.name, len(jobs), len(missing))
    if missing:
        # Only now: torch takes a second to import, and a pack that is up to date needs none of it.
        trainer = _Trainer(pack, options, content)
        for number, (spec, rate) in enumerate(missing, 1):
            trainer.train(spec, rate, f"{number}/{len(missing)}")
        trainer.pulse.stop()
    if pack.candidates is not None:
        records = [read_record(options.out / f"{spec.id}.json") for spec in pack.runs]
        write_choice(choose(pack.candidates, records), options.learning_rate)


def _is_done(spec: RunSpec, rate: float, code: str, data: str, folder: Path) -> bool:
    """Whether the record of this very run, code and data stands; it is touched, as newer than its inputs."""
    path = folder / f"{spec.id}.json"
    if not path.exists():
        return False
    try:
        done = read_record(path).fits(spec, rate, code, data)
    except RecordError as error:
        log.warning("%s; training it again", error)
        return False
    if done:
        os.utime(path)
    return done


class _Trainer:
    """Trains runs of a pack on one device, the data opened once."""

    def __init__(self, pack: Pack, options: argparse.Namespace, content: str) -> None:
        import numpy as np
        import torch

        torch.set_num_threads(1)  # two threads on two busy cores are several times slower than one
        torch.use_deterministic_algorithms(True, warn_only=options.device != "cpu")
        torch.set_flush_denormal(True)
        cuda = options.device != "cpu" and torch.cuda.is_available()
        if options.device == "cuda" and not cuda:
            raise RecordError("device cuda is asked for, but torch sees no GPU here")
        self.torch = torch
        self.device: torch.device = torch.device("cuda" if cuda else "cpu")
        self.pack, self.code, self.content, self.out = pack, options.code, content, options.out
        self.pulse = Pulse(options.pulse or options.out / ".pulse.json", f"{pack.study} {pack.name}")
        first = pack.runs[0]
        self.task: Task = import_module(module_name("training/tasks", first.task)).open_task(
            options.data, self.device
        )
        self.orders = {
            seed: torch.from_numpy(np.load(options.subsets / f"shuffle-{seed}.npy")) for seed in pack.seeds
        }

    def train(self, spec: RunSpec, rate: float, number: str) -> None:
        """Train one run and write its record."""
        from scalinglaws.training.flops import model_size
        from scalinglaws.training.loop import derived_seed, train

        if spec.subset.examples > self.task.examples:
            raise RecordError(
                f"{spec.data.source}: a subset of {spec.subset.examples} examples is asked for, "
                f"the training pool has {self.task.examples}"
            )
        words = f"{spec.model.name} D={spec.subset.examples} seed {spec.seed} lr {rate:g}"
        watch = Stopwatch()
        self.torch.manual_seed(derived_seed(spec.seed, "weights"))
        model = import_module(module_name("models", spec.model.family)).build(
            self.task.inputs,
            self.task.outputs,
            **spec.model.options,
        )
        size = model_size(model, self.task.inputs)
        outcome = train(
            spec,
            rate,
            self.task,
            model.to(self.device),
            self.orders[spec.subset.seed][: spec.subset.examples],
            lambda step, loss: self.pulse.beat(words, spec.id, step, spec.budget.steps, loss),
        )
        write_record(
            Record(
                run=spec.id,
                study=self.pack.study,
                pack=self.pack.name,
                phase=self.pack.phase,
                spec=spec,
                learning_rate=rate,
                code=self.code,
                data=self.content,
                model=size,
                result=Result.model_validate(asdict(outcome)),
                provenance=watch.provenance(self._device_name()),
            ),
            self.out,
        )
        best = ", ".join(f"{name} {value:.4f}" for name, value in outcome.minima.items())
        log.info(
            "%s %s: %s after %d steps (%s), %.1f s, peak memory %d MB",
            number,
            words,
            best or "no result",
            outcome.steps,
            outcome.stopped,
            watch.wall_seconds,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        )

    def _device_name(self) -> str:
        return self.torch.cuda.get_device_name() if self.device.type == "cuda" else "cpu"


def _log_to(path: Path | None) -> None:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path) if path else logging.StreamHandler(sys.stderr)
    logging.basicConfig(format="%(asctime)s %(message)s", level=logging.INFO, handlers=[handler])


if __name__ == "__main__":
    run_stage(main)
