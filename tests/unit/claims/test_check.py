"""A claim about something that does not exist is refused before anything runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglaws.claims import check
from scalinglaws.claims.claim import Claim, parse_claims
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.errors import ConfigError
from scalinglaws.staleness.steps import steps
from unit.small_config import ANALYSIS, SCALE, STUDY

ROOT = Path(__file__).resolve().parents[3]
FITS = {"table": "fits", "law": "learning-curve", "metric": "top1_error", "parameter": "beta_g"}
CLAIM = {"statement": "x", "range": [0, 1], "source": "p. 2", "certainty": "sec"}
KINDS = {"paper/one": "trained", "paper/two": "recomputed"}


@pytest.fixture
def check_quantity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Check a claim about one of the two studies of the small config."""
    folder = tmp_path / "studies" / "paper"
    folder.mkdir(parents=True)
    (tmp_path / "laptop.yaml").write_text(yaml.safe_dump(SCALE))
    (folder / "one.yaml").write_text(yaml.safe_dump(STUDY))
    (folder / "two.yaml").write_text(yaml.safe_dump(ANALYSIS))

    def checked(study: str = "paper/one", **changes: Any) -> None:
        quantity = {key: value for key, value in {**FITS, **changes}.items() if value is not None}
        kind = quantity.pop("kind", KINDS[study])
        content = {**CLAIM, "id": f"{study}/a", "study": study, "quantity": quantity, "kind": kind}
        claim = Claim.model_validate(content)
        monkeypatch.setattr(check, "claims_of", lambda name: (claim,) if name == study else ())
        steps(plan(load_config("laptop", tmp_path)))

    return checked


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"parameter": "r_squared"},
        {
            "law": "power-law",
            "parameter": "c",
        },  # a law that the study does not fit: not testable, and no mistake
        {"law": "bnsl-1", "parameter": "c_0"},  # whose parameters are computed
        {"law": "learning-curve:difference", "metric": "top5_error-top1_error"},
        {"law": "learning-curve:small-data", "parameter": "slope-beta_g"},
        {"law": "learning-curve:straightness", "parameter": "p-value"},
        {"law": "model-size", "metric": None, "parameter": "beta_p"},
        {
            "study": "paper/two",
            "law": "any",
            "metric": "any",
            "parameter": "any",
        },  # an analysis has rows of its own
    ],
)
def test_claims_that_can_be_measured(check_quantity: Callable[..., None], changes: dict[str, Any]) -> None:
    check_quantity(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"law": "learning-curv"}, "law: there is no 'learning-curv'; allowed are amari-1,"),
        (
            {"law": "learning-curve:ratio"},
            "law: nothing is derived as 'ratio'; allowed are difference, small-data, straightness",
        ),
        ({"metric": "top1"}, "metric: there is no 'top1'; allowed are top1_error, top5_error, cross_entropy"),
        (
            {"law": "learning-curve:difference", "metric": "top5_error-top1"},
            "metric: there is no 'top1'; allowed are top1_error",
        ),
        ({"parameter": "beta"}, "parameter: there is no 'beta'; allowed are alpha, beta_g, r_squared"),
        (
            {"law": "learning-curve:small-data", "parameter": "beta_g"},
            "parameter: there is no 'beta_g'; allowed are slope, slope-alpha, slope-beta_g",
        ),
        (
            {"study": "paper/two", "table": "best", "law": None, "parameter": None, "relative_to": "chance"},
            "table: weng-2026/simulator makes no table of this name; allowed are ",
        ),
    ],
)
def test_claims_that_no_study_can_measure(
    check_quantity: Callable[..., None], changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as error:
        check_quantity(**changes)
    study = changes.get("study", "paper/one")
    assert str(error.value).startswith(f"claim {study}/a: quantity.{message}")


@pytest.mark.parametrize(
    ("study", "kind", "message"),
    [
        ("paper/one", "recomputed", "must be trained; its study trains its runs"),
        ("paper/two", "trained", "must be recomputed; its study trains nothing"),
    ],
)
def test_a_claim_is_of_the_kind_that_its_study_can_have(
    check_quantity: Callable[..., None], study: str, kind: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=f"claim {study}/a: kind: {message}"):
        check_quantity(study=study, kind=kind)


def test_a_claim_about_another_study_than_its_id_says() -> None:
    claim = {**CLAIM, "id": "paper/one/a", "study": "paper/on", "quantity": FITS}
    text = yaml.safe_dump({"paper": {}, "kind": "trained", "claims": [claim]})
    with pytest.raises(
        ConfigError, match=r"a: claims\.0\.study: must be 'paper/one', as in the id, not 'paper/on'"
    ):
        parse_claims(text, "a")


def test_the_studies_of_all_claims_exist() -> None:
    for path in ROOT.glob("src/scalinglaws/papers/*/claims/*.yaml"):
        for claim in parse_claims(path.read_text(), path.name):
            assert (ROOT / "config" / "studies" / f"{claim.study}.yaml").is_file(), claim.id
