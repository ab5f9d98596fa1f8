"""The rule that cuts a learning curve into regions."""

import numpy as np
import pytest

from scalinglaws.errors import DataError
from scalinglaws.papers.hestness_2017.analyses._regions import IRREDUCIBLE, POWER, SMALL, find_regions


def test_regions_of_a_curve_that_bends_where_it_is_known_to() -> None:
    """Slope -1/2 over 2^5..2^15 and none elsewhere: the ends lie within a step of the bends."""
    x = 2.0 ** np.arange(25)
    y = np.minimum(np.maximum(x, 2.0**5), 2.0**15) ** -0.5
    found = find_regions(x, y)
    assert found[SMALL] == (1, pytest.approx(2.0**4.6))
    assert found[POWER] == (pytest.approx(2.0**5.4), pytest.approx(2.0**14.6))
    assert found[IRREDUCIBLE] == (pytest.approx(2.0**15.4), 2.0**24)


def test_regions_that_are_not_shown_are_left_out() -> None:
    x = 2.0 ** np.arange(12)
    assert find_regions(x, x**-0.3) == {POWER: (1, 2.0**11)}
    assert set(find_regions(x, np.maximum(x, 2.0**6) ** -0.3)) == {SMALL, POWER}
    with pytest.raises(DataError, match="never falls"):
        find_regions(x, x**0.1)
