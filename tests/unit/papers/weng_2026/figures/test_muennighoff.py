"""The figures of Muennighoff et al. 2023 draw what the tables hold; the runs here are made from the law."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import muennighoff as analysis
from scalinglaws.papers.weng_2026.figures import muennighoff
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.tables.inputs import Inputs

SPEC = AnalysisSpec(name="muennighoff", study="weng-2026/muennighoff", scale="smoke", resamples=30)


@pytest.fixture(scope="module")
def runs() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    shown = [(N, D, D / epochs) for N, D in analysis.SHOWN.values() for epochs in (1, 2, 4, 7, 10)]
    others = [(N, 1e9 * e, 1e9) for N in (1e8, 1e9, 4e9) for e in (1, 2, 5, 10, 30)]
    N, D, U = np.array([*shown, *others]).T
    loss = analysis.LAW.predict(analysis.PUBLISHED, np.stack([N, D, U])) * np.exp(rng.normal(0, 0.01, len(N)))
    names = [f"run{k}" for k in range(len(N))]
    return pd.DataFrame({"name": names, "N": N, "D": D, "U": U, "loss": loss, "fitted": True})


@pytest.fixture(scope="module")
def tables(runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return analysis.analyse(Inputs(public_runs={"muennighoff-runs": runs}), SPEC)


def test_every_run_and_curve_is_drawn(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(muennighoff.returns(tables))
    left, right = (drawn[drawn.panel.str.startswith(word)] for word in ("Empirical", "Predicted"))
    for size in analysis.SHOWN:
        dots = left[left.series == f"{size}, runs"]
        runs = tables["runs"][tables["runs"]["size"] == size]
        assert dots.y.tolist() == runs.loss.tolist()
        assert dots.x.tolist() == pytest.approx([1, 2, 4, 7, 10])
        ticks = right[right.series == f"{size}, epochs"]
        assert (ticks.x / ticks.x.iloc[0]).tolist() == pytest.approx([1, 2, 4, 8, 16, 32, 64])
        assert ticks.y.iloc[0] == pytest.approx(dots.y.iloc[0])


def test_all_fitted_runs_show_whether_the_refit_is_closer(
    tables: dict[str, pd.DataFrame], runs: pd.DataFrame
) -> None:
    drawn = drawn_data(muennighoff.returns(tables))
    below = drawn[drawn.panel.str.startswith("|Error|")]
    assert len(below) == len(runs)
    published, refitted = (
        analysis.LAW.predict(
            tables["optima"].set_index("kind").loc[kind, ["r_D", "r_N"]].to_numpy(float),
            runs[["N", "D", "U"]].to_numpy(float).T,
        )
        for kind in ("published", "lowest")
    )
    closer = np.abs(np.log(runs.loss / refitted)) < np.abs(np.log(runs.loss / published))
    assert (below.y < 0).sum() == closer.sum()


def test_the_profile_is_drawn_from_its_lowest_point(tables: dict[str, pd.DataFrame]) -> None:
    drawn = drawn_data(muennighoff.flat_profile(tables))
    profile = drawn[drawn.series == "Lowest objective with $r_D$ held"]
    assert profile.y.min() == pytest.approx(0, abs=1e-6)
    left = drawn[drawn.panel.str.startswith("Objective")]
    published = left[left.series == "Published"]
    assert published.x.tolist() == pytest.approx([15.387756])
    assert (published.y > 0).all()
    refits = drawn[drawn.series == "Refits"]
    assert len(refits) == SPEC.resamples
