"""The packaged read-outs of the simulator."""

from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import READINGS


def test_every_setting_is_there_once() -> None:
    settings = [(one.region, one.decimals, one.bias, one.target) for one in READINGS]
    assert len(settings) == len(set(settings)) == 43
