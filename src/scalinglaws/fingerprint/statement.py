"""What a top-level statement says: its meaning as text, the names that it mentions, the files that it reads.

The text leaves out comments, docstrings and layout. It is the same in every Python, because empty fields of
syntax trees, which newer ones add, are left out. Where a module of ours is named, the text has a gap, to be
filled with the hash of what is used of that module: names of modules do not count.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scalinglaws.fingerprint.imports import Import, attributes_of, imports, inside, meaningful
from scalinglaws.fingerprint.literal_path import literal_path

DECLARATION = "DATA_FILES"
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
BODIES = ("body", "orelse", "finalbody")
SEE_ALL = frozenset(("builtins", "eval", "exec", "globals"))
"""Functions that reach every name of their module."""
SEE_ALL_WITHOUT_ARGUMENTS = frozenset(("dir", "locals", "vars"))
IMPORTERS = frozenset(("__import__", "import_module", "run_module"))
HIDDEN = frozenset(("__loader__", "__subclasses__", "exec_module", "load_module", "run_path", "sys.modules"))
HOOKS = frozenset(("__init_subclass__", "__pydantic_init_subclass__"))
"""Names by which code finds other code in ways that no one can follow, and methods that are called unseen."""
DATA_READERS = frozenset(("__file__", "__path__", "__spec__", "get_data", "importlib.resources"))
"""Names by which code finds data files."""
DOTTED_NAME = re.compile(r"[^\W\d][\w.]*")


@dataclass
class Statement:
    """A top-level statement of a module, or one name of an import."""

    imported: Import | None = None
    binds: frozenset[str] = frozenset()
    """Names of the module, also those that a function binds as `global`."""
    acts: bool = False
    """Whether it does something when the module is imported, whoever uses its names."""
    lines: range = range(0)
    """Where it is in its file."""
    pieces: list[str | tuple[Import, ...]] = field(default_factory=list)
    """Its text, and the gaps between."""
    chains: set[tuple[str, ...]] = field(default_factory=set)
    """Names that it mentions, with the attributes that are taken of them: `a.b.c` is (a, b, c)."""
    imports: list[Import] = field(default_factory=list)
    """Imports of ours inside of it, say in functions."""
    modules: set[str] = field(default_factory=set)
    """Modules of ours that it imports by a literal name, as in `import_module("...")`."""
    sees_all: bool = False
    """Whether it can reach every name of its module."""
    unfollowed: list[str] = field(default_factory=list)
    """Its ways to reach other code that are not followed, as source code."""
    files: set[Path] = field(default_factory=set)
    """Files and folders that it names by a path from its own file."""
    patterns: tuple[str, ...] = ()
    """Data files that it declares."""
    reads_any: bool = False
    """Whether it may read any data file of the package."""


@dataclass(frozen=True)
class Surroundings:
    """What has to be known of the module that a statement is in."""

    name: str
    path: Path
    source: str
    modules: Mapping[str, Import]
    """The imports at its top level that bind modules of ours, by the name that they give them."""
    meaning: Mapping[str, str]
    """The dotted names that imports at its top level mean, by the name that they give them."""
    declares_files: bool
    """Whether it has a `DATA_FILES`."""
    has_inner_imports: bool
    """Whether a statement may hold an import."""


def read_statement(node: ast.stmt, around: Surroundings) -> Statement:
    """Read a statement that is not an import.

    Raises:
        ValueError: it assigns something else to `DATA_FILES` than a tuple of literals.
    """
    reader = _Reader(around, node)
    reader.said.lines = range(_first_line(node), (node.end_lineno or node.lineno) + 1)
    reader.said.binds = frozenset(_bound(node, around))
    if DECLARATION in reader.said.binds:
        reader.said.patterns = _patterns(node)
    return reader.said


def modules_in(found: Iterable[Import]) -> dict[str, Import]:
    """The names that imports give to modules of ours."""
    return {each.local: each for each in found if each.stands_for and not each.is_dotted}


class _Reader:
    def __init__(self, around: Surroundings, node: ast.stmt) -> None:
        self.said = Statement()
        self._around = around
        self._reads_files = "__file__" in around.source and not around.declares_files
        self._modules, self._meaning = around.modules, around.meaning
        if around.has_inner_imports:
            inner = [each for part in ast.walk(node) for each in imports(part, around.name)]
            self.said.imports = [each for each in inner if each.ours]
            self._modules = {**self._modules, **modules_in(inner)}
            self._meaning = {**self._meaning, **{each.local: each.meaning for each in inner}}
        self._importer: ast.expr | None = None
        self._text: list[str] = []
        self._say = self._text.append
        self._node(node)
        self._gap(())

    def _gap(self, imports: tuple[Import, ...]) -> None:
        """End the text so far; then comes a gap, if there are imports to fill it."""
        self.said.pieces += ["".join(self._text), *([imports] if imports else [])]
        self._text.clear()

    def _name(self, name: str) -> None:
        if name in self._modules:
            self._gap((self._modules[name],))
        else:
            self._say(f"{name} ")

    def _mention(self, node: ast.expr, *chain: str) -> None:
        said = self.said
        if chain in said.chains and node is not self._importer:
            return
        said.chains.add(chain)
        meaning = (*self._meaning.get(chain[0], chain[0]).split("."), *chain[1:])
        names = {*meaning, ".".join(meaning[:2])}
        said.sees_all |= not SEE_ALL.isdisjoint(meaning[:1])
        if not DATA_READERS.isdisjoint(names):
            said.reads_any = not self._around.declares_files
            said.chains.add((DECLARATION,))
        hidden = HIDDEN if node is self._importer else HIDDEN | IMPORTERS
        said.unfollowed += hidden.intersection(names)

    def _node(self, node: ast.AST) -> None:
        if self._reads_files and isinstance(node, ast.expr):
            path = literal_path(node, self._around.path)
            if path is not None:
                self.said.files.add(path)
                self.said.chains |= {(each.id,) for each in ast.walk(node) if isinstance(each, ast.Name)}
                self._say(ast.unparse(node))
                return
        if isinstance(node, ast.Name):
            self._mention(node, node.id)
            self._name(node.id)
        elif isinstance(node, ast.Constant):
            self._constant(node.value)
        elif isinstance(node, ast.Attribute):
            self._attribute(node)
        else:
            if isinstance(node, ast.Call):
                self._call(node)
            elif isinstance(node, FUNCTION) and node.name in HOOKS:
                self.said.unfollowed.append(node.name)
            elif isinstance(
                node, ast.ClassDef
            ):  # what its body imports are attributes, which may be used anywhere
                body = (each for each in node.body if not isinstance(each, FUNCTION))
                found = (imports(inner, self._around.name) for each in body for inner in ast.walk(each))
                self.said.chains |= {(each.local,) for some in found for each in some}
            self._say(f"{type(node).__name__}(")
            for key in node._fields:
                value = getattr(node, key, None)
                if value is not None and value != [] and key != "ctx":
                    self._field(key, value)
            self._say(")")

    def _constant(self, value: Any) -> None:
        self._say(f"={value!r}")
        # A text that is a name may be looked up, by pydantic for instance.
        if isinstance(value, str) and DOTTED_NAME.fullmatch(value):
            self.said.chains.add(tuple(value.split(".")))

    def _field(self, key: str, value: Any) -> None:
        self._say(f"{key}:")
        if key in BODIES and isinstance(value, list):
            self._body(value)
        elif isinstance(value, list):
            self._say("[")
            for each in value:
                if isinstance(each, ast.AST):
                    self._node(each)
                else:
                    self._say(repr(each))
                self._say(",")
            self._say("]")
        elif isinstance(value, ast.AST):
            self._node(value)
            if key in ("annotation", "returns") and not isinstance(value, ast.Name):
                self._annotation(value)
        else:
            self._say(repr(value))

    def _attribute(self, node: ast.Attribute) -> None:
        inner, attributes = attributes_of(node)
        if isinstance(inner, ast.Name):
            self._mention(node, inner.id, *attributes)
            self._name(inner.id)
        else:
            self._mention(node, "", *attributes)
            self._node(inner)
        self._say(f".{'.'.join(attributes)} ")

    def _body(self, body: list[ast.stmt]) -> None:
        """Statements; adjacent imports of ours are one gap, because their order follows names of modules."""
        self._say("{")
        gap: tuple[Import, ...] = ()
        for statement in meaningful(body):
            found = imports(statement, self._around.name)
            if gap and not found:
                self._gap(gap)
                gap = ()
            gap += tuple(each for each in found if each.ours)
            self._say("".join(f"{each};" for each in found if not each.ours))
            if not found:
                self._node(statement)
        self._gap(gap)
        self._say("}")

    def _call(self, node: ast.Call) -> None:
        first, rest = attributes_of(node.func)
        name = rest[-1] if rest else self._meaning.get(getattr(first, "id", ""), getattr(first, "id", ""))
        name = name.rpartition(".")[2]
        if name in IMPORTERS:
            self._importer = node.func
            match node.args:
                case [ast.Constant(value=str(module)), *_] if not module.startswith("."):
                    self.said.modules |= {module} if inside(module) else set()
                case _:
                    self.said.unfollowed.append(ast.unparse(node))
        elif name in SEE_ALL_WITHOUT_ARGUMENTS and not node.args:
            self.said.sees_all = True

    def _annotation(self, annotation: ast.AST) -> None:
        """Names within the strings of an annotation, which pydantic evaluates."""
        for node in ast.walk(annotation):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self.said.chains |= {tuple(name.split(".")) for name in DOTTED_NAME.findall(node.value)}


def _first_line(node: ast.stmt) -> int:
    above: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in above)])


def _bound(node: ast.AST, around: Surroundings) -> set[str]:
    """The names of the module that a statement binds."""
    found: set[str] = set()
    definition = isinstance(node, (*FUNCTION, ast.ClassDef))
    if definition:
        found.add(node.name)  # type: ignore[attr-defined]
        if "global " not in around.source:
            return found
    if isinstance(node, ast.Assign) and ":=" not in around.source:
        node = ast.Tuple(node.targets)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Global):
            found.update(inner.names)
        elif definition:
            continue
        elif isinstance(inner, ast.Name) and not isinstance(inner.ctx, ast.Load):
            found.add(inner.id)
        else:  # functions, classes, `except ... as name`, patterns
            found.add(str(getattr(inner, "name", None) or ""))
            found.update(each.local for each in imports(inner, around.name))
    return found - {""}


def _patterns(node: ast.stmt) -> tuple[str, ...]:
    try:
        value = ast.literal_eval(node.value) if isinstance(node, ast.Assign) else None
    except ValueError:
        value = None
    if not isinstance(value, tuple):
        raise ValueError(f"{ast.unparse(node)}: {DECLARATION} is a tuple of literal patterns")
    return value
