"""What the outputs of a stage were made of: a small JSON file beside them, which the stage writes last.

It holds no time and no host, so that equal results have equal files. `scalinglaws why` compares it with the
present.
"""

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from scalinglaws.config.canonical import short_hash
from scalinglaws.config.strict import Strict
from scalinglaws.files import sha256_of, write_json
from scalinglaws.fingerprint import module_hashes

PACKAGES = ("matplotlib", "numpy", "pandas", "scipy", "torch")
OF_THE_TRAINING = ("provenance", "job")
"""Keys of a run record that say how it was made and not what came out; no table holds them."""


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
    """Everything that the outputs of one call of a stage depend on."""

    stage: str
    """Its module in `scalinglaws.stages`."""
    spec: dict[str, Any]
    code: Code
    inputs: dict[str, str]
    """Path of each input, relative to the project's folder, and the hash of its content."""
    versions: dict[str, str]
    """Python and the packages that compute. They are noted, and make nothing stale."""


def write_made_of(
    path: Path, stage: str, spec: Mapping[str, Any], code: Code, inputs: Iterable[Path]
) -> None:
    """Write what a call of a stage was made of, whole.

    Args:
        path: the file.
        stage: the stage's name.
        spec: its spec, as plain data.
        code: its code.
        inputs: the files that it read.
    """
    made_of = MadeOf(
        stage=stage,
        spec=dict(spec),
        code=code,
        inputs={str(file): file_hash(file) for file in inputs},
        versions={
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
    )
    write_json(path, made_of.model_dump(mode="json"))


def read_made_of(path: Path) -> MadeOf | None:
    """Read what outputs were made of; None where the file is missing or cannot be understood."""
    try:
        return MadeOf.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, ValueError):
        return None


def file_hash(path: Path) -> str:
    """Hash of a file's content; for a run record, without when, where and in which job it was trained."""
    if path.suffix == ".json":
        try:
            plain = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            return sha256_of(path)
        if isinstance(plain, dict) and {"run", *OF_THE_TRAINING} <= plain.keys():
            return short_hash({key: plain[key] for key in plain if key not in OF_THE_TRAINING})
    return sha256_of(path)
