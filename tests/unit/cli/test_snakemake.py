"""The call of Snakemake."""

import sys

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
        'set=["scale:description=\\"a b\\""]',
    ]
    assert "paper" not in " ".join(snakemake.command(Selection(), "2"))
