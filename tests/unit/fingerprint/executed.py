"""Which functions of the package are executed, and which of them a fingerprint does not cover."""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FrameType

from scalinglaws.fingerprint.modules import read
from scalinglaws.fingerprint.reach import reached

TRACE = f"""
import atexit, json, os, sys

if "--made-of" in sys.argv and "NOTE_EXECUTED" in os.environ:
    _executed = set()

    def _write():
        sys.settrace(None)
        made_of = sys.argv[sys.argv.index("--made-of") + 1]
        modules = sys.argv[sys.argv.index("--modules") + 1 :]
        here = os.path.dirname(__file__)
        # Not the bodies of modules and classes, which are executed by an import.
        codes = [code for code in _executed if code.co_flags & {CO_OPTIMIZED}]
        lines = sorted((code.co_filename, code.co_firstlineno) for code in codes)
        lines = [line for line in lines if line[0].startswith(here)]
        with open(made_of + ".executed", "w") as file:
            json.dump({{"modules": modules, "lines": lines}}, file)

    atexit.register(_write)
    sys.settrace(lambda frame, *_: _executed.add(frame.f_code))
"""
"""At the end of the package's first module, this notes each function that a stage executes."""

Executed = set[tuple[str, int]]
"""Files and first lines of functions."""


@contextmanager
def noting(package: Path) -> Iterator[Executed]:
    """Note the functions of the package that a block executes."""
    codes: set[CodeType] = set()
    found: Executed = set()

    def note(frame: FrameType, *_: object) -> None:
        codes.add(frame.f_code)

    sys.settrace(note)  # it returns nothing, so that only calls of functions are told
    try:
        yield found
    finally:
        sys.settrace(None)
        found |= {
            (code.co_filename, code.co_firstlineno)
            for code in codes
            if code.co_flags & CO_OPTIMIZED and code.co_filename.startswith(f"{package}{os.sep}")
        }


def not_covered(executed: Iterable[tuple[str, int]], modules: Iterable[str]) -> set[tuple[str, str]]:
    """The functions, as (module, definition), that are not part of the fingerprint of these modules."""
    covered, found = reached(modules), set()
    for file, line in executed:
        parts = Path(file).with_suffix("").parts
        first = len(parts) - 1 - parts[::-1].index("scalinglaws")
        module = ".".join(parts[first:]).removesuffix(".__init__")
        if module == "scalinglaws":  # it looks up names and is in no fingerprint, see `packages`
            continue
        for place, statement in enumerate(read(module).statements):
            if line in statement.lines and place not in covered.get(module, ()):
                found.add((module, ", ".join(sorted(statement.binds))))
    return found
