"""Paths that code names from its own file by literals, such as `Path(__file__).parent / "words.txt"`."""

import ast
from pathlib import Path

METHODS = ("absolute", "joinpath", "resolve", "with_name", "with_stem", "with_suffix")


def literal_path(node: ast.expr, here: Path) -> Path | None:
    """The path that an expression means in a file, or None where it is not such a path."""
    value = _value(node, here)
    return value if isinstance(value, Path) and value != here else None


def _value(node: ast.expr, here: Path) -> Path | str | int | None:
    match node:
        case ast.Name(id="__file__"):
            return here
        case ast.Constant(value=str() | int() as value):
            return value
        case ast.Attribute(value=inner, attr="parent"):
            path = _value(inner, here)
            return path.parent if isinstance(path, Path) else None
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=number):
            path, up = _value(inner, here), _value(number, here)
            return path.parents[up] if isinstance(path, Path) and isinstance(up, int) else None
        case ast.BinOp(left=left, op=ast.Div(), right=right):
            return _joined(_value(left, here), _value(right, here))
        case ast.Call(func=function, args=arguments, keywords=[]):
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            values = [_value(each, here) for each in arguments]
            if isinstance(function, ast.Attribute) and name in METHODS:
                values.insert(0, _value(function.value, here))
            return _called(name, values)
    return None


def _called(name: str, values: list[Path | str | int | None]) -> Path | None:
    match name, values:
        case "Path" | "abspath" | "realpath" | "resolve" | "absolute", [Path() as path]:
            return path
        case "dirname", [Path() as path]:
            return path.parent
        case "with_name", [Path() as path, str(text)]:
            return path.with_name(text)
        case "with_suffix", [Path() as path, str(text)]:
            return path.with_suffix(text)
        case "with_stem", [Path() as path, str(text)]:
            return path.with_stem(text)
        case "join" | "joinpath", [Path() as path, *rest]:
            joined: Path | None = path
            for each in rest:
                joined = _joined(joined, each)
            return joined
    return None


def _joined(path: Path | str | int | None, text: Path | str | int | None) -> Path | None:
    return path / text if isinstance(path, Path) and isinstance(text, str) else None
