"""Made runs as a table, and the fit that the command line writes for them."""

from pathlib import Path

import numpy as np

from unit.own_runs.calling import Call, write_csv


def made_fit(folder: Path, call: Call, *more: str) -> tuple[Path, Path]:
    """Tables of 40 runs and of the fit of a Chinchilla law to them."""
    rng = np.random.default_rng(2)
    N, D = 10 ** rng.uniform(7, 10, 40), 10 ** rng.uniform(9, 12, 40)
    loss = (1.8 + 480 / N**0.35 + 2000 / D**0.36) * np.exp(0.002 * rng.standard_normal(40))
    runs = write_csv(folder / "runs.csv", {"params": N, "tokens": D, "loss": loss})
    out = folder / "fit.json"
    words = ("--x", "N=params", "--x", "D=tokens", "--y", "loss", "--bootstrap", "60", "--out", out)
    call("fit", runs, "--law", "chinchilla", *words, *more)
    return runs, out
