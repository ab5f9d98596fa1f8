"""Turn what pydantic found wrong with a config into one sentence: where, what, and what is allowed."""

from collections.abc import Callable, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

Location = tuple[int | str, ...]
Values = TypeVar("Values", bound=Sequence[Any])
LONGEST = 200
"""Most characters of a value that an error quotes."""


def sentence(error: ValidationError, where: Callable[[Location], str], model: Any, content: Any) -> str:
    """The first mistake that pydantic found, and how many more there are.

    Args:
        error: what pydantic raised.
        where: turns the path of a key into `file: path`.
        model: the pydantic model that refused the content. It knows the allowed keys.
        content: what was validated.
    """
    mistakes = [
        (_keys_in(content, found["loc"], found["type"] == "missing"), found) for found in error.errors()
    ]
    # An unknown key is often a misspelt one, whose right name then counts as missing.
    mistakes.sort(key=lambda mistake: mistake[1]["type"] != "extra_forbidden")
    start = mistakes[0][0]
    # Where a value may be of two kinds, pydantic lists the mistakes under both. The deepest one is meant.
    near = [mistake for mistake in mistakes if mistake[0][: len(start)] == start]
    location, first = max(near, key=lambda mistake: (len(mistake[0]), not _is_kind(mistake[1]["type"])))
    if first["type"].startswith("union_tag"):  # the key that says of which kind a block is
        location = (*location, first["ctx"]["discriminator"].strip("'"))
    if first["type"] == "extra_forbidden":
        keys = _keys_at(model, location[:-1], content)
        problem = f"unknown key; allowed are {', '.join(keys) or 'none'}{nearest(location[-1], keys)}"
    elif first["type"] in ("missing", "union_tag_not_found"):
        problem = "is missing"
    elif first["type"] == "union_tag_invalid":
        allowed = first["ctx"]["expected_tags"].replace("'", "").split(", ")
        problem = unknown(first["ctx"]["tag"], allowed)
    elif first["type"] == "value_error":
        problem = str(first["ctx"]["error"])
    else:
        problem = f"{_rule(first)}, not {quoted(first['input'])}"
    more = len(mistakes) - len(near)
    return f"{where(location)}: {problem}" + (f" (and {more} more)" if more else "")


def quoted(value: Any) -> str:
    """A value as an error shows it: in one line, without control characters, and not too long."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]  # as in YAML
    text = str(value) if isinstance(value, date) else repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def dotted(location: Location) -> str:
    """The path of a key as an error shows it."""
    return ".".join(
        key if (key := str(part)).isprintable() and len(key) <= LONGEST else quoted(key) for part in location
    )


def unknown(name: str, allowed: Sequence[str]) -> str:
    """Says that a name does not exist, and which ones do."""
    return f"there is no {quoted(name)}; allowed are {', '.join(allowed)}{nearest(name, allowed)}"


def nearest(name: object, allowed: Sequence[str]) -> str:
    """Asks whether the most similar name was meant; an empty text if none is similar."""
    found = get_close_matches(str(name)[:LONGEST], allowed, 1)
    return f"; did you mean {found[0]}?" if found else ""


def distinct(values: Values) -> Values:
    """The values, for pydantic to check.

    Raises:
        ValueError: one occurs twice.
    """
    for i, value in enumerate(values):
        if value in values[:i]:
            raise ValueError(f"{value} is given twice")
    return values


def _rule(mistake: ErrorDetails) -> str:
    """What a value should be, in the words of a config file: lists and blocks rather than tuples and
    models."""
    if mistake["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return "should be a block of keys"
    if mistake["type"].startswith("int_"):
        return "should be a whole number"
    rule = mistake["msg"].removeprefix("Input ").partition(" after validation")[0]
    rule = f"{rule[0].lower()}{rule[1:]}".replace("tuple", "list")
    return rule.replace("dictionary should have at least 1 item", "should have at least one key")


def _keys_in(content: Any, location: Location, missing: bool) -> Location:
    """The keys of a location, without the names that pydantic adds for the kinds of value that it tried."""
    keys: list[int | str] = []
    for part in location[:-1] if missing else location:
        try:
            content = content[part]
        except (LookupError, TypeError):
            continue
        keys.append(part)
    return (*keys, location[-1]) if missing else tuple(keys)


def _is_kind(mistake: str) -> bool:
    """Whether the value has the wrong kind altogether."""
    return mistake == "literal_error" or mistake.endswith(("_type", "_parsing"))


def _keys_at(model: Any, location: Location, content: Any) -> list[str]:
    """Sorted keys of the block at a location."""
    for part in location:
        content = content[part]
        fields = getattr(model, "model_fields", {})
        if part in fields:
            # Where it may be of several kinds, the one is meant that knows most of its keys.
            blocks = blocks_in(fields[part].annotation)
            given = set(content) if isinstance(content, dict) else set()
            model = max(blocks, key=lambda block: len(given & set(block.model_fields)), default=None)
    return sorted(getattr(model, "model_fields", {}))


def blocks_in(annotation: Any) -> list[type[BaseModel]]:
    """The pydantic models inside an annotation such as `tuple[Block, ...]` or `float | Block`."""
    if hasattr(annotation, "model_fields"):
        return [annotation]
    return [block for inner in getattr(annotation, "__args__", ()) for block in blocks_in(inner)]
