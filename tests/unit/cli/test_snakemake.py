"""The call of Snakemake, and what is read from its log."""

import sys

from scalinglaws.cli import snakemake


def test_targets_come_before_the_config() -> None:
    call = snakemake.command("laptop", "hestness-2017", "2", "a.npy", "--touch")
    assert call[:4] == [sys.executable, "-m", "snakemake", "--cores"]
    assert call.index("a.npy") < call.index("--config")
    assert call[call.index("--config") + 1 :] == ["scale=laptop", "paper=hestness-2017"]
    assert "paper" not in " ".join(snakemake.command("laptop", None, "2"))


def test_the_problem_is_found_in_the_log() -> None:
    log = "Building DAG\nerror: one.yaml: runs: is missing\nmore\n"
    assert snakemake.problem_in(log) == "error: one.yaml: runs: is missing"
    log = "\n".join(map(str, range(100)))
    assert snakemake.problem_in(log).splitlines() == [str(number) for number in range(75, 100)]
