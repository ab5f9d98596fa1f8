"""The axes of a study: which combinations of values its runs have, and which key each value is from."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import prod
from typing import Any, get_origin

from pydantic import BaseModel, ValidationError

from scalinglaws.config.job import flat
from scalinglaws.config.reading.explain import Location, blocks_in, nearest, sentence
from scalinglaws.config.reading.merging import Places
from scalinglaws.config.study import Axes, RunKeys, RunsBlock
from scalinglaws.errors import ConfigError

MOST_RUNS = 6000
"""Runs of a study. The command that collects them names each, and its length is limited."""
COLUMNS = re.compile(r"model(\..*)?|subset\.examples|seed|learning_rate")
"""Keys of axes that have a column in every table of runs."""


@dataclass(frozen=True)
class Axis:
    """One axis.

    Attributes:
        at: where it is in the file, below `runs`.
        values: its keys, each with the values, all of the same number; one key unless it is zipped.
    """

    at: Location
    values: Mapping[str, tuple[Any, ...]]

    def __len__(self) -> int:
        return len(next(iter(self.values.values())))


@dataclass(frozen=True)
class Combination:
    """One value of each axis.

    Attributes:
        keys: the keys of the run.
        indices: which value of each axis it has.
    """

    keys: RunKeys
    indices: tuple[int, ...]


@dataclass(frozen=True)
class Runs:
    """The block `runs` at one scale.

    Attributes:
        where: names a key of the study in an error.
        block: its keys `axes`, `zipped` and `score`.
        axes: the axes.
    """

    where: Places
    block: Axes
    axes: tuple[Axis, ...]

    def error(self, combination: Combination, location: Location, problem: str) -> ConfigError:
        """An error about a key of a run, which names the value of the axis that it is from."""
        return ConfigError(f"{self.of(combination)(location)}: {problem}")

    def of(self, combination: Combination) -> Callable[[Location], str]:
        """Names a key of one of the runs, with the value of the axis that it is from."""
        return self._names(combination.indices)

    def _names(self, indices: tuple[int, ...]) -> Callable[[Location], str]:
        return lambda location: self.where(self._place(indices, location))

    def _place(self, indices: tuple[int, ...], location: Location) -> Location:
        for axis, index in zip(self.axes, indices, strict=True):
            for key in axis.values:
                path = tuple(key.split("."))
                if location[: len(path)] == path:
                    return ("runs", *axis.at, key, index, *location[len(path) :])
        return ("runs", *location)

    def combinations(self, fixed: Mapping[str, Any]) -> Iterator[Combination]:
        """All combinations, in the order of the file: the last axis varies fastest.

        Raises:
            ConfigError: a key is unknown or missing, or has a wrong value.
        """
        for indices in product(*(range(len(axis)) for axis in self.axes)):
            content = fixed
            for axis, index in zip(self.axes, indices, strict=True):
                for key, values in axis.values.items():
                    content = _with(content, key.split("."), values[index])
            try:
                keys = RunKeys.model_validate(content)
            except ValidationError as error:
                raise ConfigError(sentence(error, self._names(indices), RunsBlock, content)) from error
            yield Combination(keys, indices)

    def differing(self, one: Combination, other: Combination) -> tuple[Location, int]:
        """The first key by which two combinations differ, with its value in the first; and in the other."""
        for axis, mine, theirs in zip(self.axes, one.indices, other.indices, strict=True):
            if mine != theirs:
                return ("runs", *axis.at, next(iter(axis.values)), mine), theirs
        raise ValueError("the combinations are the same")

    @property
    def columns(self) -> tuple[str, ...]:
        """The keys that have a column of their own in the table of runs, sorted."""
        found = set()
        for axis in self.axes:
            for key, values in axis.values.items():
                blocks = [flat(dict(value), f"{key}.") for value in values if isinstance(value, Mapping)]
                found |= {inner for block in blocks for inner in block} or {key}
        return tuple(sorted(key for key in found if not COLUMNS.fullmatch(key)))


def read_axes(where: Places, block: Mapping[str, Any], fixed: Mapping[str, Any]) -> Runs:
    """Check the axes of a study.

    Args:
        where: names a key of the study in an error.
        block: its keys `axes`, `zipped` and `score`.
        fixed: the other keys of `runs`.

    Raises:
        ConfigError: the key of an axis is unknown, or given twice; lists differ in length; there are too many
            runs.
    """
    try:
        axes = Axes.model_validate(block)
    except ValidationError as error:
        raise ConfigError(sentence(error, lambda at: where(("runs", *at)), RunsBlock, block)) from error
    every = [Axis(("axes",), {key: values}) for key, values in axes.axes.items()]
    for i, zipped in enumerate(axes.zipped):
        lengths = sorted({len(values) for values in zipped.values()})
        if len(lengths) > 1:
            problem = f"has lists of {' and '.join(map(str, lengths))} values, which go together one by one"
            raise ConfigError(f"{where(('runs', 'zipped', i))}: {problem}")
        every.append(Axis(("zipped", i), zipped))
    seen: list[str] = []
    for axis in every:
        for key in axis.values:
            problem = _wrong(key, seen, fixed)
            if problem:
                raise ConfigError(f"{where(('runs', *axis.at, key))}: {problem}")
            seen.append(key)
    number = prod(len(axis) for axis in every)
    if number > MOST_RUNS:
        raise ConfigError(
            f"{where(('runs', 'axes'))}: makes {number:,} runs; a study has at most {MOST_RUNS:,}"
        )
    return Runs(where, axes, tuple(every))


def _wrong(key: str, seen: list[str], fixed: Mapping[str, Any]) -> str:
    """What is wrong with the key of an axis; an empty text if nothing is."""
    top = key.split(".")[0]
    if top in ("task", "data"):
        return f"{top} is the same for all runs of a study, so that it cannot be an axis"
    if key not in allowed() and not re.fullmatch(r"model\.\w+", key):
        listed = ", ".join(allowed())
        return f"no run has this key; axes may be {listed}, or model.<option>{nearest(key, allowed())}"
    for other in seen:
        if f"{other}.".startswith(f"{key}.") or f"{key}.".startswith(f"{other}."):
            return "is given twice" if key == other else f"is also set by the axis {other}"
    block: Any = fixed
    for part in key.split("."):
        if isinstance(block, Mapping) and part in block:
            block = block[part]
        elif isinstance(block, Mapping) or block is None:
            return ""
    return "is also given as a fixed key of runs; it can be only one of the two"


@cache
def allowed() -> tuple[str, ...]:
    """Every key that an axis may have, except for the options of models."""
    paths = _paths(RunKeys, "")
    return tuple(path for path in paths if not re.match(r"task|data|model\.|learning_rate\.", path))


def _paths(block: type[BaseModel], prefix: str) -> list[str]:
    found: list[str] = []
    for key, field in block.model_fields.items():
        found.append(f"{prefix}{key}")
        blocks = [] if get_origin(field.annotation) is tuple else blocks_in(field.annotation)
        for inner in blocks:
            found += [path for path in _paths(inner, f"{prefix}{key}.") if path not in found]
    return found


def _with(block: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """A copy of a block in which a key has this value."""
    key, *rest = path
    inner = block.get(key)
    if rest:
        value = _with(inner if isinstance(inner, Mapping) else {}, rest, value)
    return {**block, key: value}
