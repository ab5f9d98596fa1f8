"""Expressions over a table's columns: rules such as `D/N < 0.41 or state != 'finished'`, computed columns.

An expression is arithmetic (`+ - * / ^`, `abs`, `exp`, `log`, `sqrt`) over columns and numbers. A rule
compares such values, or a column with a text in quotes, and joins comparisons by `and`, `or` and `not`. Names
that are not plain words go in backquotes: `` `Model Size` ``. pandas evaluates what this module lets through.
"""

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray

FUNCTIONS = ("abs", "exp", "log", "sqrt")
ALLOWED = f"columns, numbers, + - * / ^, {', '.join(FUNCTIONS)}, comparisons, and, or, not"
# pandas itself would also run attributes, calls, subscripts and @names.
NODES = (
    *(ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.UAdd),
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow),
    *(ast.Compare, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq),
    *(ast.Name, ast.Load, ast.Constant, ast.Call),
)
LONGEST = 500  # characters: what can be nested in them does not exhaust the stack


@dataclass(frozen=True)
class Expression:
    """An expression that is safe to evaluate.

    Attributes:
        text: as the user wrote it.
        numbers: names whose values are numbers.
        texts: names that are compared with a text.
        code: what pandas evaluates; a name is replaced by `c0`, `c1`, ... in the order of `names`.
    """

    text: str
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    code: str

    @property
    def names(self) -> tuple[str, ...]:
        """All names, numbers first."""
        return self.numbers + self.texts

    def holds(self, values: Mapping[str, FloatArray | NDArray[np.object_]]) -> NDArray[np.bool_]:
        """Which rows the rule holds for, [rows]; `values` has [rows] for each name.

        A missing number (NaN) is unequal to everything and neither below nor above anything.

        Raises:
            ScalingLawsError: the expression is not a rule.
        """
        result = self._evaluate(values)
        if result.dtype != np.bool_:
            raise ScalingLawsError(f"'{self.text}': must compare something, as in `D/N < 0.41`")
        return result.astype(np.bool_)

    def computed(self, values: Mapping[str, FloatArray]) -> FloatArray:
        """The value in each row, [rows]; `values` has [rows] for each name.

        Raises:
            ScalingLawsError: the expression is not arithmetic.
        """
        result = self._evaluate(values)
        if result.dtype == np.bool_:
            raise ScalingLawsError(f"'{self.text}': must be a number, not a comparison")
        return result.astype(np.float64)

    def _evaluate(self, values: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic]:
        frame = pd.DataFrame({f"c{k}": values[name] for k, name in enumerate(self.names)})
        try:
            with np.errstate(all="ignore"):
                result = frame.eval(
                    self.code, engine="python", parser="pandas", local_dict={}, global_dict={}
                )
        except TypeError:
            raise ScalingLawsError(f"'{self.text}': mixes numbers, texts and comparisons") from None
        # pandas raises NotImplementedError for operators that it cannot apply to a column's type.
        except (ArithmeticError, NotImplementedError, RecursionError, ValueError) as fault:
            raise ScalingLawsError(f"'{self.text}': cannot be evaluated: {fault}") from None
        return np.asarray(result)


def parse(text: str, known: Collection[str]) -> Expression:
    """Read an expression over known names.

    Raises:
        ScalingLawsError: it cannot be read, uses something that is not allowed, or names no known column.
    """

    def fault(what: str) -> ScalingLawsError:
        return ScalingLawsError(f"'{text}': {what}")

    if "#" in re.sub("[`'\"].*?[`'\"]", "", text):
        raise fault("has a # outside of quotes")
    if len(text) > LONGEST or not text.isprintable() or not text.strip():
        raise ScalingLawsError(f"{text[:40]!r}: an expression is one line of 1 to {LONGEST} characters")
    meant = {f"_quoted_{k}": name for k, name in enumerate(re.findall(r"`([^`]*)`", text))}
    words = iter(meant)
    python = re.sub(r"`[^`]*`", lambda _: f" {next(words)} ", text).replace("^", "**").strip()
    try:
        tree = ast.parse(python, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as mistake:
        what = getattr(mistake, "msg", mistake)
        raise fault(f"cannot be read ({what}); put names such as `Model Size` in backquotes") from None
    texts = _compared_with_text(tree)
    seen: dict[str, dict[str, None]] = {"number": {}, "text": {}}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and id(node) not in called:
            name = meant.get(node.id, node.id)
            if name not in known:
                there = ", ".join(each if each.isidentifier() else f"`{each}`" for each in known)
                raise fault(f"'{name}' is not known; there are {there}")
            seen["text" if id(node) in texts else "number"][name] = None
            node.id = name
        elif not _allowed(node, texts):
            raise fault(f"{ast.unparse(node) or type(node).__name__} is not allowed; there are {ALLOWED}")
    names = [*seen["number"], *seen["text"]]
    if not names:
        raise fault("names no column")
    try:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and id(node) not in called:
                kind = "text" if id(node) in texts else "number"
                offset = 0 if kind == "number" else len(seen["number"])
                node.id = f"c{offset + list(seen[kind]).index(node.id)}"
            elif isinstance(node, ast.Constant) and not isinstance(node.value, str):
                node.value = float(node.value)  # type: ignore[arg-type]  # whole numbers could grow without end
        code = ast.unparse(tree)
    except (OverflowError, RecursionError):
        raise fault("is nested too deeply, or holds too large a number") from None
    return Expression(text, tuple(seen["number"]), tuple(seen["text"]), code)


def _compared_with_text(tree: ast.expr) -> set[int]:
    """The ids of the names and texts in comparisons such as `state == 'finished'`."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Compare(
                left=ast.Name() as name,
                ops=[ast.Eq() | ast.NotEq()],
                comparators=[ast.Constant(value=str()) as word],
            ):
                found |= {id(name), id(word)}
    return found


def _allowed(node: ast.AST, texts: set[int]) -> bool:
    match node:
        case ast.Constant(value=value):
            return id(node) in texts or (isinstance(value, int | float) and not isinstance(value, bool))
        case ast.Call(func=func, args=args, keywords=keywords):
            return isinstance(func, ast.Name) and func.id in FUNCTIONS and len(args) == 1 and not keywords
    return isinstance(node, NODES)
