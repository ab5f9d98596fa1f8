"""Compiled bytecode of the package, which Python believes if only size and time of a source are the same."""

from scalinglaws.fingerprint.imports import PACKAGE, ROOT


def forget_bytecode() -> None:
    """Remove the bytecode of all modules, so that what runs next is compiled of the present sources."""
    for path in (ROOT / PACKAGE).rglob("__pycache__/*.pyc"):
        path.unlink(missing_ok=True)
