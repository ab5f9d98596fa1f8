"""The analysis of Kaplan's Table 1: formulas against counted modules."""

import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.weng_2026.analyses import kaplan
from scalinglaws.tables.inputs import Inputs

SPEC = AnalysisSpec(name="kaplan", study="weng-2026/kaplan", scale="smoke", resamples=40)
V, CONTEXT, L, D = 50257, 1024, 12, 768


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Of the smallest shape and the one that is shown."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kaplan, "SHAPES", ((1, 8), (12, 768)))
        return kaplan.analyse(Inputs(), SPEC)


def test_parameters_by_hand(tables: dict[str, pd.DataFrame]) -> None:
    parts = tables["parts"].set_index("part")
    by_hand = {
        "embed": (V + CONTEXT) * D,
        "qkv": L * D * 3 * D,
        "mask": 0,
        "project": L * D * D,
        "feed_forward": L * 2 * D * 4 * D,
        "de_embed": 0,
        "norm": 0,
        "total": 12 * L * D * D,
    }
    assert parts.parameters.to_dict() == by_hand
    assert parts.parameters_counted.to_dict() == by_hand


def test_no_formula_counts_biases(tables: dict[str, pd.DataFrame]) -> None:
    parts = tables["parts"].set_index("part")
    biases = {
        "embed": 0,
        "qkv": L * 3 * D,
        "mask": 0,
        "project": L * D,
        "feed_forward": L * 5 * D,
        "de_embed": 0,
        "norm": (2 * L + 1) * 2 * D,
    }
    assert parts.biases_counted.to_dict() == {**biases, "total": sum(biases.values())}
    assert parts.note["norm"] == "gains and biases"


def test_flops_by_hand(tables: dict[str, pd.DataFrame]) -> None:
    parts = tables["parts"].set_index("part")
    for part, flops in (
        ("qkv", 6 * L * D * D),
        ("project", 2 * L * D * D),
        ("feed_forward", 16 * L * D * D),
        ("de_embed", 2 * D * V),
    ):
        assert parts.flops[part] == parts.flops_counted[part] == flops
    assert parts.flops["mask"] == 2 * L * CONTEXT * D
    assert parts.flops_counted["mask"] == 4 * L * CONTEXT * D
    assert (parts.flops["embed"], parts.flops_counted["embed"]) == (4 * D, 0)
    assert parts.flops["total"] == 24 * L * D * D + 2 * L * CONTEXT * D
    assert parts.note["mask"] == "causal half"


def test_the_backward_pass_costs_twice_the_forward_pass(tables: dict[str, pd.DataFrame]) -> None:
    assert tables["sizes"].training_over_forward.tolist() == [3.0, 3.0]


def test_six_n_d_fails_where_the_vocabulary_is_most_of_the_work(tables: dict[str, pd.DataFrame]) -> None:
    smallest, larger = tables["sizes"].to_dict("records")
    assert smallest["N"] == 768
    exact = 3 * (24 * 64 + 4 * CONTEXT * 8 + 2 * 8 * V)
    assert smallest["training_over_6N"] == pytest.approx(exact / (6 * 768))
    assert larger["training_over_6N"] == pytest.approx(1.677, abs=5e-4)


def test_fits_hold_a_row_for_each_shape(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["fits"].query("parameter == 'N_counted/N'")
    assert rows["value"].tolist() == [1.0, 1.0]
