"""Initial guesses: many candidates over the ranges that a law declares, of which the best are followed.

Candidates are a Sobol sequence over the parameters that have a range. The other parameters enter the formula
linearly: they are solved for, given a candidate, by least squares on the relative error. So guesses have the
right order of magnitude whatever the units of the data.
"""

from dataclasses import replace

import numpy as np

from scalinglaws.fitting.objective import Misfit
from scalinglaws.fitting.solver.batch import Batch
from scalinglaws.fitting.solver.sobol import sobol
from scalinglaws.laws.law import FloatArray, Law, Parameter

CANDIDATES = 512
MOST_POINTS = 4096  # of the data, by which candidates are compared
LEAST_SHARE = 1e-3  # of y: what a term that must be positive begins with where the data ask for less


def design(batch: Batch, count: int, candidates: int = CANDIDATES) -> FloatArray:
    """Guesses for the first fit of a batch, the best first: coordinates [parameters, count at most].

    Args:
        batch: the fits.
        count: how many guesses.
        candidates: how many candidates are tried, a power of two.
    """
    batch = _thinned(batch)
    law, estimator, y, weights = batch.law, batch.estimator, batch.y[0], batch.weights[0]
    lower, upper = (end[:, 0] for end in batch.limits)
    x = law.safe(batch.x)
    theta = _candidates(law, x, candidates, lower, upper)
    theta = _solve_linear(replace(batch, x=x), theta)
    theta = np.clip(theta, lower[:, None], upper[:, None])
    shape = theta.shape[1], len(y)
    target, shared = (np.broadcast_to(each, shape) for each in (batch.target[0], weights))
    misfit = Misfit(law.program, estimator.residual, estimator.deltas[0])
    reached = misfit.total(theta, x, target, shared)
    order = np.argsort(reached, kind="stable")
    order = order[np.isfinite(reached[order])]
    # Half of them the best, half spread over the better quarter: the best candidates crowd into one basin.
    best = order[: (count + 1) // 2]
    quarter = order[len(best) : max(len(best) + count, len(order) // 4)]
    others = (
        quarter[np.linspace(0, len(quarter) - 1, count - len(best)).astype(int)] if len(quarter) else best
    )
    return theta[:, list(dict.fromkeys([*best, *others]))]


def _thinned(batch: Batch) -> Batch:
    """The first fit, with some of its points where they are many: guesses need no more."""
    if batch.x.shape[1] <= MOST_POINTS:
        return batch
    some = np.sort(np.random.default_rng(0).choice(batch.x.shape[1], MOST_POINTS, replace=False))
    y, target, weights = (values[:1, some] for values in (batch.y, batch.target, batch.weights))
    lower, upper = (end[:, :1] for end in batch.limits)
    return replace(batch, x=batch.x[:, some], y=y, target=target, weights=weights, bounds=(lower, upper))


def _candidates(law: Law, x: FloatArray, count: int, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """Coordinates [parameters, count]; 0 for parameters without a range."""
    theta = np.zeros((len(law.parameters), count))
    ranged = [k for k, p in enumerate(law.parameters) if p.guesses is not None and lower[k] < upper[k]]
    if ranged:
        draws = sobol(len(ranged), count)
        for k, u in zip(ranged, draws.T, strict=True):
            theta[k] = _along(law, law.parameters[k], u, x)
    fixed = lower == upper
    theta[fixed] = lower[fixed, None]
    return theta


def _along(law: Law, parameter: Parameter, u: FloatArray, x: FloatArray) -> FloatArray:
    """Coordinates at the shares u of the range in which a parameter is sought."""
    assert parameter.guesses is not None
    low, high = parameter.guesses
    if parameter.of is not None:
        values = np.log(x[[variable.name for variable in law.variables].index(parameter.of)])
        log_value = values.min() + (low + u * (high - low)) * np.ptp(values)
        return np.asarray(log_value if parameter.positive else np.exp(log_value))
    if low > 0:
        log_value = np.log(low) + u * np.log(high / low)
        return np.asarray(log_value if parameter.positive else np.exp(log_value))
    return np.asarray(low + u * (high - low))


def _solve_linear(batch: Batch, theta: FloatArray) -> FloatArray:
    """The candidates with their linear parameters solved for; those outside their bounds are put on them."""
    law, x, y, weights = batch.law, batch.x, batch.y[0], batch.weights[0]
    lower, upper = (end[:, 0] for end in batch.limits)
    solved = [
        k
        for k, (p, linear) in enumerate(zip(law.parameters, law.program.linear, strict=True))
        if linear and p.guesses is None and lower[k] < upper[k]
    ]
    if not solved:
        return theta
    theta = theta.copy()
    program = law.program
    value, *columns = program.run(theta, x, (program.value, *(program.slope[k] for k in solved)))
    # At coordinate 0 a positive parameter is 1 and any other one 0.
    at = np.where(law.positive[solved], 1.0, 0.0)
    natural_low = np.where(law.positive[solved], np.exp(lower[solved]), lower[solved])
    natural_high = np.where(law.positive[solved], np.exp(upper[solved]), upper[solved])
    with np.errstate(all="ignore"):
        root = np.sqrt(weights) / y
        design_matrix = np.stack(columns, axis=-1) * root[:, None]  # [candidates, points, solved]
        rest = (y - value + sum(a * column for a, column in zip(at, columns, strict=True))) * root
        size = np.median(np.abs(np.stack(columns, axis=-1)) / y[:, None], axis=1)
        least = np.maximum(natural_low, np.where(law.positive[solved], LEAST_SHARE / size, -np.inf))
        free = np.ones((theta.shape[1], len(solved)), dtype=np.bool_)
        coefficients = np.where(np.isfinite(least), least, 0.0)
        for _ in solved:  # each round solves for those still free, and fixes those that left their bounds
            fixed = np.where(free, 0.0, coefficients)
            residual = rest - np.einsum("cnk,ck->cn", design_matrix, fixed)
            masked = design_matrix * free[:, None, :]
            norm = np.maximum(np.sqrt((masked**2).sum(axis=1)), 1e-300)
            scaled = masked / norm[:, None, :]
            normal = np.einsum("cnk,cnl->ckl", scaled, scaled) + 1e-12 * np.eye(len(solved))
            right = np.einsum("cnk,cn->ck", scaled, residual)
            usable = np.isfinite(normal).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
            normal[~usable], right[~usable] = np.eye(len(solved)), 0.0
            best = np.linalg.solve(normal, right[..., None])[..., 0] / norm
            coefficients = np.where(free, best, coefficients)
            out = free & ~((coefficients >= least) & (coefficients <= natural_high))
            coefficients = np.where(out, np.clip(coefficients, least, natural_high), coefficients)
            free &= ~out
        theta[solved] = np.where(law.positive[solved], np.log(coefficients), coefficients).T
    theta[~np.isfinite(theta)] = 0.0
    return theta
