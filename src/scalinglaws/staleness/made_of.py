"""What the outputs of a stage were made of: a small JSON file beside them, which the stage writes last.

It holds neither time nor host, so that equal results have equal files. Everything that decides what is stale
compares it with the present (`staleness/changes.py`), so nothing depends on the times of files or on what
Snakemake remembers.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.strict import Strict
from scalinglaws.files import write_json
from scalinglaws.fingerprint import module_hashes

DIGEST = "digest"


class Code(Strict):
    """The code of a stage."""

    fingerprint: str
    """Hash of what the code means. It decides; names of modules do not count in it."""
    modules: dict[str, str]
    """Each module's own hash, to say which of them changed."""

    @classmethod
    def of(cls, fingerprint: str, modules: Sequence[str]) -> Self:
        """The code that consists of some modules and all that they import."""
        return cls(fingerprint=fingerprint, modules=module_hashes(*modules))


class MadeOf(Strict):
    """Everything that the outputs of one call of a stage depend on, and the outputs themselves."""

    stage: str
    """Its module in `scalinglaws.stages`."""
    spec: dict[str, Any]
    code: Code
    inputs: dict[str, str]
    """Path of each input, relative to the project's folder, and the hash of its content."""
    outputs: dict[str, str]
    """The same of each output. An output with another hash was changed by something else."""
    versions: dict[str, str]
    """Python and the packages that compute. They make nothing stale unless you ask for that."""

    def write(self, path: Path) -> None:
        """Write it to a file, whole, with a digest of all of it."""
        plain = self.model_dump(mode="json")
        write_json(path, {**plain, DIGEST: short_hash(plain)})


def read_made_of(path: Path) -> MadeOf | None:
    """Read what outputs were made of; None where the file is missing or is not as it was written."""
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        digest = plain.pop(DIGEST)
        return MadeOf.model_validate(plain) if digest == short_hash(plain) else None
    except (AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError):
        return None  # pydantic's errors are ValueErrors
