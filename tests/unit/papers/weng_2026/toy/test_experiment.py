"""The toy experiment: its runs, and what is done to their losses."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.papers.weng_2026.toy.experiment import TRUTH, observe, optimal_tokens


def test_a_region_fits_some_of_36_runs() -> None:
    runs = observe()
    assert len(runs.N) == 36
    assert sorted(set(runs.D / runs.N)) == [5, 10, 20, 40]
    counts = [int(runs.inside(region).sum()) for region in ("small", "medium", "all")]
    assert counts == [16, 16, 36]
    assert runs.N[runs.inside("small")].max() == 1e9
    medium = runs.N[runs.inside("medium")]
    assert (medium.min(), medium.max()) == (7e8, 7e9)


def test_the_noise_of_runs_is_small_and_has_no_trend() -> None:
    runs = observe(decimals=12)
    noise = runs.loss - TRUTH(runs.N, runs.D)
    assert np.abs(noise).max() == pytest.approx(0.014, abs=1e-4)
    assert abs(np.corrcoef(noise, np.log(runs.N))[0, 1]) < 0.1
    assert abs(np.corrcoef(noise, np.log(runs.D))[0, 1]) < 0.1


def test_the_bias_is_its_factor_times_a_profile() -> None:
    plain, biased = observe(decimals=12), observe(decimals=12, bias=1000)
    profile = biased.loss - plain.loss
    assert profile.min() == pytest.approx(-0.396, abs=5e-4)  # the range of the article's profile
    assert profile.max() == pytest.approx(0.388, abs=5e-4)
    half = observe(decimals=12, bias=-500).loss - plain.loss
    np.testing.assert_allclose(half, -profile / 2, atol=1e-11)


@pytest.mark.parametrize("decimals", [0, 1, 2, 3, 4])
def test_losses_are_rounded(decimals: int) -> None:
    exact, rounded = observe(decimals=12).loss, observe(decimals).loss
    assert np.abs(rounded - exact).max() <= 0.5 * 10.0**-decimals + 1e-12
    np.testing.assert_allclose(rounded * 10**decimals, np.round(rounded * 10**decimals), atol=1e-9)


def test_negative_decimals_are_refused() -> None:
    with pytest.raises(ScalingLawsError, match="0 decimals or more"):
        observe(decimals=-1)


def test_optimal_tokens_leave_nothing_to_gain_at_the_same_compute() -> None:
    N = np.geomspace(1e8, 1e15, 8)
    D = optimal_tokens(TRUTH, N)
    assert D[-1] == pytest.approx(1.1504e16, rel=5e-5)
    for factor in (0.99, 1.01):
        assert np.all(TRUTH(N * factor, D / factor) > TRUTH(N, D))
