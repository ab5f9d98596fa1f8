"""Every law: exact derivatives, sane starts, found by name."""

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import Law

PARAMS = {
    "learning-curve": (3.87, -0.128),
    "learning-curve-with-floor": (41.2, -0.36, 0.39),
    "model-size": (2000.0, 0.573),
}


@pytest.mark.parametrize("law", laws.every().values(), ids=lambda law: law.name)
def test_derivatives_equal_central_differences(law: Law) -> None:
    params = np.array(PARAMS[law.name])
    x = np.geomspace(1.5, 5000, 7)[None].repeat(len(law.variables), axis=0)
    exact = law.differentiate(params, x)
    for k in range(len(params)):
        step = np.zeros_like(params)
        step[k] = 1e-6 * abs(params[k])
        numeric = (law.predict(params + step, x) - law.predict(params - step, x)) / (2 * step[k])
        np.testing.assert_allclose(exact[k], numeric, rtol=1e-7)


@pytest.mark.parametrize("law", laws.every().values(), ids=lambda law: law.name)
def test_a_batch_of_params_predicts_row_by_row(law: Law) -> None:
    params = np.array(PARAMS[law.name])[:, None] * np.array([1.0, 1.1, 0.9])
    x = np.geomspace(1, 100, 5)[None]
    batch = law.predict(params, x)
    assert batch.shape == (3, 5)
    for k in range(3):
        np.testing.assert_array_equal(batch[k], law.predict(params[:, k], x))


def test_every_law_is_declared_in_full() -> None:
    for law in laws.every().values():
        assert law.formula
        assert "Hestness" in law.source
        assert len(set(law.names)) == len(law.names)
        assert all(parameter.meaning for parameter in law.parameters)


def test_an_unknown_law_is_an_error_that_lists_the_known_ones() -> None:
    with pytest.raises(ScalingLawsError, match=r"'learning'.*learning-curve, learning-curve-with-floor"):
        laws.find("learning")


def test_a_law_without_starts_must_be_log_linear() -> None:
    floor = laws.find("learning-curve-with-floor")
    with pytest.raises(ValueError, match="starts"):
        Law(**{**vars(floor), "starts": None})
