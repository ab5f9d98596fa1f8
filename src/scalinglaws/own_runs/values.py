"""Values of command-line options, read with one line for each mistake."""

from collections.abc import Sequence
from math import isfinite

from scalinglaws.errors import ScalingLawsError


def number(option: str, text: str) -> float:
    """A finite number.

    Raises:
        ScalingLawsError: it is none.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise ScalingLawsError(f"{option}: '{text}' is not a finite number")
    return value


def count(option: str, text: str) -> int:
    """A whole number, 0 or above.

    Raises:
        ScalingLawsError: it is none.
    """
    if not (text.isascii() and text.isdigit()):
        raise ScalingLawsError(f"{option}: '{text}' is not a whole number, 0 or above")
    return int(text)


def pairs(option: str, texts: Sequence[str], form: str) -> dict[str, str]:
    """NAME=VALUE, repeated.

    Raises:
        ScalingLawsError: one has not that form, or a name is there twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise ScalingLawsError(f"{option} {text}: must be {form}")
        if name in found:
            raise ScalingLawsError(f"{option}: {name} is given twice")
        found[name] = value
    return found
