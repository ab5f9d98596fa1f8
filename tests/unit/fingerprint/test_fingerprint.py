"""The fingerprint of code changes with what the code does, not with how it is written."""

import ast
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent

import pytest

import scalinglaws
from scalinglaws import fingerprint
from scalinglaws.fingerprint import code_fingerprint, module_hashes

FILES = {
    "toy/__init__.py": "",
    "toy/stage.py": '''
        """A stage."""
        import json
        from os import path

        from toy.tools import double
        from toy import constants

        def run(x: int = 1) -> int:
            """Double and add."""
            from toy.late import later
            return double(x) + constants.SHIFT + later()
    ''',
    "toy/tools.py": "def double(x):\n    # twice\n    return 2 * x\n",
    "toy/constants.py": 'SHIFT = 3\n"""How far."""\n',
    "toy/late.py": "import toy.deep.inner\n\ndef later():\n    return toy.deep.inner.VALUE\n",
    "toy/deep/__init__.py": "",
    "toy/deep/inner.py": "VALUE = 1.5\n",
    "toy/alone.py": "UNUSED = 1\n",
    "toy/other_tools.py": "def double(x):\n    return x + x\n",
    "json_like/__init__.py": "",
}
Write = Callable[[str, str], None]


def forget() -> None:
    for function in (fingerprint._path, fingerprint._read, fingerprint._hash):
        function.cache_clear()


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Change a file of a small package, which fingerprints are taken of."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    monkeypatch.setattr(fingerprint, "PACKAGE", "toy")

    def replace(name: str, text: str) -> None:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
        forget()

    forget()
    yield replace
    forget()


def test_imports_are_followed_also_those_inside_functions(write: Write) -> None:
    assert tuple(module_hashes("toy.stage")) == (
        "toy.constants",
        "toy.deep.inner",
        "toy.late",
        "toy.stage",
        "toy.tools",
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("toy/tools.py", "def double(x):\n    return 2 * x  # two\n"),
        ("toy/tools.py", '"""Tools."""\n\n\ndef double(x):\n    """Twice."""\n    return (2\n        * x)\n'),
        ("toy/constants.py", "SHIFT = 3\n"),
        ("toy/constants.py", "SHIFT = 0x3\n"),
        ("toy/alone.py", "UNUSED = 2\n"),
        ("toy/deep/__init__.py", '"""Deep."""\n'),
        ("toy/__init__.py", "from toy.alone import UNUSED\n"),
    ],
)
def test_comments_docstrings_layout_and_public_names_change_nothing(
    write: Write, name: str, text: str
) -> None:
    before = code_fingerprint("toy.stage")
    write(name, text)
    assert code_fingerprint("toy.stage") == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("toy/tools.py", "def double(x):\n    return 3 * x\n"),
        ("toy/tools.py", "def double(y):\n    return 2 * y\n"),
        ("toy/tools.py", "def double(x):\n    return x * 2\n"),
        ("toy/constants.py", "SHIFT = 4\n"),
        ("toy/constants.py", "SHIFT = 3.0\n"),
        ("toy/constants.py", "SHIFT = None\n"),
        ("toy/constants.py", "SHIFT = '3'\n"),
        ("toy/deep/inner.py", "VALUE = 1.25\n"),
        ("toy/deep/__init__.py", "import toy.alone\n"),
        ("toy/stage.py", FILES["toy/stage.py"].replace("toy.tools", "toy.other_tools")),
        ("toy/stage.py", FILES["toy/stage.py"].replace("import constants", "import alone as constants")),
    ],
)
def test_a_change_of_meaning_is_seen(write: Write, name: str, text: str) -> None:
    before = code_fingerprint("toy.stage")
    write(name, text)
    assert code_fingerprint("toy.stage") != before


def test_the_root_package_counts_for_a_module_that_imports_from_it(write: Write) -> None:
    write("toy/__init__.py", "VERSION = 1\n")
    write("toy/alone.py", "from toy import VERSION\n")
    before = code_fingerprint("toy.alone")
    write("toy/__init__.py", "VERSION = 2\n")
    assert code_fingerprint("toy.alone") != before


@pytest.mark.parametrize(
    ("moved", "to", "old", "new"),
    [
        (
            "toy/tools.py",
            "toy/deep/a_new_name.py",
            "from toy.tools import",
            "from toy.deep.a_new_name import",
        ),
        ("toy/tools.py", "toy/arithmetic.py", "from toy.tools import", "from .arithmetic import"),
        (
            "toy/constants.py",
            "toy/deep/shifts.py",
            "from toy import constants",
            "from toy.deep import shifts",
        ),
        ("toy/late.py", "toy/deep/late.py", "from toy.late import", "from toy.deep.late import"),
    ],
)
def test_a_moved_or_renamed_file_changes_nothing(
    write: Write, moved: str, to: str, old: str, new: str
) -> None:
    before = code_fingerprint("toy.stage")
    write(to, FILES[moved])
    (fingerprint.ROOT / moved).unlink()
    stage = FILES["toy/stage.py"].replace(old, new)
    write("toy/stage.py", stage.replace("constants.SHIFT", "shifts.SHIFT") if "shifts" in new else stage)
    assert code_fingerprint("toy.stage") == before


def test_the_stage_itself_may_be_moved(write: Write) -> None:
    before = code_fingerprint("toy.stage")
    write("toy/deep/stage.py", FILES["toy/stage.py"])
    assert code_fingerprint("toy.deep.stage") == before


def test_a_circle_of_imports_is_an_error_that_shows_it(write: Write) -> None:
    write("toy/tools.py", "from toy.stage import run\n")
    with pytest.raises(ImportError, match=r"toy\.stage imports toy\.tools imports toy\.stage"):
        code_fingerprint("toy.stage")


def test_the_order_of_modules_does_not_matter(write: Write) -> None:
    assert code_fingerprint("toy.tools", "toy.alone") == code_fingerprint("toy.alone", "toy.tools")
    assert code_fingerprint("toy.tools") != code_fingerprint("toy.alone")


def test_an_unknown_module_is_an_error(write: Write) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"toy\.nothing"):
        code_fingerprint("toy.nothing")


def test_what_one_python_adds_to_the_trees_of_another_changes_nothing(write: Write) -> None:
    # Python 3.12 gives every function and class an empty list of type parameters; 3.13 prints no empty field.
    # Published records are compared by fingerprints: they must not depend on who reads them.
    source = "def f(x, *, y=None):\n    return {**x, 'y': [], None: y}\n\nclass A:\n    pass\n"
    write("toy/alone.py", source)
    before = code_fingerprint("toy.alone")
    parse = ast.parse

    def newer(text: str) -> ast.Module:
        tree = parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                node._fields = (*type(node)._fields, "something_new")  # type: ignore[misc]
                node.something_new = []  # type: ignore[attr-defined]
        return tree

    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fingerprint.ast, "parse", newer)
        assert code_fingerprint("toy.alone") == before


TRAINING = ("scalinglaws.stages.train", "scalinglaws.models.resnet")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package, which fingerprints are taken of."""
    copy = tmp_path / "scalinglaws"
    shutil.copytree(
        Path(scalinglaws.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__", "*.yaml")
    )
    monkeypatch.setattr(fingerprint, "ROOT", tmp_path)
    forget()
    yield copy
    forget()


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("training/loop.py", True),
        ("counting/flops.py", True),
        ("models/resnet.py", True),
        ("config/spec.py", True),
        ("models/other.py", False),
        ("laws/hestness.py", False),
        ("config/study.py", False),
        ("cli/cost.py", False),
    ],
)
def test_only_what_a_run_uses_counts_for_it(package: Path, file: str, counts: bool) -> None:
    before = code_fingerprint(*TRAINING)
    with (package / file).open("a") as stream:
        stream.write("\nADDED = 1\n")
    forget()
    assert (code_fingerprint(*TRAINING) != before) == counts
