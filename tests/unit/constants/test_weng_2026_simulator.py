"""The packaged read-outs of the simulator are those that were made."""

import json
import os
from pathlib import Path

import pytest

from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import READINGS, TARGETS

FILE = "weng_2026_simulator_golden.json"


def test_every_setting_stands_once() -> None:
    settings = [(one.region, one.decimals, one.bias, one.target) for one in READINGS]
    assert len(settings) == len(set(settings)) == 43


def test_the_copy_is_the_original() -> None:
    folder = os.environ.get("SCALINGLAWS_MIRROR")
    if not folder or not (Path(folder) / FILE).is_file():
        pytest.skip(f"SCALINGLAWS_MIRROR names no folder with {FILE}")
    rows = json.loads((Path(folder) / FILE).read_text(encoding="utf-8"))
    keys = ("region", "dec", "noise", "t", "alpha", "beta", "E", "A", "B", "sse", "nexp", "pred", "err")
    assert [tuple(row[key] for key in keys) for row in rows] == [tuple(one) for one in READINGS]
    assert {row["t"]: (float(row["D"]), row["truth"]) for row in rows} == TARGETS
    assert all(row["nexp"] + row["dexp"] == pytest.approx(1, abs=1e-9) for row in rows)
