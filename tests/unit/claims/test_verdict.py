"""Each verdict from its interval, and the claims that the package ships."""

from math import inf, nan
from pathlib import Path

import pytest

from scalinglaws.claims import claim as claim_module
from scalinglaws.claims.claim import Claim, DataSet, claims_of, parse_claims
from scalinglaws.claims.measure import SCORED, Measurement, measure
from scalinglaws.claims.verdict import Verdict, judge
from scalinglaws.errors import ConfigError, DataError
from scalinglaws.tables.analysis import fit_row, fit_table
from scalinglaws.tables.csv import frame_of

IMAGENET = DataSet(title="ImageNet", sources=("imagenet",))


def claim(**changes: object) -> Claim:
    content: dict[str, object] = {
        "id": "paper/figure/exponent",
        "study": "paper/figure",
        "statement": "The exponent lies between -0.35 and -0.07",
        "quantity": {"table": "fits", "law": "learning-curve", "metric": "top1_error", "parameter": "beta_g"},
        "range": (-0.35, -0.07),
        "min_points": 5,
        "kind": "trained",
        "source": "p. 2",
        "certainty": "sec",
    }
    return Claim.model_validate({**content, **changes})


def measured(low: float, high: float, points: int = 6, note: str = "") -> Measurement:
    return Measurement((low + high) / 2, low, high, 0.95, points, note)


@pytest.mark.parametrize(
    ("low", "high", "verdict", "reason"),
    [
        (-0.32, -0.28, Verdict.REPRODUCED, "lies inside the claim [-0.35, -0.07]"),
        (-0.35, -0.07, Verdict.REPRODUCED, "lies inside"),
        (-0.40, -0.30, Verdict.INCONCLUSIVE, "The 95 % interval [-0.4, -0.3] overlaps"),
        (-0.50, 0.10, Verdict.INCONCLUSIVE, "overlaps"),
        (-0.50, -0.35, Verdict.INCONCLUSIVE, "overlaps"),
        (-0.50, -0.36, Verdict.NOT_REPRODUCED, "lies outside the claim [-0.35, -0.07]"),
        (-0.06, 0.10, Verdict.NOT_REPRODUCED, "lies outside"),
    ],
)
def test_the_interval_decides(low: float, high: float, verdict: Verdict, reason: str) -> None:
    judged = judge(claim(), measured(low, high), ["fashion-mnist"], "Fashion-MNIST", "laptop")
    assert judged.verdict == verdict
    assert reason in judged.reason


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (Measurement(nan, nan, nan, nan, 0, "2 usable points"), "At scale smoke: 2 usable points."),
        (Measurement(-0.3, nan, nan, 0.95, 9), "At scale smoke: no value was measured."),
        (measured(-0.3, -0.2, points=4), "At scale smoke the value rests on 4 points; the claim needs 5."),
    ],
)
def test_a_missing_quantity_is_not_testable(found: Measurement, reason: str) -> None:
    judged = judge(claim(), found, ["fashion-mnist"], "Fashion-MNIST", "smoke")
    assert (judged.verdict, judged.reason) == (Verdict.NOT_TESTABLE, reason)


@pytest.mark.parametrize(
    ("source", "low", "high", "verdict"),
    [
        ("fashion-mnist", -0.32, -0.28, Verdict.NOT_TESTABLE),  # inside, yet on other data
        ("fashion-mnist", -0.50, -0.30, Verdict.NOT_TESTABLE),
        ("fashion-mnist", -0.50, -0.40, Verdict.NOT_TESTABLE),
        ("imagenet", -0.32, -0.28, Verdict.REPRODUCED),
        ("imagenet", -0.50, -0.40, Verdict.NOT_REPRODUCED),
    ],
)
def test_a_constant_of_one_data_set_is_neither_reproduced_nor_refuted_on_another(
    source: str, low: float, high: float, verdict: Verdict
) -> None:
    judged = judge(claim(data_set=IMAGENET), measured(low, high), [source], "Fashion-MNIST", "laptop")
    assert judged.verdict == verdict
    if verdict == Verdict.NOT_TESTABLE:
        assert judged.reason.startswith(
            "The constant belongs to ImageNet; measured on Fashion-MNIST, where the"
        )
        assert judged.reason.endswith("lies elsewhere." if high < -0.35 else "overlaps it.")


def test_a_one_sided_claim() -> None:
    below = claim(range=(-inf, 0.0))
    assert below.published_text == "< 0"
    assert judge(below, measured(-9, -1), ["a"], "A", "s").verdict == Verdict.REPRODUCED
    assert judge(below, measured(1, 2), ["a"], "A", "s").reason.endswith("the claim (below 0).")
    # R squared of 0.74 with an interval that reaches 0.98 does not show that it is above 0.97.
    above = claim(range=(0.97, inf))
    assert (
        judge(above, Measurement(0.74, 0.5, 0.98, 0.95, 6), ["a"], "A", "s").verdict == Verdict.INCONCLUSIVE
    )
    assert judge(above, Measurement(0.74, 0.5, 0.96, 0.95, 6), ["a"], "A", "s").verdict == (
        Verdict.NOT_REPRODUCED
    )


def test_what_is_computed_from_numbers_of_others_is_recomputed() -> None:
    exact = claim(kind="recomputed")
    for low, high, verdict in (
        (-0.3, -0.3, Verdict.RECOMPUTED),
        (-0.4, -0.3, Verdict.INCONCLUSIVE),
        (-0.5, -0.4, Verdict.NOT_REPRODUCED),
    ):
        assert judge(exact, measured(low, high), ["a"], "A", "s").verdict == verdict


FIT = fit_row("learning-curve", "top1_error", "beta_g", -0.3, (-0.4, -0.2), level=0.95, points=6,
              warnings=["careful"])  # fmt: skip


def test_a_quantity_is_looked_up_in_the_fits() -> None:
    assert measure(claim(), fit_table([{**FIT, "metric": "other"}, FIT]), None) == Measurement(
        -0.3, -0.4, -0.2, 0.95, 6, "careful"
    )
    missing = measure(claim(), fit_table([]), None)
    assert missing.missing
    assert missing.note == "learning-curve top1_error beta_g was not fitted"
    with pytest.raises(DataError, match="2 rows"):
        measure(claim(), fit_table([FIT, FIT]), None)


def test_a_score_is_compared_with_guessing_at_the_smallest_subset() -> None:
    near = claim(quantity={"table": "best", "metric": "top1_error", "relative_to": "chance"})
    large = ("top1_error", 100, 10, 0.3, 0.2, 0.4, True, False)
    small = ("top1_error", 20, 2, 0.72, 0.63, 0.81, True, False)
    found = measure(near, fit_table([]), frame_of([large, small], SCORED))
    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.7, 0.9))
    for converged, rivalled in ((False, False), (True, True)):
        cut = (*small[:6], converged, rivalled)
        assert measure(near, fit_table([]), frame_of([large, cut], SCORED)).missing
    assert measure(near, fit_table([]), None).missing


def test_the_published_constants_of_fig_4_are_in_the_package() -> None:
    """Hestness et al. 2017, Fig 4, as in the catalogue of the paper."""
    claims = {each.id.rpartition("/")[2]: each for each in claims_of("hestness-2017/image")}
    constants = {name: each.published for name, each in claims.items() if each.data_set}
    assert constants == {
        "top1-exponent": -0.309,
        "cross-entropy-exponent": -0.35,
        "model-size-exponent": 0.573,
    }
    for each in claims.values():
        assert each.id.startswith(each.study + "/")
        assert each.published is None or each.range[0] <= each.published <= each.range[1]
    assert claims_of("unknown/study") == ()


def test_the_claims_of_a_paper_may_be_in_several_files() -> None:
    """Those of the domains of Hestness et al. 2017 do; no claim is lost between them, or is there twice."""
    folder = Path(claim_module.__file__).parent.parent / "papers"
    found = [
        each for path in folder.glob("*/claims/*.yaml") for each in parse_claims(path.read_text(), path.name)
    ]
    assert len({each.id for each in found}) == len(found)
    studies = {each.study for each in found}
    assert sorted(each.id for study in studies for each in claims_of(study)) == sorted(
        each.id for each in found
    )
    for name in ("translation", "words-rhn5", "characters-adam", "speech-ds2", "image", "theory", "summary"):
        assert f"hestness-2017/{name}" in studies


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("paper: {}\nkind: trained\nclaims: [{id: a}]", r"a\.yaml: claims\.0\.study: is missing"),
        ("paper: {}\nclaims: []", r"a\.yaml: kind: is missing"),
        (
            "paper: {}\nkind: trained\nclaims: []\nverdict: reproduced",
            "a.yaml: verdict: unknown key; allowed are claims, data_sets, kind, paper",
        ),
        ("claims: [", "a.yaml, line 2, column 1: did not find expected node"),
    ],
)
def test_a_wrong_file_of_claims_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_claims(text, "a.yaml")


def test_an_empty_range_is_an_error() -> None:
    with pytest.raises(ValueError, match="is empty"):
        claim(range=(0.2, 0.1))
