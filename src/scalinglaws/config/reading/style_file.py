"""A user's own style of figures: a matplotlib style file, checked line by line."""

import re
from pathlib import Path
from typing import Any

from scalinglaws.config.reading.explain import LONGEST, quoted
from scalinglaws.errors import ConfigError
from scalinglaws.files import read_file

CODE = re.compile(r'(?:[^#"]|"[^"]*")*')
"""A line up to its comment; a # within quotes does not begin one."""
OWN_STYLE = Path("figures.mplstyle")
"""The style file that is used, where there is one, if the scale names none."""
NO_STYLE = ("backend", "backend_fallback", "interactive", "figure.hooks")
"""Settings that choose how the process draws; the last names functions to be called."""
OF_THE_LOOK = ("figure.figsize", "savefig.bbox")
"""Settings that would give figures another width than the venue's."""


def read_style(path: Path) -> dict[str, Any]:
    """The settings of a style file (.mplstyle), which has lines `key: value  # comment`.

    Raises:
        ConfigError: the file cannot be read, or a key or value is wrong; names file, line and key.
    """
    # Imported here because it takes half a second, and few have a style of their own.
    import matplotlib as mpl

    try:
        lines = read_file(path).decode().splitlines()
    except OSError as error:
        raise ConfigError(f"{path}: the style file cannot be read ({error.strerror})") from None
    except ValueError:
        raise ConfigError(f"{path}: the style file is not text in UTF-8") from None
    found: dict[str, Any] = {}
    for number, line in enumerate(lines, 1):
        found_code = CODE.match(line)
        text = found_code.group().strip() if found_code else ""
        if not text:
            continue
        key, colon, value = (part.strip() for part in text.partition(":"))
        where = f"{path}: line {number}: {quoted(key)}"
        if not colon:
            raise ConfigError(f"{where} has no value; write `key: value`")
        if key in found:
            raise ConfigError(f"{where} is given twice")
        if key not in mpl.rcParams or key in NO_STYLE:
            raise ConfigError(f"{where} is not a setting of matplotlib that a style may have")
        if key in OF_THE_LOOK:
            raise ConfigError(
                f"{where} is not for a style: `look` in the scale file sets the width of figures"
            )
        if value.startswith('"') and value.endswith('"'):
            value = value[1:-1]
        try:
            checked: Any = mpl.RcParams({key: value})
        except Exception as error:  # each setting has a check of its own
            reason = " ".join(str(error).split())[:LONGEST]
            raise ConfigError(f"{where} cannot be {quoted(value)} ({reason})") from None
        found[key] = checked[key]
    return found
