"""The style of figures: ours over matplotlib's defaults, the user's own over both."""

import os
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure

from scalinglaws.plotting.layout.venues import SMALLEST
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import STYLE, style
from unit.figure_checks import LEAST_GLYPH, smallest_glyph

DRAW = """
import sys
from pathlib import Path
from matplotlib.figure import Figure
from scalinglaws.plotting.save import save
from scalinglaws.plotting.style import style
with style():
    figure = Figure()
    axes = figure.subplots()
    axes.set_title("1000.5", loc="left")
    axes.plot([1000.5, 2000], [3, 4], label="line")
    axes.legend()
    save(figure, "A caption.", Path(sys.argv[1]), "fig")
"""
MATPLOTLIBRC = """
font.family: serif
lines.linewidth: 7
figure.figsize: 3, 3
axes.formatter.use_locale: True
savefig.transparent: True
figure.hooks: os:abort
"""


VARIABLES = {
    "MATPLOTLIBRC": "own/other",
    "MPLCONFIGDIR": "own",
    "MPLBACKEND": "svg",
    "SOURCE_DATE_EPOCH": "1",
    "LC_ALL": "C",
    "TZ": "Asia/Tokyo",
}


def drawn(folder: Path, variables: dict[str, str]) -> list[bytes]:
    """The files of a figure that a new process draws, with a folder as its own and as the user's home."""
    environment = {key: value for key, value in os.environ.items() if key not in VARIABLES}
    environment |= {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config"), **variables}
    command = [sys.executable, "-c", DRAW, "out"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [file.read_bytes() for file in sorted((folder / "out").iterdir())]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    files = drawn(tmp_path_factory.mktemp("undisturbed"), {})
    assert len(files) == 5
    return files


@pytest.mark.parametrize(
    ("place", "variables"),
    [("matplotlibrc", {}), (".config/matplotlib/matplotlibrc", {}), ("own/other", VARIABLES)],
)
def test_settings_of_the_user_change_nothing(
    undisturbed: list[bytes], place: str, variables: dict[str, str], tmp_path: Path
) -> None:
    """Wherever matplotlib looks for settings: in the folder, in the home, where variables say."""
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_text(MATPLOTLIBRC)
    assert drawn(tmp_path, variables) == undisturbed


def test_ones_own_style_comes_over_ours(tmp_path: Path) -> None:
    with style({"grid.color": "red"}):
        assert mpl.rcParams["grid.color"] == "red"
        assert mpl.rcParams["lines.linewidth"] == STYLE["lines.linewidth"]
    assert mpl.rcParams["grid.color"] != "red"
    for name, own in (("one", None), ("two", {"lines.linewidth": 5.0})):
        with style(own):
            figure = Figure()
            figure.subplots().plot([1, 2], label="line")
            save(figure, "A caption.", tmp_path / name, "fig")
    one, two = ((tmp_path / name / "fig.png").read_bytes() for name in ("one", "two"))
    assert one != two


def test_settings_made_elsewhere_in_the_process_do_not_count() -> None:
    with mpl.rc_context({"axes.linewidth": 9.0}):
        with style():
            assert mpl.rcParams["axes.linewidth"] == STYLE["axes.linewidth"]
        assert mpl.rcParams["axes.linewidth"] == 9


def test_scripts_of_scripts_are_not_below_five_points() -> None:
    with style():
        figure = Figure()
        text = figure.text(0, 0, r"$m^{\beta_g} + \frac{a}{b_c}$", fontsize=SMALLEST)
        assert smallest_glyph(text) >= LEAST_GLYPH
