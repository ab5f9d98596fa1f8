"""The description of a set of public runs: what it is, where it is from, and what its columns mean."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.analysis import PUBLIC_RUNS
from scalinglaws.config.reading.explain import sentence, unknown
from scalinglaws.config.reading.yaml_file import read_yaml
from scalinglaws.config.strict import Strict
from scalinglaws.errors import DataError

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Column(Strict):
    """A column of the table."""

    kind: Literal["text", "integer", "number", "flag"]
    """What its values are."""
    unit: str = ""
    """The unit, e.g. tokens; empty for text, flags and pure numbers."""
    meaning: str
    """What it says, one sentence."""
    missing: str = ""
    """What an empty cell means. Only a column of numbers that says so may have empty cells."""


class Description(Strict):
    """What `sets/<name>.yaml` says about `sets/<name>.csv`."""

    title: str
    """One line, for captions and tables."""
    paper: str
    """Who measured the runs, and where they are published."""
    source: str
    """The repository, the commit and the file, in short: for captions."""
    commit: Annotated[str, Field(pattern="^[0-9a-f]{40}$")]
    """The commit that the upstream files were taken from."""
    address: Annotated[str, Field(pattern="^https://")]
    """Where to look at them."""
    licence: str
    """The licence of the upstream files; `none stated` where there is none."""
    copyright: str = ""
    """Their copyright notice, if there is one."""
    upstream: Annotated[dict[str, Sha256], Field(min_length=1)]
    """Path in the repository -> SHA-256, for each file that the table was made from."""
    derived: str
    """What was computed, renamed, marked or left out on the way from these files to the table."""
    sha256: Sha256
    """SHA-256 of the table."""
    sorted_by: Annotated[tuple[str, ...], Field(min_length=1)]
    """The columns that the rows are sorted by, ascending."""
    columns: Annotated[dict[str, Column], Field(min_length=1)]
    """The columns of the table, in its order."""


def names() -> tuple[str, ...]:
    """The names of all sets, sorted."""
    return plugins.names(PUBLIC_RUNS, "yaml")


def table_path(name: str) -> Path:
    """Where the table of a set is."""
    return plugins.PACKAGE / PUBLIC_RUNS / f"{name}.csv"


@cache
def describe(name: str) -> Description:
    """The description of a set, e.g. of `chinchilla-points`.

    Raises:
        DataError: there is no such set, or a key of its description is unknown, missing or wrong.
        ConfigError: its description is not YAML.
    """
    if name not in names():
        raise DataError(f"public runs: {unknown(name, names())}")
    path = table_path(name).with_suffix(".yaml")
    content = read_yaml(path)
    try:
        return Description.model_validate(content)
    except ValidationError as error:
        where = sentence(error, lambda keys: f"{path}: {'.'.join(map(str, keys))}", Description, content)
        raise DataError(where) from error


def manifest(name: str) -> dict[str, str]:
    """What captions and verdicts say of a set: its name as `source`, title, licence and provenance."""
    known = describe(name)
    return {"source": name, "title": known.title, "licence": known.licence, "provenance": known.source}
