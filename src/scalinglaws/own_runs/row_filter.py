"""Rules by which rows are left out of a fit: `D/N < 0.41 or loss > 6`, read by a small evaluator of its own.

A rule is a condition: comparisons of arithmetic (`+ - * / ^`, `log`, `exp`) over named columns, joined by
`and`, `or` and `not`. Names that are no plain words stand in backquotes: `` `Model Size` > 1e9 ``. The text
is parsed, never run: it can neither call nor reach anything else.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray

FUNCTIONS: dict[str, Callable[[FloatArray], FloatArray]] = {"log": np.log, "exp": np.exp}
ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: np.power,
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
ALLOWED = "comparisons, and, or, not, + - * / ^, numbers, log() and exp()"
SINGLE_EQUALS = re.compile(r"(?<![<>=!])=(?!=)")
REWRITTEN = re.compile(r"`([^`]*)`|\^")
LONGEST = 500  # characters: what is nested in there does not exhaust the stack


@dataclass(frozen=True)
class RowFilter:
    """A rule that was read and can be applied.

    Attributes:
        text: as the user wrote it.
        names: the names it uses, in the order of their first use.
    """

    text: str
    names: tuple[str, ...]
    _tree: ast.expr
    _quoted: tuple[str, ...]

    def matches(
        self, values: Mapping[str, FloatArray], places: NDArray[np.int64] | None = None
    ) -> NDArray[np.bool_]:
        """Which rows the rule holds for, [rows].

        Args:
            values: [rows] for each of `names`.
            places: [rows], what messages call each row; 1 for the first without it.

        Raises:
            ScalingLawsError: something compared is not a number in some row, so that the rule says nothing
                about it.
        """
        count = len(values[self.names[0]])
        rows = np.arange(1, count + 1) if places is None else places
        with np.errstate(all="ignore"):
            found = self._condition(self._tree, values, rows)
        return np.broadcast_to(found, (count,)).copy()

    def _condition(
        self, tree: ast.expr, values: Mapping[str, FloatArray], rows: NDArray[np.int64]
    ) -> NDArray[np.bool_]:
        match tree:
            case ast.BoolOp(op=op, values=parts):
                join = np.logical_and if isinstance(op, ast.And) else np.logical_or
                return np.asarray(join.reduce([self._condition(part, values, rows) for part in parts]))
            case ast.UnaryOp(operand=operand):
                return np.asarray(~self._condition(operand, values, rows))
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                sides = [self._number(side, values) for side in (left, *comparators)]
                for side in sides:
                    missing = np.broadcast_to(np.isnan(side), rows.shape)
                    if missing.any():
                        raise ScalingLawsError(
                            f"rule '{self.text}': compares what is not a number in row {rows[missing][0]}"
                        )
                pairs = zip(ops, sides[:-1], sides[1:], strict=True)
                parts_found = [COMPARISONS[type(op)](a, b) for op, a, b in pairs]
                return np.asarray(np.logical_and.reduce(np.broadcast_arrays(*parts_found)))
        raise AssertionError(ast.dump(tree))  # `_Checker` lets nothing else through

    def _number(self, tree: ast.expr, values: Mapping[str, FloatArray]) -> FloatArray:
        match tree:
            case ast.Constant(value=value):
                return np.asarray(float(value))  # type: ignore[arg-type]
            case ast.Name(id=name):
                return np.asarray(values[_plain(name, self._quoted)], dtype=np.float64)
            case ast.UnaryOp(op=op, operand=operand):
                inner = self._number(operand, values)
                return -inner if isinstance(op, ast.USub) else inner
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self._number(left, values), self._number(right, values)
                return np.asarray(ARITHMETIC[type(op)](a, b))
            case ast.Call(func=ast.Name(id=name), args=[argument]):
                return FUNCTIONS[name](self._number(argument, values))
        raise AssertionError(ast.dump(tree))


def parse_filter(text: str, known: Sequence[str]) -> RowFilter:
    """Read a rule.

    Args:
        text: the rule.
        known: the names it may use.

    Raises:
        ScalingLawsError: it is no condition, uses something that is not allowed, or a name that is not known;
            says at which character.
    """
    rewritten, quoted, places = _rewrite(text)
    checker = _Checker(text, rewritten, tuple(known), quoted, places)
    tree = checker.read()
    checker.condition(tree)
    if not checker.names:
        raise checker.fault(tree, "compares no column: every row would be left out, or none")
    return RowFilter(text, tuple(checker.names), tree, quoted)


def _rewrite(text: str) -> tuple[str, tuple[str, ...], list[int]]:
    """The rule in Python's words, the names that stood in backquotes, and where each character came from."""
    quoted: list[str] = []
    parts: list[str] = []
    places: list[int] = []
    end = 0
    for match in REWRITTEN.finditer(text):
        parts.append(text[end : match.start()])
        places += range(end, match.start())
        if match[0] == "^":
            part = "**"
        else:
            quoted.append(match[1])
            part = f" _quoted_{len(quoted) - 1} "  # apart: what touches the quotes is a mistake
        parts.append(part)
        places += [match.start()] * len(part)
        end = match.end()
    parts.append(text[end:])
    places += range(end, len(text) + 1)
    return "".join(parts), tuple(quoted), places


def _plain(name: str, quoted: Sequence[str]) -> str:
    """The column that a name in the rewritten rule stands for."""
    found = re.fullmatch(r"_quoted_(\d+)", name)
    return quoted[int(found[1])] if found and int(found[1]) < len(quoted) else name


class _Checker:
    """Lets a rule through node by node, and says where one is not allowed."""

    def __init__(
        self, text: str, rewritten: str, known: tuple[str, ...], quoted: tuple[str, ...], places: list[int]
    ) -> None:
        self.text, self.rewritten, self.places = text, rewritten, places
        self.known, self.quoted = known, quoted
        self.blanks = len(rewritten) - len(rewritten.lstrip())
        self.names: dict[str, None] = {}

    def read(self) -> ast.expr:
        """The tree of the rule."""
        if len(self.text) > LONGEST or not self.text.isprintable() or not self.text.strip():
            start = repr(self.text[:40])
            raise ScalingLawsError(f"rule {start}: a rule is one line of 1 to {LONGEST} characters")
        odd = SINGLE_EQUALS.search(self.rewritten) or re.search("#", self.rewritten)
        if odd:
            what = "is # and no part of a rule" if odd[0] == "#" else "is a single =; equality is =="
            raise self._at(odd.start(), what)
        try:
            return ast.parse(self.rewritten.lstrip(), mode="eval").body
        except SyntaxError as wrong:
            what = str(wrong.msg).removeprefix("invalid syntax. ")
            at = self.blanks + (wrong.offset or 1) - 1
            raise self._at(at, f"cannot be read: {what}") from None
        except (ValueError, RecursionError, MemoryError):
            raise self._at(0, "is nested too deeply, or holds too large a number") from None

    def condition(self, tree: ast.expr) -> None:
        """Refuse what is no condition."""
        match tree:
            case ast.BoolOp(values=parts):
                for part in parts:
                    self.condition(part)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                self.condition(operand)
            case ast.Compare(left=left, ops=ops, comparators=comparators):
                for op in ops:
                    if type(op) not in COMPARISONS:
                        raise self.fault(tree, f"uses what is not allowed; there are {ALLOWED}")
                for side in (left, *comparators):
                    self.number(side)
            case _:
                self.number(tree)
                raise self.fault(tree, "is a number, where a comparison is needed, such as `D/N < 0.41`")

    def number(self, tree: ast.expr) -> None:
        """Refuse what is no arithmetic over known names."""
        match tree:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                try:
                    float(value)
                except OverflowError:
                    raise self.fault(tree, "holds too large a number") from None
            case ast.Name(id=name):
                plain = _plain(name, self.quoted)
                if plain not in self.known:
                    names = ", ".join(name if name.isidentifier() else f"`{name}`" for name in self.known)
                    raise self.fault(tree, f"'{plain}' is not known; there are {names}")
                self.names[plain] = None
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                self.number(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
                self.number(left)
                self.number(right)
            case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
                self.number(argument)
            case ast.BinOp(op=ast.BitAnd() | ast.BitOr()):
                raise self.fault(tree, "uses & or |; conditions are joined by `and` and `or`")
            case ast.Compare() | ast.BoolOp() | ast.UnaryOp(op=ast.Not()):
                raise self.fault(tree, "is a condition, where a number is needed")
            case _:
                raise self.fault(tree, f"uses what is not allowed; there are {ALLOWED}")

    def fault(self, tree: ast.expr, what: str) -> ScalingLawsError:
        """An error at a node, whose offset counts bytes of UTF-8."""
        before = self.rewritten.lstrip().encode()[: tree.col_offset].decode(errors="ignore")
        return self._at(self.blanks + len(before), what)

    def _at(self, offset: int, what: str) -> ScalingLawsError:
        place = self.places[min(max(offset, 0), len(self.places) - 1)]
        return ScalingLawsError(f"rule '{self.text}', character {place + 1}: {what}")
