"""The shape of the workflow: thin rules, one stage each, and imports in one direction."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.project import ROOT, Project, jobs_in

RULES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))
PACKAGE = ROOT / "src" / "scalinglaws"

ORDER = (
    "config",
    "constants",
    "data",
    "published",
    "models",
    "training",
    "collect",
    "laws",
    "fitting",
    "allocation",
    "simulation",
    "analyses",
    "claims",
    "figures",
    "report",
    "commands",
    "cli",
)
"""Data flow in this order, and a module imports from its own part and from those before it."""
BASE = ("", "errors", "files", "fingerprint", "stage")
"""What everything may import, and what imports nothing but its like."""


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def rule_blocks(path: Path) -> Iterator[tuple[str, str]]:
    """(name, text) of every rule in a file: it ends where a line is indented no deeper than its head."""
    block: list[str] = []
    indent = 0
    for line in [*path.read_text(encoding="utf-8").splitlines(), "end"]:
        depth = len(line) - len(line.lstrip())
        if block and line.strip() and depth <= indent:
            yield block[0].strip(), "\n".join(block)
            block = []
        if re.match(r"\s*(rule|checkpoint)\b.*:$", line):
            block, indent = [line], depth
        elif block:
            block.append(line)


ALL_RULES = [
    pytest.param(text, id=f"{path.stem}: {name}") for path in RULES for name, text in rule_blocks(path)
]


def test_files_are_short() -> None:
    assert lines(ROOT / "Snakefile") < 60
    assert [path.name for path in RULES if lines(path) >= 120] == []
    assert len(ALL_RULES) >= 8


@pytest.mark.parametrize("text", ALL_RULES)
def test_a_rule_calls_one_stage(text: str) -> None:
    shell = text.partition("shell:")[2]
    assert len(re.findall(r"\bpython -m scalinglaws\.\w+", shell)) == 1
    assert shell.count("python") == 1
    stage = re.search(r"python -m (scalinglaws\.\w+)", shell)[1]  # type: ignore[index]
    assert (PACKAGE / f"{stage.removeprefix('scalinglaws.')}.py").is_file() or (
        PACKAGE / stage.removeprefix("scalinglaws.") / "__main__.py"
    ).is_file()
    for directive in ("log:", "params:", "output:"):
        assert re.search(rf"^\s+{directive}", text, re.MULTILINE), directive
    assert re.search(r"^\s+code=", text, re.MULTILINE)
    assert "{log:q}" in shell
    assert not re.search(r"^\s+(run|script|notebook|wrapper|conda):", text, re.MULTILINE)


def test_the_snakefile_has_no_code_of_its_own() -> None:
    for path in (ROOT / "Snakefile", *RULES):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(run|script|notebook|wrapper|checkpoint)\b[^\n]*:$", text, re.MULTILINE), (
            path
        )


# The package


def modules() -> dict[str, ast.Module]:
    """Every module of the package, parsed, by its dotted name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()


def imports(module: str) -> set[str]:
    """What a module imports anywhere in it, also inside functions: dotted names."""
    found = set()
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            base = str(node.module)
            found.update(
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names
            )
    return found


def part(module: str) -> str:
    return module.removeprefix("scalinglaws").removeprefix(".").partition(".")[0]


def test_every_part_of_the_package_has_its_place() -> None:
    assert {part(module) for module in MODULES} == {*ORDER, *BASE}


def test_nothing_imports_upwards() -> None:
    upwards = set()
    for module in MODULES:
        for other in imports(module):
            if part(other) in BASE or not other.startswith("scalinglaws"):
                continue
            if part(module) in BASE or ORDER.index(part(other)) > ORDER.index(part(module)):
                upwards.add((module, other))
    assert not upwards


def test_only_the_commands_call_snakemake_and_none_imports_it() -> None:
    assert [
        name for name in MODULES if any(part.split(".")[0] == "snakemake" for part in imports(name))
    ] == []
    naming = {
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and node.value == "snakemake"
    }
    assert naming == {"scalinglaws.cli.snakemake"}


# The shipped scales


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with the config that is shipped."""
    return Project.bare(tmp_path_factory.mktemp("shipped") / "project", tiny=False)


@pytest.mark.slow
@pytest.mark.parametrize("scale", sorted(path.stem for path in (ROOT / "config").glob("*.yaml")))
def test_a_dry_run_of_each_shipped_scale(shipped: Project, scale: str) -> None:
    done = shipped.call("snakemake", "--dry-run", "--cores", "2", "--config", f"scale={scale}")
    text = done.stdout + done.stderr
    if "no study of any paper has the scale" in text:
        pytest.skip(f"no study has the scale {scale} yet")
    assert done.returncode == 0, text
    jobs = jobs_in(text)
    assert jobs["prepare"] >= 1
    assert jobs["figure"] >= 1
    if scale == "laptop":
        jobs = sum(count for name, count in jobs.items() if name.startswith(("search ", "train ")))
        assert jobs <= 12 * jobs["collect"]  # of which there is one for each study that trains
    assert not (shipped.folder / "results").exists()
