"""Families of one domain side by side: known exponents, their ratios, models of one size."""

from dataclasses import replace
from math import isnan
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from scalinglaws.config.analysis import AnalysisSpec
from scalinglaws.papers.hestness_2017.analyses import domain as hestness_domain
from scalinglaws.papers.hestness_2017.analyses._fixed_sizes import LARGE, SMALL
from scalinglaws.tables.csv import read_table, write_table
from scalinglaws.tables.inputs import Inputs
from scalinglaws.tables.schema import CLAIMED
from scalinglaws.tables.study import TrainedStudy
from scalinglaws.tasks.core.metrics import metric_title
from unit.trained_studies import facts, made

SPEC = AnalysisSpec(name="hestness-domain", study="a/b", scale="smoke", resamples=200)
FIRST, SECOND = "words-lstm2", "words-rhn5"
BETAS, GROWTHS = {FIRST: -0.2, SECOND: -0.22}, {FIRST: 0.6, SECOND: 0.5}
PAIR = f"{SECOND}/{FIRST}/cross_entropy"


@pytest.fixture(scope="module")
def studies() -> dict[str, TrainedStudy]:
    every = (
        made(FIRST, 11.9, BETAS[FIRST], GROWTHS[FIRST], "LSTM, 2 layers"),
        made(SECOND, 12.8, BETAS[SECOND], GROWTHS[SECOND], "RHN, depth 5", seed=2),
    )
    return {study.facts.study: study for study in every}


@pytest.fixture(scope="module")
def tables(studies: dict[str, TrainedStudy]) -> dict[str, pd.DataFrame]:
    return hestness_domain.analyse(Inputs(studies=studies), SPEC)


def row(fits: pd.DataFrame, law: str, metric: str, parameter: str) -> pd.Series:
    (found,) = fits[(fits.law == law) & (fits.metric == metric) & (fits.parameter == parameter)].to_dict(
        "records"
    )
    return pd.Series(found)


def test_known_exponents_give_their_ratio_and_difference(tables: dict[str, pd.DataFrame]) -> None:
    for name, beta in BETAS.items():
        found = row(tables["fits"], "learning-curve", f"{name}/cross_entropy", "beta_g")
        assert found.low < beta < found.high
    for law, parameter, truth, width in (
        ("learning-curve:ratio", "beta_g", 1.1, 0.1),
        ("model-size:difference", "beta_p", -0.1, 0.6),
    ):
        found = row(tables["fits"], law, PAIR, parameter)
        assert found.low < truth < found.high
        assert found.high - found.low < width
        assert found.low < found.value < found.high
        assert found.points >= 4
        assert found.level == 0.95


def test_a_family_is_not_compared_with_itself(tables: dict[str, pd.DataFrame]) -> None:
    compared = tables["fits"][tables["fits"].law == "learning-curve:ratio"]
    assert list(compared.study) == [SECOND]


def test_claims_can_tell_every_fit_by_its_metric(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    assert not tables["fits"].duplicated(["law", "metric", "parameter"]).any()
    write_table(tables["fits"], tmp_path / "fits.csv")
    assert len(read_table(tmp_path / "fits.csv", CLAIMED)) == len(tables["fits"])


def test_tables_of_all_studies_are_gathered(
    tables: dict[str, pd.DataFrame], studies: dict[str, TrainedStudy]
) -> None:
    for name in ("best", "scores", "bands"):
        assert list(tables[name].columns[:2]) == ["study", "family"]
        assert len(tables[name]) == sum(len(getattr(study, name)) for study in studies.values())
    assert list(tables["studies"].family) == ["LSTM, 2 layers", "RHN, depth 5"]
    assert set(tables["studies"].unit) == {"words"}
    assert set(tables["studies"].metric_title) == {"Cross-entropy, nats per word"}


def test_comparisons_say_what_each_study_can_tell(
    tables: dict[str, pd.DataFrame], studies: dict[str, TrainedStudy]
) -> None:
    table = tables["comparisons"]
    for study in studies.values():
        mine = table[table.study == study.name].set_index("quantity").value
        best = study.best[study.best.in_region]
        assert mine["decades of data"] == pytest.approx(8 * np.log10(2))
        assert mine["decades of data in the region"] == pytest.approx(6 * np.log10(2))
        assert mine["best-fit sizes in the region"] == len(best) == 7
        assert mine["of these censored"] == best.censored.sum()
        assert mine["share censored"] == best.censored.mean()
        assert mine["R squared"] > 0.97


def test_models_of_one_size_are_fitted_with_a_floor(tables: dict[str, pd.DataFrame]) -> None:
    fixed = tables["fixed"][tables["fixed"].study == FIRST]
    assert fixed.parameters.is_monotonic_increasing
    assert list(fixed.role) == ["", "", SMALL, "", "", LARGE, ""] or list(fixed.role) == [
        "", SMALL, "", "", "", LARGE, ""
    ]  # fmt: skip
    pair = fixed[fixed.role != ""]
    assert (pair.gamma_low <= pair.gamma).all()
    assert (pair.gamma <= pair.gamma_high).all()
    floor = row(tables["fits"], "learning-curve-with-floor:difference", f"{FIRST}/small-large", "gamma")
    assert floor.value == pytest.approx(pair.gamma.iloc[0] - pair.gamma.iloc[1])
    assert 0 < floor.low < floor.high
    points = tables["fixed_points"]
    assert points.groupby(["study", "model"]).fitted.sum().eq(7).all()
    line = tables["fixed_lines"][tables["fixed_lines"].model == pair.model.iloc[0]]
    a, b, c = (pair.iloc[0][name] for name in ("alpha", "beta_g", "gamma"))
    mine = line[line.study == FIRST]
    np.testing.assert_allclose(mine.value, a * mine.x**b + c)


def test_a_model_of_one_size_is_fitted_to_its_converged_cells(studies: dict[str, TrainedStudy]) -> None:
    study = studies[f"hestness-2017/{FIRST}"]
    late = study.scores.data_size >= sorted(study.scores.data_size.unique())[-3]
    cut = replace(study, scores=study.scores.assign(converged=~late))
    points = hestness_domain.analyse(Inputs(studies={study.facts.study: cut}), SPEC)["fixed_points"]
    assert (points.converged == (points.data_size < study.scores.data_size[late].min())).all()
    assert not points[~points.converged].fitted.any()
    assert points.groupby("model").fitted.sum().eq(4).all()


def test_one_study_is_compared_with_none(studies: dict[str, TrainedStudy]) -> None:
    first = next(iter(studies))
    tables = hestness_domain.analyse(Inputs(studies={first: studies[first]}), SPEC)
    assert not tables["fits"].law.isin(["learning-curve:ratio", "model-size:difference"]).any()
    assert len(tables["comparisons"])


def test_a_law_that_was_not_fitted_leaves_a_gap(studies: dict[str, TrainedStudy]) -> None:
    study = next(iter(studies.values()))
    assert isnan(study.value("learning-curve", "top1_error", "beta_g").value)
    assert study.points("learning-curve", "top1_error", "beta_g") == 0
    assert "was not fitted" in study.warnings("learning-curve", "top1_error", "beta_g")[0]


def test_metrics_have_units(studies: dict[str, TrainedStudy]) -> None:
    study = next(iter(studies.values()))
    assert metric_title(study.manifest, "token_error_rate") == "Token error rate"
    for kind, title in (("phones", "Phone error rate"), ("characters", "Character error rate")):
        study.manifest["kind"] = kind
        assert metric_title(study.manifest, "error_rate") == title
    del study.manifest["kind"]


@pytest.mark.parametrize(
    ("title", "domain", "family"),
    [
        ("Words: LSTM, 2 layers", "Words", "LSTM, 2 layers"),
        ("Images: residual networks; curves: all", "Images", "residual networks"),
        ("Something", "Something", "Something"),
    ],
)
def test_a_title_has_a_domain_and_a_family(title: str, domain: str, family: str) -> None:
    told = facts("words").model_copy(update={"title": title})
    assert (told.domain, told.family) == (domain, family)
