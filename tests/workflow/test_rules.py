"""The shape of the workflow: thin rules, one stage each."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.project import ROOT, STUDY, Project, jobs_in

RULES = sorted((ROOT / "workflow" / "rules").glob("*.smk"))


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
    assert shell.count("python") == 1
    (stage,) = re.findall(r"\bpython -m scalinglaws\.stages\.(\w+)", shell)
    assert (ROOT / "src" / "scalinglaws" / "stages" / f"{stage}.py").is_file()
    assert "made_of=step.made_of," in text
    assert "{params.note}" in shell
    for directive in ("log:", "params:", "output:"):
        assert re.search(rf"^\s+{directive}", text, re.MULTILINE), directive
    assert "{log:q}" in shell
    assert not re.search(r"^\s+(run|script|notebook|wrapper|conda):", text, re.MULTILINE)


def test_the_snakefile_has_no_code_of_its_own() -> None:
    for path in (ROOT / "Snakefile", *RULES):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"^\s*(run|script|notebook|wrapper|checkpoint)\b[^\n]*:$", text, re.MULTILINE), (
            path
        )


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
        trained = sum(count for name, count in jobs.items() if name.startswith(("search ", "train ")))
        assert trained <= 12 * jobs["collect"]  # one for each study that trains
    assert not (shipped.folder / "results").exists()


@pytest.mark.slow
def test_braces_in_a_config_are_no_wildcards(tmp_path: Path) -> None:
    project = Project.bare(tmp_path / "project")
    project.change("title", "Tiny {a}")
    project.change("figures", [{**STUDY["figures"][0], "caption": "As m^{beta}, {0} and {{x}}."}])
    assert project.jobs()["figure"] == 1
