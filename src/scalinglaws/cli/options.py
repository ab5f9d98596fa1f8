"""The parser of the command line, and the options by which commands choose what they work on."""

import argparse
import re
from pathlib import Path
from typing import Any, NoReturn

from scalinglaws.config.reading.explain import quoted
from scalinglaws.config.reading.selection import Selection
from scalinglaws.errors import ConfigError
from scalinglaws.terminal import is_seen, one_line

LONGEST = 4096
"""Most characters of a value, as in paths."""
SELECTION = ("scale", "paper", "study", "set", "strict_versions")


class Parser(argparse.ArgumentParser):
    """A parser that takes each option once and by its full name; a mistake is one line and exit status 2."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings, allow_abbrev=False)
        self.register("action", None, _Once)
        self.register("type", None, text)
        self.register("type", Path, lambda value: Path(text(value)))

    def error(self, message: str) -> NoReturn:
        """End with the message and where help is."""
        self.exit(2, f"error: {one_line(message)}; see `{self.prog} --help`\n")


class _Once(argparse.Action):
    """An option that may be given once; argparse itself would silently take the last of several."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        """Keep the value, or end with an error if there is one already."""
        given: set[str] = vars(namespace).setdefault("given", set())
        if option_string is not None and self.dest in given:
            parser.error(f"{option_string} is given twice")
        given.add(self.dest)
        setattr(namespace, self.dest, values)


def text(value: str) -> str:
    """A value, checked: not empty, not too long, and printable."""
    if not value.strip():
        raise argparse.ArgumentTypeError("the value is empty")
    if len(value) > LONGEST:
        raise argparse.ArgumentTypeError(f"the value has {len(value):,} characters, more than {LONGEST:,}")
    if not all(map(is_seen, value)):
        raise argparse.ArgumentTypeError(f"{quoted(value)} has characters that cannot be shown")
    return value


def cores(value: str) -> str:
    """A number of CPU cores, or `all`."""
    if value == "all" or re.fullmatch("[1-9][0-9]{0,3}", value):
        return value
    raise argparse.ArgumentTypeError(f"{quoted(value)} is neither `all` nor a number of cores from 1 to 9999")


def add_selection(parser: argparse.ArgumentParser, scale: str = "laptop (default)") -> None:
    """`--scale`, `--paper`, `--study` and `--set`."""
    parser.add_argument("--scale", help=f"smoke, {scale}, gpu, paper, or the path of a scale file")
    parser.add_argument("--paper", help="only the studies of one paper, for example hestness-2017")
    parser.add_argument(
        "--study",
        help="only one study, for example hestness-2017/image; if it is an analysis, also the studies that "
        "it reads",
    )
    parser.add_argument(
        "--set",
        action="append",
        metavar="KEY=VALUE",
        help="set a value of the config, in the scale file (scale:resamples=500) or in a study "
        "(hestness-2017/image:runs.duration.steps=300, hestness-2017/image:protocol.level=0.9). "
        "VALUE is YAML; repeatable. It holds for this call alone: without it, what it changed is made again",
    )


def selection(options: argparse.Namespace, **defaults: str) -> Selection:
    """What a command line asks for.

    Raises:
        ConfigError: this is not the project's folder, or a value cannot be used.
    """
    if not Path("Snakefile").is_file():
        raise ConfigError("there is no Snakefile here; call this in the project's folder")
    given = {key: value for key in SELECTION if (value := getattr(options, key, None)) is not None}
    return Selection.model_validate({**defaults, **given})
