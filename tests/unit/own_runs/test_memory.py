"""Memory of a fit grows with the rows, and not with their square."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from unit.own_runs.calling import strict, write_csv

CHINCHILLA = ("--law", "chinchilla", "--x", "N=params", "--x", "D=tokens", "--y", "loss")


def test_a_hundred_thousand_rows_need_little_memory(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    N, D = rng.choice(np.geomspace(1e7, 1e9, 8), 100_000), rng.uniform(1e8, 2e10, 100_000)
    loss = (1.7 + 400 / N**0.34 + 420 / D**0.28) * np.exp(rng.normal(0, 0.01, 100_000))
    columns = {"params": N, "tokens": D, "loss": loss, "run": rng.integers(0, 8, 100_000)}
    runs = write_csv(tmp_path / "runs.csv", {name: values.tolist() for name, values in columns.items()})
    # n x n numbers would be 80 GB.
    program = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))\n"
        "from scalinglaws.cli.main import main\n"
        "try:\n"
        "    main()\n"
        "finally:\n"
        # Not `ru_maxrss`, which a process inherits from the one that starts it.
        "    status = open('/proc/self/status').read()\n"
        "    print(status.split('VmHWM:')[1].split()[0], file=sys.stderr)\n"
    )
    for options in ([], ["--bootstrap", "0", "--cluster", "run"]):
        call = ["fit", str(runs), *CHINCHILLA, *options, "--out", str(tmp_path / "fit.json")]
        done = subprocess.run(
            [sys.executable, "-c", program, *call], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stderr) < 800 * 1024  # KiB
        fit = strict(tmp_path / "fit.json")
        assert fit["params"] == pytest.approx(
            {"A": 400, "B": 420, "E": 1.7, "alpha": 0.34, "beta": 0.28}, rel=0.05
        )
        assert all(low < fit["params"][name] < high for name, (low, high) in fit["intervals"].items())
