"""Paths that code names from its own file by literals, such as `Path(__file__).parent / "words.txt"`."""

import ast
from pathlib import Path


def literal_path(node: ast.expr, here: Path) -> Path | None:
    """The path that an expression means in a file, or None where it is not such a path."""
    path = _value(node, here)
    return path if path != here else None


def _value(node: ast.expr, here: Path) -> Path | None:
    match node:
        case ast.Name(id="__file__"):
            return here
        case ast.Call(func=ast.Name(id="Path") | ast.Attribute(attr="Path"), args=[inner], keywords=[]):
            return _value(inner, here)
        case ast.Call(func=ast.Attribute(value=inner, attr="resolve" | "absolute"), args=[], keywords=[]):
            return _value(inner, here)
        case ast.Attribute(value=inner, attr="parent"):
            return (path := _value(inner, here)) and path.parent
        case ast.Subscript(value=ast.Attribute(value=inner, attr="parents"), slice=ast.Constant(int(up))):
            return (path := _value(inner, here)) and path.parents[up]
        case ast.BinOp(left=inner, op=ast.Div(), right=ast.Constant(str(name))):
            return (path := _value(inner, here)) and path / name
        case ast.Call(ast.Attribute(inner, "with_name"), [ast.Constant(str(name))], []):
            return (path := _value(inner, here)) and path.with_name(name)
    return None
