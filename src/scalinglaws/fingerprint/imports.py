"""The modules of the package, found by name, and what import statements bind."""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA_FILES = ()  # it reads code, and no data
ROOT = Path(__file__).parents[2]
PACKAGE = "scalinglaws"


@dataclass(frozen=True)
class Import:
    """One name that an import statement binds."""

    module: str
    """The module that is imported, with its full name."""
    taken: str
    """The name that is taken from it, `*` for all; empty: the module itself."""
    local: str
    """The name that it gets."""

    @property
    def ours(self) -> bool:
        """Whether the module is part of the package."""
        return inside(self.module)

    @property
    def is_dotted(self) -> bool:
        """Whether it is an `import a.b`, which binds `a`."""
        return not self.taken and self.local == self.module.partition(".")[0]

    @property
    def meaning(self) -> str:
        """The dotted name that the local name means."""
        return f"{self.module}.{self.taken}" if self.taken else self.local if self.is_dotted else self.module

    @property
    def stands_for(self) -> str:
        """The module of ours that the local name means; empty where it means no module of ours."""
        return self.meaning if self.ours and (not self.taken or self.meaning in files()) else ""


def inside(name: str) -> bool:
    """Whether a module's name begins with that of the package."""
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")


@cache
def files() -> dict[str, Path]:
    """The file of each module of the package. Python prefers a folder to a file of the same name."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / PACKAGE).rglob("*.py"), key=lambda path: path.stem == "__init__"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def path_of(module: str) -> Path:
    """The file of a module.

    Raises:
        ModuleNotFoundError: there is none of that name in the package.
    """
    if module not in files():
        raise ModuleNotFoundError(f"{module}: no such module in the package")
    return files()[module]


def packages(module: str) -> Iterator[str]:
    """The packages that a module is in, which are imported with it.

    The root's `__init__` lists the public names of the Python interface and does nothing with them, so a new
    public name makes nothing stale.
    """
    parts = module.split(".")
    above = (".".join(parts[:depth]) for depth in range(1, len(parts)))
    return (package for package in above if package in files())


def imports(node: ast.AST, module: str) -> list[Import]:
    """What an import statement of a module binds; nothing for other nodes."""
    if isinstance(node, ast.Import):
        return [Import(alias.name, "", alias.asname or alias.name.partition(".")[0]) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        source = _absolute(node, module)
        return [Import(source, alias.name, alias.asname or alias.name) for alias in node.names]
    return []


def _absolute(statement: ast.ImportFrom, module: str) -> str:
    """The module that a `from` names, relative ones resolved."""
    if not statement.level:
        return statement.module or ""
    parts = module.split(".")
    above = statement.level - (path_of(module).name == "__init__.py")
    return ".".join([*parts[: len(parts) - above], *(statement.module or "").split(".")]).rstrip(".")


def attributes_of(node: ast.AST) -> tuple[ast.AST, list[str]]:
    """Of `a.b.c`, what `a` is, and `b` and `c`."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.insert(0, node.attr)
        node = node.value
    return node, attributes


def meaningful(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that do something: no docstrings, no `pass`, nothing that only type checkers see."""
    for statement in body:
        match statement:
            case ast.Pass() | ast.Expr(value=ast.Constant()):
                continue
            case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
                yield from meaningful(statement.orelse)
            case _:
                yield statement
