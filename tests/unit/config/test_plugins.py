"""Plugins: found by file name, their options read from signatures without importing them."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.modules import module_name


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


def test_a_plugin_without_its_function_is_our_mistake() -> None:
    with pytest.raises(LookupError, match="has no function draw"):
        plugins.options("models", "resnet", "draw")


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
