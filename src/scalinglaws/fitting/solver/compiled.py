"""The method of `newton`, compiled with numba: one kernel for each law and residual, one solver for all.

Importing numba and compiling a kernel take about two CPU seconds, which pays off for tens of thousands of
fits; `solve` decides, and imports this module only then. numba keeps the solver itself on disk.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import numba
import numpy as np

from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.fitting.solver import kernel
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.newton import (
    CONVERGED,
    EXACT,
    FIRST_DAMPING,
    LEAST_DAMPING,
    MAX_STEPS,
    NO_INFLUENCE,
    ROUNDING,
    STALLED,
    Solutions,
)
from scalinglaws.laws.law import FloatArray, Law

# numba keeps machine code for as long as this file has its size and time, and builds constants of other files
# into it. In a folder named by what the code means, it finds nothing that was compiled of other code.
DATA_FILES = ()  # the folder is no data
_SETTINGS: Any = numba.config
_CACHES = Path(_SETTINGS.CACHE_DIR or Path(__file__).parent / "__pycache__")
_SETTINGS.CACHE_DIR = str(_CACHES / code_fingerprint("scalinglaws.fitting.solver.compiled"))

Array: TypeAlias = Any  # of floats or booleans; numba infers which

REAL, VECTOR, MATRIX = numba.float64, numba.float64[::1], numba.float64[:, ::1]
# Lets the processor add up several points at a time (twice as fast); infinities and NaN stay what they are.
SUMS_IN_ANY_ORDER = {"reassoc", "contract", "arcp", "nsz"}
KERNEL = REAL(VECTOR, MATRIX, VECTOR, VECTOR, numba.int64, REAL, VECTOR, MATRIX, VECTOR, VECTOR)


def solve(
    batch: Batch, guesses: FloatArray, deltas: tuple[float, ...], max_steps: int = MAX_STEPS
) -> Solutions:
    """As `newton.solve`."""
    law, estimator = batch.law, batch.estimator
    # The solver was compiled for arrays that may be written, though it only reads these.
    starts, lower, upper = (np.require(array.T, None, ["C", "W"]) for array in (guesses, *batch.limits))
    target, weights = (np.require(array, np.float64, ["C", "W"]) for array in (batch.target, batch.weights))
    theta, objective, gradient = solver()(
        compile_kernel(kernel.source(law.program, estimator.residual)),
        (columns(law, batch.x), target, weights),
        (starts, lower, upper),
        np.array(deltas),
        estimator.residual == "value",
        max_steps,
    )
    return Solutions(np.ascontiguousarray(theta.T), objective * estimator.factor, gradient)


def columns(law: Law, x: FloatArray) -> FloatArray:
    """What a kernel reads instead of x: the sub-expressions without parameters, [columns, points]."""
    nothing = np.zeros(len(law.parameters))
    found = law.program.run(nothing, law.safe(x), tuple(kernel.columns(law.program)))
    return np.ascontiguousarray(np.stack(found) if found else np.empty((0, x.shape[1])))


@cache
def compile_kernel(text: str) -> Any:
    """A kernel from its source code."""
    scope: dict[str, Any] = {}
    exec(text, scope)  # our own text, made from a parsed formula
    return numba.njit(KERNEL, error_model="numpy", fastmath=SUMS_IN_ANY_ORDER)(scope["kernel"])


@cache
def solver() -> Callable[..., tuple[FloatArray, FloatArray, FloatArray]]:
    """The compiled solver; kernels are passed to it as values, so that it is compiled once for all laws."""
    types: Any = numba.types
    matrices = types.UniTuple(MATRIX, 3)
    takes = (types.FunctionType(KERNEL), matrices, matrices, VECTOR, types.boolean, types.int64)
    gives = types.Tuple((MATRIX, VECTOR, VECTOR))
    compiled: Any = numba.njit(gives(*takes), error_model="numpy", cache=True)(_solve)
    return compiled  # type: ignore[no-any-return]


def _solve(
    kernel: Any,
    data: tuple[Array, Array, Array],
    limits: tuple[Array, Array, Array],
    deltas: Array,
    value: bool,
    max_steps: int,
) -> tuple[Array, Array, Array]:
    """`newton.solve`, one fit after the other.

    data: x [columns, points], target and weights [batch, points].
    limits: starts, lower and upper, [batch, parameters] each.
    """
    x, target, weights = data
    starts, lower, upper = limits
    batch, size = starts.shape
    theta = np.empty_like(starts)
    objectives, cosines = np.empty(batch), np.empty(batch)
    gradient, new_gradient = np.empty(size), np.empty(size)
    hessian, new_hessian = np.empty((size, size)), np.empty((size, size))
    scale, new_scale = np.empty(size), np.empty(size)
    total, new_total = np.empty(1), np.empty(1)
    factor = np.empty((size, size))
    step, unit, trial = np.empty(size), np.empty(size), np.empty(size)
    free = np.empty(size, dtype=np.bool_)
    columns, y, w = np.empty_like(x), np.empty(x.shape[1]), np.empty(x.shape[1])
    for fit in range(batch):
        at = theta[fit]
        points = (
            0  # those of weight 0 are left out here: the processor could not predict a branch in the kernel
        )
        for p in range(weights.shape[1]):
            if weights[fit, p] != 0:
                for column in range(x.shape[0]):
                    columns[column, points] = x[column, p]
                y[points], w[points] = target[fit, p], weights[fit, p]
                points += 1
        exact = 0.0
        for p in range(points):
            exact += w[p] * y[p] * y[p] if value else w[p]
        exact *= EXACT * EXACT
        for i in range(size):
            at[i] = min(max(starts[fit, i], lower[fit, i]), upper[fit, i])
        objective = np.inf
        for delta in deltas:
            objective = kernel(at, columns, y, w, points, delta, gradient, hessian, scale, total)
            if not _finite(objective, gradient, hessian):
                objective = np.inf
            damping = FIRST_DAMPING
            for _ in range(max_steps):
                if objective == np.inf or damping > STALLED:
                    break
                _release(at, lower[fit], upper[fit], gradient, free)
                if _steepness(at, gradient, scale, total[0], free, exact) < CONVERGED:
                    break
                if not _newton((gradient, hessian, scale), free, damping, (factor, unit, step)):
                    damping *= 4
                    continue
                gain = 0.0
                for i in range(size):
                    gain -= gradient[i] * step[i]
                    trial[i] = min(max(at[i] + step[i], lower[fit, i]), upper[fit, i])
                tried = kernel(
                    trial, columns, y, w, points, delta, new_gradient, new_hessian, new_scale, new_total
                )
                if tried < objective and _finite(tried, new_gradient, new_hessian):
                    objective = tried
                    at[:] = trial
                    gradient, new_gradient = new_gradient, gradient
                    hessian, new_hessian = new_hessian, hessian
                    scale, new_scale = new_scale, scale
                    total, new_total = new_total, total
                    damping = max(damping / 8, LEAST_DAMPING)
                elif gain < ROUNDING * objective:
                    break
                else:
                    damping *= 4
        _release(at, lower[fit], upper[fit], gradient, free)
        objectives[fit] = objective
        cosines[fit] = (
            _steepness(at, gradient, scale, total[0], free, exact) if objective < np.inf else np.inf
        )
    return theta, objectives, cosines


@numba.njit(error_model="numpy", cache=True)
def _finite(objective: float, gradient: Array, hessian: Array) -> bool:
    if not np.isfinite(objective):
        return False
    for i in range(len(gradient)):
        if not np.isfinite(gradient[i]):
            return False
        for j in range(i + 1):
            if not np.isfinite(hessian[i, j]):
                return False
    return True


@numba.njit(error_model="numpy", cache=True)
def _release(at: Array, lower: Array, upper: Array, gradient: Array, free: Array) -> None:
    for i in range(len(at)):
        fixed = lower[i] == upper[i]
        fixed = fixed or (at[i] <= lower[i] and gradient[i] >= 0)
        fixed = fixed or (at[i] >= upper[i] and gradient[i] <= 0)
        free[i] = not fixed


@numba.njit(error_model="numpy", cache=True)
def _steepness(at: Array, gradient: Array, scale: Array, total: float, free: Array, exact: float) -> float:
    if total <= exact:
        return 0.0
    steepest = 0.0
    for i in range(len(gradient)):
        influence = np.sqrt(scale[i]) * max(abs(at[i]), 1.0)
        if free[i] and influence >= NO_INFLUENCE * np.sqrt(total):
            steepest = max(steepest, abs(gradient[i]) / np.sqrt(max(scale[i], 1e-300)))
    return float(steepest / np.sqrt(total))


@numba.njit(error_model="numpy", cache=True)
def _newton(
    state: tuple[Array, Array, Array], free: Array, damping: float, work: tuple[Array, Array, Array]
) -> bool:
    """The damped step, by Cholesky; false where the damped Hessian is not positive definite.

    state: gradient, Hessian and scale.
    work: room for the factor and the unit of each parameter, and for the step, which is the result.
    """
    gradient, hessian, scale = state
    factor, unit, step = work
    size = len(gradient)
    for i in range(size):
        unit[i] = 1 / np.sqrt(scale[i]) if free[i] and scale[i] > 0 else 1.0
    for j in range(size):
        for i in range(j, size):
            if free[i] and free[j]:
                entry = hessian[i, j] * unit[i] * unit[j]
                entry += damping if i == j else 0.0
            else:
                entry = 1.0 if i == j else 0.0
            for k in range(j):
                entry -= factor[i, k] * factor[j, k]
            if i == j:
                if not entry > 0:
                    return False
                factor[j, j] = np.sqrt(entry)
            else:
                factor[i, j] = entry / factor[j, j]
    for i in range(size):
        entry = gradient[i] * unit[i] if free[i] else 0.0
        for k in range(i):
            entry -= factor[i, k] * step[k]
        step[i] = entry / factor[i, i]
    for i in range(size - 1, -1, -1):
        entry = step[i]
        for k in range(i + 1, size):
            entry -= factor[k, i] * step[k]
        step[i] = entry / factor[i, i]
    for i in range(size):
        step[i] *= -unit[i]
        if not np.isfinite(step[i]):
            return False
    return True
