"""The figure of a fit to a user's own runs: what it draws, and its files."""

from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from scalinglaws.fitting.points import Points
from scalinglaws.fitting.problem import Problem
from scalinglaws.fitting.report import Report
from scalinglaws.own_runs.plot import caption, save_fit
from scalinglaws.own_runs.saved_fit import Origin
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.fit import plot
from scalinglaws.plotting.layout.panels import figure_width, finish
from scalinglaws.plotting.layout.venues import SMALLEST
from scalinglaws.plotting.style import style
from unit.figure_checks import cut_off, overlapping, texts


def origin(columns: dict[str, str], rows: int, response: str) -> Origin:
    return Origin(
        data="runs.csv",
        sha256="00",
        rows=rows,
        excluded=(("D/N < 0.41", 2),),
        columns=columns,
        response=response,
        tied={},
    )


CURVE = origin({"x": "examples", "y": "error"}, 22, "y")
SURFACE = origin({"N": "params", "D": "tokens", "L": "loss"}, 42, "L")


@pytest.fixture(scope="module")
def curve() -> Report:
    """A learning curve of 20 points."""
    x = np.geomspace(1e3, 1e7, 20)
    y = (0.1 + 20 * x**-0.4) * np.exp(0.02 * np.random.default_rng(0).standard_normal(20))
    fit = Problem("power-law-floor", Points(x, y)).fit()
    return fit.report(fit.intervals(resamples=50))


@pytest.fixture(scope="module")
def surface() -> Report:
    """Losses over sizes and tokens, 40 points."""
    rng = np.random.default_rng(0)
    N, D = 10 ** rng.uniform(7, 10, 40), 10 ** rng.uniform(9, 12, 40)
    loss = (1.7 + 400 / N**0.34 + 410 / D**0.28) * np.exp(0.01 * rng.standard_normal(40))
    fit = Problem("chinchilla", Points({"N": N, "D": D}, loss)).fit()
    return fit.report(fit.intervals(resamples=50))


def test_a_law_of_one_variable_is_drawn_as_points_curve_and_band(curve: Report) -> None:
    figure = plot(curve.fit, curve.intervals, CURVE.columns)
    (axes,) = figure.axes
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("examples", "error")
    assert axes.get_title(loc="left") == curve.law.equation
    drawn = drawn_data(figure).set_index("series")
    points = drawn.loc["runs"]
    np.testing.assert_array_equal(points[["x", "y"]].to_numpy().T, [curve.fit.x[0], curve.fit.points.y])
    fitted = drawn.loc["Power law with a floor"]
    np.testing.assert_allclose(fitted.y, curve.fit.predict(fitted.x.to_numpy()))
    band = drawn.loc["interval of the curve"]
    assert (band.low < fitted.y.to_numpy()).all()
    assert (band.high > fitted.y.to_numpy()).all()


def test_a_law_of_two_variables_is_drawn_as_agreement_and_residuals(surface: Report) -> None:
    figure = plot(surface.fit, surface.intervals, SURFACE.columns)
    titles = ["Predicted and measured", "Residuals over N", "Residuals over D"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == titles
    assert [axes.get_xlabel() for axes in figure.axes] == ["predicted L", "params (parameters)", "tokens"]
    drawn = drawn_data(figure)
    runs = drawn[drawn.series == "runs"].set_index("panel")
    predicted, y = surface.fit.predict(surface.fit.x), surface.fit.points.y
    np.testing.assert_allclose(runs.loc[titles[0]][["x", "y"]].to_numpy().T, [predicted, y])
    for k, title in enumerate(titles[1:]):
        residuals = 100 * (y / predicted - 1)
        np.testing.assert_allclose(runs.loc[title][["x", "y"]].to_numpy().T, [surface.fit.x[k], residuals])


def test_a_variable_with_zeros_has_a_linear_axis() -> None:
    rng = np.random.default_rng(0)
    N, U, R = 10 ** rng.uniform(7, 9, 40), 10 ** rng.uniform(8, 10, 40), np.arange(40) % 4.0
    loss = 1.7 + 400 / N**0.34 + 410 / (U * (1 + R)) ** 0.28
    figure = plot(Problem("lovelace-1", Points({"N": N, "U": U, "R": R}, loss)).fit())
    assert [axes.get_xscale() for axes in figure.axes] == ["log", "log", "log", "linear"]


def test_the_caption_says_what_was_fitted_and_what_speaks_against_it(curve: Report) -> None:
    text = caption(curve, CURVE)
    assert "fitted to 20 of 22 rows of runs.csv. 2 excluded by D/N < 0.41." in text
    assert f"objective {curve.fit.objective:.6g}" in text
    assert "Band: pointwise 95 % interval of the curve, not of single runs, from 50 bootstrap refits." in text
    assert text.endswith("No warnings.")
    few = Problem(curve.law, Points(curve.fit.x[0, ::3], curve.fit.points.y[::3])).fit().report()
    assert "from 400 draws from the covariance" in caption(few, CURVE)
    assert "Warnings: 7 independent points, too few to bootstrap" in caption(few, CURVE)


@pytest.mark.parametrize("kind", ["pdf", "png", "svg"])
def test_files_hold_no_date(curve: Report, tmp_path: Path, kind: str) -> None:
    contents = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        files = save_fit(curve, CURVE, tmp_path / folder / f"fit.{kind}")
        assert [file.name for file in files] == [f"fit.{kind}", "fit.caption.md", "fit.caption.tex"]
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1]
    assert b"CreationDate" not in contents[0][0]
    assert b"<dc:date>" not in contents[0][0]


def test_the_figure_has_the_width_of_a_page_and_no_small_text(curve: Report, surface: Report) -> None:
    for report, names in ((curve, CURVE), (surface, SURFACE)):
        with style():
            figure = plot(report.fit, report.intervals, names.columns)
            finish(figure)
            assert figure.get_figwidth() == figure_width()
            assert min(text.get_fontsize() for text in texts(figure)) >= SMALLEST
            assert cut_off(figure) == []
            assert overlapping(figure) == []


def test_dollars_in_names_are_not_mathematics(surface: Report, tmp_path: Path) -> None:
    names = origin({"N": "cost $ a", "D": "price $_^{ b", "L": "loss"}, 42, "L")
    save_fit(surface, names, tmp_path / "fit.pdf")
    (page,) = PdfReader(tmp_path / "fit.pdf").pages
    assert "cost $ a (parameters)" in page.extract_text()
