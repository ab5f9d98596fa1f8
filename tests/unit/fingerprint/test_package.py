"""Fingerprints of the package itself: nothing that a stage reaches escapes them."""

from functools import cache
from pathlib import Path

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.plan import plan
from scalinglaws.config.reading.load import load_config
from scalinglaws.fingerprint.imports import files
from scalinglaws.fingerprint.modules import read
from scalinglaws.fingerprint.reach import reached
from scalinglaws.staleness.site import site_step
from scalinglaws.staleness.steps import Step, steps
from unit.fingerprint.toy_package import Toy, fingerprints_of

CONFIG = plugins.PACKAGE.parents[1] / "config"
PLUGINS = {
    "import_module(module_name(FAMILIES, self._spec.family))": "scalinglaws.models.",
    "import_module(module_name(FAMILIES, model.family))": "scalinglaws.models.",
    "import_module(module_name(TASKS, first.task))": "scalinglaws.tasks.",
    "import_module(module_name(SOURCES, spec.source))": "scalinglaws.data.sources.",
    "import_module(protocol.module)": ("scalinglaws.protocols.", "scalinglaws.papers."),
    "import_module(module_name(*plugins.of_paper(plugins.FIGURES, module)))": "scalinglaws.papers.",
    "import_module(module_name(*plugins.of_paper(plugins.INTERACTIVE, name)))": "scalinglaws.papers.",
    "import_module(f'{__name__}.{module.name}')": "scalinglaws.laws.",
}
"""Code that imports a module by a name which only the spec tells, and where that module is."""
OUTSIDE_OF_STAGES = {
    "scalinglaws": "import_module(module)",
    "scalinglaws.cli.main": "import_module(f'scalinglaws.{folder}.{options.command}')",
}
IN_SPECS = {
    "scalinglaws.config.analysis": "it hashes them itself",
    "scalinglaws.public_runs.description": "`public_run_tables`",
    "scalinglaws.claims.claim": "`claims_hash`",
}
"""Modules that read data files of the package whose content is told in the specs of stages, and by what."""


@cache
def every_step(scale: str) -> tuple[Step, ...]:
    work = plan(load_config(scale, CONFIG))
    every = steps(work)
    return (*every, site_step(work, every))


def test_whatever_is_imported_by_a_name_that_is_computed_is_a_plugin() -> None:
    """Any other way to reach code that a fingerprint does not follow has to be written otherwise."""
    found = {
        (module, way) for module in files() for each in read(module).statements for way in each.unfollowed
    }
    assert {each for each in found if each[1] not in PLUGINS} == set(OUTSIDE_OF_STAGES.items())
    assert {way for _, way in found} == {*PLUGINS, *OUTSIDE_OF_STAGES.values()}


@pytest.mark.parametrize("scale", ["smoke", "laptop", "gpu", "paper"])
def test_the_code_of_a_step_has_the_plugins_that_it_may_load(scale: str) -> None:
    for step in every_step(scale):
        ways = {
            way
            for module, places in reached(step.modules).items()
            for place in places
            for way in read(module).statements[place].unfollowed
        }
        folders = {PLUGINS[way] for way in ways}
        assert all(any(each.startswith(folder) for each in step.modules) for folder in folders), step.name
        if "scalinglaws.laws." in folders:  # all of them are loaded
            assert {f"scalinglaws.laws.{name}" for name in plugins.names("laws")} <= set(step.modules)


def test_modules_say_which_data_files_they_read() -> None:
    """A module that reads data files by paths that one cannot tell declares `DATA_FILES`."""
    package = plugins.PACKAGE
    for module in files():
        for each in read(module).statements:
            assert not each.reads_any, module
            assert not any(package.is_relative_to(path) for path in each.files), module


def test_what_is_read_from_the_package_is_told_in_specs() -> None:
    readers = {
        module
        for module in files()
        for each in read(module).statements
        if each.imported is None and any(chain[-1] == "PACKAGE" for chain in each.chains)
    }
    assert readers - {"scalinglaws.config.plugins"} - _fingerprint() == set(IN_SPECS)


def _fingerprint() -> set[str]:
    return {module for module in files() if module.startswith("scalinglaws.fingerprint")}


def test_a_fingerprint_of_training_is_narrower_than_its_modules() -> None:
    step = next(each for each in every_step("smoke") if each.job)
    covered = {
        module: {name for place in places for name in read(module).statements[place].binds}
        for module, places in reached(step.modules).items()
    }
    assert "RunHistory" in covered["scalinglaws.training.run_history"]
    assert "run_setup" in covered["scalinglaws.training.setup"]
    assert "device_of" in covered["scalinglaws.training.devices.device"]
    assert "read_prepared" in covered["scalinglaws.data.store"]
    assert "write_prepared" not in covered["scalinglaws.data.store"]
    assert "scalinglaws.training.trainer" not in covered


@pytest.mark.parametrize(
    "code",
    [
        "import importlib\nX = importlib.import_module(NAME)",
        "from importlib import import_module as load\nX = load(NAME)",
        "def f(name):\n    from importlib import import_module as load\n    return load(name)",
        "from importlib import import_module\nX = map(import_module, NAMES)",
        "from importlib import import_module\nX = import_module('.tools', __package__)",
        "from importlib import import_module\nX = import_module(f'toy.{NAME}')",
        "X = __import__(NAME)",
        "import runpy\nX = runpy.run_path('tools.py')",
        "import sys\nX = sys.modules['toy.tools']",
        "from sys import modules\nX = modules['toy.tools']",
        "from importlib.util import spec_from_file_location\nX = loader.exec_module(NAME)",
        "class Base:\n    def __init_subclass__(cls): ...",
        "class Base: ...\nX = Base.__subclasses__()",
    ],
)
def test_ways_to_other_code_that_are_not_followed_are_found(tmp_path: Path, code: str) -> None:
    with fingerprints_of(tmp_path, "toy"):
        toy = Toy(tmp_path, {"__init__.py": "", "stage.py": "import json\nX = json.loads('1')\n"})
        assert not any(each.unfollowed for each in read("toy.stage").statements)
        toy.write("stage.py", code)
        assert any(each.unfollowed for each in read("toy.stage").statements)
