"""How large numbers are printed."""

import pytest

from scalinglaws.own_runs.printing import engineering


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (7.22e10, "72.2B"),
        (1.33e12, "1.33T"),
        (999.4e9, "999B"),
        (999.6e9, "1T"),  # rounded before the letter is chosen
        (9.996e14, "1e15"),
        (1e15, "1e15"),
        (2.08e16, "20.8e15"),
        (999.6, "1k"),
        (18.42, "18.4"),
        (0.05, "0.05"),
        (3.2e-7, "320e-9"),
        (-2e9, "-2B"),
        (0.0, "0"),
        (1e308, "100e306"),
    ],
)
def test_numbers_have_three_digits_and_exponents_of_three(value: float, text: str) -> None:
    assert engineering(value) == text
