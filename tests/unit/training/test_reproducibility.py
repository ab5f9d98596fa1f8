"""What must be set before the first product of a training process."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import scalinglaws.stages.train, sys
assert "torch" not in sys.modules  # a job that is up to date does not import it
import scalinglaws.training.trainer, torch
torch.ones(64, 64) @ torch.ones(64, 64)
print(torch.backends.cpu.get_cpu_capability())
"""
SET = ("MKL_CBWR", "ATEN_CPU_CAPABILITY")


def test_products_do_not_depend_on_where_their_operands_are_in_memory() -> None:
    environment = {name: value for name, value in os.environ.items() if name not in SET}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**environment, "MKL_VERBOSE": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] in ("AVX2", "DEFAULT")  # never what only some processors have
    products = [line for line in done.stdout.splitlines() if "GEMM" in line]
    if not products:
        pytest.skip("this torch does not use MKL")
    assert all("CNR:OFF" not in line for line in products)
