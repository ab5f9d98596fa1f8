"""A style file is read as matplotlib reads it, and every mistake is one sentence."""

from pathlib import Path

import matplotlib as mpl
import pytest

from scalinglaws.config.reading.style_file import read_style
from scalinglaws.errors import ConfigError

SOUND = """# a style
font.size: 12   # points
grid.color: "#ff0000"
axes.prop_cycle: cycler('color', ['r', 'k'])

figure.titlesize  :  14
"""


def test_a_sound_file_means_what_matplotlib_reads(tmp_path: Path) -> None:
    path = tmp_path / "own.mplstyle"
    path.write_text(SOUND)
    assert read_style(path) == dict(mpl.rc_params_from_file(path, use_default_template=False))
    assert len(read_style(path)) == 4


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("font.sice: 12", "'font.sice' is not a setting of matplotlib that a style may have"),
        ("font.size: large-ish", "'font.size' cannot be 'large-ish' (Key font.size: Could not convert"),
        ("font.size: 1\nfont.size: 2", "'font.size' is given twice"),
        ("font.size 12", "'font.size 12' has no value; write `key: value`"),
        ("backend: agg", "'backend' is not a setting of matplotlib that a style may have"),
        ("figure.hooks: os:abort", "'figure.hooks' is not a setting"),
        ("figure.figsize: 4, 3", "'figure.figsize' is not for a style: `look` in the scale file"),
        ("savefig.bbox: tight", "'savefig.bbox' is not for a style"),
        ("axes.prop_cycle: cycler(__import__('os'))", "'axes.prop_cycle' cannot be"),
        ("grid.color: #ff0000", "'grid.color' cannot be ''"),
        (f"font.size: {'9' * 1000}x", f"'font.size' cannot be '{'9' * 199}..."),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(tmp_path: Path, line: str, problem: str) -> None:
    path = tmp_path / "own.mplstyle"
    path.write_text(f"# a style\n{line}\n")
    with pytest.raises(ConfigError) as told:
        read_style(path)
    number = 2 + line.count("\n")
    assert str(told.value).startswith(f"{path}: line {number}: {problem}")
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 700


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.mplstyle: the style file cannot be read \(No such file"):
        read_style(tmp_path / "none.mplstyle")
    (tmp_path / "own.mplstyle").write_bytes(b"font.size: \xff")
    with pytest.raises(ConfigError, match=r"own.mplstyle: the style file is not text in UTF-8"):
        read_style(tmp_path / "own.mplstyle")
