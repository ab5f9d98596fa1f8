"""The bits of a tiny run of each family are those that were recorded for this kind of processor."""

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from scalinglaws.training.records.provenance import processor
from unit.canary import FAMILIES, FILE, kind_of_processor

PROGRAM = """
import json, sys
sys.path.insert(0, sys.argv[1])
import canary
print(json.dumps(canary.all_digests()))
"""
SET = ("ATEN_CPU_CAPABILITY", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA")


@pytest.fixture(scope="module")
def found() -> dict[str, str]:
    """Digests of a process of its own, because torch reads its settings only once."""
    environment = {name: value for name, value in os.environ.items() if name not in SET}
    call = [sys.executable, "-c", PROGRAM, str(FILE.parent)]
    done = subprocess.run(call, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    digests: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    return digests


@pytest.mark.parametrize("way", ["alone", "in an ensemble"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_tiny_run_gives_the_bits_that_were_recorded(found: dict[str, str], family: str, way: str) -> None:
    recorded = json.loads(FILE.read_text(encoding="utf-8"))
    kind, here = kind_of_processor(family), version("torch").partition("+")[0]
    if here != recorded["torch"]:
        pytest.fail(f"recorded with torch {recorded['torch']}, this is {here}: record again, see canary.py")
    by_kind = recorded["digests"][f"{family} {way}"]
    if kind not in by_kind:
        pytest.skip(
            f"no digest of {family} was recorded on a processor like this one ({processor()}: {kind}), only "
            f"on {', '.join(by_kind)}; results here may differ in their last bits from the published ones"
        )
    assert found[f"{family} {way}"] == by_kind[kind], (
        f"{family}, trained {way}, gives other bits on this processor ({processor()}: {kind}) than when they "
        "were recorded on one of its kind. If you changed models or training, results change, too: record "
        "again, see canary.py. If not, this kind of processor does not determine the bits, and published "
        "results cannot be had to the last digit here."
    )
