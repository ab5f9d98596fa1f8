"""The simulator's search: it shows what the article's script shows, and goes through its grid as defined."""

import numpy as np
import pytest

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import READINGS, TARGETS, Fit
from scalinglaws.papers.weng_2026.toy import grid_search
from scalinglaws.papers.weng_2026.toy.experiment import REGIONS, TRUTH, observe, optimal_tokens
from scalinglaws.papers.weng_2026.toy.grid_search import GridFit, search

HALF = 0.5 + 1e-6  # of a last digit; a value that ends on 5 is as near to either neighbour


def fitted(reading: Fit) -> tuple[FloatArray, FloatArray, FloatArray]:
    runs = observe(reading.decimals, reading.bias)
    inside = next(runs.inside(region) for region in REGIONS if region == reading.region)
    return runs.N[inside], runs.D[inside], runs.loss[inside]


@pytest.mark.parametrize("reading", READINGS, ids=lambda r: f"{r.region}-{r.decimals}-{r.bias}-{r.target}")
def test_the_article_shows_the_same(reading: Fit) -> None:
    found = search(*fitted(reading))
    N = 10.0**reading.target
    D = optimal_tokens(TRUTH, N)
    law = found.law
    predicted, true = float(law(N, D)), float(TRUTH(N, D))
    for shown, value, decimals in (
        (reading.alpha, law.alpha, 4),
        (reading.beta, law.beta, 4),
        (reading.E, law.E, 4),
        (reading.A, law.A, 2),
        (reading.B, law.B, 2),
        (reading.objective, found.objective, 4 - np.floor(np.log10(reading.objective))),
        (reading.N_exponent, law.a, 4),
        (reading.predicted, predicted, 4),
        (reading.error, predicted - true, 4),
        (TARGETS[reading.target][0], D, 4 - np.floor(np.log10(D))),
        (TARGETS[reading.target][1], true, 4),
    ):
        assert abs(float(value) - shown) * 10.0**decimals <= HALF


def step_by_step(
    N: FloatArray,
    D: FloatArray,
    y: FloatArray,
    ends: tuple[tuple[float, float], ...],
    steps: tuple[int, int],
) -> tuple[float, ...] | None:
    """The definition: every point of a grid, alpha outermost and E innermost; a later one must be better."""
    (a0, a1), (b0, b1), (e0, e1) = ends
    best: tuple[float, ...] | None = None
    for i in range(steps[0]):
        for j in range(steps[0]):
            for k in range(steps[1]):
                alpha = a0 + (a1 - a0) * i / (steps[0] - 1)
                beta = b0 + (b1 - b0) * j / (steps[0] - 1)
                E = e0 + (e1 - e0) * k / (steps[1] - 1)
                columns = np.stack([N**-alpha, D**-beta], axis=1)
                (A, B), *_ = np.linalg.lstsq(columns, y - E, rcond=None)
                if not (y.min() > E and A > 0 and B > 0):
                    continue
                sse = float(((columns @ [A, B] + E - y) ** 2).sum())
                if best is None or sse < best[0]:
                    best = (sse, alpha, beta, E, A, B)
    return best


@pytest.mark.parametrize("seed", range(4))
def test_the_box_is_searched_as_defined(seed: int) -> None:
    rng = np.random.default_rng(seed)
    N, D = 10 ** rng.uniform(7, 10, 12), 10 ** rng.uniform(8, 12, 12)
    y = 1.5 + 200 * N**-0.3 + 900 * D**-0.35 + rng.normal(0, 0.05, 12)
    ends = ((0.2, 0.5), (0.2, 0.5), (0.5, float(y.min()) - 1e-6))
    found = grid_search._best(N, D, y, *ends, (6, 7))
    expected = step_by_step(N, D, y, ends, (6, 7))
    assert isinstance(found, GridFit)
    assert expected is not None
    law = found.law
    values = [found.objective, law.alpha, law.beta, law.E, law.A, law.B]
    np.testing.assert_allclose(np.array(values, float), expected, rtol=1e-6)


def test_runs_that_do_not_tell_a_from_b_have_no_fit() -> None:
    same = np.ones(4)
    with pytest.raises(ScalingLawsError, match="no point of the grid has positive A and B"):
        search(same, same, np.array([1.0, 2.0, 3.0, 4.0]))


def test_exponents_stay_within_the_reach_of_the_boxes() -> None:
    steep = Fit("medium", 0, 0, 15, *[0.0] * 9)
    assert float(search(*fitted(steep)).law.alpha) == pytest.approx(0.619)  # the optimum is at 1.15
