"""Random constants of the package are changed: a fingerprint changes exactly if it covers the definition."""

import ast
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalinglaws.config import plugins
from scalinglaws.config.plan import TRAINING
from scalinglaws.fingerprint import code_fingerprint, module_hashes
from scalinglaws.fingerprint.modules import read
from scalinglaws.fingerprint.reach import reached
from unit.fingerprint.toy_package import fingerprints_of, forget

STAGES = {
    "train": (*TRAINING, "scalinglaws.models.resnet", "scalinglaws.tasks.image_classification"),
    "collect": ("scalinglaws.stages.collect",),
    "claims": ("scalinglaws.stages.claims",),
    "figures": ("scalinglaws.stages.figures", "scalinglaws.papers.hestness_2017.figures.learning_curves"),
}
EDITS = 8


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the package, which fingerprints are taken of."""
    folder = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__", "*.csv")
    shutil.copytree(plugins.PACKAGE, folder / "scalinglaws", ignore=ignored)
    with fingerprints_of(folder, "scalinglaws"):
        yield folder


def constants(path: Path) -> list[ast.Constant]:
    """The numbers and texts in the definitions of a file, but for docstrings."""
    nodes = [node for each in ast.parse(path.read_text()).body for node in ast.walk(each)]
    left_out = {
        id(part)
        for node in nodes
        if isinstance(node, ast.JoinedStr | ast.Expr | ast.pattern)
        for part in node_parts(node)
    }
    return [
        node
        for node in nodes
        if isinstance(node, ast.Constant)
        and type(node.value) in (int, float, str)
        and id(node) not in left_out
        and node.lineno == node.end_lineno
    ]


def node_parts(node: ast.AST) -> Iterator[ast.AST]:
    """Of an f-string or a pattern all, of an expression the docstring that it may be."""
    yield from ast.iter_child_nodes(node) if isinstance(node, ast.Expr) else ast.walk(node)


@pytest.mark.parametrize("stage", STAGES)
def test_a_changed_constant_counts_exactly_if_its_definition_can_be_reached(
    package: Path, stage: str
) -> None:
    modules = STAGES[stage]
    before, hashes, covered = code_fingerprint(*modules), module_hashes(*modules), reached(modules)
    lines = {
        module: {line for place in places for line in read(module).statements[place].lines}
        for module, places in covered.items()
    }
    found = [(module, node) for module in covered for node in constants(read(module).path)]
    inside = [each for each in found if each[1].lineno in lines[each[0]]]
    outside = [each for each in found if each not in inside]
    choose = random.Random(stage)
    for module, node in (*choose.sample(inside, EDITS), *choose.sample(outside, min(EDITS, len(outside)))):
        path = read(module).path
        text = path.read_text()
        path.write_text(changed(text, node))
        forget()
        counts = (module, node) in inside
        assert (code_fingerprint(*modules) != before) == counts, (module, node.lineno)
        found_by_module = module_hashes(*modules).items()
        assert [each for each, value in found_by_module if hashes[each] != value] == [module] * counts
        path.write_text(text)
        forget()
    assert outside


def changed(text: str, constant: ast.Constant) -> str:
    """A source in which a constant is written as a product."""
    lines = text.splitlines(keepends=True)
    line = lines[constant.lineno - 1].encode()
    start, end = constant.col_offset, constant.end_col_offset
    more = line[:start] + b"(" + line[start:end] + b" * 1)" + line[end or start :]
    return "".join([*lines[: constant.lineno - 1], more.decode(), *lines[constant.lineno :]])
