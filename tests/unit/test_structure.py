"""The structure of the package: what imports what, how large a folder gets, how long a list of parameters."""

import ast
from pathlib import Path

import pytest

import scalinglaws

PACKAGE = Path(scalinglaws.__file__).parent
ORDER = (
    *("errors", "files", "fingerprint", "terminal"),
    *("config", "tables", "data", "models", "tasks", "counting", "training"),
    *("laws", "fitting", "protocols", "claims", "plotting", "public_runs", "own_runs"),
    *("papers", "report", "staleness", "stages", "cli"),
)
"""Data flows from the first to the last; nothing imports what comes after it."""
MANY_FILES = ("data/sources", "laws")
"""Folders of plugins, which grow by a file for each source or law."""
MOST_FILES, MOST_PARAMETERS = 14, 6


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
            base = str(node.module)
            found.update(
                f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names
            )
    return found


IMPORTS = {module: {other for other in imports(module) if other in MODULES} for module in MODULES}


def part(module: str) -> str:
    return module.removeprefix("scalinglaws").removeprefix(".").partition(".")[0]


def paper(module: str) -> str:
    """The paper that a module belongs to, or nothing."""
    parts = module.split(".")
    return parts[2] if parts[1:2] == ["papers"] and len(parts) > 2 else ""


INNER = sorted(module for module in MODULES if part(module))  # the root offers names of all parts


def test_every_part_of_the_package_has_its_place() -> None:
    assert {part(module) for module in INNER} == set(ORDER)


def test_nothing_imports_upwards() -> None:
    place = {name: number for number, name in enumerate(ORDER)}
    assert [
        (module, other)
        for module in INNER
        for other in IMPORTS[module]
        if part(other) and place[part(other)] > place[part(module)]
    ] == []


def test_the_library_imports_no_paper() -> None:
    outside = [module for module in INNER if not paper(module)]
    assert [(module, other) for module in outside for other in IMPORTS[module] if paper(other)] == []


def test_papers_import_no_other_paper() -> None:
    assert [
        (module, other)
        for module in INNER
        for other in IMPORTS[module]
        if paper(module) and paper(other) not in ("", paper(module))
    ] == []


def test_no_circles() -> None:
    """Modules are taken away that import none of the rest, until none is left."""
    left = {module: IMPORTS[module] - {module, "scalinglaws"} for module in INNER}
    while free := {module for module, others in left.items() if not others & left.keys()}:
        left = {module: others for module, others in left.items() if module not in free}
    assert left == {}


def test_only_one_module_calls_snakemake_and_none_imports_it() -> None:
    assert [module for module in INNER if any(name.startswith("snakemake") for name in imports(module))] == []
    naming = {
        module
        for module in INNER
        for node in ast.walk(MODULES[module])
        if isinstance(node, ast.Constant) and node.value == "snakemake"
    }
    assert naming == {"scalinglaws.cli.snakemake", "scalinglaws.staleness.versions"}  # the latter its version


@pytest.mark.parametrize("folder", sorted({path.parent for path in PACKAGE.rglob("*.py")}), ids=str)
def test_a_folder_can_be_taken_in_at_a_glance(folder: Path) -> None:
    files = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
    assert len(files) <= MOST_FILES or folder.relative_to(PACKAGE).as_posix() in MANY_FILES


@pytest.mark.parametrize("module", [module for module in INNER if part(module) == "fitting"])
def test_functions_of_the_fitting_core_take_few_parameters(module: str) -> None:
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.FunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            assert len([each for each in given if each.arg not in ("self", "cls")]) <= MOST_PARAMETERS, (
                node.name
            )
