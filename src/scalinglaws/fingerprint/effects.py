"""Whether a top-level statement acts: whether it does more than bind names.

A definition does not act, nor does an assignment of a value. A call may do anything, say register a function,
so a statement that calls something when its module is imported counts as acting, except for the calls listed
here. The list need not be complete, because a statement that counts without need costs little.
"""

import ast
from collections.abc import Iterator, Mapping

from scalinglaws.fingerprint.imports import attributes_of

HARMLESS = {
    "": (
        *("bool", "bytes", "classmethod", "complex", "dict", "float", "frozenset", "int", "len", "list"),
        *("object", "property", "range", "round", "set", "staticmethod", "str", "sum", "tuple", "zip"),
    ),
    "contextlib": ("contextmanager",),
    "dataclasses": ("dataclass", "field"),
    "functools": ("cache", "cached_property", "lru_cache", "total_ordering", "wraps"),
    "logging": ("getLogger",),
    "numba": ("njit",),
    "numpy": ("array", "finfo", "geomspace", "linspace", "log", "logspace", "sqrt"),
    "pathlib": ("Path",),
    "pydantic": (
        *("AfterValidator", "BeforeValidator", "ConfigDict", "Field"),
        *("computed_field", "field_validator", "model_validator"),
    ),
    "re": ("compile",),
    "struct": ("Struct",),
    "torch": ("no_grad",),
    "typing": ("NamedTuple", "NewType", "TypeVar", "get_args", "overload", "runtime_checkable"),
}
"""By module. None of these calls a function that it is given."""


def acts(node: ast.stmt, meaning: Mapping[str, str]) -> bool:
    """Whether a statement acts when its module is imported.

    Args:
        node: the statement, which is not an import.
        meaning: for each name of the module, the dotted name that it was imported from; empty where the name
            is ours.
    """
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            pass
        case ast.Assign(targets=targets) if all(map(_is_name, targets)):
            pass
        case ast.AnnAssign(target=target) if _is_name(target):
            pass
        case _:
            return True
    return not all(_is_harmless(called, meaning) for called in _called(node))


def _is_name(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(map(_is_name, target.elts))
    return isinstance(target, ast.Name | ast.Starred)


def _called(node: ast.AST) -> Iterator[ast.AST]:
    """What is called when a statement is run, without the bodies of functions; also imports in classes."""
    inner: list[ast.AST] = []
    match node:
        case ast.Name() | ast.Constant():
            pass
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield from (each for each in node.decorator_list if not isinstance(each, ast.Call))
            inner = [*node.decorator_list, node.args, *([node.returns] if node.returns else [])]
        case ast.Lambda():
            inner = [node.args]
        case ast.ClassDef():
            yield from (each for each in node.decorator_list if not isinstance(each, ast.Call))
            # A metaclass, and what a base does with the words of its subclasses, may be anything.
            yield from node.keywords
            inner = list(ast.iter_child_nodes(node))
        case ast.Import() | ast.ImportFrom():
            yield node
        case ast.Call():
            yield node.func
            inner = list(ast.iter_child_nodes(node))
        case _:
            inner = list(ast.iter_child_nodes(node))
    for each in inner:
        yield from _called(each)


def _is_harmless(called: ast.AST, meaning: Mapping[str, str]) -> bool:
    called, attributes = attributes_of(called)
    if isinstance(called, ast.Constant | ast.JoinedStr):
        return True  # a method of a text
    if not isinstance(called, ast.Name):
        return False
    name = ".".join([meaning.get(called.id, f".{called.id}"), *attributes])
    module, _, last = name.rpartition(".")
    return last in HARMLESS.get(module, ())
