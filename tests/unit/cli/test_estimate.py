"""How long runs take, judged by recorded ones: of records/laptop, and made-up ones."""

from collections import defaultdict
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scalinglaws.cli.estimate import Estimates, Timing, Workload, briefly, in_words, read_timings
from scalinglaws.config.scale import Machine
from scalinglaws.config.spec import RunSpec
from scalinglaws.counting.size import FlopsByPart, ModelSize
from scalinglaws.training.records.provenance import processor

ROOT = Path(__file__).resolve().parents[3]
MACHINE = Machine(flops_per_second=2e10, seconds_per_step=0.006, workers=2)  # that of config/laptop.yaml
SIZE = ModelSize(
    parameters=100,
    embedding_parameters=0,
    forward_flops=FlopsByPart(body=10**6),
    training_flops=FlopsByPart(body=3 * 10**6),
    products=1,
    outputs=1,
)


@cache
def published() -> tuple[Timing, ...]:
    timings = tuple(read_timings(ROOT / "nowhere", ROOT / "records"))
    assert len(timings) > 700
    return timings


def seconds_by_architecture(timings: tuple[Timing, ...]) -> dict[str, tuple[float, float]]:
    """The estimated and the recorded time of each architecture; it is itself left out of what is known."""
    groups: dict[str, list[Timing]] = defaultdict(list)
    for each in timings:
        groups[each.workload.model].append(each)
    found = {}
    for model, group in groups.items():
        rest = Estimates([each for each in timings if each.workload.model != model], MACHINE)
        estimated = sum(rest.of(each.workload, each.size) for each in group)
        found[model] = estimated, sum(each.seconds for each in group)
    return found


def test_every_architecture_is_estimated_from_the_others() -> None:
    found = seconds_by_architecture(published())
    assert len(found) > 30
    estimated, recorded = map(sum, zip(*found.values(), strict=True))
    assert 2 / 3 < estimated / recorded < 3 / 2
    assert {model: both for model, both in found.items() if not 1 / 3 < both[0] / both[1] < 3} == {}


def spec(width: int = 8, examples: int = 100, steps: int = 600, **changes: Any) -> RunSpec:
    plain: dict[str, Any] = {
        "task": "image-classification",
        "data": {"source": "fashion-mnist"},
        "subset": {"examples": examples, "seed": 0},
        "model": {"family": "resnet", "options": {"width": width}},
        "learning_rate": 0.05,
        "optimiser": {"batch": 16},
        "duration": {"steps": steps},
        "seed": 0,
    }
    return RunSpec.model_validate({**plain, **changes})


def timing(run: RunSpec, seconds: float, size: ModelSize = SIZE, **changes: Any) -> Timing:
    made = Timing(run.id, "code", Workload.of(run), size, seconds, device="cpu", processor="a processor")
    return replace(made, **changes)


def test_the_same_run_takes_as_long_again() -> None:
    estimates = Estimates([timing(spec(), 7.0), timing(spec(width=64), 90.0)], MACHINE)
    assert estimates.size(spec()) == SIZE
    assert estimates.flops(spec()) == 3e6 * 16 * 600
    same = Estimates([timing(spec(), 7.0)], MACHINE)
    assert same.seconds(spec()) == pytest.approx(7.0)
    assert same.seconds(spec(steps=1200)) == pytest.approx(14.0)


def test_runs_of_this_machine_count_more_than_others_and_gpus_do_not() -> None:
    own = [timing(spec(examples=size), 5.0, processor=processor()) for size in (80, 90, 100, 110, 120)]
    others = [timing(spec(examples=size), 50.0) for size in (80, 90, 100, 110, 120)]
    gpu = timing(spec(), 0.1, device="a GPU")
    assert Estimates([*others, *own, gpu], MACHINE).seconds(spec()) == pytest.approx(5.0)
    assert Estimates([*others, gpu], MACHINE).seconds(spec()) == pytest.approx(50.0)


def test_without_records_a_step_takes_the_longer_of_the_two_assumed_times() -> None:
    launches = Estimates((), MACHINE)
    assert launches.seconds(spec()) == pytest.approx(600 * 0.006)
    assert "assumed, not measured: 2.0e+10 FLOP/s and at least 6 ms per step" in launches.basis
    slow = Estimates((), MACHINE.model_copy(update={"flops_per_second": 1e3}), count=lambda run: SIZE)
    assert slow.seconds(spec()) == pytest.approx(600 * 16 * 3e3)


def test_jobs_run_in_parallel_but_no_shorter_than_the_longest() -> None:
    jobs = [[spec(steps=steps)] for steps in (10**5, 10**5, 10**6)]
    estimates = Estimates((), MACHINE)
    assert estimates.wall_seconds(jobs, 1) == pytest.approx(7200, rel=0.01)
    assert estimates.wall_seconds(jobs, 2) == pytest.approx(6000, rel=0.01)
    assert estimates.wall_seconds((), 2) == 0


def test_records_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "records" / "laptop" / "a" / "b"
    folder.mkdir(parents=True)
    known = next((ROOT / "records").glob("**/runs.jsonl")).read_text().splitlines()[0]
    (folder / "runs.jsonl").write_text(f"{known}\n{{}}\nnot JSON\n[]\n")
    assert len(read_timings(tmp_path / "results", tmp_path / "records")) == 1


@pytest.mark.parametrize(
    ("seconds", "words", "short"),
    [
        (42, "about 40 s (20 to 80)", "40 s"),
        (2500, "about 40 min (20 to 80)", "40 min"),
        (7000, "about 2 h (1 to 4)", "2 h"),
        (3e5, "about 3 days (2 to 7)", "3 days"),
    ],
)
def test_a_duration_is_printed_with_one_digit(seconds: float, words: str, short: str) -> None:
    assert (in_words(seconds), briefly(seconds)) == (words, short)
