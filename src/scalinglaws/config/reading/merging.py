"""A study's blocks at one scale: merged over each other, with the place of each key for errors."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from scalinglaws.config.reading.explain import Location, dotted, quoted
from scalinglaws.config.reading.selection import Overrides
from scalinglaws.config.spec import Moment
from scalinglaws.config.study import ScaleBlock, ScaleName, Study
from scalinglaws.errors import ConfigError

DURATIONS = frozenset(Moment.model_fields)


@dataclass(frozen=True)
class Places:
    """A study file at one scale: its merged blocks, and how errors name their keys."""

    path: Path
    study: Study
    scale: ScaleName
    overrides: Overrides

    def __call__(self, location: Location) -> str:
        """The option that set a key, else the file and the section that has most of its path."""
        own, base = self._own, self._base
        depth = _depth(own, location)
        at = ("scales", self.scale, *location) if depth > 1 and depth >= _depth(base, location) else location
        return self.overrides.option(location) or self.overrides.option(at) or f"{self.path}: {dotted(at)}"

    def block(self, name: Literal["runs", "protocol"]) -> dict[str, Any]:
        """A block of the study with the scale's keys merged over it, and then those set for this call.

        Raises:
            ConfigError: a block would replace something that is not a block.
        """
        base, own, asked = self._base[name], self._own[name], self.overrides.content.get(name, {})
        if not isinstance(asked, Mapping):
            raise ConfigError(f"{self((name,))}: should be a block of keys, not {quoted(asked)}")
        for location, value in _no_blocks(base, own):
            place = f"{self.path}: {dotted((name, *location))}"
            raise ConfigError(f"{place}: should be a block of keys, not {quoted(value)}")
        return merge(merge(base, own), asked)

    @property
    def _base(self) -> dict[str, dict[str, Any]]:
        return {"runs": self.study.runs or {}, "protocol": self.study.protocol.model_dump()}

    @property
    def _own(self) -> dict[str, dict[str, Any]]:
        return self.study.scales.get(self.scale, ScaleBlock()).model_dump()


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge mappings key by key, and replace other values.

    Mappings of which only one key can be given are replaced whole, and so is one that names a `source`.
    """
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and not _replaces(old, value):
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def _replaces(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    another_source = "source" in new
    another_duration = bool(old) and {*old, *new} <= DURATIONS
    another_way = ("rule" in old) != ("rule" in new) and bool({"rule", "search"} & {*old})
    return another_source or another_duration or another_way


def _depth(block: Any, location: Location) -> int:
    """How many keys of a location there are in a block."""
    for depth, part in enumerate(location):
        try:
            block = block[part]
        except (LookupError, TypeError):
            return depth
    return len(location)


def _no_blocks(
    base: Mapping[str, Any], over: Mapping[str, Any], at: Location = ()
) -> Iterator[tuple[Location, Any]]:
    """Values that a block would be merged over and replace without a word, with their places."""
    for key, value in over.items():
        if isinstance(value, Mapping) and key in base and key != "learning_rate":
            if isinstance(base[key], Mapping):
                yield from _no_blocks(base[key], value, (*at, key))
            elif base[key] is not None:
                yield (*at, key), base[key]
