"""The modules of the package as lists of top-level statements. They are parsed and never imported.

Imports are split into one statement per name, so that a new name in an import changes nothing for those who
do not use it.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scalinglaws.fingerprint.effects import acts
from scalinglaws.fingerprint.imports import Import, imports, meaningful, path_of
from scalinglaws.fingerprint.statement import (
    DECLARATION,
    Statement,
    Surroundings,
    modules_in,
    read_statement,
)

INNER_IMPORT = re.compile(r"^[ \t]+(from|import)\b|[:;][ \t]*(from|import)\b", re.MULTILINE)


@dataclass(frozen=True)
class Module:
    """A module."""

    path: Path
    statements: tuple[Statement, ...]
    binding: Mapping[str, tuple[int, ...]]
    """The places of the statements that bind a name."""


@cache
def read(name: str) -> Module:
    """Parse a module.

    Raises:
        ModuleNotFoundError: there is none of that name in the package.
        ValueError: its `DATA_FILES` is not a tuple of literals.
    """
    path = path_of(name)
    content = path.read_bytes()
    try:
        source = content.decode()
        nodes = list(meaningful(ast.parse(source).body))
    except (SyntaxError, ValueError, RecursionError):  # whoever imports it tells what is wrong with it
        return Module(path, (Statement(acts=True, pieces=[repr(content)]),), {})
    imported = [imports(node, name) for node in nodes]
    flat = [each for found in imported for each in found]
    around = Surroundings(
        name=name,
        path=path,
        source=source,
        modules=modules_in(flat),
        meaning={each.local: each.meaning for each in flat},
        declares_files=any(isinstance(node, ast.Assign) and _is_declaration(node) for node in nodes),
        has_inner_imports=INNER_IMPORT.search(source) is not None,
    )
    statements: list[Statement] = []
    for node, found in zip(nodes, imported, strict=True):
        if found:
            lines = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            statements += [Statement(each, frozenset({each.local}), lines=lines) for each in found]
        else:
            statements.append(read_statement(node, around))
    binding: dict[str, list[int]] = defaultdict(list)
    for place, statement in enumerate(statements):
        for local in statement.binds:
            binding[local].append(place)
    meaning = {**dict.fromkeys(binding, ""), **{each.local: each.meaning for each in flat if not each.ours}}
    said = iter(each for each in statements if each.imported is None)
    for node, found in zip(nodes, imported, strict=True):
        if not found:
            next(said).acts = acts(node, meaning)
    mentioned = {chain[:length] for each in statements for chain in each.chains for length in (1, 2, 3)}
    for statement in statements:
        if statement.imported is not None:
            statement.acts = _for_its_effect(statement.imported, mentioned)
    return Module(path, tuple(statements), {local: tuple(places) for local, places in binding.items()})


def _is_declaration(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == DECLARATION for target in node.targets)


def _for_its_effect(each: Import, mentioned: set[tuple[str, ...]]) -> bool:
    """Whether something is imported for more than its name: one of others whose name is not used, say."""
    if each.taken in ("*", "TYPE_CHECKING") or each.module == "__future__":
        return each.taken != "TYPE_CHECKING"
    name = each.module.split(".") if each.is_dotted else [each.local]
    return not each.ours and tuple(name[:3]) not in mentioned
