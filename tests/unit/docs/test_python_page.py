"""The page on the Python interface: its code runs and prints what the page shows."""

import io
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import scalinglaws

PAGE = Path(__file__).parents[3] / "docs" / "python.md"
BLOCK = re.compile(r"```python\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
NEAR = 0.02  # relative; another processor rounds otherwise, and resamples scatter


def test_the_code_of_the_page_prints_what_it_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    text = PAGE.read_text(encoding="utf-8")
    blocks = BLOCK.findall(text)
    assert len(blocks) == text.count("```python") >= 5
    for code, shown in blocks:
        printed = io.StringIO()
        with redirect_stdout(printed):
            exec(compile(code, "docs/python.md", "exec"), names)
        assert NUMBER.sub("#", printed.getvalue()) == NUMBER.sub("#", shown)
        numbers, expected = (list(map(float, NUMBER.findall(part))) for part in (printed.getvalue(), shown))
        assert numbers == pytest.approx(expected, rel=NEAR)
    assert (tmp_path / "fit.png").stat().st_size > 10_000


def test_every_public_name_is_there() -> None:
    for name in scalinglaws.__all__:
        assert getattr(scalinglaws, name) is not None
    assert set(scalinglaws.__all__) <= set(dir(scalinglaws))
    with pytest.raises(AttributeError, match="nothing"):
        _ = scalinglaws.nothing  # type: ignore[attr-defined]


def test_fitting_a_law_imports_no_torch_and_draws_nothing() -> None:
    code = """
import sys
import scalinglaws
assert "numpy" not in sys.modules, "import scalinglaws"
from scalinglaws import Points, Problem
Problem("power-law", Points([1, 2, 4, 8], [1, 0.8, 0.65, 0.5])).fit()
assert not {"torch", "matplotlib", "pandas", "numba"} & set(sys.modules), "a fit"
"""
    subprocess.run([sys.executable, "-c", code], check=True)
