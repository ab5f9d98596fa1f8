"""pyproject.toml, environment.yml and the lock name the same packages, and the script installs those."""

import importlib.metadata
import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version
from rattler import MatchSpec
from rattler.exceptions import InvalidMatchSpecError

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "lock.txt"

# What conda calls differently. `-base` and `-minimal`: the same software without desktop and storage extras.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "snakemake": "snakemake-minimal",
    "soundfile": "pysoundfile",
    "torch": "pytorch",
}
ONLY_CONDA = {"python", "pip"}  # pip installs this project itself
SNAKEMAKE_CHANNEL = "bioconda"
PYTHONS = [f"3.{minor}" for minor in range(11, 15)]
PLATFORMS = [("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64")]


def pyproject() -> dict[str, Any]:
    """The project table of pyproject.toml."""
    table: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return table


def declared() -> dict[str, SpecifierSet]:
    """Bounds by name: what runs, what is optional, and what develops."""
    project = pyproject()
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    requirements = [Requirement(line) for group in groups for line in group]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in requirements}


def conda_lines() -> list[str]:
    """The lines of environment.yml, without its pip section."""
    lines = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    return [line for line in lines if isinstance(line, str)]


def conda_bounds() -> dict[str, SpecifierSet]:
    """Bounds by conda's names, as conda's own parser reads them."""
    specs = [MatchSpec(line, strict=True) for line in conda_lines()]
    return {str(spec.name.normalized): SpecifierSet(str(spec.version or "")) for spec in specs}


def locked_blocks() -> list[str]:
    """The lock, a block for each package: its line and the hashes under it."""
    return re.findall(r"(?m)^[A-Za-z0-9].*\n(?:[ \t]+.*\n)*", LOCK.read_text())


def locked() -> dict[str, list[tuple[Version, Marker | None]]]:
    """Versions by name; more than one where the lock forks by marker."""
    versions: dict[str, list[tuple[Version, Marker | None]]] = {}
    for block in locked_blocks():
        requirement = Requirement(block.split("\\\n")[0])
        (pin,) = requirement.specifier
        assert pin.operator == "==", requirement
        forks = versions.setdefault(canonicalize_name(requirement.name), [])
        forks.append((Version(pin.version), requirement.marker))
    return versions


def pinned_torch() -> Requirement:
    """The one line of requirements/torch.txt that is not a comment."""
    lines = (ROOT / "requirements" / "torch.txt").read_text().splitlines()
    (line,) = [line for line in lines if line and not line.startswith("#")]
    return Requirement(line)


def environment_script() -> ModuleType:
    """workflow/environment.py as a module."""
    spec = importlib.util.spec_from_file_location("environment", ROOT / "workflow" / "environment.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# pyproject.toml and environment.yml


def test_conda_names_the_same_packages() -> None:
    assert set(conda_bounds()) - ONLY_CONDA == {CONDA_NAMES.get(name, name) for name in declared()}


@pytest.mark.parametrize("name", sorted(declared()))
def test_conda_has_the_same_bounds(name: str) -> None:
    assert conda_bounds()[CONDA_NAMES.get(name, name)] == declared()[name]
    assert any(bound.operator == ">=" for bound in declared()[name]), "a lower bound is missing"


@pytest.mark.parametrize("line", conda_lines())
def test_conda_parses_each_line(line: str) -> None:
    assert MatchSpec(line, strict=True).name is not None


def test_conda_rejects_a_bad_line() -> None:
    with pytest.raises(InvalidMatchSpecError):
        MatchSpec("numpy >=>2", strict=True)


def test_conda_installs_this_project_and_nothing_else_with_pip() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["dependencies"][-1] == {"pip": ["--editable ."]}
    assert environment["channels"][:2] == ["conda-forge", SNAKEMAKE_CHANNEL]


def test_python_ranges_agree() -> None:
    wanted = SpecifierSet(pyproject()["requires-python"])
    assert conda_bounds()["python"] == wanted
    minors = environment_script().supported()
    assert [f"3.{minor}" for minor in minors] == PYTHONS
    assert all(wanted.contains(f"3.{minor}.0") for minor in minors)
    assert not wanted.contains(f"3.{minors[0] - 1}.99") and not wanted.contains(f"3.{minors[-1] + 1}.0")
    makefile = (ROOT / "Makefile").read_text()
    assert f"--python-version 3.{minors[0]} " in makefile, "the lock starts at the oldest"


# The lock


@pytest.mark.parametrize("platform", PLATFORMS, ids="-".join)
@pytest.mark.parametrize("python", PYTHONS)
def test_lock_holds_what_is_declared(python: str, platform: tuple[str, str]) -> None:
    system, machine = platform
    known = {"python_version": python, "python_full_version": f"{python}.0"}
    machine_markers = {"sys_platform": system, "platform_machine": machine}
    where = {key: str(value) for key, value in default_environment().items()} | known | machine_markers
    for name, bounds in declared().items():
        if name == "torch":
            continue
        versions = [version for version, marker in locked()[name] if marker is None or marker.evaluate(where)]
        assert len(versions) == 1, f"{name}: one version for each machine, not {versions}"
        assert bounds.contains(versions[0]), f"{name} {versions[0]} is not {bounds}"


def test_lock_has_a_hash_for_each_package() -> None:
    blocks = {block.split()[0]: block for block in locked_blocks()}
    assert len(blocks) > 50
    hashed = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")
    assert [name for name, block in blocks.items() if not hashed.search(block)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").iterdir()), ids=lambda path: path.name)
def test_no_addresses_in_requirements(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-i|-f|--index-url|--extra-index-url|--find-links)\b", text)


def test_no_cuda_in_the_lock() -> None:
    assert [name for name in locked() if re.match(r"torch$|nvidia|cuda|cupy|triton|pytorch", name)] == []


def test_torch_is_pinned_and_its_needs_are_locked() -> None:
    assert str(pinned_torch()) == "torch==2.13.0"
    assert declared()["torch"].contains("2.13.0")
    lines = (ROOT / "requirements" / "lock.in").read_text().splitlines()
    extra = [Requirement(line) for line in lines if line and not line.startswith("#")]
    for requirement in extra:
        for version, _ in locked()[canonicalize_name(requirement.name)]:
            assert requirement.specifier.contains(version)
    needs = [Requirement(line) for line in importlib.metadata.requires("torch") or []]
    plain = [need for need in needs if need.marker is None]
    names = {canonicalize_name(requirement.name) for requirement in extra}
    assert {canonicalize_name(need.name) for need in plain} <= names
    for need in plain:
        assert all(need.specifier.contains(version) for version, _ in locked()[canonicalize_name(need.name)])


def test_build_backend_is_locked() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    for requirement in map(Requirement, build):
        assert all(requirement.specifier.contains(version) for version, _ in locked()[requirement.name])


# The script


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script with its environment in a folder of its own."""
    module = environment_script()
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    for name, value in {"VENV": venv, "PYTHON": venv / "bin" / "python", "STAMP": venv / ".complete"}.items():
        monkeypatch.setattr(module, name, value)
    return module


@pytest.fixture
def installed(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the script installs, in words, instead of doing it."""
    steps: list[str] = []
    monkeypatch.setattr(script, "pip", lambda *arguments, **_: steps.append(" ".join(arguments)))
    monkeypatch.setattr(script, "install_torch_cpu", lambda requirement: steps.append(requirement))
    monkeypatch.setattr(script, "check_torch", lambda: None)
    monkeypatch.setattr(script.sys, "platform", "linux")

    class Done:
        returncode = 0
        stdout = stderr = ""

    monkeypatch.setattr(script, "run", lambda *_, **__: Done())
    return steps


def test_what_is_complete_is_left_alone(script: ModuleType, installed: list[str]) -> None:
    script.build(script.wanted(""))
    assert script.read_stamp() == script.wanted("")
    assert "torch==2.13.0+cpu" in installed


def test_the_build_of_torch_is_remembered(script: ModuleType, installed: list[str]) -> None:
    script.build(script.wanted("cuda"))
    assert "torch==2.13.0,!=2.13.0+cpu" in installed
    assert script.wanted("")["build"] == "cuda"
    assert script.read_stamp() != script.wanted("cpu")


def test_a_change_of_the_project_installs_only_the_project(script: ModuleType, installed: list[str]) -> None:
    script.build(script.wanted(""))
    installed.clear()
    script.build({**script.wanted(""), "project": "changed"})
    assert len(installed) == 1 and "--editable" in installed[0]


@pytest.mark.parametrize("key", ["folder", "lock", "torch"])
def test_a_change_makes_it_anew(script: ModuleType, installed: list[str], key: str) -> None:
    script.build(script.wanted(""))
    installed.clear()
    script.build({**script.wanted(""), key: "changed"})
    assert any("--require-hashes" in step for step in installed)


def test_a_killed_install_starts_anew(
    script: ModuleType, installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(script, "install_lock", killed)
        with pytest.raises(KeyboardInterrupt):
            script.build(script.wanted("cuda"))
    assert script.read_stamp() != script.wanted("")
    script.build(script.wanted(""))
    assert script.read_stamp() == script.wanted("cuda")


def test_an_unsupported_python_is_named(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "supported", lambda: range(98, 99))
    with pytest.raises(script.SetupError, match=r"Python 3\.98 to 3\.98 is needed, and this is 3\."):
        script.require_python()


def test_the_script_needs_nothing_that_is_installed() -> None:
    command = [sys.executable, "-I", "-S", str(ROOT / "workflow" / "environment.py"), "--help"]
    assert subprocess.run(command, check=False, capture_output=True, text=True).returncode == 0
