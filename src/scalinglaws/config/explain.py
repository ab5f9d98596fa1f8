"""One sentence for what is wrong with a config: where, what, and what is allowed."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

Location = tuple[int | str, ...]


def sentence(error: ValidationError, where: Callable[[Location], str], model: Any) -> str:
    """The first mistake that pydantic found, and how many more there are.

    Args:
        error: what pydantic raised.
        where: turns the path of a key into `file: path`.
        model: the pydantic model that was validated, which knows the allowed keys.
    """
    first = error.errors()[0]
    location: Location = first["loc"]
    if first["type"] == "extra_forbidden":
        problem = f"unknown key; allowed are {', '.join(_keys_at(model, location[:-1])) or 'none'}"
    elif first["type"] == "missing":
        problem = "is missing"
    else:
        problem = f"{first['msg'][0].lower()}{first['msg'][1:]}, not {first['input']!r}"
    more = len(error.errors()) - 1
    return f"{where(location)}: {problem}" + (f" (and {more} more)" if more else "")


def unknown(name: str, allowed: tuple[str, ...]) -> str:
    """There is no such name; these there are."""
    return f"there is no {name!r}; allowed are {', '.join(allowed)}"


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
