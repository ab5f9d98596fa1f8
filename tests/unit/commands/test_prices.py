"""What runs cost, learnt from measured runs: the published ones, and made ones."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scalinglaws.cli.prices import Prices, StepTime, StepTimes
from scalinglaws.cli.timings import Host, Timing, choose_timings, read_timings

from scalinglaws.config.scale import Machine
from scalinglaws.config.spec import RunSpec

ROOT = Path(__file__).resolve().parents[3]
ASSUMED = Machine(flops_per_second=1e9, seconds_per_step=0.5, workers=1)  # far off: measurements must win
HERE = Host("cpu", "a processor")
WITHIN = 1.5
BEYOND = 1.75
"""For the smallest and the largest of a family, which lie beyond what they are priced from; the same steps
took up to 1.3 times longer in one hour than in another."""


def spec(width: int = 8, examples: int = 100, seed: int = 0, **changes: Any) -> RunSpec:
    plain: dict[str, Any] = {
        "task": "image-classification",
        "data": {"source": "fashion-mnist"},
        "subset": {"examples": examples, "seed": seed},
        "model": {"family": "resnet", "options": {"width": width}},
        "learning_rate": 0.05,
        "optimiser": {"batch": 16},
        "budget": {"steps": 600},
        "seed": seed,
    }
    return RunSpec.model_validate({**plain, **changes})


def timing(run: RunSpec, per_step: float, flops: int = 10**6, **changes: Any) -> Timing:
    made = Timing(run, flops, 300, 300 * per_step, evaluation_share=0.0, ensemble=1, stacked=False, host=HERE)
    return replace(made, **changes)


def published() -> list[Timing]:
    timings, _ = choose_timings([], read_timings(ROOT / "nowhere", ROOT / "records")[1], HERE)
    assert len(timings) > 100
    return timings


def price(timings: Sequence[Timing], runs: Sequence[Timing]) -> float:
    """Seconds of the steps that runs took, at the prices learnt from others."""
    steps = StepTimes(ASSUMED, timings)
    seconds = (
        steps.of(each.spec, each.flops_per_step, each.ensemble, each.stacked)[0]
        * each.steps
        / (1 - each.evaluation_share)
        for each in runs
    )
    return sum(seconds)


def test_an_architecture_is_priced_from_the_others() -> None:
    groups: dict[tuple[str, str], list[Timing]] = defaultdict(list)
    for each in published():
        groups[each.spec.model.family, each.spec.data.name].append(each)
    wrong = {}
    for (_, data), group in groups.items():
        names = sorted({each.spec.model.name for each in group}, key=lambda name: largest(group, name))
        for name in names:
            others = [each for each in group if each.spec.model.name != name]
            left_out = [each for each in group if each.spec.model.name == name]
            ratio = price(others, left_out) / sum(each.seconds for each in left_out)
            within = BEYOND if name in (names[0], names[-1]) else WITHIN
            if not 1 / within < ratio < within:
                wrong[name, data] = ratio
    assert wrong == {}


@pytest.mark.parametrize("start", [0, 1])
def test_half_of_the_runs_price_all(start: int) -> None:
    timings = published()
    prices = Prices(ASSUMED, timings[start::2])
    ratio = sum(prices.of(each.spec, each.ensemble).seconds for each in timings) / sum(
        each.seconds for each in timings
    )
    assert 1 / WITHIN < ratio < WITHIN
    assert 1 / 1.2 < price(timings[start::2], timings) / sum(each.seconds for each in timings) < 1.2


def test_the_whole_set_from_the_largest_and_smallest() -> None:
    """Patience, too, is learnt: from runs of other architectures on the same subsets of the same data."""
    timings = published()
    ends = []
    for data in {each.spec.data.name for each in timings}:
        on_it = [each for each in timings if each.spec.data.name == data]
        names = sorted({each.spec.model.name for each in on_it}, key=lambda name: largest(on_it, name))
        ends += [each for each in on_it if each.spec.model.name in (names[0], names[-1])]
    prices = Prices(ASSUMED, ends)
    ratio = sum(prices.of(each.spec, each.ensemble).seconds for each in timings) / sum(
        each.seconds for each in timings
    )
    assert 1 / WITHIN < ratio < WITHIN


def largest(timings: Sequence[Timing], name: str) -> float:
    return max(each.flops_per_step for each in timings if each.spec.model.name == name)


def test_measured_steps_are_priced_as_measured() -> None:
    run = spec()
    timings = [timing(spec(seed=k), 0.01 * k) for k in (1, 2, 30)]
    cost = Prices(ASSUMED, timings).of(run)
    assert cost.measured
    assert cost.seconds == pytest.approx(0.02 * 300)  # the median, with the steps they took
    assert cost.most_seconds == pytest.approx(0.02 * 600)
    assert cost.most_flops == 2 * cost.flops > 0
    assert not Prices(ASSUMED, timings).of(spec(examples=4)).measured  # another batch


WORDS = spec(
    task="language-modelling",
    data={"source": "prose", "options": {"vocabulary": 300, "window": 16}},
    model={"family": "lstm", "options": {"width": 8, "layers": 1}},
)
SPEECH = spec(
    task="speech-attention",
    data={"source": "festvox-ru", "options": {"seconds": 0.5, "hop_ms": 20}},
    model={"family": "listener", "options": {"width": 8}},
)


def test_all_forms_of_data_have_flops() -> None:
    prices = Prices(ASSUMED)
    size = prices.size(WORDS)
    assert size is not None
    assert size.parameters == 302 * 8 + 2 * 8 * 32 + 32 + 302 * 8 + 302
    # Of 16 words: projection forward and for the gradients of inputs and weights, a head as often, and the
    # recurrence: 15 steps forward and backward, and one product with all states for its weights.
    flops = 3 * 16 * 2 * 8 * (32 + 302) + 2 * 15 * 2 * 8 * 32 + 16 * 2 * 8 * 32
    assert size.flops_per_example == flops
    assert prices.of(WORDS).most_flops == 600 * 16 * flops
    speech = prices.size(SPEECH)
    assert speech is not None and speech.training_flops.attention > 0
    assert speech.outputs == 8 * 52  # 7 phones and the end of 51 symbols and the end


def test_the_precision_of_products_changes_no_flops() -> None:
    half = WORDS.model_copy(update={"precision": "bfloat16"})
    assert Prices(ASSUMED).of(half).flops == Prices(ASSUMED).of(WORDS).flops > 0


def test_a_model_of_unknown_examples_has_no_flops() -> None:
    run = spec(data={"source": "huggingface", "options": {"name": "a/b", "size": 32}})
    prices = Prices(ASSUMED)
    assert (prices.size(run), prices.of(run).flops) == (None, 0)
    assert prices.of(run).seconds == 0.5 * 600


def test_evaluation_comes_on_top_of_steps() -> None:
    timings = [timing(spec(), 0.02, evaluation_share=0.5)]
    assert timings[0].seconds_per_step == 0.01
    assert Prices(ASSUMED, timings).of(spec()).seconds == pytest.approx(0.02 * 300)


def test_steps_are_those_of_like_runs() -> None:
    taken = [timing(spec(width=w, seed=s), 0.01, steps=100 * w) for w in (1, 3) for s in (0, 1)]
    prices = Prices(ASSUMED, taken)
    steps = [prices.of(run).flops / prices.of(run).most_flops * 600 for run in (spec(1), spec(3), spec(2))]
    assert steps == pytest.approx([100, 300, 200])  # the last: the median over the architectures
    other = spec(budget={"steps": 60})
    assert prices.of(other).seconds == prices.of(other).most_seconds  # another budget
    assert prices.of(spec(examples=50)).flops == prices.of(spec(examples=50)).most_flops  # another subset


def step(timings: Sequence[Timing], flops: float, ensemble: int = 1, stacked: bool = False) -> float:
    return StepTime(ASSUMED, timings).of(spec(width=99), flops, ensemble, stacked)[0]


@pytest.fixture
def both() -> list[Timing]:
    """Small models side by side, large ones alone, at 20 GFLOP/s."""
    made = []
    for width, flops, ensemble in (
        (1, 10**5, 24),
        (2, 10**6, 24),
        (3, 10**6, 3),
        (4, 10**7, 1),
        (5, 10**8, 1),
    ):
        stacked = ensemble > 1
        seconds = (0.009 / ensemble + 0.001 if stacked else 0.005) + 16 * flops / 2e10
        made += [
            timing(spec(width, seed=s), seconds, flops, ensemble=ensemble, stacked=stacked) for s in range(3)
        ]
    return made


def test_launches_are_shared_and_arithmetic_is_not(both: list[Timing]) -> None:
    assert step(both, 4e6, 10, True) == pytest.approx(0.009 / 10 + 0.001 + 4e6 / 2e10, rel=0.05)
    assert step(both, 4e6, 2, True) == pytest.approx(0.009 / 2 + 0.001 + 4e6 / 2e10, rel=0.05)
    twins = 0.009 + 2 * (0.001 + 4e6 / 2e10)  # the least ensemble is of two
    assert step(both, 4e6, 1, True) == pytest.approx(twins, rel=0.05)
    assert step(both, 16e9) == pytest.approx(0.005 + 16e9 / 2e10, rel=0.05)  # larger than any


def test_a_measured_model_may_get_another_stack(both: list[Timing]) -> None:
    steps = StepTime(ASSUMED, both)
    assert steps.of(spec(3), 16e6, 3, True) == (pytest.approx(0.009 / 3 + 0.001 + 16e6 / 2e10), True)
    assert steps.of(spec(3), 16e6, 12, True)[0] == pytest.approx(0.009 / 12 + 0.001 + 16e6 / 2e10, rel=0.01)


def test_more_flops_never_take_less_time(both: list[Timing]) -> None:
    noisy = [replace(each, seconds=each.seconds * (3 if i % 2 else 1)) for i, each in enumerate(both)]
    noisy += [timing(spec(6), 2.0, 2 * 10**6)]  # a single run that was disturbed
    for ensemble, stacked in ((1, False), (1, True), (24, True)):
        seconds = [step(noisy, 10 ** (k / 4), ensemble, stacked) for k in range(12, 48)]
        assert seconds == pytest.approx(sorted(seconds))


def test_one_size_scales_the_assumed_machine() -> None:
    timings = [timing(spec(1), 0.05)]  # 16e6 FLOPs; 0.5 s are assumed
    assert step(timings, 16e6) == pytest.approx(0.05)
    assert step(timings, 1e10) == pytest.approx(10 * 0.1)


def test_precisions_are_told_apart() -> None:
    fast, slow = spec(precision="bfloat16"), spec()
    prices = Prices(ASSUMED, [timing(fast, 0.01), timing(slow, 0.04)])
    assert prices.of(slow).seconds == pytest.approx(4 * prices.of(fast).seconds)


def test_tasks_are_told_apart() -> None:
    data = {"source": "markov", "options": {"states": 8, "window": 16}}
    text = {"task": "language-modelling", "data": data}
    first, second = (text | {"model": {"family": "lstm", "options": {"width": width}}} for width in (4, 5))
    images = [timing(spec(width), 0.001 * width, flops=10**5 * width) for width in (2, 4, 8)]
    prices = Prices(ASSUMED, [*images, timing(spec(**first), 0.2, flops=50_000)])
    assert prices.of(spec(**second)).seconds == pytest.approx(300 * 0.2, rel=0.5)  # which is 100 times theirs


def plain_record(run: RunSpec, **provenance: Any) -> dict[str, Any]:
    where = {"cpu_seconds": 6.0, "device": "cpu", "processor": "X", "evaluation_share": 0.5, "ensemble": 8}
    size = {"parameters": 20, "embedding_parameters": 0, "forward_flops": {"body": 30}, "outputs": 10}
    return {
        "spec": run.model_dump(mode="json"),
        "model": {**size, "training_flops": {"body": 90, "head": 10}, "products": 5},
        "result": {"steps": 300},
        "provenance": {**where, **provenance},
    }


def test_records_that_cannot_be_read_are_left_out(tmp_path: Path) -> None:
    runs, published = (
        tmp_path / "results" / "laptop" / "runs" / "a" / "b",
        tmp_path / "records" / "laptop" / "a",
    )
    for folder in (runs, published):
        folder.mkdir(parents=True)
    new = plain_record(spec(), busy_seconds=9.0)
    old = {**plain_record(spec(16)), "model": {"parameters": 3, "flops_per_example": 50}}
    gpu = plain_record(spec(), device="A GPU", busy_seconds=9.0)
    (runs / "one.json").write_text(json.dumps(new))
    (runs / "learning-rate.json").write_text('{"learning_rate": 0.1}')
    (runs / "broken.json").write_text("{")
    broken = json.dumps({**new, "spec": {}})
    (published / "runs.jsonl").write_text("\n".join([json.dumps(old), broken, json.dumps(gpu)]) + "\n")
    (here,), (fast,) = read_timings(tmp_path / "results", tmp_path / "records")
    assert (here.flops_per_step, here.seconds, here.seconds_per_step) == (1600, 6.0, 0.01)
    assert (here.ensemble, here.host) == (8, Host("cpu", "X"))
    assert (fast.seconds, fast.host.name) == (9.0, "A GPU (X)")  # a GPU makes its process wait


def test_which_measurements_count() -> None:
    def of(host: Host, count: int = 1) -> list[Timing]:
        return [timing(spec(), 0.1, host=host)] * count

    far, gpu = Host("cpu", "far"), Host("A GPU", "a processor")
    here, near = of(HERE, 2), of(HERE, 3)
    assert choose_timings(here + of(far, 9), [], HERE) == (here, "on this machine (a processor)")
    both = "on this machine and on a machine like this (a processor)"
    assert choose_timings(here, near + of(far), HERE) == (here + near, both)
    assert choose_timings(of(far), near + of(far, 9), HERE) == (near, "on a machine like this (a processor)")
    words = "elsewhere (far; this is a processor)"
    assert choose_timings(of(far), of(far, 2) + of(gpu, 5), HERE) == (of(far, 2), words)
    assert choose_timings(near, near, Host("cuda", "a processor")) == ([], "")
