"""Approach 1: a known surface, what is dropped, smoothing, and bad input."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import Chinchilla, closed_form
from scalinglaws.protocols.isoflop.envelope import Curves, Place, envelope, envelope_exponents, interpolate

Points = dict[str, FloatArray]


def train(truth: Chinchilla, sizes: FloatArray, ratios: FloatArray, checkpoints: int = 60) -> Points:
    """Curves of the truth: each size up to several tokens per parameter, from a 200th of them on."""
    runs = [(n, r) for n in sizes for r in ratios]
    C = np.concatenate([np.geomspace(n * n * r / 200, n * n * r, checkpoints) * 6 for n, r in runs])
    N = np.repeat([n for n, _ in runs], checkpoints)
    names = np.repeat([f"{n:.3g}-{r}" for n, r in runs], checkpoints)
    return {"run": names, "N": N, "C": C, "loss": truth(N, C / (6 * N))}


def test_the_envelope_of_a_surface_has_its_exponents(truth: Chinchilla) -> None:
    points = train(truth, np.geomspace(7e7, 1e10, 50), np.array([20.0, 80.0, 320.0]))
    curves = interpolate(**points)
    found = envelope(curves)
    assert len(found.C) == 1500
    best = closed_form(truth, found.C)
    kept = found.kept
    assert kept.sum() > 500
    # The nearest of 50 sizes is within half a step, 5 %, but for what the flat minimum forgives.
    np.testing.assert_allclose(found.N[kept], best.N[kept], rtol=0.08)
    np.testing.assert_allclose(found.loss[kept], best.loss[kept], rtol=2e-4)
    np.testing.assert_allclose(found.N[kept] * found.D[kept], found.C[kept] / 6, rtol=1e-9)
    exponents = envelope_exponents(curves)
    assert exponents.a == pytest.approx(float(truth.a), abs=2e-3)
    assert exponents.b == pytest.approx(float(truth.b), abs=2e-3)


def test_intervals_from_runs_cover_the_truth_and_shrink_with_more_of_them(truth: Chinchilla) -> None:
    widths = []
    for sizes in (8, 32):
        points = train(truth, np.geomspace(7e7, 1e10, sizes), np.array([20.0, 80.0, 320.0]))
        curves = interpolate(**points, values=300)
        found = envelope_exponents(curves, count=200, rng=np.random.default_rng(0))
        assert found.a_interval[0] < truth.a < found.a_interval[1]
        assert len(found.a_samples) + found.degenerate == 200
        widths.append(found.a_interval[1] - found.a_interval[0])
    assert widths[1] < widths[0] / 2
    # More checkpoints of the same runs add no information.
    points = train(truth, np.geomspace(7e7, 1e10, 8), np.array([20.0, 80.0, 320.0]), checkpoints=600)
    again = envelope_exponents(interpolate(**points, values=3000), count=200, rng=np.random.default_rng(0))
    assert again.a_interval[1] - again.a_interval[0] == pytest.approx(widths[0], rel=0.1)


def three_runs() -> Curves:
    """Losses worked by hand at C = 1, 10, ..., 1e5; sizes 1, 2 and 3, given in another order."""
    losses = {
        "large": (3.0, [(1e1, 9), (1e2, 6), (1e3, 4), (1e4, 2), (1e5, 1)]),
        "small": (1.0, [(1e0, 8), (1e1, 5), (1e2, 4.5), (1e3, 4.2), (1e4, 4.1)]),
        "medium": (2.0, [(1e1, 7), (1e2, 4.4), (1e3, 3), (1e4, 2.5)]),
    }
    rows = [(name, n, c, value) for name, (n, curve) in losses.items() for c, value in curve]
    run, N, C, loss = (np.array(column) for column in zip(*rows, strict=True))
    return interpolate(run, N, C, loss, values=6)


def test_an_envelope_by_hand() -> None:
    found = envelope(three_runs())
    np.testing.assert_allclose(found.C, 10.0 ** np.arange(6))
    np.testing.assert_allclose(found.loss, [8, 5, 4.4, 3, 2, 1])
    np.testing.assert_allclose(found.N, [1, 1, 2, 2, 3, 3])
    np.testing.assert_allclose(found.D, found.C / (6 * found.N))
    kinds = [Place.SMALLEST, Place.SMALLEST, Place.KEPT, Place.KEPT, Place.LARGEST, Place.SMALLEST]
    assert found.place.tolist() == kinds
    # At the last C the largest is the only one, and so the smallest too.
    assert found.dropped == {Place.NO_CURVE: 0, Place.SMALLEST: 3, Place.LARGEST: 1}
    assert three_runs().runs[found.run].tolist() == ["small", "small", "medium", "medium", "large", "large"]


def test_the_largest_model_with_a_loss_there_is_an_edge_too() -> None:
    """At C = 1e3 the largest run has not begun: that the second largest wins says nothing."""
    runs = {"a": (1.0, 4.0), "b": (2.0, 3.0)}
    run = np.array(["a", "a", "b", "b", "c", "c"])
    N = np.array([1.0, 1, 2, 2, 3, 3])
    C = np.array([1e2, 1e3, 1e2, 1e3, 1e4, 1e5])
    loss = np.array([runs["a"][1], 4, runs["b"][1], 3, 2, 2])
    found = envelope(interpolate(run, N, C, loss, values=4))
    assert found.place.tolist() == [Place.LARGEST, Place.LARGEST, Place.SMALLEST, Place.SMALLEST]
    gap = envelope(interpolate(run, N, C, loss, values=7))
    assert gap.dropped[Place.NO_CURVE] == 1
    assert np.isnan(gap.loss[3]) and np.isnan(gap.N[3]) and gap.run[3] == -1


def test_losses_are_interpolated_in_log_c_and_never_extrapolated() -> None:
    curves = interpolate(
        np.array(["a"] * 3), np.full(3, 5.0), np.array([1e4, 1e0, 1e2]), np.array([2.0, 6.0, 3.0]),
        np.array([1e9, 1e5, 1e7]), values=7, between=(1e-1, 1e5),
    )  # fmt: skip
    np.testing.assert_allclose(curves.loss[0], [np.nan, 6, 4.5, 3, 2.5, 2, np.nan])
    np.testing.assert_allclose(np.exp(curves.log_d[0, 1:6]), [1e5, 1e6, 1e7, 1e8, 1e9])


def test_smoothing_takes_noise_off_and_keeps_the_level(truth: Chinchilla) -> None:
    points = train(truth, np.array([1e8]), np.array([20.0]), checkpoints=400)
    noisy = points | {"loss": points["loss"] + 0.05 * np.random.default_rng(0).standard_normal(400)}

    def off(smoothing: float) -> FloatArray:
        return (interpolate(**noisy, smoothing=smoothing).loss - interpolate(**points).loss)[0, 20:-20]

    assert off(0).std() == pytest.approx(0.05, rel=0.25)
    assert off(10).std() < 0.02
    assert abs(off(10).mean()) < 0.01


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": np.array([3.0, np.nan, 3, 2])}, "finite and positive"),
        ({"N": np.array([1.0, 2, 2, 2])}, "two sizes"),
        ({"C": np.array([1.0, 1, 1, 2])}, "two losses at one C"),
        ({"N": np.array([1.0, 1, 2])}, "one length"),
        ({"smoothing": -1.0}, "negative smoothing"),
    ],
)
def test_invalid_curves_are_refused(change: dict[str, FloatArray], message: str) -> None:
    points = {
        "run": np.array(["a", "a", "b", "b"]),
        "N": np.array([1.0, 1, 2, 2]),
        "C": np.array([1.0, 2, 1, 2]),
        "loss": np.array([3.0, 2, 3, 2]),
    }
    if "N" in change and len(change["N"]) == 3:
        change = change | {"D": np.ones(4)}
    with pytest.raises(ScalingLawsError, match=message):
        interpolate(**(points | change))


def test_without_a_bracketed_optimum_there_is_no_exponent(truth: Chinchilla) -> None:
    curves = interpolate(**train(truth, np.array([1e8, 1e9]), np.array([20.0, 80.0])))
    with pytest.raises(ScalingLawsError, match="two budgets"):
        envelope_exponents(curves)
    with pytest.raises(ScalingLawsError, match="random generator"):
        envelope_exponents(three_runs(), count=10)
