"""The simulation in JavaScript: the article's read-outs, and the same runs as in Python."""

from collections.abc import Iterator

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import READINGS, TARGETS, Fit
from scalinglaws.papers.weng_2026.interactive.simulator import CALCULATION, panel
from scalinglaws.papers.weng_2026.toy.experiment import observe
from scalinglaws.papers.weng_2026.toy.grid_search import search
from unit.papers.weng_2026.interactive.shown import differences
from unit.report.explorer.javascript_engine import Engine, engine


@pytest.fixture(scope="module")
def js() -> Iterator[Engine]:
    with engine() as made:
        made.run(CALCULATION.read_text(encoding="utf-8"))
        yield made


@pytest.mark.parametrize("reading", READINGS, ids=lambda r: f"{r.region}-{r.decimals}-{r.bias}-{r.target}")
def test_javascript_shows_what_the_article_shows(js: Engine, reading: Fit) -> None:
    setting = {key: reading._asdict()[key] for key in ("region", "decimals", "bias", "target")}
    found = js.value("simulate(toy, setting)", toy=panel().data, setting=setting)
    assert max(differences(reading, found).values()) <= 1
    tokens, true = TARGETS[reading.target]
    assert found["D"] == pytest.approx(tokens, rel=5.1e-5)
    assert found["trueLoss"] == pytest.approx(true, abs=5.1e-5)


@pytest.mark.parametrize(("decimals", "bias"), [(4, 0), (12, 135), (0, -200)])
def test_runs_are_observed_as_in_python(js: Engine, decimals: int, bias: int) -> None:
    found = js.value("observe(toy, decimals, bias)", toy=panel().data, decimals=decimals, bias=bias)
    runs = observe(decimals, bias)
    for key in ("N", "D", "size", "ratio"):
        assert [run[key] for run in found] == getattr(runs, key).tolist()
    np.testing.assert_allclose([run["loss"] for run in found], runs.loss, rtol=0, atol=2e-12)


@pytest.mark.parametrize("seed", range(3))
def test_the_search_is_that_of_python_on_other_runs_too(js: Engine, seed: int) -> None:
    rng = np.random.default_rng(seed)
    N, D = 10 ** rng.uniform(7, 10, 14), 10 ** rng.uniform(8, 12, 14)
    loss = 1.5 + 200 * N**-0.3 + 900 * D**-0.35 + rng.normal(0, 0.05, 14)
    runs = [{"N": n, "D": d, "loss": y} for n, d, y in zip(N, D, loss, strict=True)]
    found = js.value("gridSearch(search, runs)", search=panel().data["search"], runs=runs)
    expected = search(N, D, loss)
    for key in ("A", "B", "E", "alpha", "beta"):
        assert found[key] == pytest.approx(float(getattr(expected.law, key)), rel=1e-6)
    assert found["objective"] == pytest.approx(expected.objective, rel=1e-9)


def test_a_single_run_is_an_error_as_in_python(js: Engine) -> None:
    said = js.value(
        "(() => { try { gridSearch(search, runs); } catch (e) { return e.message; } })()",
        search=panel().data["search"],
        runs=[{"N": 1, "D": 1, "loss": 3.0}],
    )
    assert said == "No point of the grid has positive A and B."
    with pytest.raises(ScalingLawsError, match="no point of the grid has positive A and B"):
        search(np.array([1.0]), np.array([1.0]), np.array([3.0]))


def test_the_bias_of_a_run_is_at_most_the_share_of_its_factor_that_the_page_says(js: Engine) -> None:
    found = js.value(
        "observe(toy, 12, 1000).map((run, k) => Math.abs(run.loss - observe(toy, 12, 0)[k].loss))",
        toy=panel().data,
    )
    assert f"at most {max(found):.2f} times" in panel().html
