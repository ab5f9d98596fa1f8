"""Formulas as graphs: parsed from text, differentiated exactly, with each sub-expression stored once.

A formula is arithmetic (`+ - * / ^`) and `exp`, `log`, `sqrt`, `min`, `max` over the names of parameters and
variables. Bases of powers, arguments of `log` and variables are positive, so that `N^-alpha` becomes
`exp(-alpha log N)` and neighbouring exponentials merge. That gives few operations, and exact derivatives that
stay finite wherever the value does.
"""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Node = int
CONSTANT, PARAMETER, VARIABLE = "constant", "parameter", "variable"
FUNCTIONS = ("exp", "log", "sqrt", "min", "max")


@dataclass
class Graph:
    """Nodes (operation, *arguments), each stored once. A node is its index; its arguments come before it.

    Operations: constant value, parameter index, variable index, add, sub, mul, div, neg, exp, log,
    softplus a: log(1 + exp a), which does not overflow, and where a b c d: c if a < b else d.
    """

    nodes: list[tuple[object, ...]] = field(default_factory=list)
    _index: dict[tuple[object, ...], Node] = field(default_factory=dict)
    _slopes: dict[tuple[Node, int], Node] = field(default_factory=dict)

    def _node(self, *parts: object) -> Node:
        if parts not in self._index:
            self._index[parts] = len(self.nodes)
            self.nodes.append(parts)
        return self._index[parts]

    def constant(self, value: float) -> Node:
        """A number."""
        return self._node(CONSTANT, float(value))

    def parameter(self, index: int) -> Node:
        """A fitted coordinate."""
        return self._node(PARAMETER, index)

    def variable(self, index: int) -> Node:
        """An input of the law."""
        return self._node(VARIABLE, index)

    def value(self, node: Node) -> float | None:
        """The value of a node that is a number, else None."""
        kind, *rest = self.nodes[node]
        return float(str(rest[0])) if kind == CONSTANT else None

    def arguments(self, node: Node) -> tuple[Node, ...]:
        """The nodes that a node is made of."""
        kind, *rest = self.nodes[node]
        return () if kind in (CONSTANT, PARAMETER, VARIABLE) else tuple(int(str(part)) for part in rest)

    def add(self, a: Node, b: Node) -> Node:
        """a + b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.constant(x + y)
        if x == 0:
            return b
        if y == 0:
            return a
        if self.nodes[b][0] == "neg":
            return self.sub(a, self.arguments(b)[0])
        return self._node("add", *sorted((a, b)))

    def sub(self, a: Node, b: Node) -> Node:
        """a - b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.constant(x - y)
        if y == 0:
            return a
        if x == 0:
            return self.neg(b)
        if a == b:
            return self.constant(0)
        return self._node("sub", a, b)

    def neg(self, a: Node) -> Node:
        """-a."""
        x = self.value(a)
        if x is not None:
            return self.constant(-x)
        if self.nodes[a][0] == "neg":
            return self.arguments(a)[0]
        return self._node("neg", a)

    def mul(self, a: Node, b: Node) -> Node:
        """a b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.constant(x * y)
        if x == 0 or y == 0:
            return self.constant(0)
        if x == 1:
            return b
        if y == 1:
            return a
        if x == -1:
            return self.neg(b)
        if y == -1:
            return self.neg(a)
        signs = [self.nodes[node][0] == "neg" for node in (a, b)]
        if any(signs):
            p, q = (self.arguments(n)[0] if s else n for n, s in zip((a, b), signs, strict=True))
            return self.mul(p, q) if all(signs) else self.neg(self.mul(p, q))
        if self.nodes[a][0] == self.nodes[b][0] == "exp":
            return self.exp(self.add(self.arguments(a)[0], self.arguments(b)[0]))
        return self._node("mul", *sorted((a, b)))

    def div(self, a: Node, b: Node) -> Node:
        """a / b."""
        x, y = self.value(a), self.value(b)
        if x is not None and y is not None:
            return self.constant(x / y)
        if x == 0 or y == 1:
            return a
        if y is not None:
            return self.mul(self.constant(1 / y), a)
        if a == b:
            return self.constant(1)
        if self.nodes[b][0] == "exp":
            return self.mul(a, self.exp(self.neg(self.arguments(b)[0])))
        if self.nodes[a][0] == "neg":
            return self.neg(self.div(self.arguments(a)[0], b))
        return self._node("div", a, b)

    def exp(self, a: Node) -> Node:
        """The exponential."""
        if self.value(a) == 0:
            return self.constant(1)
        return self.arguments(a)[0] if self.nodes[a][0] == "log" else self._node("exp", a)

    def log(self, a: Node) -> Node:
        """The natural logarithm of something positive."""
        kind = self.nodes[a][0]
        if self.value(a) == 1:
            return self.constant(0)
        if kind == "add":
            for one, other in (self.arguments(a), self.arguments(a)[::-1]):
                if self.value(one) == 1 and self.nodes[other][0] == "exp":
                    return self._node("softplus", *self.arguments(other))
        if kind == "exp":
            return self.arguments(a)[0]
        # The logarithm of a product is a sum only if both factors are positive. The product is positive, so
        # it is enough that one factor is: an exponential, a variable or a positive constant.
        if kind in ("mul", "div"):
            p, q = self.arguments(a)
            if self._surely_positive(p) or self._surely_positive(q):
                return (self.add if kind == "mul" else self.sub)(self.log(p), self.log(q))
        return self._node("log", a)

    def power(self, a: Node, b: Node) -> Node:
        """a ^ b; a is positive unless b is a small whole number."""
        y = self.value(b)
        if y is not None and y == int(y) and 0 <= abs(y) <= 4:
            product = self.constant(1)
            for _ in range(abs(int(y))):
                product = self.mul(product, a)
            return product if y >= 0 else self.div(self.constant(1), product)
        return self.exp(self.mul(b, self.log(a)))

    def where(self, a: Node, b: Node, c: Node, d: Node) -> Node:
        """c if a < b else d."""
        return c if c == d else self._node("where", a, b, c, d)

    def slope(self, node: Node, parameter: int) -> Node:
        """The derivative of a node by a parameter."""
        key = (node, parameter)
        if key not in self._slopes:
            self._slopes[key] = self._slope(node, parameter)
        return self._slopes[key]

    def depends(self, kind: str) -> list[bool]:
        """For each node, whether it is made of a node of that kind."""
        found: list[bool] = []
        for node, parts in enumerate(self.nodes):
            found.append(parts[0] == kind or any(found[argument] for argument in self.arguments(node)))
        return found

    def _slope(self, node: Node, k: int) -> Node:
        kind = self.nodes[node][0]
        if kind in (CONSTANT, VARIABLE):
            return self.constant(0)
        if kind == PARAMETER:
            return self.constant(float(self.nodes[node][1] == k))
        arguments = self.arguments(node)
        slopes = [self.slope(argument, k) for argument in arguments]
        if kind == "where":
            return self.where(arguments[0], arguments[1], slopes[2], slopes[3])
        if all(self.value(slope) == 0 for slope in slopes):
            return self.constant(0)
        rules: dict[object, Callable[[], Node]] = {
            "add": lambda: self.add(*slopes),
            "sub": lambda: self.sub(*slopes),
            "neg": lambda: self.neg(slopes[0]),
            "exp": lambda: self.mul(node, slopes[0]),
            "log": lambda: self.div(slopes[0], arguments[0]),
            "softplus": lambda: self.mul(slopes[0], self.exp(self.sub(arguments[0], node))),
            "mul": lambda: self.add(self.mul(slopes[0], arguments[1]), self.mul(arguments[0], slopes[1])),
            "div": lambda: self.div(self.sub(slopes[0], self.mul(node, slopes[1])), arguments[1]),
        }
        return rules[kind]()

    def _surely_positive(self, node: Node) -> bool:
        kind = self.nodes[node][0]
        value = self.value(node)
        return kind in (VARIABLE, "exp") or (value is not None and value > 0)


def parse(text: str, graph: Graph, names: Mapping[str, Node]) -> Node:
    """The node of a formula's text in a graph that holds its names.

    Raises:
        ValueError: the text is not an arithmetic expression, has an unknown name or function, or a number
            that overflows.
    """
    try:
        return _build(_tree(text).body, graph, names, text)
    except ArithmeticError as fault:
        raise ValueError(f"{text}: {fault}") from None


def names_in(text: str) -> set[str]:
    """The names that a formula's text uses, functions left out.

    Raises:
        ValueError: the text is not an arithmetic expression.
    """
    tree = _tree(text)
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called}


def rename(text: str, names: Mapping[str, str]) -> str:
    """A formula's text with names replaced."""
    return re.sub(r"\b[A-Za-z_]\w*", lambda match: names.get(match[0], match[0]), text)


def _tree(text: str) -> ast.Expression:
    try:
        return ast.parse(text.replace("^", "**"), mode="eval")
    except SyntaxError as fault:
        raise ValueError(f"{text}: {fault.msg}") from None


def _build(tree: ast.expr, graph: Graph, names: Mapping[str, Node], text: str) -> Node:
    match tree:
        case ast.Constant(value=int() | float() as value):
            return graph.constant(value)
        case ast.Name(id=name):
            if name not in names:
                raise ValueError(f"{text}: {name} is not known; there are {', '.join(names)}")
            return names[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return graph.neg(_build(operand, graph, names, text))
        case ast.BinOp(left=left, op=op, right=right):
            rules: dict[type[ast.operator], Callable[[Node, Node], Node]] = {
                ast.Add: graph.add,
                ast.Sub: graph.sub,
                ast.Mult: graph.mul,
                ast.Div: graph.div,
                ast.Pow: graph.power,
            }
            if type(op) in rules:
                return rules[type(op)](_build(left, graph, names, text), _build(right, graph, names, text))
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if name in FUNCTIONS:
            parts = [_build(argument, graph, names, text) for argument in arguments]
            if len(parts) == (2 if name in ("min", "max") else 1):
                return _call(name, parts, graph)
    known = ", ".join(FUNCTIONS)
    raise ValueError(f"{text}: cannot use `{ast.unparse(tree)}`; there are + - * / ^ and {known}")


def _call(name: str, parts: list[Node], graph: Graph) -> Node:
    if name == "min":
        return graph.where(parts[0], parts[1], parts[0], parts[1])
    if name == "max":
        return graph.where(parts[0], parts[1], parts[1], parts[0])
    if name == "sqrt":
        return graph.power(parts[0], graph.constant(0.5))
    return graph.exp(parts[0]) if name == "exp" else graph.log(parts[0])
