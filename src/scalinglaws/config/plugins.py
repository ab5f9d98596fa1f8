"""What the files in a plugin folder are called and which options they take, read without importing them.

A data source, a model family and a task are one file each, found by name. The options of a source or
family are the keyword-only parameters of its one function; their annotations become the config's types.
The files are parsed, not imported: a model file imports torch (over a second), and the config is checked
at the start of every command.
"""

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Optional

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveFloat, PositiveInt, create_model

import scalinglaws

PACKAGE = Path(scalinglaws.__file__).parent
PAPERS, ANALYSES, FIGURES = "papers", "analyses", "figures"
"""A paper's folder holds analyses and figures, one file each."""
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
    """Names of the plugins in a folder of the package, sorted: `data/sources` gives `fashion-mnist`, ..."""
    files = (PACKAGE / folder).glob(f"*.{ending}")
    return tuple(sorted(file.stem.replace("_", "-") for file in files if not file.stem.startswith("_")))


@cache
def options(folder: str, name: str, function: str) -> type[BaseModel]:
    """A pydantic model of a plugin's options.

    Raises:
        LookupError: the plugin has no such function, or an option has no annotation.
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
    return create_model(f"{name} options", __config__=ConfigDict(extra="forbid"), **fields)


@cache
def constant(folder: str, name: str, variable: str) -> Any:
    """A literal assigned at the top of a plugin's file, or None."""
    for node in _tree(folder, name).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == variable for t in node.targets
        ):
            try:
                return ast.literal_eval(node.value)
            except ValueError:
                return None  # computed, which only an import could tell
    return None


def of_papers(kind: str) -> tuple[str, ...]:
    """Names of the plugins of one kind that papers hold: `analyses` gives `weng-2026/kaplan`, ..."""
    folders = sorted((PACKAGE / PAPERS).glob(f"*/{kind}"))
    papers = ((folder.parent.name, f"{PAPERS}/{folder.parent.name}/{kind}") for folder in folders)
    return tuple(f"{paper.replace('_', '-')}/{name}" for paper, folder in papers for name in names(folder))


def of_paper(kind: str, name: str) -> tuple[str, str]:
    """The folder and the name in it of a paper's plugin: of `analyses`, `weng-2026/kaplan`."""
    paper, _, plugin = name.partition("/")
    return f"{PAPERS}/{paper.replace('-', '_')}/{kind}", plugin


def complete(folder: str, name: str, function: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Options with their types applied, in declared order; those that are as by default are left out.

    Raises:
        pydantic.ValidationError: an option is unknown, missing or of the wrong type.
    """
    checked = options(folder, name, function).model_validate(dict(given))
    return checked.model_dump(exclude_defaults=True)


@cache
def functions(folder: str, name: str) -> tuple[str, ...]:
    """Public functions of a plugin's file, sorted."""
    found = (node.name for node in _tree(folder, name).body if isinstance(node, ast.FunctionDef))
    return tuple(sorted(function for function in found if not function.startswith("_")))


@cache
def declared(folder: str, kind: str) -> tuple[str, ...]:
    """Names of the objects of a class that the files of a folder declare: `Law(name="...", ...)`."""
    calls = (
        node
        for plugin in names(folder)
        for node in ast.walk(_tree(folder, plugin))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == kind
    )
    found = (word.value for call in calls for word in call.keywords if word.arg == "name")
    return tuple(sorted(str(value.value) for value in found if isinstance(value, ast.Constant)))


@cache
def _tree(folder: str, name: str) -> ast.Module:
    path = PACKAGE / folder / f"{name.replace('-', '_')}.py"
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
