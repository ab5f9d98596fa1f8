"""A formula ready to run on arrays: its value, its exact slopes and its exact curvature.

Derivatives are with respect to the fitted coordinates: the logarithm of a positive parameter, and any other
parameter as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scalinglaws.laws.expression import PARAMETER, Graph, Node, parse

FloatArray = NDArray[np.float64]

MANY_POINTS = 100_000

UNARY: dict[str, Callable[[FloatArray], FloatArray]] = {
    "neg": np.negative,
    "exp": np.exp,
    "log": np.log,
    "softplus": lambda u: np.asarray(np.logaddexp(0.0, u)),
}
BINARY = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}


@dataclass(frozen=True)
class Program:
    """A compiled formula.

    Attributes:
        graph: all nodes.
        value: the node of f.
        slope: the nodes of df/dtheta_i.
        curvature: the nodes of d2f/dtheta_i dtheta_j for j <= i, row by row.
        linear: for each parameter, whether f is linear in it, together with the linear ones before it. Of two
            parameters that multiply each other, only the first counts.
        log_linear: whether log f is linear in the coordinates, so that least squares on it has one optimum.
    """

    graph: Graph
    value: Node
    slope: tuple[Node, ...]
    curvature: tuple[Node, ...]
    linear: tuple[bool, ...]
    log_linear: bool

    @classmethod
    def of(
        cls,
        formula: str,
        variables: tuple[str, ...],
        names: tuple[str, ...],
        positive: tuple[bool, ...],
        constants: dict[str, float],
    ) -> "Program":
        """Compile a formula.

        Raises:
            ValueError: it is not a formula, or has an unknown name.
        """
        graph = Graph()
        known = {name: graph.variable(k) for k, name in enumerate(variables)}
        known |= {name: graph.constant(value) for name, value in constants.items()}
        for k, name in enumerate(names):
            coordinate = graph.parameter(k)
            known[name] = graph.exp(coordinate) if positive[k] else coordinate
        value = parse(formula, graph, known)
        slope = tuple(graph.slope(value, k) for k in range(len(names)))
        curvature = tuple(graph.slope(slope[i], j) for i in range(len(names)) for j in range(i + 1))
        log = graph.log(value)
        log_slope = [graph.slope(log, k) for k in range(len(names))]
        log_linear = not _compared(graph) and all(
            graph.value(graph.slope(node, k)) == 0 for node in log_slope for k in range(len(names))
        )
        linear = _linear(formula, variables, names, constants)
        return cls(graph, value, slope, curvature, linear, log_linear)

    def values(self, theta: FloatArray, x: FloatArray) -> FloatArray:
        """f [*batch, points] at theta [parameters, *batch] and x [variables, (*batch,) points]."""
        (value,) = self.run(theta, x, (self.value,))
        return value

    def slopes(self, theta: FloatArray, x: FloatArray) -> FloatArray:
        """df/dtheta [parameters, *batch, points] at the same arguments."""
        return np.stack(self.run(theta, x, self.slope))

    def run(self, theta: FloatArray, x: FloatArray, targets: tuple[Node, ...]) -> list[FloatArray]:
        """The values [*batch, points] of some nodes at the same arguments."""
        shape = np.broadcast_shapes((*theta.shape[1:], 1), x.shape[1:])
        if x.shape[-1] > MANY_POINTS:  # intermediate values of all of them would fill the memory
            whole = [np.empty(shape) for _ in targets]
            for first in range(0, x.shape[-1], MANY_POINTS):
                part = slice(first, first + MANY_POINTS)
                for into, values in zip(whole, self.run(theta, x[..., part], targets), strict=True):
                    into[..., part] = values
            return whole
        with np.errstate(all="ignore"):  # what overflows becomes infinite, which the callers refuse
            found = self._evaluate(theta[..., None], x, targets)
        return [np.broadcast_to(found[node], shape) for node in targets]

    def _evaluate(
        self, theta: FloatArray, x: FloatArray, targets: tuple[Node, ...]
    ) -> dict[Node, FloatArray]:
        found: dict[Node, FloatArray] = {}
        for node in self.needed(targets):
            kind, *rest = self.graph.nodes[node]
            if kind == "constant":
                found[node] = np.float64(rest[0])  # type: ignore[assignment,arg-type]
            elif kind == PARAMETER:
                found[node] = theta[int(str(rest[0]))]
            elif kind == "variable":
                found[node] = x[int(str(rest[0]))]
            else:
                arguments = [found[argument] for argument in self.graph.arguments(node)]
                found[node] = _operate(str(kind), arguments)
        return found

    def needed(self, targets: tuple[Node, ...]) -> list[Node]:
        """The nodes that some nodes are made of, themselves included, in an order that can be run."""
        if targets not in self._orders:  # a fit asks for the same targets hundreds of times
            seen: set[Node] = set()
            waiting = list(targets)
            while waiting:
                node = waiting.pop()
                if node not in seen:
                    seen.add(node)
                    waiting.extend(self.graph.arguments(node))
            self._orders[targets] = sorted(seen)
        return self._orders[targets]

    @cached_property
    def _orders(self) -> dict[tuple[Node, ...], list[Node]]:
        return {}


def _operate(kind: str, arguments: list[FloatArray]) -> FloatArray:
    if kind in UNARY:
        return np.asarray(UNARY[kind](arguments[0]))
    if kind in BINARY:
        return np.asarray(BINARY[kind](*arguments))
    a, b, c, d = arguments
    return np.where(a < b, c, d)


def _linear(
    formula: str, variables: tuple[str, ...], names: tuple[str, ...], constants: dict[str, float]
) -> tuple[bool, ...]:
    """Which parameters the formula is linear in, all of them together."""
    graph = Graph()
    known = {name: graph.variable(k) for k, name in enumerate(variables)}
    known |= {name: graph.constant(value) for name, value in constants.items()}
    known |= {name: graph.parameter(k) for k, name in enumerate(names)}
    value = parse(formula, graph, known)
    compared = _compared(graph)
    together: list[int] = []
    for k in range(len(names)):
        if k in compared:
            continue
        slope = graph.slope(value, k)
        if all(graph.value(graph.slope(slope, other)) == 0 for other in (*together, k)):
            together.append(k)
    return tuple(k in together for k in range(len(names)))


def _compared(graph: Graph) -> set[int]:
    """The parameters inside `min` or `max`: the formula is linear in them only piece by piece."""
    found: set[int] = set()
    waiting = {int(str(node)) for kind, *parts in graph.nodes if kind == "where" for node in parts[:2]}
    seen: set[Node] = set()
    while waiting:
        node = waiting.pop()
        seen.add(node)
        kind, *parts = graph.nodes[node]
        if kind == PARAMETER:
            found.add(int(str(parts[0])))
        waiting.update(set(graph.arguments(node)) - seen)
    return found
