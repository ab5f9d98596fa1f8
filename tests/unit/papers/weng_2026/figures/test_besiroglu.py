"""What the figures of the examined fit draw."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from scalinglaws.papers.weng_2026.figures import besiroglu, mean_loss
from scalinglaws.plotting.drawn import drawn_data
from scalinglaws.plotting.style import style
from scalinglaws.plotting.tables.table import table_of
from unit.made_points import analysed


def draw(name: str) -> Figure:
    module = mean_loss if name == "stopping" else besiroglu
    with style():
        figure: Figure = getattr(module, name)(analysed("besiroglu"))
    return figure


def test_residuals_over_both_variables() -> None:
    residuals, drawn = analysed("besiroglu")["residuals"], drawn_data(draw("residuals"))
    refit = residuals[residuals.fit == "Refit"]
    for panel, variable in (("Over parameters", "N"), ("Over tokens", "D")):
        shown = drawn[(drawn.panel == panel) & (drawn.series == "Refit")]
        np.testing.assert_array_equal(shown.x, refit[variable])
        np.testing.assert_array_equal(shown.y, refit.residual)
    counts = drawn[(drawn.panel == "Distribution") & (drawn.series == "Refit")].x
    assert counts[:-1].sum() == len(refit)  # a step line repeats its last value


def test_parameters_by_source() -> None:
    drawn = drawn_data(draw("parameters"))
    printed = drawn[drawn.series == "Hoffmann et al., as printed"]
    assert printed.x.tolist() == [406.4, 410.7, 1.69, 0.34, 0.28, 0.46]
    ends = drawn[drawn.series == "Hoffmann et al., as printed, interval"].x.dropna()
    assert ends.tolist() == [0.454, 0.455]
    table = analysed("besiroglu")["parameters"]
    refit = table[(table.source == "Refit") & (table.parameter == "beta")].iloc[0]
    shown = drawn[(drawn.panel == r"$\beta$") & (drawn.series == "Refit, interval")].x
    assert shown.tolist() == [refit.low, refit.high]


def test_tests_are_shown_as_numbers() -> None:
    figure = draw("parameters")
    cells = [text.get_text().strip("$") for axes in figure.axes for text in axes.texts]
    tests = analysed("besiroglu")["tests"]
    for statistic in tests.statistic:
        assert f"{statistic:.2f}" in cells
    assert {"238.40", "84.00", "86.75"} <= set(cells)
    table = table_of(figure)
    assert table is not None
    assert table.frame[r"$\chi^2(5)$"].tolist() == tests.statistic.tolist()


def test_policy_has_the_models_and_the_rule() -> None:
    drawn = drawn_data(draw("policy")).set_index("series")
    assert float(drawn.x["Chinchilla 70B"]) == pytest.approx(5.88e23)
    assert float(drawn.y["Chinchilla 70B"]) == pytest.approx(20)
    assert drawn.loc[["20 tokens a parameter"]].y.tolist() == [20, 20]
    band = drawn.loc[["Refit, interval"]]
    assert (band.low < band.high).all()


def test_stopping_shows_every_method() -> None:
    tables, drawn = analysed("besiroglu"), drawn_data(draw("stopping"))
    exponents = drawn[drawn.panel == r"Exponent of $N_\mathrm{opt} \propto C^a$"].set_index("series")
    for row in tables["methods"].itertuples():
        assert float(exponents.x[row.method]) == row.a
    assert float(exponents.x["Hoffmann et al., as printed"]) == 0.46
    gains = drawn[(drawn.panel == "Gain per iteration") & (drawn.series == "ftol max(|f|, 1)")]
    np.testing.assert_allclose(gains.y, 2.2204e-9, rtol=1e-4)
