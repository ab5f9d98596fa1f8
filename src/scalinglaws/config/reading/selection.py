"""What a command is asked for: a scale, perhaps one paper or study of it, and values that are set instead."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any
from urllib.parse import quote, unquote

from pydantic import BeforeValidator, Field, ValidationError

from scalinglaws.config.reading.explain import Location, dotted, quoted, sentence, unknown
from scalinglaws.config.reading.yaml_file import parse_yaml
from scalinglaws.config.strict import Strict
from scalinglaws.errors import ConfigError

SCALE_FILE = "scale"
SCALED = ("runs", "protocol")
SETTING = re.compile(
    r"(?P<file>scale|[a-z0-9-]+/[a-z0-9-]+):(?P<key>[\w-]+(\.[\w-]+)*)=(?P<value>.*)", re.DOTALL
)


@dataclass(frozen=True)
class Overrides:
    """The values that are set for one file of the config: merged over its content, and named in errors."""

    file: str
    """`scale`, or the name of a study."""
    values: Mapping[Location, Any] = field(default_factory=dict)
    """By the path of the key."""

    @property
    def content(self) -> dict[str, Any]:
        """The values as a file would hold them."""
        top: dict[str, Any] = {}
        for (*blocks, last), value in self.values.items():
            place = top
            for block in blocks:
                place = place.setdefault(str(block), {})
            place[str(last)] = value
        return top

    def part(self, runs: bool) -> "Overrides":
        """Only the keys of the blocks that differ between scales (`runs` and `protocol`), or only others."""
        kept = {keys: value for keys, value in self.values.items() if (keys[0] in SCALED) == runs}
        return Overrides(self.file, kept)

    def option(self, location: Location) -> str:
        """How an error names a key that was set; an empty text if it was not."""
        for keys in self.values:
            length = min(len(keys), len(location))
            if length and keys[:length] == location[:length]:
                return f"--set {self.file}:{dotted(location)}"
        return ""


class Selection(Strict):
    """What of the config is asked for. These are also the keys of Snakemake's `--config`."""

    scale: str = "laptop"
    """Name of a scale, or path of a scale file of your own."""
    paper: str | None = None
    """Only the studies of this paper."""
    study: str | None = None
    """Only this study and, if it is an analysis, those that it reads."""
    set: Annotated[tuple[str, ...], BeforeValidator(lambda one: [one] if isinstance(one, str) else one)] = ()
    """Values that replace those of the config: `scale:KEY=VALUE` or `PAPER/STUDY:KEY=VALUE`."""
    strict_versions: bool = False
    """Whether what other versions of packages made counts as stale."""
    image: Annotated[str | None, Field(exclude=True)] = None
    """The image for jobs in containers, which only Snakemake needs."""

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Selection":
        """The selection that Snakemake's `--config` makes; `%27` in a text means `'`, as in addresses.

        Raises:
            ConfigError: a key is unknown, or a value is not text.
        """
        try:
            return cls.model_validate(_each_text(unquote, dict(settings)))
        except ValidationError as error:
            found = sentence(error, lambda location: f"--config {dotted(location)}", cls, settings)
            raise ConfigError(found) from None

    @property
    def config(self) -> list[str]:
        """It as arguments of Snakemake's `--config`: JSON with texts as in addresses.

        Snakemake would read a name like 2024 as a number, and passes arguments on to jobs on a cluster in
        Python's quotes, where a shell reads quotes and backslashes otherwise.
        """
        given = {key: value for key, value in self.model_dump().items() if value}
        return [f"{key}={json.dumps(value)}" for key, value in _each_text(_encoded, given).items()]

    def of_paper(self, paper: str) -> "Selection":
        """The part of it that is about one paper."""
        kept = tuple(text for text in self.set if text.startswith((f"{SCALE_FILE}:", f"{paper}/")))
        return self.model_copy(update={"paper": paper, "set": kept})

    @cached_property
    def _settings(self) -> Mapping[str, Mapping[Location, Any]]:
        found: dict[str, dict[Location, Any]] = {}
        for text in self.set:
            file, keys, value = _parsed(text)
            values = found.setdefault(file, {})
            if any(keys[: len(other)] == other or other[: len(keys)] == keys for other in values):
                raise ConfigError(f"--set {file}:{dotted(keys)}: is given twice")
            values[keys] = value
        return found

    def overrides(self, file: str) -> Overrides:
        """The values that are set for a study, or for the scale file (`scale`).

        Raises:
            ConfigError: one has another form, its value is not YAML, or its key is given twice.
        """
        return Overrides(file, self._settings.get(file, {}))

    def check(self, studies: tuple[str, ...]) -> None:
        """Check that values are only set for studies that are asked for.

        Raises:
            ConfigError: one is set for another study.
        """
        for file in self._settings:
            if file not in (SCALE_FILE, *studies):
                raise ConfigError(f"--set {file}: is not asked for: {unknown(file, sorted(studies))}")


def _each_text(change: Callable[[str], str], value: Any) -> Any:
    """Plain data with all texts in it changed, except for keys."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _each_text(change, inner) for key, inner in value.items()}
    return [_each_text(change, inner) for inner in value] if isinstance(value, list | tuple) else value


def _encoded(text: str) -> str:
    plain = quote(text, safe=" /:=,[]{}")
    return f"%{ord(plain[0]):X}{plain[1:]}" if plain[:1].isdigit() else plain


def _parsed(text: str) -> tuple[str, Location, Any]:
    found = SETTING.fullmatch(text)
    if not found:
        raise ConfigError(
            f"--set {quoted(text)}: must be scale:KEY=VALUE for a key of the scale file, or "
            "PAPER/STUDY:KEY=VALUE"
        )
    indented = found["value"].replace("\n", "\n  ")
    content = parse_yaml(f"value:\n  {indented}\n".encode(), f"--set {found['file']}:{found['key']}")
    return found["file"], _keys(found["key"]), content["value"]


def _keys(path: str) -> Location:
    """The keys of a path. That of an axis is one key, although it has dots."""
    keys, axes, axis = path.partition(".axes.")
    return (*keys.split("."), "axes", axis) if axes else tuple(keys.split("."))
