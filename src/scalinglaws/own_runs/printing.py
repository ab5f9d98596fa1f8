"""How large numbers are printed."""

from decimal import Decimal
from math import isfinite

LETTERS = {0: "", 3: "k", 6: "M", 9: "B", 12: "T"}


def engineering(value: float) -> str:
    """A number as in 72.2B: three digits, and thousand, million, billion or trillion.

    Beyond these, and below a thousandth, it is a power of ten whose exponent is a multiple of three.
    """
    if not isfinite(value) or value == 0:
        return f"{value:g}"
    rounded = Decimal(f"{value:.2e}")  # 999.9e9 is 1T, not 1e+03B
    exponent = 3 * (rounded.adjusted() // 3)
    if exponent == -3:  # 0.05 rather than 50e-3
        return f"{value:.3g}"
    return f"{float(rounded.scaleb(-exponent)):.3g}{LETTERS.get(exponent, f'e{exponent}')}"
