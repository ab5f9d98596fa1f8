"""The call of Snakemake."""

import subprocess
import sys

import pytest
from snakemake.cli import parse_config
from snakemake_interface_executor_plugins.utils import format_cli_arg

from scalinglaws.cli import snakemake
from scalinglaws.config.reading.selection import Selection


def test_targets_come_before_the_config() -> None:
    asked = Selection(paper="hestness-2017", set=('scale:description="a b"',))
    call = snakemake.command(asked, "2", "a.npy", "--touch")
    assert call[:4] == [sys.executable, "-m", "snakemake", "--cores"]
    assert call.index("a.npy") < call.index("--config")
    assert call[call.index("--config") + 1 :] == [
        'scale="laptop"',
        'paper="hestness-2017"',
        'set=["scale:description=%22a b%22"]',
    ]
    assert "paper" not in " ".join(snakemake.command(Selection(), "2"))


@pytest.mark.parametrize(
    "value", ["it's", 'a "b"', "\\", "$HOME `x` $(x)", "100 %41", "Größe", "[1, {a: b}]", "\n", "~*;&"]
)
def test_any_value_comes_through_snakemake_to_a_job_on_a_cluster(value: str) -> None:
    asked = Selection(scale="2024", set=(f"scale:description={value}", "scale:resamples=50"))
    for_job = format_cli_arg("--config", asked.config)  # how Snakemake's executors write a job's command
    shell = f"printf '%s\\0' {for_job}"
    words = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, check=True).stdout.split(
        "\0"
    )
    assert words[1:-1] == asked.config
    assert Selection.of(parse_config(asked.config)) == asked
