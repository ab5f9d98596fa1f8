"""Names and options of plugins, read from their files without importing them.

A data source, a model family and a task are one file each and are found by name. The options of a source or a
family are the keyword-only parameters of its function, and their annotations give the types in the config.
"""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    ValidationInfo,
    create_model,
    field_validator,
)

# Files are parsed, not imported: every command begins by checking the config, and a model file would import
# torch, which takes over a second.
PACKAGE = Path(__file__).parent.parent
PAPERS, ANALYSES, FIGURES = "papers", "analyses", "figures"
"""A paper's folder has one file per analysis and per figure module."""
ANNOTATIONS: dict[str, Any] = {
    "Annotated": Annotated,
    "Field": Field,
    "Literal": Literal,
    "NonNegativeInt": NonNegativeInt,
    "Optional": Optional,
    "PositiveFloat": PositiveFloat,
    "PositiveInt": PositiveInt,
    "bool": bool,
    "float": float,
    "int": int,
    "str": str,
}


@cache
def names(folder: str, ending: str = "py") -> tuple[str, ...]:
    """Sorted names of the plugins in a folder of the package: `data/sources` gives `cifar`, ..."""
    files = (PACKAGE / folder).glob(f"*.{ending}")
    return tuple(sorted(file.stem.replace("_", "-") for file in files if not file.stem.startswith("_")))


@cache
def options(folder: str, name: str, function: str) -> type[BaseModel]:
    """A pydantic model of the options of a plugin.

    Raises:
        LookupError: the plugin does not have the function, or an option has no annotation.
    """
    found = [
        node
        for node in _tree(folder, name).body
        if isinstance(node, ast.FunctionDef) and node.name == function
    ]
    if not found:
        raise LookupError(f"{folder}/{name}: has no function {function}")
    fields: dict[str, Any] = {}
    arguments = found[0].args
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if argument.annotation is None:
            raise LookupError(f"{folder}/{name}: option {argument.arg} has no annotation")
        annotation = eval(ast.unparse(argument.annotation), dict(ANNOTATIONS))
        fields[argument.arg] = (annotation, ... if default is None else ast.literal_eval(default))
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
    checks: dict[str, Any] = {"literals": field_validator("*", mode="before")(classmethod(_exact))}
    return create_model(f"{name} options", __config__=config, __validators__=checks, **fields)


def _exact(model: type[BaseModel], value: Any, info: ValidationInfo) -> Any:
    """The value of an option. pydantic would take `true` and `1.0` for the 1 of a `Literal[1, 2]`."""
    annotation = model.model_fields[info.field_name or ""].annotation
    allowed = get_args(annotation) if get_origin(annotation) is Literal else ()
    if value in allowed and type(value) not in map(type, allowed):
        raise ValueError(f"should be {' or '.join(map(repr, allowed))}, not {value!r}")
    return value


@cache
def constant(folder: str, name: str, variable: str) -> Any:
    """The literal that a plugin's file assigns to a variable at its top level, or None."""
    for node in _tree(folder, name).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == variable for t in node.targets
        ):
            try:
                return ast.literal_eval(node.value)
            except ValueError:
                return None  # it is computed, so that only an import could tell its value
    return None


def of_papers(kind: str) -> tuple[str, ...]:
    """Names of the plugins of one kind in all papers: `analyses` gives `weng-2026/kaplan`, ..."""
    folders = sorted((PACKAGE / PAPERS).glob(f"*/{kind}"))
    papers = ((folder.parent.name, f"{PAPERS}/{folder.parent.name}/{kind}") for folder in folders)
    return tuple(f"{paper.replace('_', '-')}/{name}" for paper, folder in papers for name in names(folder))


def of_paper(kind: str, name: str) -> tuple[str, str]:
    """The folder of a paper's plugin and its name there, for a name such as `weng-2026/kaplan`."""
    paper, _, plugin = name.partition("/")
    return f"{PAPERS}/{paper.replace('-', '_')}/{kind}", plugin


def complete(folder: str, name: str, function: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Options with their types applied, in declared order, without those that equal their defaults.

    Raises:
        pydantic.ValidationError: an option is unknown, missing or has the wrong type.
    """
    checked = options(folder, name, function).model_validate(dict(given))
    return checked.model_dump(exclude_defaults=True)


@cache
def functions(folder: str, name: str) -> tuple[str, ...]:
    """Sorted names of the public functions in a plugin's file."""
    found = (node.name for node in _tree(folder, name).body if isinstance(node, ast.FunctionDef))
    return tuple(sorted(function for function in found if not function.startswith("_")))


@cache
def declared(folder: str, kind: str) -> tuple[str, ...]:
    """Sorted names of the objects that the files of a folder declare, as in `Law(name="...", ...)`."""
    calls = (
        node
        for plugin in names(folder)
        for node in ast.walk(_tree(folder, plugin))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == kind
    )
    found = (word.value for call in calls for word in call.keywords if word.arg == "name")
    return tuple(sorted(str(value.value) for value in found if isinstance(value, ast.Constant)))


@cache
def parts_of_laws(folder: str, kind: str) -> Mapping[str, tuple[str, ...]]:
    """The names of each law's `variables` or `parameters`; of a law that computes them, there is no entry,
    and a part that is computed is `?`."""
    trees = {plugin: _tree(folder, plugin) for plugin in names(folder)}
    named: dict[str, dict[str, str]] = {}  # constant -> file -> name of the part
    for plugin, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, {})[plugin] = _first_text(node.value)
    found = {}
    for plugin, tree in trees.items():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Law":
                words = {word.arg: word.value for word in call.keywords}
                name, given = words.get("name"), words.get(kind)
                if isinstance(name, ast.Constant) and isinstance(given, ast.Tuple):
                    places = (named.get(getattr(each, "id", ""), {}) for each in given.elts)
                    found[str(name.value)] = tuple(
                        place.get(plugin) or next(iter(place.values()), "") or _first_text(each)
                        for place, each in zip(places, given.elts, strict=True)
                    )
    return found


def _first_text(node: ast.expr) -> str:
    """The text that a call has as its first argument, as in `Variable("N", ...)`."""
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    return str(first.value) if isinstance(first, ast.Constant) else "?"


@cache
def _tree(folder: str, name: str) -> ast.Module:
    path = PACKAGE / folder / f"{name.replace('-', '_')}.py"
    try:
        return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    except (SyntaxError, ValueError):
        if folder != "laws":
            raise
        return ast.Module([], [])  # `laws.find` names the file; a command that needs other laws goes on
