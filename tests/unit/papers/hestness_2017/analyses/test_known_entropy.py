"""Networks on a source of known entropy: levels, regions, the excess and what claims read of them."""

from dataclasses import replace
from math import inf, isnan

import numpy as np
import pandas as pd
import pytest

from scalinglaws.claims.claim import claims_of
from scalinglaws.errors import DataError
from scalinglaws.papers.hestness_2017.analyses._known_entropy import KnownEntropy, known_entropy, slope_of
from scalinglaws.papers.hestness_2017.analyses._regions import IRREDUCIBLE, POWER, SMALL
from scalinglaws.tables.analysis import fit_table
from scalinglaws.tables.study import TrainedStudy
from unit.known_entropy_study import BETA, ENTROPY, FACTOR, GUESS, REGION, curve, known_entropy_study

ABOVE = "known-entropy:above-floor"


@pytest.fixture(scope="module")
def study() -> TrainedStudy:
    return known_entropy_study()


@pytest.fixture(scope="module")
def found(study: TrainedStudy) -> KnownEntropy:
    return known_entropy(study)


def claim(found: KnownEntropy, law: str, parameter: str) -> pd.Series:
    rows = fit_table(found.claims)
    (row,) = rows[(rows.law == law) & (rows.parameter == parameter)].to_dict("records")
    assert row["metric"] == "known-entropy/cross_entropy"
    return pd.Series(row)


def changed(study: TrainedStudy, **columns: object) -> TrainedStudy:
    """The study with other best scores."""
    return replace(study, best=study.best.assign(**columns))


def test_the_points_are_the_best_fits_between_both_levels(study: TrainedStudy, found: KnownEntropy) -> None:
    best, points = study.best.sort_values("data_size"), found.points
    for name, column in (("x", "data_size"), ("y", "score"), ("low", "low"), ("high", "high")):
        np.testing.assert_array_equal(points[name], best[column])
    assert set(points.floor) == {ENTROPY}
    assert set(points.guess) == {GUESS} == {np.log(32)}
    assert set(points.unit) == {"tokens"}
    np.testing.assert_allclose(points.y, curve(points.x), rtol=0.01)
    np.testing.assert_allclose(points.above, points.y - ENTROPY)
    np.testing.assert_allclose(points.above_low, points.low - ENTROPY)


def test_slopes_to_the_next_size_have_intervals(found: KnownEntropy) -> None:
    points = found.points
    np.testing.assert_allclose(points.slope[:-1], np.diff(np.log(points.y)) / np.diff(np.log(points.x)))
    assert isnan(points.slope.iloc[-1])
    # Of two points the interval is that of a difference: squares of the relative errors add.
    a, b = points.iloc[3], points.iloc[4]
    low = np.hypot(np.log(a.high / a.y), np.log(b.low / b.y)) / np.log(b.x / a.x)
    high = np.hypot(np.log(a.low / a.y), np.log(b.high / b.y)) / np.log(b.x / a.x)
    assert a.slope_low == pytest.approx(a.slope - low)
    assert a.slope_high == pytest.approx(a.slope + high)


def test_all_three_regions_are_found(found: KnownEntropy) -> None:
    regions = found.regions.set_index("region")
    assert list(regions.index) == [SMALL, POWER, IRREDUCIBLE]
    for name, row in regions.iterrows():
        inside = found.points.x.between(row.x_low, row.x_high)
        assert row.points == inside.sum() == (found.points.region == name).sum()
    assert found.points.region.iloc[0] == SMALL
    assert found.points.region.iloc[-1] == IRREDUCIBLE
    assert "" in set(found.points.region)


def test_networks_that_were_cut_are_in_no_claim_region_or_law(study: TrainedStudy) -> None:
    last = study.best.data_size == study.best.data_size.max()
    found = known_entropy(changed(study, rivalled=last))
    assert isnan(claim(found, "known-entropy:largest-set", "ratio-to-entropy").value)
    assert not isnan(claim(found, "known-entropy:smallest-set", "share-of-guess").value)
    assert not found.points.settled.iloc[-1]
    assert not found.points.fitted.iloc[-1]
    assert found.points.region.iloc[-1] == ""


def test_a_flat_end_far_from_its_level_is_not_a_region(study: TrainedStudy) -> None:
    """Networks that stop learning far above the entropy have not reached the irreducible error."""
    stuck = changed(study, score=study.best.score.clip(lower=1.2 * ENTROPY))
    assert IRREDUCIBLE not in set(known_entropy(stuck).regions.region)
    near = changed(study, score=study.best.score.clip(lower=1.08 * ENTROPY))
    assert IRREDUCIBLE in set(known_entropy(near).regions.region)
    clever = changed(study, score=study.best.score.clip(upper=0.85 * GUESS))
    assert SMALL not in set(known_entropy(clever).regions.region)


def test_what_is_worse_than_guessing_is_in_no_region(study: TrainedStudy, found: KnownEntropy) -> None:
    """A fall from far above the best guess is steep, and no power law of Fig 6."""
    smallest = study.best.data_size == study.best.data_size.min()
    worse = known_entropy(changed(study, score=study.best.score.where(~smallest, 2 * GUESS)))
    assert worse.points.region.iloc[0] == ""
    cut, whole = (each.regions.set_index("region") for each in (worse, found))
    assert list(cut.index) == [POWER, IRREDUCIBLE]
    assert cut.x_low[POWER] == worse.points.x.iloc[1]
    assert (cut.x_high == whole.x_high[cut.index]).all()


def test_few_sizes_and_curves_that_fall_nowhere_are_not_cut(study: TrainedStudy) -> None:
    few = replace(study, best=study.best.sort_values("data_size").iloc[:4])
    assert known_entropy(few).regions.empty
    assert set(known_entropy(few).points.region) == {""}
    rising = changed(study, score=study.best.data_size**0.1)
    assert known_entropy(rising).regions.empty


def test_the_excess_has_its_known_exponent(found: KnownEntropy) -> None:
    fitted = found.points[found.points.fitted]
    assert fitted.x.between(*REGION).all()
    beta = claim(found, ABOVE, "beta_g")
    assert beta.points == len(fitted) == 4
    assert beta.value == pytest.approx(BETA, abs=0.03)
    assert beta.low < beta.value < beta.high
    assert beta.level == 0.95
    slope = np.polyfit(np.log(fitted.x), np.log(fitted.above), 1)[0]
    assert beta.value == pytest.approx(slope)
    alpha = claim(found, ABOVE, "alpha")
    assert alpha.value == pytest.approx(FACTOR, rel=0.3)
    np.testing.assert_allclose(fitted.law, alpha.value * fitted.x**beta.value)
    assert claim(found, ABOVE, "r_squared").value > 0.99


def test_the_exponents_interval_covers_what_it_should() -> None:
    """Independent scores with normal errors of a known size: nineteen of twenty intervals hold the truth."""
    x = np.geomspace(2000, 150_000, 4)
    truth, reach = FACTOR * x**BETA, 1.96 * 0.01
    rng = np.random.default_rng(0)
    held = []
    for _ in range(1000):
        y = truth + 0.01 * rng.standard_normal(len(x))
        beta = slope_of(x, y, y - reach, y + reach)
        held.append(beta.low <= BETA <= beta.high)
    assert 0.93 < np.mean(held) < 0.97


def test_an_interval_that_reaches_the_floor_leaves_an_end_open(study: TrainedStudy) -> None:
    last = study.best.data_size == study.best.data_size[study.best.in_region].max()
    below = changed(study, low=study.best.low.where(~last, ENTROPY - 0.01))
    beta = claim(known_entropy(below), ABOVE, "beta_g")
    assert beta.low == -inf
    assert beta.value < beta.high < 0


def test_a_score_below_the_entropy_is_left_out_of_the_excess(study: TrainedStudy) -> None:
    last = study.best.data_size == study.best.data_size[study.best.in_region].max()
    lucky = known_entropy(changed(study, score=study.best.score.where(~last, ENTROPY - 0.01)))
    (point,) = lucky.points[lucky.points.y < ENTROPY].to_dict("records")
    assert isnan(point["above"])
    assert not point["fitted"]
    assert claim(lucky, ABOVE, "beta_g").points == 3


def test_too_few_points_above_the_floor_are_not_fitted(study: TrainedStudy) -> None:
    low = known_entropy(changed(study, in_region=study.best.data_size < 200))
    beta = claim(low, ABOVE, "beta_g")
    assert isnan(beta.value)
    assert isnan(beta.low)
    assert beta.warnings == "2 points above the floor in the region; the law needs 3"
    assert low.points.law.isna().all()


def test_the_levels_are_measured(study: TrainedStudy, found: KnownEntropy) -> None:
    fits, points = study.fits, found.points
    (gamma,) = fits[(fits.law == "learning-curve-with-floor") & (fits.parameter == "gamma")].to_dict(
        "records"
    )
    floor = claim(found, "known-entropy:floor", "ratio-to-entropy")
    for end in ("value", "low", "high"):
        assert floor[end] == pytest.approx(gamma[end] / ENTROPY)
    assert floor.points == gamma["points"] == 4
    assert 0.95 < floor.value < 1.05
    largest = claim(found, "known-entropy:largest-set", "ratio-to-entropy")
    last, first = points.iloc[-1], points.iloc[0]
    np.testing.assert_allclose(
        [largest.value, largest.low, largest.high], np.array([last.y, last.low, last.high]) / ENTROPY
    )
    smallest = claim(found, "known-entropy:smallest-set", "share-of-guess")
    np.testing.assert_allclose(
        [smallest.value, smallest.low, smallest.high], np.array([first.y, first.low, first.high]) / GUESS
    )
    assert largest.points == smallest.points == len(points)


def test_a_floor_that_was_not_fitted_says_why() -> None:
    """At a scale with few sizes the law with a floor has no value."""
    floor = claim(known_entropy(known_entropy_study(largest=9000)), "known-entropy:floor", "ratio-to-entropy")
    assert isnan(floor.value)
    assert "the law needs 4" in floor.warnings


def test_every_claim_about_networks_has_its_row(found: KnownEntropy) -> None:
    rows = {(row["law"], row["metric"], row["parameter"]) for row in found.claims}
    claims = [each for each in claims_of("hestness-2017/theory") if "/known-entropy-" in each.id]
    assert len(claims) == 3
    for each in claims:
        quantity = each.quantity
        assert quantity.table == "fits"
        assert (quantity.law, quantity.metric, quantity.parameter) in rows


def test_data_of_unknown_entropy_are_refused(study: TrainedStudy) -> None:
    for entropy in (None, 0.0):
        real = replace(study, manifest={**study.manifest, "entropy": entropy})
        with pytest.raises(DataError, match="hestness-2017/known-entropy: the entropy of its data is not"):
            known_entropy(real)


def test_a_study_without_any_score_is_refused(study: TrainedStudy) -> None:
    with pytest.raises(DataError, match="no size of the training set has a score of cross_entropy"):
        known_entropy(changed(study, score=np.nan))
