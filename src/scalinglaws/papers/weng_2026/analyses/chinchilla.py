"""The exponents of Hoffmann et al. 2022 on the points of their Fig 4: IsoFLOP curves and the parametric law.

Approach 1 needs training curves, and the figure only shows their ends, so it is shown as published.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.fitting.uncertainty.bootstrap import bootstrap
from scalinglaws.fitting.uncertainty.covariance import interval
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.parametric import closed_form
from scalinglaws.papers.weng_2026.constants import hoffmann_2022
from scalinglaws.papers.weng_2026.refit.chinchilla_fit import (
    LAW,
    Bootstrapped,
    exponent_a,
    fit,
    law_of,
    points_of,
)
from scalinglaws.protocols.isoflop.exponents import Exponents
from scalinglaws.protocols.isoflop.isoflop import IsoFlop, Optima, assign, group, optima
from scalinglaws.protocols.isoflop.isoflop_exponents import Resampling, isoflop_exponents
from scalinglaws.protocols.isoflop.minimum import Akima, Method, Parabola, Status
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.inputs import Inputs

TABLES = ("fits", "points", "curves", "optima", "exponents", "lines", "models")
RESAMPLED = True

LEVEL = hoffmann_2022.LEVEL
BUDGETS = np.array([budget.value for budget in hoffmann_2022.BUDGETS])
TOLERANCE = 0.06  # dex in C within which a point belongs to a budget: points are read off a figure
SAME_SIZE = 0.01  # dex in N within which points have the same size; sizes in the figure differ by more
WINDOW = 0.2  # nats above the lowest loss: points below get a parabola. Declared, not searched.
GOPHER = hoffmann_2022.GOPHER_FLOPS.value
COMPUTE = np.geomspace(1e17, 1e25, 33)  # FLOPs, of lines
APPROACH_2, AKIMA = "2. Parabola within 0.2 nats", "2. Akima's interpolant"
APPROACH_3, SUBSAMPLED = "3. Parametric, resampled", "3. Parametric, subsamples of 80 %"
WINDOWS: Mapping[str, Method] = {
    **{f"2. Parabola within {nats:g} nats": Parabola(nats=nats) for nats in (0.1, 0.15, 0.3, 0.5)},
    **{f"2. Parabola of {count} sizes": Parabola(nearest=count) for count in (7, 11)},
    "2. Parabola of all sizes": Parabola(),
}


@dataclass(frozen=True)
class Isoflop:
    """A way to find the best size of each budget, and its result."""

    name: str
    method: Method
    curves: IsoFlop
    best: Optima
    exponents: Exponents


def analyse(inputs: Inputs, spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Repeat approaches 2 and 3.

    Tables:
        fits: exponents of both approaches, and their optima at Gopher's budget.
        points: the runs, with the budget that each belongs to.
        curves: the parabolas over the sizes they are fitted to.
        optima: the best size of each budget, by method.
        exponents: published and refitted a and b, with 10-90 % intervals; kinds are published, refit, window.
        lines: N_opt and D_opt over C, published and refitted.
        models: large trained models.
    """
    frame = inputs.public_runs["chinchilla-points"][["N", "D", "C", "loss", "excluded"]]
    frame = frame.assign(budget=assign(frame.C.to_numpy(), BUDGETS, TOLERANCE))
    kept = frame[~frame.excluded]
    curves = _grouped(kept)
    main = [
        _isoflop(APPROACH_2, Parabola(nats=WINDOW), curves, spec, 0),
        _isoflop(AKIMA, Akima(), curves, spec, 1),
    ]
    windows = [_isoflop(name, method, curves, spec, 2) for name, method in WINDOWS.items()]
    windows.append(_isoflop("2. Parabola of all, excluded too", Parabola(), _grouped(frame), spec, 2))
    refit = fit(points_of(kept), spec.resamples, np.random.default_rng([spec.seed, 3]))
    subsampled = bootstrap(
        refit.fit,
        hoffmann_2022.SUBSAMPLES,
        np.random.default_rng([spec.seed, 4]),
        method="subsample",
    )
    samples = {APPROACH_3: exponent_a(refit.samples), SUBSAMPLED: exponent_a(subsampled.params)}
    return {
        "fits": fit_table([*_isoflop_rows(main), *_parametric_rows(refit)]),
        "points": frame,
        "curves": _parabolas(main[0]),
        "optima": pd.concat([_optima(one) for one in main], ignore_index=True),
        "exponents": pd.DataFrame([*_published(), *_refitted(main, refit, samples), *map(_window, windows)]),
        "lines": pd.concat(list(_lines(main[0], refit)), ignore_index=True),
        "models": pd.DataFrame(
            [
                {"name": one.name, "N": one.N.value, "D": one.D.value, "C": one.C.value}
                for one in hoffmann_2022.LARGE_MODELS
            ]
        ),
    }


def _grouped(frame: pd.DataFrame) -> IsoFlop:
    """The IsoFLOP curves. Sizes that differ by no more than the reading error count as one size."""
    log_n = np.log10(frame.N.to_numpy())
    order = np.argsort(log_n)
    size = np.empty(len(log_n), dtype=np.int64)
    size[order] = np.cumsum(np.diff(log_n[order], prepend=log_n[order[0]]) > SAME_SIZE)
    N = 10 ** (np.bincount(size, log_n) / np.bincount(size))[size]
    columns = (frame[name].to_numpy() for name in ("loss", "D"))
    return group(frame.C.to_numpy(), N, *columns, budget=frame.budget.to_numpy())


def _isoflop(name: str, method: Method, curves: IsoFlop, spec: AnalysisSpec, stream: int) -> Isoflop:
    rng = np.random.default_rng([spec.seed, stream])
    drawn = Resampling(points=True)
    exponents = isoflop_exponents(curves, method, drawn, count=spec.resamples, level=LEVEL, rng=rng)
    return Isoflop(name, method, curves, optima(curves, method), exponents)


def _parabolas(way: Isoflop) -> pd.DataFrame:
    """Each budget's parabola, over the sizes within the window. Its vertex is the optimum."""
    curves, frames = way.curves, []
    mean = np.nanmean(np.where(curves.runs[..., None] > 0, curves.loss, 0.0), axis=-1)
    for budget, log_n, loss, runs in zip(curves.budgets, curves.log_n, mean, curves.runs, strict=True):
        there = runs > 0
        inside = there & (loss <= loss[there].min() + WINDOW)
        parabola = np.polynomial.Polynomial.fit(log_n[inside], loss[inside], 2, w=np.sqrt(runs[inside]))
        grid = np.linspace(log_n[inside].min(), log_n[inside].max(), 61)
        frames.append(pd.DataFrame({"budget": budget, "N": np.exp(grid), "loss": parabola(grid)}))
    return pd.concat(frames, ignore_index=True)


def _optima(way: Isoflop) -> pd.DataFrame:
    best = way.best
    status = [Status(code).name.lower().replace("_", " ") for code in best.status]
    values = {"budget": best.budgets, "N": best.N, "D": best.D, "loss": best.loss, "status": status}
    return pd.DataFrame({"method": way.name, **values})


def _isoflop_rows(ways: list[Isoflop]) -> Iterator[dict[str, Any]]:
    for way in ways:
        warnings = [f"{n} budgets dropped: {why.name}" for why, n in way.best.dropped.items() if n]
        law = "isoflop-akima" if way.name == AKIMA else "isoflop-parabola"
        e = way.exponents
        if e.degenerate:
            warnings.append(f"{e.degenerate} resamples without an exponent")
        points = int(way.curves.runs.sum())
        for name, value, ends in (("a", e.a, e.a_interval), ("b", e.b, e.b_interval)):
            yield fit_row(law, "loss", name, value, ends, level=LEVEL, points=points, warnings=warnings)


def _parametric_rows(refit: Bootstrapped) -> Iterator[dict[str, Any]]:
    values, samples = refit.values, refit.samples
    best, sampled = closed_form(law_of(values), GOPHER), closed_form(law_of(samples), GOPHER)
    for name, value, sample in (
        ("a", exponent_a(values), exponent_a(samples)),
        ("b", 1 - exponent_a(values), 1 - exponent_a(samples)),
        ("N_gopher", best.N, sampled.N),
        ("D_gopher", best.D, sampled.D),
    ):
        ends, points = _ends(sample), len(refit.points.y)
        yield fit_row(
            LAW.name, "loss", name, float(value), ends, level=LEVEL, points=points, warnings=refit.warnings
        )


def _published() -> Iterator[dict[str, Any]]:
    for number, one in hoffmann_2022.APPROACHES.items():
        a, b = one.a, one.b
        yield _exponents(f"{number}. {one.title}", "published", a.value, a.interval, b.value, b.interval)
    a, b = hoffmann_2022.KAPLAN_A, hoffmann_2022.KAPLAN_B
    yield _exponents("Kaplan et al. 2020", "published", a.value, None, b.value, None)


def _refitted(
    ways: list[Isoflop], refit: Bootstrapped, samples: Mapping[str, FloatArray]
) -> Iterator[dict[str, Any]]:
    for one in ways:
        yield {**_window(one), "kind": "refit"}
    a = float(exponent_a(refit.values))
    for name, drawn in samples.items():
        yield _exponents(name, "refit", a, _ends(drawn), 1 - a, _ends(1 - drawn))


def _window(way: Isoflop) -> dict[str, Any]:
    e = way.exponents
    kept = int(way.best.kept.sum())
    return _exponents(way.name, "window", e.a, e.a_interval, e.b, e.b_interval, kept)


def _exponents(
    name: str,
    kind: str,
    a: float,
    a_interval: tuple[float, float] | None,
    b: float,
    b_interval: tuple[float, float] | None,
    budgets: float = nan,
) -> dict[str, Any]:
    (a_low, a_high), (b_low, b_high) = a_interval or (nan, nan), b_interval or (nan, nan)
    ends = {"a": a, "a_low": a_low, "a_high": a_high, "b": b, "b_low": b_low, "b_high": b_high}
    return {"approach": name, "kind": kind, **ends, "level": LEVEL, "budgets": budgets}


def _lines(isoflop: Isoflop, refit: Bootstrapped) -> Iterator[pd.DataFrame]:
    """Lines over C, which includes the budget of Gopher."""
    C = np.sort(np.append(COMPUTE, GOPHER))
    for number, one in hoffmann_2022.APPROACHES.items():
        yield _line(f"Approach {number}, published", C, one.k.value * C**one.exponent.value)
    yield _line("Kaplan et al. 2020", C, hoffmann_2022.KAPLAN_K.value * C**hoffmann_2022.KAPLAN_A.value)
    e = isoflop.exponents
    yield _line("Approach 2, refit", C, e.n(C)).assign(D=e.d(C))
    best = closed_form(law_of(refit.values), C)
    sampled = closed_form(law_of(refit.samples[:, :, None]), C)
    (low, high), (D_low, D_high) = interval(sampled.N, LEVEL), interval(sampled.D, LEVEL)
    band = {"N_low": low, "N_high": high, "D_low": D_low, "D_high": D_high}
    yield _line("Approach 3, refit", C, best.N).assign(**band)


def _line(name: str, C: FloatArray, N: FloatArray) -> pd.DataFrame:
    empty = dict.fromkeys(("N_low", "N_high", "D_low", "D_high"), nan)
    return pd.DataFrame({"series": name, "C": C, "N": N, "D": C / (6 * N), **empty})


def _ends(samples: FloatArray) -> tuple[float, float]:
    low, high = interval(samples, LEVEL)
    return float(low), float(high)
