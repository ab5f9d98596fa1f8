"""A fingerprint of what a stage's code means: its syntax trees without comments, docstrings and layout.

Snakemake sees a change of the command, not of the package behind it. Rules carry this fingerprint as a
parameter, so that a change of meaning reruns the stage and a comment does not. Modules are parsed, never
imported, so that the fingerprint of the training stage costs no import of torch.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import scalinglaws

ROOT = Path(scalinglaws.__file__).parent.parent
PACKAGE = "scalinglaws"


def code_fingerprint(*modules: str) -> str:
    """Hash over the given modules and everything they import inside the package (16 hex digits).

    Raises:
        ModuleNotFoundError: a module is not part of the package.
    """
    digest = hashlib.sha256()
    for module in sorted(_closure(modules)):
        digest.update(f"{module}\n{_read(module)[1]}\n".encode())
    return digest.hexdigest()[:16]


def modules_behind(*modules: str) -> tuple[str, ...]:
    """The modules that a fingerprint covers, sorted."""
    return tuple(sorted(_closure(modules)))


def _closure(modules: tuple[str, ...]) -> set[str]:
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        waiting.extend(_read(module)[0])
        parent = module.rpartition(".")[0]
        if parent:
            waiting.append(parent)  # importing a module runs its packages' __init__ as well
    return seen


@cache
def _path(module: str) -> Path:
    base = ROOT.joinpath(*module.split("."))
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    raise ModuleNotFoundError(f"{module}: no such module in the package")


@cache
def _read(module: str) -> tuple[tuple[str, ...], str]:
    """What a module imports inside the package, sorted, and its meaning: parsed and walked once for both."""
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    imported: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported.update(alias.name for alias in node.names if _inside(alias.name))
        elif isinstance(node, ast.ImportFrom):
            if node.module and _inside(node.module):
                imported.add(node.module)
                # `from package import module` names a module, `from module import name` does not
                names = (f"{node.module}.{alias.name}" for alias in node.names)
                imported.update(name for name in names if _is_module(name))
        else:
            body = getattr(node, "body", None)
            if isinstance(body, list):
                # Strings that stand alone document what is above them; they do nothing.
                node.body = list(_without_strings(body)) or [ast.Pass()]  # type: ignore[attr-defined]
    return tuple(sorted(imported)), _text(tree)


def _inside(module: str) -> bool:
    return module == PACKAGE or module.startswith(f"{PACKAGE}.")


def _is_module(name: str) -> bool:
    try:
        _path(name)
    except ModuleNotFoundError:
        return False
    return True


def _text(node: Any) -> str:
    """A syntax tree as text, the same in every Python: empty fields, which newer ones add, are left out."""
    if isinstance(node, ast.AST):
        fields = []
        for key in node._fields:
            value = getattr(node, key, None)
            if value is not None and value != []:
                fields.append(f"{key}={_text(value)}")
        return f"{type(node).__name__}({', '.join(fields)})"
    return f"[{', '.join(map(_text, node))}]" if isinstance(node, list) else repr(node)


def _without_strings(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            yield statement
