"""The fingerprint of code changes with what the code does, not with how it is written."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalinglaws.fingerprint import code_fingerprint, module_hashes, modules
from unit.fingerprint.toy_package import Toy, fingerprints_of, forget

FILES = {
    "__init__.py": "",
    "stage.py": '''
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
    "tools.py": "def double(x):\n    # twice\n    return 2 * x\n",
    "constants.py": 'SHIFT = 3\n"""How far."""\n',
    "late.py": "import toy.deep.inner\n\ndef later():\n    return toy.deep.inner.VALUE\n",
    "deep/__init__.py": "",
    "deep/inner.py": "VALUE = 1.5\n",
    "alone.py": "UNUSED = 1\n",
    "other_tools.py": "def double(x):\n    return x + x\n",
}


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    """A small package, which fingerprints are taken of."""
    with fingerprints_of(tmp_path, "toy"):
        yield Toy(tmp_path, FILES)


def test_imports_are_followed_also_those_inside_functions(toy: Toy) -> None:
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
        ("tools.py", "def double(x):\n    return 2 * x  # two\n"),
        ("tools.py", '"""Tools."""\n\n\ndef double(x):\n    """Twice."""\n    return (2\n        * x)\n'),
        ("constants.py", "SHIFT = 3\n"),
        ("constants.py", "SHIFT = 0x3\n"),
        ("alone.py", "UNUSED = 2\n"),
        ("deep/__init__.py", '"""Deep."""\n'),
        ("__init__.py", "from toy.alone import UNUSED\n"),
        ("tools.py", "def new():\n    return 1\n\n\ndef double(x):\n    return 2 * x\n"),
        ("tools.py", "import csv\n\nNEW = csv.reader\n\ndef double(x):\n    return 2 * x\n"),
        ("deep/__init__.py", "import toy.alone\n"),
    ],
)
def test_comments_docstrings_layout_and_public_names_change_nothing(toy: Toy, name: str, text: str) -> None:
    before = code_fingerprint("toy.stage")
    toy.write(name, text)
    assert code_fingerprint("toy.stage") == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tools.py", "def double(x):\n    return 3 * x\n"),
        ("tools.py", "def double(y):\n    return 2 * y\n"),
        ("tools.py", "def double(x):\n    return x * 2\n"),
        ("constants.py", "SHIFT = 4\n"),
        ("constants.py", "SHIFT = 3.0\n"),
        ("constants.py", "SHIFT = None\n"),
        ("constants.py", "SHIFT = '3'\n"),
        ("deep/inner.py", "VALUE = 1.25\n"),
        ("deep/__init__.py", "import readline\n"),
        ("deep/__init__.py", "print()\n"),
        ("stage.py", FILES["stage.py"].replace("toy.tools", "toy.other_tools")),
        ("stage.py", FILES["stage.py"].replace("import constants", "import alone as constants")),
    ],
)
def test_a_change_of_meaning_is_seen(toy: Toy, name: str, text: str) -> None:
    before = code_fingerprint("toy.stage")
    toy.write(name, text)
    assert code_fingerprint("toy.stage") != before


def test_the_root_package_counts_for_a_module_that_imports_from_it(toy: Toy) -> None:
    toy.write("__init__.py", "VERSION = 1\n")
    toy.write("alone.py", "from toy import VERSION\n")
    before = code_fingerprint("toy.alone")
    toy.write("__init__.py", "VERSION = 2\n")
    assert code_fingerprint("toy.alone") != before


@pytest.mark.parametrize(
    ("moved", "to", "old", "new"),
    [
        (
            "tools.py",
            "deep/a_new_name.py",
            "from toy.tools import",
            "from toy.deep.a_new_name import",
        ),
        ("tools.py", "arithmetic.py", "from toy.tools import", "from .arithmetic import"),
        (
            "constants.py",
            "deep/shifts.py",
            "from toy import constants",
            "from toy.deep import shifts",
        ),
        ("late.py", "deep/late.py", "from toy.late import", "from toy.deep.late import"),
    ],
)
def test_a_moved_or_renamed_file_changes_nothing(toy: Toy, moved: str, to: str, old: str, new: str) -> None:
    before = code_fingerprint("toy.stage")
    toy.write(to, FILES[moved])
    toy.remove(moved)
    stage = FILES["stage.py"].replace(old, new)
    toy.write("stage.py", stage.replace("constants.SHIFT", "shifts.SHIFT") if "shifts" in new else stage)
    assert code_fingerprint("toy.stage") == before


def test_the_stage_itself_may_be_moved(toy: Toy) -> None:
    before = code_fingerprint("toy.stage")
    toy.write("deep/stage.py", FILES["stage.py"])
    assert code_fingerprint("toy.deep.stage") == before


def test_a_circle_of_imports_is_an_error_that_shows_it(toy: Toy) -> None:
    toy.write("tools.py", "from toy.stage import run\n")
    with pytest.raises(ImportError, match=r"toy\.stage imports toy\.tools imports toy\.stage"):
        code_fingerprint("toy.stage")


def test_the_order_of_modules_does_not_matter(toy: Toy) -> None:
    assert code_fingerprint("toy.tools", "toy.alone") == code_fingerprint("toy.alone", "toy.tools")
    assert code_fingerprint("toy.tools") != code_fingerprint("toy.alone")


def test_an_unknown_module_is_an_error(toy: Toy) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"toy\.nothing"):
        code_fingerprint("toy.nothing")


def test_what_one_python_adds_to_the_trees_of_another_changes_nothing(toy: Toy) -> None:
    # Python 3.12 gives every function and class an empty list of type parameters; 3.13 prints no empty field.
    # Published records are compared by fingerprints: they must not depend on who reads them.
    source = "def f(x, *, y=None):\n    return {**x, 'y': [], None: y}\n\nclass A:\n    pass\n"
    toy.write("alone.py", source)
    before = code_fingerprint("toy.alone")
    parse = ast.parse

    def newer(text: str, *_: str) -> ast.Module:
        tree = parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                node._fields = (*type(node)._fields, "something_new")  # type: ignore[misc]
                node.something_new = []  # type: ignore[attr-defined]
        return tree

    forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(modules.ast, "parse", newer)
        assert code_fingerprint("toy.alone") == before


def test_a_file_that_is_no_python_has_a_fingerprint_too(toy: Toy) -> None:
    """Whoever imports it tells what is wrong with it; those who do not need it must not stop."""
    before = code_fingerprint("toy.stage", "toy.alone")
    toy.write("alone.py", "def broken(")
    broken = code_fingerprint("toy.stage", "toy.alone")
    toy.write("alone.py", "def broken((")
    assert len({before, broken, code_fingerprint("toy.stage", "toy.alone")}) == 3


def test_hashes_of_modules_tell_which_one_changed(toy: Toy) -> None:
    before = module_hashes("toy.stage")
    toy.write("tools.py", "import csv\n\ndef new():\n    csv.reader()\n\ndef double(x):\n    return 2 * x\n")
    toy.write("stage.py", FILES["stage.py"].replace("from toy.tools", "from .tools"))
    assert module_hashes("toy.stage") == before
    toy.write("tools.py", "def double(x):\n    return 3 * x\n")
    after = module_hashes("toy.stage")
    assert [module for module in before if before[module] != after[module]] == ["toy.tools"]
