"""Names and options of plugins, read from their files without importing them.

A data source, a model family and a task are one file each and are found by name. The options of a source or a
family are the keyword-only parameters of its function, and their annotations give the types in the config.
"""

import ast
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, TypeVar, get_args, get_origin

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

from scalinglaws.errors import ConfigError

Constant = TypeVar("Constant", str, tuple[str, ...])

# Files are parsed, not imported: every command begins by checking the config, and a model file would import
# torch, which takes over a second.
DATA_FILES = ()  # a stage's spec has the hashes of what is read: see `public_run_tables` and `claims_hash`
PACKAGE = Path(__file__).parent.parent
PAPERS, ANALYSES, FIGURES = "papers", "analyses", "figures"
"""A paper's folder has one file per analysis and per figure module."""
INTERACTIVE = "interactive"
"""Its folder with one file per panel of the interactive page."""
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
        ConfigError: the file cannot be parsed or does not have the function, or an option's annotation or
            default cannot be used; names the file and the option.
    """
    for node in _tree(folder, name).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            break
    else:
        raise ConfigError(f"{_place(folder, name)}: has no function {function}")
    fields: dict[str, Any] = {}
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        where = f"{_place(folder, name)}: option {argument.arg}"
        if argument.annotation is None:
            raise ConfigError(f"{where}: has no annotation")
        try:
            field: Any = (_value(argument.annotation), ... if default is None else _literal(default))
            if argument.arg not in create_model(name, **{argument.arg: field}).model_fields:
                raise _NotAllowedError("its name may not begin with _")
        except _NotAllowedError as mistake:
            raise ConfigError(f"{where}: {mistake}") from None
        except Exception as mistake:  # pydantic raises errors of many kinds
            reason = " ".join(str(mistake).split())[:200]
            text = ast.unparse(argument.annotation)
            raise ConfigError(f"{where}: {text} is not a type that can be checked ({reason})") from None
        fields[argument.arg] = field
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


class _NotAllowedError(Exception):
    """A part of an annotation or of a default that is not evaluated."""


def _value(node: ast.expr) -> Any:
    """The value of an annotation: names, subscripts, tuples, `|`, and literals for `Field` and `Literal`."""
    match node:
        case ast.Name(id=name) if name in ANNOTATIONS:
            return ANNOTATIONS[name]
        case ast.Constant(value=None):
            return None
        case ast.Subscript(value=ast.Name(id="Literal"), slice=index):
            # Elsewhere pydantic would take a text for code, and evaluate it.
            return Literal[_literal(index)]
        case ast.Tuple(elts=parts):
            return tuple(map(_value, parts))
        case ast.Subscript(value=inner, slice=index):
            return _value(inner)[_value(index)]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _value(left) | _value(right)
        case ast.Call(func=ast.Name(id="Field"), args=arguments, keywords=words) if all(
            word.arg for word in words
        ):
            named = {str(word.arg): _literal(word.value) for word in words}
            return Field(*map(_literal, arguments), **named)
    known = ", ".join(ANNOTATIONS)
    raise _NotAllowedError(f"its annotation may not hold {ast.unparse(node)}; it is made of {known}")


def _literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise _NotAllowedError(f"{ast.unparse(node)} is not a literal") from None


def required(folder: str, name: str, variable: str, kind: type[Constant]) -> Constant:
    """The literal that a plugin's file must assign to a variable, a text or a tuple of texts.

    Raises:
        ConfigError: the file cannot be parsed, or has no such literal.
    """
    value = constant(folder, name, variable)
    texts = value if isinstance(value, tuple) else (value,)
    if not (isinstance(value, kind) and texts and all(isinstance(text, str) and text for text in texts)):
        form = '"..."' if kind is str else '("...", ...)'
        raise ConfigError(f"{_place(folder, name)}: needs a literal `{variable} = {form}`")
    return value


@cache
def constant(folder: str, name: str, variable: str) -> Any:
    """The literal that a plugin's file assigns to a variable at its top level, or None.

    Raises:
        ConfigError: the file cannot be parsed.
    """
    for node in _tree(folder, name).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == variable for t in node.targets
        ):
            try:
                return ast.literal_eval(node.value)
            except ValueError:
                return None  # it is computed, so that only an import could tell its value
    return None


def computed(folder: str, name: str, expression: str, given: Mapping[str, Any]) -> Any:
    """The value of an expression of a plugin's options, which is a literal in its file.

    Raises:
        ConfigError: it has no value; names the file.
    """
    try:
        return eval(expression, {"__builtins__": {}}, dict(given))
    except Exception as mistake:
        raise ConfigError(f"{_place(folder, name)}: {expression!r} cannot be computed ({mistake})") from None


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
        ConfigError: the plugin's file is broken.
        pydantic.ValidationError: an option is unknown, missing or has the wrong type.
    """
    checked = options(folder, name, function).model_validate(dict(given))
    return checked.model_dump(exclude_defaults=True)


@cache
def functions(folder: str, name: str) -> tuple[str, ...]:
    """Sorted names of the public functions in a plugin's file."""
    found = (node.name for node in _tree(folder, name).body if isinstance(node, ast.FunctionDef))
    return tuple(sorted(function for function in found if not function.startswith("_")))


def has_function(folder: str, name: str, function: str) -> None:
    """Check that a plugin's file has a function.

    Raises:
        ConfigError: it has none, or cannot be parsed.
    """
    if function not in functions(folder, name):
        raise ConfigError(f"{_place(folder, name)}: has no function {function}")


@cache
def declared(folder: str, kind: str) -> tuple[str, ...]:
    """Sorted names of the objects that the files of a folder declare, as in `Law(name="...", ...)`."""
    calls = (
        node
        for plugin in readable(folder)
        for node in ast.walk(_tree(folder, plugin))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == kind
    )
    found = (word.value for call in calls for word in call.keywords if word.arg == "name")
    return tuple(sorted(str(value.value) for value in found if isinstance(value, ast.Constant)))


@cache
def parts_of_laws(folder: str, kind: str) -> Mapping[str, tuple[str, ...]]:
    """The names of each law's `variables` or `parameters`. A law that computes them has no entry, and a name
    that is computed is `?`."""
    trees = {plugin: _tree(folder, plugin) for plugin in readable(folder)}
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
def readable(folder: str) -> tuple[str, ...]:
    """Sorted names of the plugins whose files can be parsed: a broken one only stops those who use it."""
    found = []
    for name in names(folder):
        with suppress(ConfigError):
            _tree(folder, name)
            found.append(name)
    return tuple(found)


@cache
def _tree(folder: str, name: str) -> ast.Module:
    try:
        return ast.parse(_file(folder, name).read_bytes())
    except SyntaxError as mistake:
        line = f": line {mistake.lineno}" if mistake.lineno else ""
        raise ConfigError(f"{_place(folder, name)}{line}: is not Python ({mistake.msg})") from None
    except (ValueError, RecursionError, MemoryError) as mistake:  # null bytes; deep nesting
        raise ConfigError(
            f"{_place(folder, name)}: is not Python ({str(mistake) or 'nested too deep'})"
        ) from None
    except OSError as mistake:
        raise ConfigError(f"{_place(folder, name)}: cannot be read ({mistake.strerror})") from None


def _file(folder: str, name: str) -> Path:
    return PACKAGE / folder / f"{name.replace('-', '_')}.py"


def _place(folder: str, name: str) -> str:
    """How messages name a plugin's file."""
    return str(_file(folder, name).relative_to(PACKAGE.parent))
