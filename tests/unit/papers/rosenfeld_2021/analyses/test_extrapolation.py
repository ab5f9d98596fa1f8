"""Extrapolation on data drawn from the published landscapes: what the method does when the law is true."""

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.rosenfeld_2021.analyses import extrapolation as rosenfeld_extrapolation
from scalinglaws.papers.rosenfeld_2021.analyses.extrapolation import CORNER, RELATIVE, draw
from scalinglaws.papers.rosenfeld_2021.constants import landscape
from scalinglaws.tables.inputs import Inputs

SPEC = AnalysisSpec(name="rosenfeld-extrapolation", study="a/b", scale="smoke", resamples=20)
DRAWS = 20  # at smoke

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return rosenfeld_extrapolation.analyse(Inputs(), SPEC)


def row(
    tables: dict[str, pd.DataFrame], data_set: str, method: str, law: str = "rosenfeld-envelope",
    cut: tuple[float, float] | None = None,
) -> pd.Series:  # fmt: skip
    cut = cut or (CORNER if method.startswith("extrapolation") else (1.0, 1.0))
    s = tables["summary"]
    found = s[(s.data_set == data_set) & (s.method == method) & (s.law == law)]
    (only,) = found[(found.cut_data == cut[0]) & (found.cut_model == cut[1])].to_dict("records")
    return pd.Series(only)


@pytest.mark.parametrize(
    ("data_set", "fitted", "predicted"),
    [("ImageNet", 20, 29), ("WikiText-103", 15, 27), ("CIFAR100", 18, 30)],
)
def test_the_corner(tables: dict[str, pd.DataFrame], data_set: str, fitted: int, predicted: int) -> None:
    found = row(tables, data_set, "extrapolation")
    assert (found.points, found.held_out, found.draws) == (fitted, predicted, DRAWS)
    points = tables["configurations"]
    points = points[points.data_set == data_set]
    assert (points.fitted == ((points.n <= 1 / 8) & (points.m <= 1 / 16))).all()


# Computed apart from this package, with one draw of 2 % noise: ImageNet's parameters gave a mean of -1.3 %
# and a standard deviation of 3.1 %, CIFAR100's (corner of the base model) 19.7 % and 24.5 %.
@pytest.mark.parametrize(
    ("data_set", "method", "mu", "sigma"),
    [("ImageNet", "extrapolation", -0.013, 0.031), ("CIFAR100", "extrapolation-base", 0.197, 0.245)],
)
def test_single_draws_are_in_the_range_over_draws(
    tables: dict[str, pd.DataFrame], data_set: str, method: str, mu: float, sigma: float
) -> None:
    found = row(tables, data_set, method)
    assert found.mu_low < mu < found.mu_high
    assert found.sigma_low < sigma < found.sigma_high


def test_the_sign_of_the_mean_is_that_of_estimated_over_actual(tables: dict[str, pd.DataFrame]) -> None:
    draws = tables["draws"]
    for data_set, points in tables["configurations"].groupby("data_set"):
        rest = points[~points.fitted]
        mine = draws[(draws.data_set == data_set) & (draws.method == "extrapolation")]
        mine = mine[(mine.cut_data == CORNER[0]) & (mine.cut_model == CORNER[1])]
        shown = mine[mine.draw == rest.draw.iloc[0]]
        delta = rest.estimated / rest.actual - 1
        assert float(shown.mu.iloc[0]) == pytest.approx(delta.mean())
        assert float(shown.sigma.iloc[0]) == pytest.approx(delta.std(ddof=0))


def test_the_draw_that_is_shown_is_nearest_to_the_medians(tables: dict[str, pd.DataFrame]) -> None:
    draws, points = tables["draws"], tables["configurations"]
    mine = draws[(draws.data_set == "WikiText-103") & (draws.method == "cross-validation")]
    mine = mine[mine.law == "rosenfeld-envelope"].set_index("draw")
    away = sum(((mine[name] - mine[name].median()) / mine[name].std(ddof=0)) ** 2 for name in ("mu", "sigma"))
    assert set(points[points.data_set == "WikiText-103"].crossed_draw) == {away.idxmin()}


def test_small_corners_fail_where_floor_and_data_cannot_be_told_apart(
    tables: dict[str, pd.DataFrame],
) -> None:
    small, large = row(tables, "CIFAR100", "extrapolation-base"), row(tables, "CIFAR100", "extrapolation")
    assert small.sigma > 2 * large.sigma
    assert small.mu_high - small.mu_low > 0.25


# The same source: 5.4 % without the envelope, 2.4 % with it, on CIFAR10's parameters.
def test_the_envelope_matters(tables: dict[str, pd.DataFrame]) -> None:
    with_it = row(tables, "CIFAR10", "cross-validation")
    without = row(tables, "CIFAR10", "cross-validation", "rosenfeld-additive")
    assert without.sigma == pytest.approx(0.054, abs=0.004)
    assert with_it.sigma_low < 0.024 < with_it.sigma_high + 0.002
    assert with_it.sigma == pytest.approx(0.021, abs=0.002)


def test_cross_validation_errors_are_those_of_the_noise(tables: dict[str, pd.DataFrame]) -> None:
    for data_set in ("ImageNet", "PTB"):
        inside, crossed = (row(tables, data_set, method) for method in ("fit", "cross-validation"))
        assert abs(crossed.mu) < 0.002
        assert inside.sigma < 0.02 < crossed.sigma < 0.024


def test_published_numbers_are_only_beside_the_papers_corner(tables: dict[str, pd.DataFrame]) -> None:
    found = tables["summary"].dropna(subset="published_mu")
    assert list(zip(found.data_set, found.published_mu, found.published_sigma, strict=True)) == [
        ("ImageNet", 0.045, 0.04681),
        ("WikiText-103", 0.005, 0.01689),
    ]
    assert set(zip(found.cut_data, found.cut_model, strict=True)) == {CORNER}


def test_larger_corners_extrapolate_better(tables: dict[str, pd.DataFrame]) -> None:
    sigmas = [
        row(tables, "ImageNet", "extrapolation", cut=(1 / 8, cut)).sigma
        for cut in (1 / 4, 1 / 16, 1 / 64, 1 / 256)
    ]
    assert sigmas == sorted(sigmas)


def test_guessing_is_held_for_vision_and_fitted_for_language() -> None:
    rng = np.random.default_rng(0)
    assert draw(landscape("ImageNet"), 1, rng).fixed == {"eps0": 0.999}
    assert draw(landscape("PTB"), 1, rng).fixed == {}
    assert (RELATIVE.residual, RELATIVE.loss) == ("relative", "squared")


def test_noise_is_relative_and_of_the_size_it_says() -> None:
    drawn = draw(landscape("ImageNet"), 2000, np.random.default_rng(0))
    assert np.std(drawn.actual / drawn.truth, axis=0) == pytest.approx(0.02, abs=0.002)


def test_fits_that_failed_or_sit_on_bounds_are_said(tables: dict[str, pd.DataFrame]) -> None:
    found = row(tables, "Aircraft", "extrapolation")
    assert "sits on a bound" in found.warnings
    failed = tables["draws"].mu.isna().groupby([tables["draws"][k] for k in ("data_set", "method")]).sum()
    assert (failed < DRAWS).all()


def test_fits_are_the_papers_corner(tables: dict[str, pd.DataFrame]) -> None:
    fits = tables["fits"]
    assert not fits.duplicated(["law", "metric", "parameter"]).any()
    found = fits[(fits.law == "rosenfeld-envelope:extrapolation") & (fits.metric == "ImageNet")]
    assert found.set_index("parameter").loc["mu", "value"] == row(tables, "ImageNet", "extrapolation").mu
    worst = fits[fits.metric == "all"].set_index("parameter").value
    assert worst["largest sigma"] > row(tables, "ImageNet", "cross-validation").sigma
