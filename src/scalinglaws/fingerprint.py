"""A fingerprint of what code means: its syntax trees, without comments, docstrings, layout and module names.

Snakemake sees when a command changes, not when the package behind it does. Rules therefore carry this
fingerprint as a parameter: an edit that changes the meaning of a stage reruns it, and a comment does not.

Every import of our own is replaced by the hash of the module that it names, and a module's own name is left
out. So a file that is moved or renamed, with its imports adapted, changes nothing. Modules are parsed, never
imported, so that the fingerprint of the training stage does not cost an import of torch.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PACKAGE = "scalinglaws"


def code_fingerprint(*modules: str) -> str:
    """Hash over the given modules and everything they import inside the package (16 hex digits).

    Raises:
        ModuleNotFoundError: a module is not part of the package.
        ImportError: modules import each other in a circle.
    """
    hashes = {_hash(module) for module in modules}
    # Importing a module also runs the `__init__` of its packages; one that holds only a docstring does
    # nothing.
    hashes |= {_hash(package) for package in _packages(_closure(modules)) if _read(package).acts}
    return _digest(*sorted(hashes))[:16]


def module_hashes(*modules: str) -> dict[str, str]:
    """The modules that a fingerprint covers, sorted, each with a hash of its own text (16 hex digits)."""
    closure = _closure(modules)
    covered = {*closure, *(package for package in _packages(closure) if _read(package).acts)}
    return {module: _digest(_read(module).text)[:16] for module in sorted(covered)}


@dataclass(frozen=True)
class _Import:
    """An import of our own: the module, the name that is taken from it (empty: the module itself), its
    local name.
    """

    module: str
    taken: str
    local: str


@dataclass(frozen=True)
class _Module:
    """A parsed module."""

    text: str
    """Its meaning, without the imports of our own."""
    imports: tuple[_Import, ...]
    acts: bool
    """Whether it holds more than a docstring."""


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


_ENTERED: list[str] = []
_BOUND = "module:"
"""Marks a name in a text that is bound to a module of ours."""


@cache
def _hash(module: str) -> str:
    """Hash of a module and of all that it imports."""
    if module in _ENTERED:
        raise ImportError(" imports ".join((*_ENTERED[_ENTERED.index(module) :], module)))
    _ENTERED.append(module)
    try:
        read = _read(module)
        text, imports = read.text, []
        for each in read.imports:
            if each.taken:
                imports.append(f"{_hash(each.module)} {each.taken} {each.local}")
            else:  # the module itself: its name in the code is that of its file, unless it has a local one
                imports.append(_hash(each.module))
                text = text.replace(f"{_BOUND}{each.local}'", f"{_hash(each.module)}'")
    finally:
        _ENTERED.pop()
    # Sorted by hash: the order of import statements follows the names of modules, which do not count.
    return _digest(text, *sorted(imports))


def _closure(modules: tuple[str, ...]) -> set[str]:
    seen: set[str] = set()
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting.extend(each.module for each in _read(module).imports)
    return seen


def _packages(modules: set[str]) -> set[str]:
    """The packages that the modules are in, except for the root package.

    The root's `__init__` lists the public names of the Python interface. It imports them only when they are
    used, so no stage depends on it, and a new public name must not make all training stale. A module that
    does import from the root has it among its imports, where it counts.
    """
    parts = [module.split(".") for module in modules]
    return {".".join(each[:depth]) for each in parts for depth in range(2, len(each))}


@cache
def _path(module: str) -> Path:
    base = ROOT.joinpath(*module.split("."))
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    raise ModuleNotFoundError(f"{module}: no such module in the package")


@cache
def _read(module: str) -> _Module:
    """Parse a module and walk through it once."""
    tree = ast.parse(_path(module).read_text(encoding="utf-8"))
    imports: list[_Import] = []
    for node in ast.walk(tree):
        for field in ("body", "orelse", "finalbody"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                kept = list(_without_strings(_without_imports(body, module, imports)))
                # An empty body means nothing, whether it was `pass`, a docstring or an import.
                setattr(node, field, kept or ([ast.Pass()] if body and node is not tree else []))
    bound = {each.local for each in imports if not each.taken}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in bound:
            node.id = f"{_BOUND}{node.id}"
    return _Module(_text(tree), tuple(imports), bool(tree.body or imports))


def _without_imports(body: list[ast.stmt], module: str, imports: list[_Import]) -> Iterator[ast.stmt]:
    """The statements without imports of our own, which are added to `imports`."""
    for statement in body:
        if isinstance(statement, ast.Import):
            ours = [alias for alias in statement.names if _inside(alias.name)]
            imports += [_Import(alias.name, "", alias.asname or "") for alias in ours]
            statement.names = [alias for alias in statement.names if alias not in ours]
            if statement.names:
                yield statement
        elif isinstance(statement, ast.ImportFrom) and _inside(source := _absolute(statement, module)):
            imports += [_imported(source, alias) for alias in statement.names]
        else:
            yield statement


def _absolute(statement: ast.ImportFrom, module: str) -> str:
    """The module that a `from` names, relative ones resolved."""
    if not statement.level:
        return statement.module or ""
    parts = module.split(".")
    above = statement.level - (_path(module).name == "__init__.py")
    return ".".join([*parts[: len(parts) - above], *(statement.module or "").split(".")]).rstrip(".")


def _imported(source: str, alias: ast.alias) -> _Import:
    """`from package import module` names a module, `from module import name` does not."""
    local = alias.asname or alias.name
    inner = f"{source}.{alias.name}"
    return _Import(inner, "", local) if _is_module(inner) else _Import(source, alias.name, local)


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


def _without_strings(body: Iterator[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements without strings alone, which document what is above them and do nothing."""
    for statement in body:
        value = statement.value if isinstance(statement, ast.Expr) else None
        if not (isinstance(value, ast.Constant) and isinstance(value.value, str)):
            yield statement
