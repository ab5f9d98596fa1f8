"""What all stages share."""

import pytest

from scalinglaws.errors import ConfigError
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.stages.stage import stage_parser

MODULES = ("scalinglaws.data.subsets",)


def test_a_stage_does_not_start_with_other_code_than_was_planned() -> None:
    def parse(code: str) -> object:
        return stage_parser("shuffle", None).parse_args(
            ["--spec", "{}", "--code", code, "--modules", *MODULES]
        )

    parse(code_fingerprint(*MODULES))
    with pytest.raises(ConfigError, match="the code was edited after the workflow started; call it again"):
        parse("0123456789abcdef")
