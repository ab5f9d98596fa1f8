"""What differs between two specs, key by key, and in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LONGEST_VALUE = 40
ABSENT = "nothing"

Change = tuple[str, Any, Any]
"""Key, value before, value now."""


def flat(spec: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """A spec with the paths of its keys, joined by dots; lists are values."""
    found: dict[str, Any] = {}
    for key, value in spec.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Change, ...]:
    """Where two flat specs differ, in order of keys."""
    return tuple(
        (key, old.get(key, ABSENT), new.get(key, ABSENT))
        for key in sorted({*old, *new})
        if old.get(key, ABSENT) != new.get(key, ABSENT)
    )


def in_words(found: Iterable[Change]) -> str:
    """`budget.steps changed from 600 to 500`; long values are left out."""
    return ", ".join(_change(*change) for change in found)


def _change(key: str, old: Any, new: Any) -> str:
    if max(len(str(old)), len(str(new))) > LONGEST_VALUE:
        return f"{key} changed"
    return f"{key} changed from {old} to {new}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """The first few of many names, and how many more there are."""
    shown = names if len(names) <= most + 1 else names[:most]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
