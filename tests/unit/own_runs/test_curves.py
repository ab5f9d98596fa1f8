"""Extrapolation: forecasts against known continuations, fits against least squares, and what has no score."""

from pathlib import Path

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.errors import DataError, ScalingLawsError
from scalinglaws.own_runs import continuation
from scalinglaws.own_runs.continuation import continue_curve
from scalinglaws.own_runs.curves import (
    AUTO,
    CANDIDATES,
    Curve,
    Score,
    curves_of,
    parse_names,
    predict_auto,
    score,
    standings,
)
from scalinglaws.own_runs.table import Table, read_table

SINGLE = ("m1", "m2", "m3", "m4", "bnsl-1")
U = np.geomspace(1, 1e4, 25)


def curve(y: np.ndarray, seen: np.ndarray, x: np.ndarray = U, group: str = "a") -> Curve:
    return Curve(group, x[seen], y[seen], x[~seen], y[~seen], tuple(range(2, 2 + int((~seen).sum()))))


def scores_of(one: Curve, *names: str) -> dict[str, Score]:
    return {found.law: found for found in next(score([one], names))}


def mixed(count: int = 20) -> list[Curve]:
    """Curves of five kinds, noise of 0.5 to 3 %, 6 to 15 training points, tested 3 to 30 times farther."""
    rng = np.random.default_rng(11)
    curves = []
    for k in range(count):
        sizes = 10 ** rng.uniform(2, 8) * np.geomspace(1, 1e4, int(rng.integers(12, 25)))
        u = sizes / sizes[0]
        c, knee = rng.uniform(0.15, 0.5), 10 ** rng.uniform(0.5, 2)
        y = (
            u**-c + rng.uniform(0.02, 0.3),
            rng.uniform(0, 0.2) + 0.8 / (1 + (u / knee) ** (c + 0.3)),
            (1 + (u / knee) ** 1.5) ** (-c / 1.5),
            u ** -(c / 4) * (1 + (u / knee) ** 2) ** (-c / 2) + rng.uniform(0, 0.05),
            u**-c * np.exp(0.6 * np.exp(-((np.log(u / knee**0.5)) ** 2))) + 0.05,
        )[k % 5]
        y = y * np.exp(rng.uniform(0.005, 0.03) * rng.normal(size=len(u)))
        seen = u <= 1e4 / rng.uniform(3, 30)
        seen[np.flatnonzero(seen)[15:]] = False
        curves.append(curve(y, seen, sizes, str(k)))
    return curves


@pytest.mark.slow
def test_auto_is_better_than_every_single_law_on_mixed_curves() -> None:
    curves = mixed()
    rows = {row.law: row for row in standings(list(score(curves, (*SINGLE, AUTO))))}
    auto = rows[AUTO]
    assert auto.missing == 0
    assert auto.mean is not None
    assert auto.median is not None
    for law in SINGLE:
        mean, median, ratio = rows[law].mean, rows[law].median, rows[law].ratio
        assert mean is not None and median is not None and ratio is not None
        assert auto.mean < 0.9 * mean
        assert auto.median < 1.1 * median
        assert ratio > 1.1


@pytest.mark.parametrize(
    ("y", "within"),
    [
        (3 * U**-0.3, 0.02),
        (0.2 * U**-0.5 + 0.05, 0.01),
        (0.1 + 0.8 / (1 + (U / 30) ** 0.6), 0.05),
        (0.9 * (1 + (U / 20) ** 2) ** -0.2, 0.03),
        (np.full(25, 0.4), 0.001),
    ],
    ids=["power", "floor", "m4", "break", "flat"],
)
def test_smooth_curves_go_on_as_they_are(y: np.ndarray, within: float) -> None:
    seen = U <= 1e3
    forecast = continue_curve(U[seen], y[seen], U[~seen])
    assert np.sqrt(np.mean(np.log(forecast / y[~seen]) ** 2)) < within


def test_a_peak_is_passed() -> None:
    """A curve that rises before it falls: the laws without a break cannot turn."""
    y = 0.5 * U**-0.3 * np.exp(0.7 * np.exp(-(np.log(U / 10) ** 2) / 2))
    found = scores_of(curve(y, U <= 100), AUTO, "m1", "m2")
    rmse = {law: one.rmse for law, one in found.items()}
    assert rmse[AUTO] is not None and rmse["m1"] is not None and rmse["m2"] is not None
    assert rmse[AUTO] < 0.6 * min(rmse["m1"], rmse["m2"])


@pytest.mark.parametrize("law", ["m1", "power-law"])
def test_a_noiseless_power_law_is_recovered(law: str) -> None:
    found = scores_of(curve(3 * U**-0.3, U <= 30), law)[law]
    assert found.rmse == pytest.approx(0, abs=1e-9)


def test_forecasts_do_not_depend_on_units_order_or_repetition_of_the_call() -> None:
    rng = np.random.default_rng(3)
    x = np.repeat(np.geomspace(1, 100, 6), 2)
    y = (x**-0.3 + 0.1) * np.exp(0.02 * rng.normal(size=12))
    at = np.array([300.0, 1e4])
    first = continue_curve(x, y, at)
    np.testing.assert_array_equal(continue_curve(x, y, at), first)
    shuffled = rng.permutation(12)
    np.testing.assert_allclose(continue_curve(x[shuffled], y[shuffled], at), first, rtol=0.02)
    scaled = continue_curve(1e13 * x, 1e-3 * y, 1e13 * at)
    np.testing.assert_allclose(scaled, 1e-3 * first, rtol=0.02)


@pytest.mark.parametrize("points", [2, 3, 150, 1001])
def test_few_and_many_points(points: int) -> None:
    x = np.geomspace(1, 1e3, points)
    y = x**-0.25 * np.exp(0.01 * np.random.default_rng(0).normal(size=points))
    found = continue_curve(x, y, np.array([1e4]))[0]
    assert found == pytest.approx(0.1, rel=0.5 if points < 4 else 0.05)
    assert found < y.min()


def test_forecasts_are_finite_and_positive_whatever_the_curve() -> None:
    for y in ([1, 1e-300, 1e300], [1e-12, 1, 1e12], [5, 5, 5], [1, 0.5, 1e-9]):
        for x in ([1, 2, 3], [1e-9, 1, 1e15], [1, 1, 1 + 1e-12]):
            found = continue_curve(np.array(x, float), np.array(y, float), np.array([1e-12, 1.0, 1e18]))
            assert np.isfinite(found).all()
            assert (found > 0).all()


def test_a_forecast_among_the_training_points_follows_them() -> None:
    y = U**-0.3
    np.testing.assert_allclose(continue_curve(U, y, U[5:20]), y[5:20], rtol=0.01)


def test_the_sampler_finds_a_known_posterior() -> None:
    """Without a likelihood the draws come from the prior."""
    rng = np.random.default_rng(0)

    class Flat(continuation._Posterior):
        def log_likelihood(self, z: np.ndarray) -> np.ndarray:
            return -0.5 * ((z[0] - 1) / 0.1) ** 2  # of one coordinate, sharper than its prior

    draws = continuation._sample(Flat(np.array([-1.0, 0.0]), np.array([0.0, 0.0])), rng)
    mean, width = np.array(list(continuation.PRIOR.values())).T
    precision = 1 / 0.1**2 + 1 / width[0] ** 2
    expected = (1 / 0.1**2 + mean[0] / width[0] ** 2) / precision
    assert draws[0].mean() == pytest.approx(expected, abs=0.03)
    assert draws[0].std() == pytest.approx(precision**-0.5, rel=0.2)
    np.testing.assert_allclose(draws[1:].mean(axis=1), mean[1:], atol=0.25 * width[1:].max())
    np.testing.assert_allclose(draws[1:].std(axis=1), width[1:], rtol=0.25)


def test_one_training_size_gives_its_level_with_a_warning() -> None:
    predicted, warning = predict_auto(np.array([10.0, 10.0]), np.array([0.2, 0.8]), np.array([20.0, 30.0]))
    np.testing.assert_allclose(predicted, 0.4)
    assert warning == "one training size only: predicted 0.4 everywhere"
    found = scores_of(curve(U**-0.1, U <= 1), AUTO, "m1")
    assert found[AUTO].rmse is not None
    assert "one training size only" in found[AUTO].reason
    assert found["m1"].rmse is None
    assert found["m1"].reason == "1 points; its 2 parameters need 3"
    with pytest.raises(ScalingLawsError, match="two sizes"):
        continue_curve(np.array([1.0]), np.array([1.0]), np.array([2.0]))


def test_no_training_row_is_a_reason_for_each_law() -> None:
    found = scores_of(curve(U**-0.1, U < 0), AUTO, "m2", "bnsl")
    assert all(one.rmse is None and one.reason == "no training row" for one in found.values())


def test_a_law_that_turns_negative_has_a_reason_and_no_score() -> None:
    found = scores_of(curve(1 - 0.2 * np.log(U / 2) + 0.2, U <= 300), "logarithmic")["logarithmic"]
    assert found.rmse is None  # the true values turn negative here, the law with them
    assert found.reason.startswith("predicts -")
    assert found.reason.endswith("at x = 1000 (row 5)")


def test_a_curve_without_a_break_is_fitted_by_the_laws_that_have_one() -> None:
    """Their best break is at infinity."""
    y = 3 * U**-0.3 * np.exp(0.05 * np.sin(np.arange(25)))
    found = scores_of(curve(y, U <= 100), "m3", "m1")
    assert found["m3"].rmse == pytest.approx(found["m1"].rmse, rel=0.05)


def test_the_family_is_its_member_of_lowest_aicc() -> None:
    rng = np.random.default_rng(5)
    y = 0.9 * (1 + (U / 20) ** 2) ** -0.2 * np.exp(0.003 * rng.normal(size=25))
    found = scores_of(curve(y, U <= 2e3), "bnsl", "bnsl-1", "bnsl-2")
    assert found["bnsl"].rmse == found["bnsl-1"].rmse
    few = scores_of(curve(y, U <= 2), "bnsl")["bnsl"]
    assert few.rmse is None
    assert few.reason == "bnsl-1: 2 points; its 6 parameters need 7"


def test_names_are_laws_of_one_variable_families_and_auto() -> None:
    assert parse_names(None) == CANDIDATES
    assert parse_names(" m1, auto,bnsl ,amari-1") == ("m1", "auto", "bnsl", "amari-1")
    for name in set(CANDIDATES) - {AUTO}:
        assert len(laws.find(name).variables) == 1
    for text, message in (
        ("m1,m1", "m1 is given twice"),
        ("nothing", "no law is named 'nothing'"),
        ("chinchilla", "chinchilla is a law of N, D; a curve has one variable"),
        (",", "names no law"),
    ):
        with pytest.raises(ScalingLawsError, match=message):
            parse_names(text)


def table(folder: Path, text: str) -> Table:
    path = folder / "curves.csv"
    path.write_text(text, encoding="utf-8")
    return read_table(path)


def test_rows_are_gathered_by_group_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = 'g,x,y,t\nb,2,0.2,0\n"a,1",1,0.1,1\nb,1,0.4,1\n\n"a,1",3,0.3,0\nc,1,1,1\nc,2,1,1\n'
    curves, skipped = curves_of(table(tmp_path, text), ["g"], "x", "y", "t")
    assert [one.group for one in curves] == ["b", "a,1"]
    assert skipped == ["c: has no row with t = 0 and is skipped"]
    b = curves[0]
    assert (b.x.tolist(), b.y.tolist(), b.x_test.tolist(), b.y_test.tolist()) == ([1], [0.4], [2], [0.2])
    assert [one.rows for one in curves] == [(2,), (6,)]
    (whole,), _ = curves_of(table(tmp_path, text), [], "x", "y", "t")
    assert (whole.group, len(whole.x), len(whole.x_test)) == ("", 4, 2)


@pytest.mark.parametrize(
    ("flag", "what"), [(1, "no row is 0; there is nothing to predict"), (0, "no row is 1")]
)
def test_nothing_to_predict_or_to_train_on_is_an_error(tmp_path: Path, flag: int, what: str) -> None:
    text = f"g,x,y,t\na,1,1,{flag}\na,2,1,{flag}\n"
    with pytest.raises(DataError, match=f"column t: {what}"):
        curves_of(table(tmp_path, text), ["g"], "x", "y", "t")


def test_several_columns_name_a_curve_together(tmp_path: Path) -> None:
    text = "g,h,x,y,t\na,1,1,1,1\na,2,1,2,1\na,1,2,1,0\na,2,2,2,0\n"
    curves, _ = curves_of(table(tmp_path, text), ["g", "h"], "x", "y", "t")
    assert [(one.group, one.y.tolist()) for one in curves] == [("a 1", [1]), ("a 2", [2])]


def test_a_curve_that_is_flat_does_not_decide_the_ratio() -> None:
    rows = standings(
        [[Score("a", "m2", 1e-16), Score("a", AUTO, 1e-4)], [Score("b", "m2", 0.1), Score("b", AUTO, 0.1)]]
    )
    assert {row.law: row.ratio for row in rows} == {"m2": 1.0, AUTO: 1.0}


def test_standings_put_laws_with_missing_scores_last() -> None:
    def both(group: str, m1: float | None, auto: float, m2: float | None = 0.8) -> list[Score]:
        return [Score(group, "m1", m1), Score(group, "m2", m2), Score(group, AUTO, auto)]

    rows = standings([both("a", 0.1, 0.2), both("b", None, 0.4), both("c", 0.2, 0.1, 0.1)])
    assert [row.law for row in rows] == [AUTO, "m2", "m1"]
    auto, m2, m1 = rows
    assert (auto.mean, auto.median) == (pytest.approx(0.7 / 3), 0.2)
    assert (m1.mean, m1.missing, m1.scored) == (pytest.approx(0.15), 1, 2)
    assert (auto.best, m2.best, m1.best) == (2, 1, 1)  # a tie counts for both
    assert m1.ratio == pytest.approx(1.0)
    assert m2.ratio == pytest.approx(8 ** (1 / 3))
    assert auto.ratio == 1
    nothing = standings([[Score("a", "m1", None, "why")]])[0]
    assert (nothing.mean, nothing.median, nothing.ratio, nothing.best) == (None, None, None, 0)
