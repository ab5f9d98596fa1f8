"""What to train with a budget, by a fitted law of model size and tokens: optimum, intervals, warnings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from scalinglaws.errors import ScalingLawsError
from scalinglaws.laws.law import FloatArray, Law
from scalinglaws.laws.optimum.parametric import Allocation, Chinchilla, Surface, closed_form, numeric
from scalinglaws.laws.optimum.pearce import total_parameters

FLOPS = 6.0  # per parameter and token: 2 forward, 4 backward
SEARCHED = (1e3, 1e15)  # sizes tried for laws without a closed form
LEAST_SAMPLES = 20  # usable samples, below which there is no interval
COMPUTE = "N*D"  # name of a fit's range of compute: total parameters times tokens

Interval = tuple[float, float, float]
"""Value, low, high; low and high are NaN without samples."""


@dataclass(frozen=True)
class Planned:
    """The compute-optimal run of one budget.

    Attributes:
        C: FLOPs.
        N: parameters, with embeddings if the law separates them, else as the law counts them.
        D: tokens.
        tokens_per_parameter: D/N.
        loss: predicted, in the units of the fitted response.
        size: parameters as the law counts them; differs from N for laws of the size without embeddings.
        on_edge: whether N is at the end of the sizes searched, and therefore not an optimum.
        samples: how many samples of the parameters the intervals come from.
        without: samples that were left out because they have no optimum.
    """

    C: float
    N: Interval
    D: Interval
    tokens_per_parameter: Interval
    loss: Interval
    size: Interval
    on_edge: bool
    samples: int
    without: int

    def __str__(self) -> str:
        """The plan in one line, with intervals where it has them."""
        return (
            f"{self.C:.3g} FLOPs: N = {_text(self.N)}, D = {_text(self.D)}, "
            f"{_text(self.tokens_per_parameter)} tokens per parameter, loss {_text(self.loss)}"
        )


def size_name(law: Law) -> str:
    """The variable of a law of model size and tokens that is the size: N, or N_E without embeddings.

    Raises:
        ScalingLawsError: it is not a law of these two.
    """
    names = {variable.name for variable in law.variables}
    for size in ("N", "N_E"):
        if names == {size, "D"}:
            return size
    given = ", ".join(f"{variable.name} ({variable.unit})" for variable in law.variables)
    raise ScalingLawsError(
        f"plan: {law.name} is a law of {given}; planning needs one of N (parameters) and D (tokens)"
    )


def total_size(law: Law, size: FloatArray | float) -> FloatArray:
    """Parameters with embeddings if the law separates them, else as the law counts them."""
    if size_name(law) == "N":
        return np.asarray(size, dtype=np.float64)
    return total_parameters(size, _omega(law))


def compute_range(law: Law, x: FloatArray) -> tuple[float, float]:
    """Least and greatest product of total parameters and tokens among points x [variables, points]."""
    names = [variable.name for variable in law.variables]
    product = total_size(law, x[names.index(size_name(law))]) * x[names.index("D")]
    return float(product.min()), float(product.max())


def growth(law: Law, params: FloatArray) -> FloatArray | None:
    """a, if N_opt grows as C^a and D_opt as C^(1-a), [*batch]; None if that is not a power law.

    params: [parameters, *batch]. The result is NaN where there is no optimum.
    """
    size_name(law)
    values = dict(zip(law.names, params, strict=True))
    if _is_chinchilla(law) and law.constants is None:
        alpha, beta = values["alpha"], values.get("beta", values["alpha"])
    elif _is_kaplan(law):
        alpha, beta = values["alpha_N"], values["alpha_D"]
    else:
        return None
    usable = (alpha > 0) & (beta > 0)
    return np.where(usable, beta / np.where(usable, alpha + beta, 1.0), np.nan)


def optimum(law: Law, params: FloatArray, C: float, flops: float = FLOPS) -> Allocation:
    """The best N and D where C = flops N D, N in total; `Allocation.N` is the size as the law counts it.

    Args:
        law: of model size and tokens.
        params: [parameters, *batch].
        C: FLOPs.
        flops: per parameter and token.

    Raises:
        ScalingLawsError: it is another law, C or flops is not positive, or the constants have no optimum.
    """
    size = size_name(law)
    if not (np.isfinite(C) and C > 0 and np.isfinite(flops) and flops > 0):
        raise ScalingLawsError("plan: FLOPs, and FLOPs per parameter and token, must be finite and positive")
    values = dict(zip(law.names, params, strict=True))
    if _is_chinchilla(law):
        beta = values.get("beta", values["alpha"])
        surface = Chinchilla(values["A"], values["B"], values["E"], values["alpha"], beta)
        found = closed_form(surface, 6 * C / flops)
        N = found.N if size == "N" else _without_embeddings(found.N, _omega(law))
        return Allocation(np.full(found.N.shape, C), N, found.D, found.loss, found.on_edge)
    if _is_kaplan(law):
        return _kaplan(law, params, C, flops)
    return _searched(law, params, C, flops)


def plan(
    law: Law, params: FloatArray, samples: FloatArray, C: float, level: float, flops: float = FLOPS
) -> Planned:
    """The best run for C FLOPs, with intervals from samples of the parameters.

    Args:
        law: of model size and tokens.
        params: [parameters].
        samples: [parameters, samples]; there may be none.
        C: FLOPs.
        level: of the intervals.
        flops: per parameter and token.

    Raises:
        ScalingLawsError: see `optimum`.
    """
    with np.errstate(all="ignore"):  # what overflows is refused
        best = optimum(law, params, C, flops)
    sizes = np.array([best.N, best.D, best.D / total_size(law, best.N), best.loss])
    if not np.isfinite(sizes).all() or (sizes[:3] <= 0).any():
        raise ScalingLawsError(
            f"plan: at C = {C:.3g} the optimum of {law.name} is too large or too small for numbers"
        )
    drawn = _of_samples(law, samples, C, flops)
    count = 0 if drawn is None else drawn.N.size

    def interval(of: Callable[[Allocation], FloatArray]) -> Interval:
        if drawn is None:
            return float(of(best)), np.nan, np.nan
        low, high = np.quantile(of(drawn), [(1 - level) / 2, (1 + level) / 2])
        return float(of(best)), float(low), float(high)

    return Planned(
        C=C,
        N=interval(lambda found: total_size(law, found.N)),
        D=interval(lambda found: found.D),
        tokens_per_parameter=interval(lambda found: found.D / total_size(law, found.N)),
        loss=interval(lambda found: found.loss),
        size=interval(lambda found: found.N),
        on_edge=bool(best.on_edge),
        samples=count,
        without=samples.shape[1] - count,
    )


def beyond(planned: Planned, law: Law, ranges: Mapping[str, tuple[float, float]], flops: float) -> list[str]:
    """Which of C, N and D are outside the range that was fitted, and by what factor."""
    size = size_name(law)
    compute = ranges.get(COMPUTE)
    checked = [
        ("C", planned.C, None if compute is None else (compute[0] * flops, compute[1] * flops)),
        (size, planned.size[0], ranges.get(size)),
        ("D", planned.D[0], ranges.get("D")),
    ]
    said = []
    for name, value, span in checked:
        if span is not None and value > span[1]:
            said.append(
                f"{name} = {value:.3g} is {value / span[1]:.3g} times the largest fitted ({span[1]:.3g})"
            )
        if span is not None and value < span[0]:
            said.append(
                f"{name} = {value:.3g} is {value / span[0]:.3g} times the least fitted ({span[0]:.3g})"
            )
    return said


def _text(interval: Interval) -> str:
    value, low, high = interval
    return f"{value:.3g}" if np.isnan(low) else f"{value:.3g} ({low:.3g} to {high:.3g})"


def _of_samples(law: Law, samples: FloatArray, C: float, flops: float) -> Allocation | None:
    """The optima of those samples that have one; None if these are too few."""
    exists = np.isfinite(samples).all(axis=0)
    if _is_chinchilla(law):  # its closed form refuses constants without an optimum
        slopes = [k for k, name in enumerate(law.names) if name != "E"]
        exists &= (samples[slopes] > 0).all(axis=0)
    if exists.sum() < LEAST_SAMPLES:
        return None
    with np.errstate(all="ignore"):
        found = optimum(law, samples[:, exists], C, flops)
    real = np.isfinite([found.N, found.D, found.loss]).all(axis=0) & (found.N > 0) & (found.D > 0)
    real &= ~found.on_edge
    if real.sum() < LEAST_SAMPLES:
        return None
    return Allocation(found.C[real], found.N[real], found.D[real], found.loss[real], found.on_edge[real])


def _is_chinchilla(law: Law) -> bool:
    """Whether it is E + A/N^alpha + B/D^beta, the exponents perhaps tied, N perhaps with omega."""
    base, _, ties = law.name.partition("[")
    known = base in ("chinchilla", "chinchilla-tied", "pearce-song")
    return known and ties in ("", "beta = alpha]") and {"A", "B", "E", "alpha"} <= set(law.names)


def _is_kaplan(law: Law) -> bool:
    return law.name == "kaplan-ND"


def _omega(law: Law) -> float:
    constants = law.constants or {}
    if "omega" not in constants:
        raise ScalingLawsError(f"plan: {law.name} does not say what embeddings add to N_E")
    return constants["omega"]


def _without_embeddings(total: FloatArray, omega: float) -> FloatArray:
    """N_E with N_E + omega N_E^(1/3) = N: the one real root of a cubic in N_E^(1/3)."""
    third = omega / 3
    return np.asarray((2 * np.sqrt(third) * np.sinh(np.arcsinh(total / (2 * third**1.5)) / 3)) ** 3)


def _kaplan(law: Law, params: FloatArray, C: float, flops: float) -> Allocation:
    """Where (N_c/N)^r + flops N D_c/C is least, r = alpha_N/alpha_D (Kaplan et al. 2020, equation 1.5)."""
    values = dict(zip(law.names, params, strict=True))
    r = values["alpha_N"] / values["alpha_D"]
    log_n = (np.log(r) + r * np.log(values["N_c"]) + np.log(C / flops) - np.log(values["D_c"])) / (r + 1)
    N = np.exp(log_n)
    D = C / flops / N
    loss = _surface(law, params)(N, D)
    return Allocation(np.full(N.shape, C), N, D, loss, np.zeros(N.shape, dtype=np.bool_))


def _searched(law: Law, params: FloatArray, C: float, flops: float) -> Allocation:
    def spent(N: FloatArray, D: FloatArray) -> FloatArray:
        return np.asarray(flops * total_size(law, N) * D)

    budgets = np.full(params.shape[1:], C)
    return numeric(_surface(law, params), budgets, flops=spent, between=SEARCHED)


def _surface(law: Law, params: FloatArray) -> Surface:
    """Loss at sizes and tokens, both [*batch] like params [parameters, *batch]."""
    first_is_size = law.variables[0].name == size_name(law)

    def loss(size: FloatArray, D: FloatArray) -> FloatArray:
        size, D = np.broadcast_arrays(size, D)
        pair = (size, D) if first_is_size else (D, size)
        return np.asarray(law.predict(params, np.stack(pair)[..., None])[..., 0])

    return loss
