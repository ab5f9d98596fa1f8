"""A law's formula as JavaScript, printed from the same graph that Python evaluates."""

import json
from collections import Counter

from scalinglaws.laws.expression import CONSTANT, PARAMETER, VARIABLE, Node
from scalinglaws.laws.law import Law

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
SUM, PRODUCT, NEGATIVE, ATOM = range(4)
"""How tightly a printed expression binds, loosest first."""
STRENGTHS = {"add": SUM, "sub": SUM, "mul": PRODUCT, "div": PRODUCT}
CALLS = {"exp": "Math.exp", "log": "Math.log", "softplus": "softplus"}


def function_of(law: Law) -> str:
    """The law as a JavaScript function of its parameters and its variables, two arrays in the law's order.

    Parameters are in natural units, as in `Law.predict`. The function needs `softplus(u) = log(1 + exp(u))`.
    """
    printer = _Printer(law)
    value = printer.text(law.program.value, SUM)
    parameters = ", ".join(f"p_{name}" for name in law.names)
    variables = ", ".join(f"x_{name}" for name in law.inputs)
    lines = [f"([{parameters}], [{variables}]) => {{"]
    lines += [
        f"  x_{variable.name} = Math.max(x_{variable.name}, 1e-300);"  # as `Law.safe` does
        for variable in law.variables
        if variable.zero
    ]
    return "\n".join([*lines, *printer.lines, f"  return {value};", "}"])


class _Printer:
    """Prints nodes of a law's graph. A node that is used more than once gets a line and a name of its own.

    Prefixes keep the names of parameters and variables apart from each other and from JavaScript's words.
    """

    def __init__(self, law: Law) -> None:
        self.law, self.graph = law, law.program.graph
        self.lines: list[str] = []
        needed = law.program.needed((law.program.value,))
        uses = Counter(argument for node in needed for argument in self.graph.arguments(node))
        self.named: dict[Node, str] = {}
        for node in needed:  # arguments come before what is made of them
            if uses[node] > 1 and self.graph.arguments(node) and not self._is_parameter(node):
                self.lines.append(f"  const v{node} = {self.text(node, SUM)};")
                self.named[node] = f"v{node}"

    def text(self, node: Node, least: int) -> str:
        """A node as an expression, in brackets if it binds more loosely than `least`."""
        if node in self.named:
            return self.named[node]
        text, strength = self._text(node)
        return text if strength >= least else f"({text})"

    def _text(self, node: Node) -> tuple[str, int]:
        kind, *rest = self.graph.nodes[node]
        if kind == CONSTANT:
            value = float(str(rest[0]))
            return json.dumps(value), NEGATIVE if value < 0 else ATOM  # all digits; Infinity by its name
        if kind == VARIABLE:
            return f"x_{self.law.inputs[int(str(rest[0]))]}", ATOM
        if kind == PARAMETER:
            parameter = self.law.parameters[int(str(rest[0]))]
            name = f"p_{parameter.name}"
            return f"Math.log({name})" if parameter.positive else name, ATOM
        arguments = self.graph.arguments(node)
        if self._is_parameter(node):
            return f"p_{self.law.names[int(str(self.graph.nodes[arguments[0]][1]))]}", ATOM
        if kind == "neg":
            return f"-{self.text(arguments[0], ATOM)}", NEGATIVE
        if kind in CALLS:
            return f"{CALLS[str(kind)]}({self.text(arguments[0], SUM)})", ATOM
        if kind in SIGNS:
            strength = STRENGTHS[str(kind)]
            left, right = self.text(arguments[0], strength), self.text(arguments[1], strength + 1)
            return f"{left} {SIGNS[str(kind)]} {right}", strength
        a, b, c, d = (self.text(argument, SUM) for argument in arguments)
        return f"({a} < {b} ? {c} : {d})", ATOM

    def _is_parameter(self, node: Node) -> bool:
        """Whether a node is a positive parameter in natural units: the exponential of its coordinate."""
        if self.graph.nodes[node][0] != "exp":
            return False
        (inner,) = self.graph.arguments(node)
        kind, *rest = self.graph.nodes[inner]
        return kind == PARAMETER and self.law.parameters[int(str(rest[0]))].positive
