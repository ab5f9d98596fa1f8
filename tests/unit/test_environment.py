"""pyproject.toml, environment.yml and the lock name the same packages, and the script installs those."""

import ast
import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "workflow" / "environment.py"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PROJECT = PYPROJECT["project"]
EXTRAS = PROJECT["optional-dependencies"]


def _declared(*groups: list[str]) -> dict[str, SpecifierSet]:
    return {
        canonicalize_name(each.name): each.specifier for group in groups for each in map(Requirement, group)
    }


DECLARED = _declared(PROJECT["dependencies"], *EXTRAS.values())
LOCK = (ROOT / "requirements" / "lock.txt").read_text()
# What conda calls differently. `-base` and `-minimal`: the same software without desktop and storage extras.
_CONDA = "matplotlib-base snakemake-minimal pysoundfile pytorch"
CONDA_NAMES = dict(zip(("matplotlib", "snakemake", "soundfile", "torch"), _CONDA.split(), strict=True))
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]


@cache
def locked() -> dict[str, list[tuple[Version, Marker | None]]]:
    """Versions by name; more than one where the lock forks by marker."""
    versions: dict[str, list[tuple[Version, Marker | None]]] = {}
    for line in re.findall(r"(?m)^[A-Za-z0-9].*", LOCK):
        requirement = Requirement(line.rstrip("\\"))
        (pin,) = requirement.specifier
        forks = versions.setdefault(canonicalize_name(requirement.name), [])
        forks.append((Version(pin.version), requirement.marker))
    return versions


def test_conda_has_the_same_packages_with_the_same_bounds() -> None:
    lines = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert lines.pop() == {"pip": ["--editable .[browser]"]}
    specs = [MatchSpec(line, strict=True) for line in lines]
    bounds = {str(spec.name.normalized): SpecifierSet(str(spec.version or "")) for spec in specs}
    assert bounds.pop("python") == SpecifierSet(PROJECT["requires-python"])
    del bounds["pip"]
    of_pip = _declared(EXTRAS["browser"])
    assert bounds == {
        CONDA_NAMES.get(name, name): each for name, each in DECLARED.items() if name not in of_pip
    }


@pytest.mark.parametrize("platform", PLATFORMS, ids="-".join)
def test_lock_holds_what_is_declared(platform: tuple[str, str]) -> None:
    machine = {"sys_platform": platform[0], "platform_machine": platform[1]}
    for python in (f"3.{minor}" for minor in script().MINORS):
        version = {"python_version": python, "python_full_version": f"{python}.0"}
        where = {key: str(value) for key, value in default_environment().items()} | machine | version
        for name, bounds in DECLARED.items():
            if name != "torch":
                found = [each for each, marker in locked()[name] if marker is None or marker.evaluate(where)]
                assert len(found) == 1 and bounds.contains(found[0]), f"{name}: {found} for {python}"


def test_every_locked_package_has_a_hash_and_none_an_address_or_cuda() -> None:
    packages = re.findall(r"(?m)^[A-Za-z0-9].*\n(?: +--hash=sha256:[0-9a-f]{64}.*\n)+", LOCK)
    assert len(packages) == len(re.findall(r"(?m)^[A-Za-z0-9]", LOCK)) > 50
    assert "://" not in LOCK and not re.search(r"(?m)^-", LOCK)
    assert [name for name in locked() if re.match(r"torch$|nvidia|cuda|cupy|triton|pytorch", name)] == []


def test_the_needs_of_torch_and_of_the_build_are_locked() -> None:
    """Both are installed without their dependencies."""
    assert DECLARED["torch"].contains(script().torch_arguments("cuda", "linux")[0].split(",")[0][7:])
    needs = [Requirement(line) for line in importlib.metadata.requires("torch") or []]
    needs = [need for need in needs if need.marker is None]
    for need in needs + [Requirement(line) for line in PYPROJECT["build-system"]["requires"]]:
        assert all(need.specifier.contains(version) for version, _ in locked()[canonicalize_name(need.name)])


def script() -> ModuleType:
    """workflow/environment.py as a module."""
    spec = importlib.util.spec_from_file_location("environment", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script with an environment in a folder of its own, whose `pip` only notes what it is asked for."""
    module = script()
    module.asked = []  # type: ignore[attr-defined]
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "run_pip", lambda *asked, **_: module.asked.append(asked[-1]) or 0)
    monkeypatch.setattr(module, "python", lambda: Path(sys.executable))
    monkeypatch.setattr("venv.EnvBuilder.create", lambda *_: None)
    return module


def test_pip_is_asked_for_what_changed_and_for_no_more(environment: ModuleType, tmp_path: Path) -> None:
    want = environment.wanted("")
    environment.build(want)
    assert environment.read_stamp() == want == environment.wanted("")
    setuptools, lock, torch, project = environment.asked
    assert (lock, torch, project) == (str(environment.LOCK), "torch==2.13.0+cpu", str(ROOT))
    environment.build(want)
    assert len(environment.asked) == 4
    environment.build([*want[:2], "other metadata"])
    assert environment.asked[4:] == [project]
    environment.build([want[0], "another lock, or another folder", want[2]])
    assert environment.asked[5:] == [setuptools, lock, torch, project]


def test_it_says_why_an_environment_is_made_again(
    environment: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(want: list[str]) -> str:
        environment.build(want)
        return capsys.readouterr().out.partition("\n")[0]

    want = environment.wanted("")
    assert said(want) == "environment: making .venv"
    settings = environment.VENV / "pyvenv.cfg"
    settings.write_text(f"home = /usr/bin\ncommand = /usr/bin/python3 -m venv --clear {environment.VENV}\n")
    again = "environment: making .venv again: "
    assert said([want[0], "another lock", want[2]]) == f"{again}the locked packages changed"
    assert said(["cuda", *want[1:]]) == f"{again}with torch for cuda"
    environment.write_stamp(["cuda"])
    assert said(["cuda", *want[1:]]).startswith(f"{again}it was not finished")
    environment.VENV = environment.VENV.rename(tmp_path / "moved")
    moved = environment.wanted("")
    assert moved[1] != want[1]
    assert said(moved).startswith(f"{again}this folder was moved or copied")
    assert said(moved) == ""


def test_a_killed_install_starts_anew_with_the_same_torch(environment: ModuleType) -> None:
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit):
        patch.setattr(environment, "torch_arguments", lambda *_: sys.exit("killed"))
        environment.build(environment.wanted("cuda"))
    assert environment.wanted("")[0] == "cuda"
    environment.build(environment.wanted(""))
    assert environment.asked.count(str(environment.LOCK)) == 2


def test_an_unsupported_python_is_refused_in_a_sentence(environment: ModuleType) -> None:
    declared = SpecifierSet(PROJECT["requires-python"])
    assert [minor for minor in range(40) if declared.contains(f"3.{minor}.0")] == [*environment.MINORS]
    environment.MINORS = range(98, 99)  # type: ignore[attr-defined]
    with pytest.raises(environment.SetupError, match=r"Python 3\.98 to 3\.98 is needed, and this is 3\."):
        environment.require_python()


def test_an_old_python_without_packages_can_read_the_script() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))
    command = [sys.executable, "-I", "-S", str(SCRIPT), "--help"]
    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
