"""One sentence for what is wrong with a config: where, what, and what is allowed."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

Location = tuple[int | str, ...]


def sentence(error: ValidationError, where: Callable[[Location], str], model: Any, content: Any) -> str:
    """The first mistake that pydantic found, and how many more there are.

    Args:
        error: what pydantic raised.
        where: turns the path of a key into `file: path`.
        model: the pydantic model that was validated, which knows the allowed keys.
        content: what was validated.
    """
    mistakes = [
        (_keys_in(content, found["loc"], found["type"] == "missing"), found) for found in error.errors()
    ]
    start = mistakes[0][0]
    # A value that may be of two kinds is wrong as either: the mistake meant is where it almost was right.
    near = [mistake for mistake in mistakes if mistake[0][: len(start)] == start]
    location, first = max(near, key=lambda mistake: (len(mistake[0]), not _is_kind(mistake[1]["type"])))
    if first["type"] == "extra_forbidden":
        problem = f"unknown key; allowed are {', '.join(_keys_at(model, location[:-1])) or 'none'}"
    elif first["type"] == "missing":
        problem = "is missing"
    else:
        problem = f"{first['msg'][0].lower()}{first['msg'][1:]}, not {first['input']!r}"
    more = len(mistakes) - len(near)
    return f"{where(location)}: {problem}" + (f" (and {more} more)" if more else "")


def unknown(name: str, allowed: tuple[str, ...]) -> str:
    """There is no such name; these there are."""
    return f"there is no {name!r}; allowed are {', '.join(allowed)}"


def _keys_in(content: Any, location: Location, missing: bool) -> Location:
    """The keys of a location, without the names that pydantic gives to the kinds of value it tried."""
    keys: list[int | str] = []
    for part in location[:-1] if missing else location:
        try:
            content = content[part]
        except (LookupError, TypeError):
            continue
        keys.append(part)
    return (*keys, location[-1]) if missing else tuple(keys)


def _is_kind(mistake: str) -> bool:
    """Whether the value is of the wrong kind altogether."""
    return mistake == "literal_error" or mistake.endswith(("_type", "_parsing"))


def _keys_at(model: Any, location: Location) -> list[str]:
    """Names of the fields of the block that a location leads to."""
    for part in location:
        if part in getattr(model, "model_fields", {}):
            model = _block_in(model.model_fields[part].annotation)
    return sorted(getattr(model, "model_fields", {}))


def _block_in(annotation: Any) -> Any:
    """The pydantic model inside an annotation such as `tuple[Block, ...]` or `float | Block`."""
    if hasattr(annotation, "model_fields"):
        return annotation
    found = (_block_in(inner) for inner in getattr(annotation, "__args__", ()))
    return next((block for block in found if block is not None), None)
