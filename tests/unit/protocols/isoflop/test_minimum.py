"""Minima of single curves: known parabolas, scipy's Akima, windows, and what is dropped."""

import numpy as np
import pytest
from scipy.interpolate import Akima1DInterpolator

from scalinglaws.errors import ScalingLawsError
from scalinglaws.protocols.isoflop.minimum import Akima, Parabola, Status

X = np.log(np.geomspace(1e6, 1e9, 9))
CENTRE = np.log(2.3e7)
ONES = np.ones(9)


def curve(x: np.ndarray, bend: float = 0.05, asymmetry: float = 0.0) -> np.ndarray:
    off = x - CENTRE
    return 3.0 + bend * off**2 + asymmetry * off**3


@pytest.mark.parametrize("method", [Parabola(), Parabola(nearest=3), Parabola(nearest=4), Parabola(nats=0.2)])
def test_a_parabola_is_found_exactly_through_any_window(method: Parabola) -> None:
    found = method(X, curve(X), ONES)
    assert found.x == pytest.approx(CENTRE, abs=1e-12)
    assert found.loss == pytest.approx(3.0, abs=1e-12)
    assert found.status == Status.KEPT


def test_a_parabola_in_the_logarithm_of_the_loss() -> None:
    found = Parabola(log_loss=True)(X, np.exp(curve(X) - 2), ONES)
    assert found.x == pytest.approx(CENTRE, abs=1e-12)
    assert found.loss == pytest.approx(np.e, abs=1e-12)


def test_weights_count_as_repeated_points() -> None:
    rng = np.random.default_rng(1)
    y, weights = curve(X) + 0.05 * rng.standard_normal(9), rng.integers(0, 4, 9)
    a, b, _ = np.polyfit(np.repeat(X - 17, weights), np.repeat(y, weights), 2)
    assert Parabola()(X, y, weights.astype(float)).x == pytest.approx(17 - b / (2 * a), abs=1e-9)


def test_windows_hold_the_points_that_they_declare() -> None:
    y = curve(X, asymmetry=0.004)
    order = np.argsort(np.abs(X - X[y.argmin()]), kind="stable")

    def vertex(chosen: np.ndarray) -> float:
        a, b, _ = np.polyfit(X[chosen] - 17, y[chosen], 2)
        return float(17 - b / (2 * a))

    assert Parabola(nearest=4)(X, y, ONES).x == pytest.approx(vertex(order[:4]), abs=1e-9)
    assert Parabola(nats=0.3)(X, y, ONES).x == pytest.approx(vertex(y <= y.min() + 0.3), abs=1e-9)
    assert Parabola()(X, y, ONES).x == pytest.approx(vertex(np.arange(9)), abs=1e-9)
    assert len({round(float(Parabola(nearest=k)(X, y, ONES).x), 6) for k in (3, 5, 7, 9)}) == 4


def test_a_vertex_outside_the_sizes_is_dropped_unless_kept_on_purpose() -> None:
    low = X > CENTRE + 1
    dropped = Parabola()(X[low], curve(X[low]), ONES[low])
    assert dropped.status == Status.EDGE
    assert np.isnan(dropped.x)
    kept = Parabola(keep_outside=True)(X[low], curve(X[low]), ONES[low])
    assert kept.x == pytest.approx(CENTRE, abs=1e-9)
    assert kept.status == Status.KEPT


@pytest.mark.parametrize("y", [curve(X, bend=-0.05), 10 - 0.1 * X, np.full(9, 3.0)])
def test_what_is_not_convex_has_no_vertex(y: np.ndarray) -> None:
    found = Parabola(keep_outside=True)(X, y, ONES)
    assert found.status == Status.NOT_CONVEX
    assert np.isnan(found.x)


@pytest.mark.parametrize("method", [Parabola(), Akima()])
def test_two_points_are_too_few(method: Parabola | Akima) -> None:
    weights = np.zeros(9)
    weights[[3, 5]] = 4
    assert method(X, curve(X), weights).status == Status.TOO_FEW_POINTS


def test_a_window_narrower_than_three_points_is_too_few() -> None:
    assert Parabola(nats=1e-6)(X, curve(X), ONES).status == Status.TOO_FEW_POINTS


def test_akima_is_scipys_at_any_subset_of_points() -> None:
    """Against scipy's interpolant on a grid so fine that its lowest value is the minimum."""
    rng = np.random.default_rng(0)
    y = curve(X) + 0.1 * rng.standard_normal((200, 9))
    weights = rng.multinomial(9, ONES / 9, size=200).astype(float)
    found = Akima()(np.broadcast_to(X, y.shape), y, weights)
    statuses = set()
    for row in range(200):
        there = weights[row] > 0
        fine = np.linspace(X[there][0], X[there][-1], 20001)
        values = Akima1DInterpolator(X[there], np.log(y[row][there]))(fine)
        at = int(values.argmin())
        statuses.add(int(found.status[row]))
        assert (found.status[row] == Status.EDGE) == (at in (0, 20000))
        if found.status[row] == Status.KEPT:
            assert found.x[row] == pytest.approx(fine[at], abs=1.01 * (fine[1] - fine[0]))
            assert np.log(found.loss[row]) == pytest.approx(values[at], abs=1e-7)
            assert np.log(found.loss[row]) <= values[at] + 1e-12
    assert statuses == {Status.KEPT, Status.EDGE}


def test_akima_through_points_on_lines() -> None:
    """Equal slopes leave Akima's tangent undefined; the mean of the outer slopes takes its place."""
    x = np.arange(7.0)
    found = Akima(log_loss=False)(x, 3 + np.abs(x - 3), np.ones(7))
    assert (found.x, found.loss, found.status) == (3, 3, Status.KEPT)
    # Two lines with a flat piece between: the tangents at its ends are defined and flat.
    flat = Akima(log_loss=False)(x, np.array([6.0, 5, 4, 4, 5, 6, 7]), np.ones(7))
    reference = Akima1DInterpolator(x, [6.0, 5, 4, 4, 5, 6, 7])(np.linspace(0, 6, 60001))
    assert flat.loss == pytest.approx(reference.min(), abs=1e-9)


@pytest.mark.parametrize(
    "options", [{"nearest": 2}, {"nearest": 5, "nats": 0.1}, {"nats": 0.0}, {"nats": np.nan}]
)
def test_windows_that_hold_no_parabola_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ScalingLawsError, match="parabola"):
        Parabola(**options)  # type: ignore[arg-type]
