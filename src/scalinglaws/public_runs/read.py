"""Read a set of public runs."""

import pandas as pd

from scalinglaws.errors import DataError
from scalinglaws.files import sha256_of
from scalinglaws.public_runs.description import describe, table_path

DTYPES = {"text": "str", "integer": "int64", "number": "float64", "flag": "bool"}


def read(name: str) -> pd.DataFrame:
    """The table of a set, e.g. of `chinchilla-points`: one row per run or point.

    The columns and their units are in its description. N is the number of parameters, D the number of
    training tokens, C the training compute in FLOP and U the number of unique tokens, where a set has them.

    Raises:
        DataError: there is no such set, or its table is missing or was changed.
    """
    known, path = describe(name), table_path(name)
    if not path.is_file():
        raise DataError(f"{path}: the table of these public runs is missing; install the package again")
    found = sha256_of(path)
    if found != known.sha256:
        raise DataError(
            f"{path}: SHA-256 is {found}, but its description says {known.sha256}: the table was changed"
        )
    types = {column: DTYPES[about.kind] for column, about in known.columns.items()}
    return pd.read_csv(path, dtype=types)
