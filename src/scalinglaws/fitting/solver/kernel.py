"""A law's kernel as source code: objective, gradient and Hessian of one fit, in one pass over its points."""

from scalinglaws.fitting.objective import Residual
from scalinglaws.laws.expression import PARAMETER, VARIABLE, Node
from scalinglaws.laws.program import Program


def source(program: Program, residual: Residual) -> str:
    """The source of kernel(theta, x, target, weights, points, delta, gradient, hessian, scale, size).

    It returns the objective and fills the last four.
    """
    size = len(program.slope)
    pairs = [(i, j) for i in range(size) for j in range(i + 1)]
    nodes = program.needed((program.value, *program.slope, *program.curvature))
    on_x, on_theta = program.graph.depends(VARIABLE), program.graph.depends(PARAMETER)
    column = {node: k for k, node in enumerate(columns(program))}
    once = [_line(program, node) for node in nodes if not on_x[node]]
    each = [f"n{node} = x[{k}, p]" for node, k in column.items()]
    each += [_line(program, node) for node in nodes if on_x[node] and on_theta[node]]
    unit = {"log": "1.0 / v", "relative": "1.0 / target[p]", "value": "1.0"}[residual]
    rest = {"log": "math.log(v) - target[p]", "relative": "v * unit - 1.0", "value": "v - target[p]"}
    outside = f"w * inside{' - pull * r' if residual == 'log' else ''}"
    return "\n".join(
        [
            "import math",
            "def kernel(theta, x, target, weights, points, delta, gradient, hessian, scale, size):",
            *(f"    {line}" for line in once),
            "    objective = 0.0",
            "    total = 0.0",
            *(f"    g{i} = 0.0" for i in range(size)),
            *(f"    s{i} = 0.0" for i in range(size)),
            *(f"    h{i}_{j} = 0.0" for i, j in pairs),
            "    for p in range(points):",
            "        w = weights[p]",
            *(f"        {line}" for line in each),
            f"        v = n{program.value}",
            f"        unit = {unit}",
            f"        r = {rest[residual]}",
            "        size_of_r = abs(r)",
            "        if size_of_r <= delta:",
            "            inside = 1.0",
            "            pull = w",
            "            objective += w * r * r * 0.5",
            "        else:",
            "            inside = 0.0",
            "            pull = w * delta / size_of_r",
            "            objective += w * delta * (size_of_r - 0.5 * delta)",
            "        force = pull * r",
            "        total += force * r",
            f"        bend = {outside}",
            "        lift = force * unit",
            *(f"        d{i} = n{node} * unit" for i, node in enumerate(program.slope)),
            *(f"        g{i} += force * d{i}" for i in range(size)),
            *(f"        s{i} += pull * d{i} * d{i}" for i in range(size)),
            *(
                f"        h{i}_{j} += bend * d{i} * d{j}{_lifted(program, node)}"
                for (i, j), node in zip(pairs, program.curvature, strict=True)
            ),
            *(f"    gradient[{i}] = g{i}" for i in range(size)),
            *(f"    scale[{i}] = s{i}" for i in range(size)),
            *(f"    hessian[{i}, {j}] = h{i}_{j}" for i, j in pairs),
            *(f"    hessian[{j}, {i}] = h{i}_{j}" for i, j in pairs if i != j),
            "    size[0] = total",
            "    return objective",
            "",
        ]
    )


def _lifted(program: Program, node: Node) -> str:
    return "" if program.graph.value(node) == 0 else f" + lift * n{node}"


def columns(program: Program) -> list[Node]:
    """The largest sub-expressions that depend on x alone: they are computed once per data set."""
    nodes = program.needed((program.value, *program.slope, *program.curvature))
    on_x, on_theta = program.graph.depends(VARIABLE), program.graph.depends(PARAMETER)
    targets = (program.value, *program.slope, *program.curvature)
    used = {argument for node in nodes if on_theta[node] for argument in program.graph.arguments(node)} | set(
        targets
    )
    return [node for node in nodes if node in used and on_x[node] and not on_theta[node]]


def _line(program: Program, node: Node) -> str:
    kind, *rest = program.graph.nodes[node]
    a, b, c, d = ([f"n{argument}" for argument in program.graph.arguments(node)] + [""] * 4)[:4]
    text = {
        "constant": lambda: repr(rest[0]),
        "parameter": lambda: f"theta[{rest[0]}]",
        "neg": lambda: f"-{a}",
        "exp": lambda: f"math.exp({a})",
        "log": lambda: f"math.log({a})",
        "softplus": lambda: f"max({a}, 0.0) + math.log1p(math.exp(-abs({a})))",
        "add": lambda: f"{a} + {b}",
        "sub": lambda: f"{a} - {b}",
        "mul": lambda: f"{a} * {b}",
        "div": lambda: f"{a} / {b}",
        "where": lambda: f"{c} if {a} < {b} else {d}",
    }[str(kind)]()
    return f"n{node} = {text}"
