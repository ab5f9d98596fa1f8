"""Straightness, where the answer is known: seed noise alone, a bend, a floor."""

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.protocols.learning_curves.straightness import lack_of_fit, rivals

LAW = laws.find("learning-curve")
X = 2.0 ** np.arange(7)
TRIALS, NOISE = 400, 0.02


def noisy(y: np.ndarray, rng: np.random.Generator, seeds: int = 3) -> np.ndarray:
    return np.asarray(y[:, None] * np.exp(rng.normal(0, NOISE, (len(y), seeds))))


def test_seed_noise_alone_is_rarely_taken_for_a_bend() -> None:
    p = np.array(
        [lack_of_fit(LAW, X, noisy(X**-0.3, np.random.default_rng(k))).p_value for k in range(TRIALS)]
    )
    # A true level of 5 % gives 20 of 400, with a standard deviation of 4.4; p is uniform.
    assert 7 <= (p < 0.05).sum() <= 34
    assert abs(p.mean() - 0.5) < 0.06


def test_a_bend_is_found_in_spite_of_seed_noise() -> None:
    """The exponent halves in the middle: R squared is still 0.98."""
    bent = X**-0.3 * np.where(X > 8, (X / 8) ** 0.15, 1.0)
    found = [lack_of_fit(LAW, X, noisy(bent, np.random.default_rng(k))) for k in range(100)]
    assert sum(each.p_value < 0.05 for each in found) >= 95
    assert np.median([each.low for each in found]) > 1


def test_the_ratio_is_that_of_the_textbook() -> None:
    """Two seeds at each of four sizes, worked out with plain sums."""
    x, runs = (
        np.array([1.0, 2.0, 4.0, 8.0]),
        np.exp(np.array([[1.0, 1.2], [0.4, 0.6], [0.5, 0.3], [0.0, 0.1]])),
    )
    mean = np.log(runs).mean(axis=1)
    slope, offset = np.polyfit(np.log(x), mean, 1)
    about = 2 * ((mean - offset - slope * np.log(x)) ** 2).sum() / 2
    between = ((np.log(runs) - mean[:, None]) ** 2).sum() / 4
    found = lack_of_fit(LAW, x, runs)
    assert found.ratio == pytest.approx(about / between)
    assert found.low < found.ratio < found.high


def test_the_interval_holds_a_ratio_that_is_known() -> None:
    """Scatter about the line as large as between seeds: with 3 seeds the ratio is 1 + 3 in the long run."""
    held = 0
    for k in range(TRIALS):
        rng = np.random.default_rng(k)
        found = lack_of_fit(LAW, X, noisy(X**-0.3 * np.exp(rng.normal(0, NOISE, len(X))), rng), level=0.9)
        held += found.low <= 4 <= found.high
    assert 0.86 <= held / TRIALS <= 0.94


def test_without_repeats_or_spare_points_nothing_is_said() -> None:
    assert np.isnan(lack_of_fit(LAW, X, noisy(X**-0.3, np.random.default_rng(0), seeds=1)).p_value)
    assert np.isnan(lack_of_fit(LAW, X[:2], noisy(X[:2], np.random.default_rng(0))).ratio)
    gaps = noisy(X**-0.3, np.random.default_rng(0))
    gaps[2, 1:] = np.nan
    assert np.isfinite(lack_of_fit(LAW, X, gaps).ratio)


@pytest.mark.parametrize(
    ("y", "better"),
    [
        (X**-0.3, None),
        (X**-0.5 + 0.3, "floor"),
        (X**-0.2 * np.where(X > 8, (X / 8) ** -0.3, 1.0), "break"),  # steeper in the end: no floor does that
    ],
)
def test_aicc_tells_a_bent_curve_from_a_straight_one(y: np.ndarray, better: str | None) -> None:
    wrong = 0
    for k in range(20):
        points = noisy(y, np.random.default_rng(k), 1)[:, 0] ** 0.5 * y**0.5
        found = rivals(LAW, X, points)
        wrong += found[better] >= -2 if better else min(found.values()) < -2
    assert wrong <= 2


def test_few_points_have_no_rivals() -> None:
    """With so few, AICc would call a curve straight that is far from it."""
    x = np.geomspace(1, 50, 7)
    for k in range(10):
        bent = (1.2 + 1.8 * x**-0.5) * np.exp(0.01 * np.random.default_rng(k).standard_normal(7))
        assert rivals(LAW, x, bent)["floor"] < -2
        assert np.isnan(list(rivals(LAW, x[:6], bent[:6]).values())).all()


def test_a_bend_is_measured_whatever_the_noise_of_seeds() -> None:
    """The curve's distance from its own fitted line is known, and noisier seeds only widen the interval."""
    bent = X**-0.3 * np.where(X > 8, (X / 8) ** 0.15, 1.0)
    slope, offset = np.polyfit(np.log(X), np.log(bent), 1)
    distance = ((np.log(bent) - offset - slope * np.log(X)) ** 2).sum() / (len(X) - 2)
    true = distance**0.5 / -(slope * np.log(X[-1]))
    calm, loud = (
        np.median(
            [
                lack_of_fit(LAW, X, bent[:, None] * np.exp(rng.normal(0, noise, (len(X), 3)))).bend
                for rng in map(np.random.default_rng, range(60))
            ],
            axis=0,
        )
        for noise in (0.005, 0.02)
    )
    assert calm[0] == pytest.approx(true, rel=0.02)
    assert loud[0] == pytest.approx(true, rel=0.1)
    assert calm[1] < true < calm[2]
    assert loud[1] < calm[1]
    assert calm[2] < loud[2] * 1.05


def test_a_straight_curve_has_no_bend() -> None:
    found = [lack_of_fit(LAW, X, noisy(X**-0.3, np.random.default_rng(k))).bend for k in range(60)]
    assert np.median([low for _, low, _ in found]) == 0
    assert np.median([value for value, _, _ in found]) < 0.01
