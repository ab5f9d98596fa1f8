"""The claims stage end to end on hand-made tables."""

import csv
import json
from pathlib import Path

import pytest

from scalinglaws.errors import DataError
from scalinglaws.stages.claims import main
from scalinglaws.tables.schema import CLAIMS

FITS = """law,metric,parameter,value,low,high,level,points,warnings
learning-curve,top1_error,beta_g,-0.3,-0.32,-0.28,0.95,6,
learning-curve,cross_entropy,beta_g,-0.6,-0.62,-0.58,0.95,6,
learning-curve:straightness,top1_error,bend,0.01,0,0.015,0.95,6,
learning-curve:straightness,top1_error,aicc-best-rival,1.5,-0.5,3.5,,6,
learning-curve:straightness,cross_entropy,bend,0.05,0.03,0.09,0.95,6,
learning-curve:straightness,cross_entropy,aicc-best-rival,-7.5,-9.5,-5.5,,6,
model-size,cross_entropy,beta_p,nan,nan,nan,0.95,1,1 usable points in the region; the law needs 3
"""
BEST = """metric,examples,data_size,score,low,high,converged,rivalled
top1_error,10,1,0.6,0.55,0.65,true,false
cross_entropy,10,1,2.2,2.1,2.3,true,false
"""


def spec(study: str = "hestness-2017/image") -> str:
    return json.dumps({"study": study, "scale": "laptop"})


def run(folder: Path, fits: str = FITS, study: str = "hestness-2017/image", name: str = "claims.csv") -> Path:
    (folder / "fits.csv").write_text(fits)
    (folder / "best.csv").write_text(BEST)
    (folder / "manifest.json").write_text('{"title": "Fashion-MNIST", "source": "fashion-mnist"}')
    out = folder / name
    tables = [
        "--data",
        str(folder / "manifest.json"),
        "--fits",
        str(folder / "fits.csv"),
        "--best",
        str(folder / "best.csv"),
    ]
    main(["--spec", spec(study), *tables, "--out", str(out)])
    return out


def test_every_claim_is_judged(tmp_path: Path) -> None:
    rows = list(csv.DictReader(run(tmp_path).read_text().splitlines()))
    assert tuple(rows[0]) == CLAIMS.names
    assert {row["kind"] for row in rows} == {"trained"}
    verdicts = {row["claim"].rpartition("/")[2]: row["verdict"] for row in rows}
    assert len(verdicts) == len(rows)
    assert verdicts["top1-exponent"] == "not testable at this scale"
    assert verdicts["top1-usual-range"] == "reproduced"
    assert verdicts["cross-entropy-usual-range"] == "not reproduced"
    assert verdicts["top1-straight"] == "reproduced"
    assert verdicts["top1-no-better-law"] == "inconclusive"
    assert verdicts["cross-entropy-straight"] == "not reproduced"
    assert verdicts["cross-entropy-no-better-law"] == "not reproduced"
    assert verdicts["model-size-sublinear"] == "not testable at this scale"
    assert verdicts["small-data-top1"] == "not reproduced"
    assert verdicts["small-data-cross-entropy"] == "reproduced"
    reasons = {row["claim"].rpartition("/")[2]: row["reason"] for row in rows}
    assert reasons["model-size-sublinear"] == (
        "At scale laptop: 1 usable points in the region; the law needs 3."
    )


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    assert run(tmp_path).read_bytes() == run(tmp_path, name="again.csv").read_bytes()


def test_a_study_about_which_nothing_is_claimed(tmp_path: Path) -> None:
    assert run(tmp_path, study="unknown").read_text() == ",".join(CLAIMS.names) + "\n"
    out = tmp_path / "none.csv"
    main(["--spec", spec("unknown"), "--fits", "--best", "--data", "--out", str(out)])
    assert out.read_text() == ",".join(CLAIMS.names) + "\n"


def judged(folder: Path, *manifests: str) -> dict[str, str]:
    """The claim about the exponent of ImageNet, for an analysis of the data with these names."""
    (folder / "fits.csv").write_text(FITS)
    paths = []
    for name in manifests:
        paths.append(folder / f"{name}.json")
        paths[-1].write_text(json.dumps({"source": name, "title": name.title()}))
    fits = ["--fits", str(folder / "fits.csv")]
    out = folder / "claims.csv"
    main(["--spec", spec(), *fits, "--best", "--data", *map(str, paths), "--out", str(out)])
    rows = csv.DictReader(out.read_text().splitlines())
    return next(row for row in rows if row["claim"] == "hestness-2017/image/top1-exponent")


def test_the_data_of_an_analysis(tmp_path: Path) -> None:
    assert judged(tmp_path)["reason"].startswith("The constant belongs to ImageNet; measured on published")
    reason = judged(tmp_path, "one", "two")["reason"]
    assert reason.startswith("The constant belongs to ImageNet; measured on One and Two, where")
    assert judged(tmp_path, "one", "imagenet")["verdict"] == "inconclusive"


def test_a_broken_table_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"fits\.csv, line 2: low is 'about', not a number"):
        run(tmp_path, fits=FITS.replace("-0.32", "about"))
