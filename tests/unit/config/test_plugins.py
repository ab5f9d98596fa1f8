"""Plugins: found by file name, their options read from signatures without importing them."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.modules import module_name
from scalinglaws.errors import ConfigError


def test_plugins_are_found_by_file_name() -> None:
    assert {"fashion-mnist", "cifar", "imagenet"} <= set(plugins.names("data/sources"))
    assert "resnet" in plugins.names("models")
    assert module_name("data/sources", "fashion-mnist") == "scalinglaws.data.sources.fashion_mnist"


def test_options_are_checked_and_ordered() -> None:
    assert plugins.complete("models", "resnet", "build", {"depth": 14, "width": 4}) == {
        "width": 4,
        "depth": 14,
    }
    assert list(plugins.complete("models", "resnet", "build", {"depth": 14, "width": 4})) == [
        "width",
        "depth",
    ]
    # A default that is written out is the same model as one that is left out.
    assert plugins.complete("models", "resnet", "build", {"width": 4, "depth": 8}) == {"width": 4}


@pytest.mark.parametrize(
    "options", [{"width": 4, "depth": 9}, {"width": 0}, {"width": 5000}, {"width": "wide"}, {}, {"depth": 8}]
)
def test_bad_options_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        plugins.complete("models", "resnet", "build", options)


Write = Callable[[str], None]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write the file of a plugin `one` in the folder `models` of another package."""
    monkeypatch.setattr(plugins, "PACKAGE", tmp_path / "package")
    (tmp_path / "package" / "models").mkdir(parents=True)
    cached = [each for each in vars(plugins).values() if hasattr(each, "cache_clear")]

    def write(text: str) -> None:
        (tmp_path / "package" / "models" / "one.py").write_text(text)
        for each in cached:
            each.cache_clear()

    yield write
    for each in cached:
        each.cache_clear()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("def build(*, width: int", "models/one.py: line 1: is not Python ('(' was never closed)"),
        ("x = '\0'", "models/one.py: is not Python (source code string cannot contain null bytes)"),
        (
            f"x = {'(' * 5000}{')' * 5000}",
            "models/one.py: line 1: is not Python (too many nested parentheses)",
        ),
        (f"x = {'-' * 90000}1", "models/one.py: is not Python ("),
        ("def other(): ...", "models/one.py: has no function build"),
        ("def build(*, width): ...", "models/one.py: option width: has no annotation"),
        ("def build(*, width: int = SIZE): ...", "models/one.py: option width: SIZE is not a literal"),
        ("def build(*, _width: int): ...", "models/one.py: option _width: its name may not begin with _"),
        (
            "def build(*, width: Literal): ...",
            "models/one.py: option width: Literal is not a type that can be",
        ),
        ("def build(*, width: int[3]): ...", "models/one.py: option width: its annotation may not hold 3"),
        ("def build(*, width: int[str]): ...", "models/one.py: option width: int[str] is not a type that"),
        (
            "def build(*, width: bool | Annotated[int, Field(ge='a')] = 3): ...",
            "models/one.py: option width: ",
        ),
    ],
)
def test_a_broken_plugin_is_told_in_one_sentence(write: Write, text: str, problem: str) -> None:
    write(text)
    with pytest.raises(ConfigError) as told:
        plugins.options("models", "one", "build")
    assert str(told.value).startswith(f"package/{problem}")
    assert "\n" not in str(told.value)


RUN = "__import__('pathlib').Path('made').touch()"


@pytest.mark.parametrize(
    "annotation",
    [
        RUN,
        f'"{RUN}"',
        f'Optional["{RUN}"]',
        f'Annotated[int, "{RUN}"]',
        f"Literal[{RUN}]",
        f"Annotated[int, Field(ge={RUN})]",
        f"Annotated[int, Field({RUN})]",
        f"Annotated[int, Field(**{RUN})]",
        f"Annotated[int, Field(ge=1).__class__.__init__.__globals__[{RUN}]]",
        f"(lambda: {RUN})()",
        f"[{RUN} for x in 'a']",
        "f'{open}'",
        "open",
        "int.__class__",
        "Path",
        "list[int]",
        "Field",
    ],
)
def test_annotations_are_not_run(
    write: Write, annotation: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(f"def build(*, width: {annotation}): ...")
    with pytest.raises(ConfigError, match=r"^package/models/one.py: option width: "):
        plugins.options("models", "one", "build")
    assert not Path("made").exists()


@pytest.mark.parametrize(
    ("annotation", "good", "bad"),
    [
        ("Annotated[int, Field(ge=-2, le=3)]", -2, 4),
        ("Literal['a', 'b', 3]", "a", "c"),
        ("Literal['a'] | None", None, "b"),
        ("Optional[PositiveFloat]", 0.5, -1),
        ("bool | str", "x", 1.5),
    ],
)
def test_the_annotations_that_plugins_need_work(write: Write, annotation: str, good: Any, bad: Any) -> None:
    write(f"def build(*, width: {annotation}): ...")
    assert plugins.complete("models", "one", "build", {"width": good}) == {"width": good}
    with pytest.raises(ValidationError):
        plugins.complete("models", "one", "build", {"width": bad})


@pytest.mark.parametrize("value", ["tuple('ab')", "()", "'ab'", "('a', 1)", "('a', '')", "['a']", "NAMES"])
def test_a_required_literal_has_the_right_kind(write: Write, value: str) -> None:
    write(f"TABLES = {value}")
    with pytest.raises(ConfigError, match=r'models/one.py: needs a literal `TABLES = \("...", ...\)`$'):
        plugins.required("models", "one", "TABLES", tuple)
    write("TABLES = ('a', 'b')")
    assert plugins.required("models", "one", "TABLES", tuple) == ("a", "b")


def test_a_broken_plugin_does_not_stop_those_who_do_not_use_it(write: Write) -> None:
    write("def broken(")
    other = plugins.PACKAGE / "models" / "two.py"
    other.write_text('THERE = Law(name="two")')
    assert plugins.names("models") == ("one", "two")
    assert plugins.readable("models") == plugins.declared("models", "Law") == ("two",)
    assert plugins.constant("models", "two", "NOTHING") is None


def test_constants_are_read_from_the_file() -> None:
    examples = plugins.constant("data/sources", "fashion-mnist", "EXAMPLES")
    assert examples["training"] == 60_000
    assert plugins.constant("models", "resnet", "NOTHING") is None


def test_a_computed_value_is_not_a_literal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "PACKAGE", tmp_path)
    (tmp_path / "one.py").write_text("TABLES = tuple('ab')\nOTHER = ('a', 'b')\n")
    assert plugins.constant(".", "one", "TABLES") is None
    assert plugins.constant(".", "one", "OTHER") == ("a", "b")


def test_a_config_is_checked_without_torch() -> None:
    code = (
        "import sys; from pathlib import Path;"
        "from scalinglaws.config import plan; from scalinglaws.config.reading import load;"
        f"plan.plan(load.load_config('smoke', Path({str(plugins.PACKAGE.parents[1] / 'config')!r})));"
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules or 'pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
