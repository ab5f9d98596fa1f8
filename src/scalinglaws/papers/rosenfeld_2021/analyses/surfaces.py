"""The nine error landscapes of Rosenfeld et al. 2020, from their published parameters. Nothing is fitted."""

from math import log10

import numpy as np
import pandas as pd

from scalinglaws import laws
from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.laws.law import FloatArray
from scalinglaws.papers.rosenfeld_2021.constants import LANDSCAPES, NAMES, Landscape
from scalinglaws.tables.inputs import Inputs

TABLES = ("constants", "grid", "surface", "contours", "full_scale")

LAW = "rosenfeld-envelope"
SURFACE_POINTS = 25  # along each axis
CONTOUR_POINTS = 49
CONTOURS = 5


def analyse(_inputs: Inputs, _spec: AnalysisSpec) -> dict[str, pd.DataFrame]:
    """Evaluate every landscape.

    Tables:
        constants: one row per data set and parameter, with its source and certainty.
        grid: the error at every configuration of the paper's grid; n and m are fractions of the largest.
        surface: the error on a finer grid.
        contours: lines of equal error, m over n.
        full_scale: one row per data set: its grid, and the errors at full scale, at the smallest
            configuration, of guessing, and in the limit of infinite data and models.
    """
    return {
        "constants": pd.concat([_constants(one) for one in LANDSCAPES], ignore_index=True),
        "grid": pd.concat([_grid(one) for one in LANDSCAPES], ignore_index=True),
        "surface": pd.concat([_surface(one) for one in LANDSCAPES], ignore_index=True),
        "contours": pd.concat([_contours(one) for one in LANDSCAPES], ignore_index=True),
        "full_scale": pd.DataFrame([_full_scale(one) for one in LANDSCAPES]),
    }


def error(landscape: Landscape, n: FloatArray, m: FloatArray) -> FloatArray:
    """The published law at fractions n and m [points]."""
    return laws.find(LAW).predict(np.array(landscape.values), np.array([n, m]))


def contour(landscape: Landscape, level: float) -> FloatArray:
    """The line on which the error is `level`, inside the grid: n and m [2, points], by ascending n.

    It is sampled evenly along both logarithms, because it may be steep.
    """
    eps0, alpha, b, beta, c_inf, eta = landscape.values
    total = eta * level / np.sqrt(eps0**2 - level**2) - c_inf  # n^-alpha + b m^-beta
    n = np.geomspace(landscape.data_fractions[0], 1, CONTOUR_POINTS)
    m = np.geomspace(landscape.model_fractions[0], 1, CONTOUR_POINTS)
    with np.errstate(invalid="ignore"):
        m_of_n = ((total - n**-alpha) / b) ** (-1 / beta)
        n_of_m = (total - b * m**-beta) ** (-1 / alpha)
    line = np.array([np.append(n, n_of_m), np.append(m_of_n, m)])
    least = np.array([landscape.data_fractions[0], landscape.model_fractions[0]])[:, None]
    line = line[:, ((line >= least) & (line <= 1)).all(axis=0)]
    return np.asarray(line[:, np.lexsort((-line[1], line[0]))])


def _constants(landscape: Landscape) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"data_set": landscape.name, "parameter": name, "value": constant.value,
             "source": constant.source, "certainty": constant.certainty}
            for name, constant in zip(NAMES, landscape.theta, strict=True)
        ]
    )  # fmt: skip


def _grid(landscape: Landscape) -> pd.DataFrame:
    n, m = np.array(list(landscape.configurations)).T
    return pd.DataFrame(
        {
            "data_set": landscape.name,
            "n": n,
            "m": m,
            "examples": n * landscape.examples.value,
            "parameters": m * landscape.largest_model,
            "error": error(landscape, n, m),
        }
    )


def _surface(landscape: Landscape) -> pd.DataFrame:
    n = np.geomspace(landscape.data_fractions[0], 1, SURFACE_POINTS)
    m = np.geomspace(landscape.model_fractions[0], 1, SURFACE_POINTS)
    every_n, every_m = (part.ravel() for part in np.meshgrid(n, m, indexing="ij"))
    values = error(landscape, every_n, every_m)
    return pd.DataFrame({"data_set": landscape.name, "n": every_n, "m": every_m, "error": values})


def _contours(landscape: Landscape) -> pd.DataFrame:
    """A few levels, evenly spaced in log error between the ends of the grid and rounded to two digits."""
    ends = ((1.0, 1.0), (landscape.data_fractions[0], landscape.model_fractions[0]))
    least, most = (float(one) for one in error(landscape, *np.array(ends).T))
    parts = []
    for level in np.geomspace(least, most, CONTOURS + 2)[1:-1]:
        rounded = round(float(level), 1 - int(np.floor(log10(level))))
        n, m = contour(landscape, rounded)
        parts.append(pd.DataFrame({"data_set": landscape.name, "level": rounded, "n": n, "m": m}))
    return pd.concat(parts, ignore_index=True)


def _full_scale(landscape: Landscape) -> dict[str, object]:
    one = np.ones(1)
    eps0, _, _, _, c_inf, eta = landscape.values
    smallest = error(landscape, one * landscape.data_fractions[0], one * landscape.model_fractions[0])
    return {
        "data_set": landscape.name,
        "metric": landscape.metric,
        "model": landscape.model,
        "examples": landscape.examples.value,
        "unit": landscape.unit,
        "data_sizes": len(landscape.data_fractions),
        "base_parameters": landscape.parameters.value,
        "largest_parameters": landscape.largest_model,
        "model_sizes": len(landscape.model_fractions),
        "configurations": len(landscape.data_fractions) * len(landscape.model_fractions),
        "error_full": float(error(landscape, one, one)[0]),
        "error_smallest": float(smallest[0]),
        "error_guess": eps0,
        "error_floor": float(eps0 * c_inf / np.hypot(c_inf, eta)),
    }
