"""Each form of import, of use, and of a statement that acts: what of another module counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scalinglaws.fingerprint import code_fingerprint
from unit.fingerprint.toy_package import Toy, fingerprints_of

TOOLS = """
    from toy import late

    FACTOR = 2
    UNUSED = 3

    def used(x=1):
        return helper(x) * FACTOR

    def helper(x):
        return late.later(x)

    def unused():
        return UNUSED
"""
FILES = {
    "__init__.py": "",
    "tools.py": TOOLS,
    "late.py": "def later(x):\n    return x + 5\n\ndef never(x):\n    return x + 6\n",
    "exports.py": "from toy.tools import used, unused\n",
    "all_exports.py": "from toy.tools import *\n",
    "deep/__init__.py": "",
    "stage.py": "",
}
USED = [("tools.py", "FACTOR = 2", "FACTOR = 4"), ("late.py", "x + 5", "x - 5")]
UNUSED = [("tools.py", "UNUSED = 3", "UNUSED = 4"), ("late.py", "x + 6", "x - 6")]


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    with fingerprints_of(tmp_path, "toy"):
        yield Toy(tmp_path, FILES)


def counts(toy: Toy, file: str, old: str, new: str, stage: str = "toy.stage") -> bool:
    """Whether an edit changes the fingerprint of a stage."""
    before, text = code_fingerprint(stage), (toy.folder / "toy" / file).read_text()
    assert text.count(old) == 1
    toy.write(file, text.replace(old, new))
    after = code_fingerprint(stage)
    toy.write(file, text)
    assert code_fingerprint(stage) == before
    return after != before


PRECISE = [
    "try:\n    from toy.tools import used\nexcept ImportError: ...",
    "from toy import tools\nfrom typing import Annotated\nX = Annotated['tools.used', 1]",
    "from toy.tools import used",
    "from toy.tools import used\ndef run():\n    return used()",
    "from toy.tools import used as other\nrun = [other]",
    "from .tools import used\nrun = used",
    "from . import tools\ndef run():\n    return tools.used()",
    "from toy import tools as t\ndef run():\n    return t.used.__name__",
    "import toy.tools\ndef run():\n    return toy.tools.used()",
    "import toy.tools as t\ndef run():\n    return t.used()",
    "import json, toy.tools as t\ndef run():\n    return t.used()",
    "def run():\n    from toy.tools import used\n    return used()",
    "def run():\n    from toy import tools\n    return tools.used()",
    "def run():\n    import toy.tools\n    return toy.tools.used()",
    "def run():\n    import toy.tools as t\n    return t.used()",
    "async def run():\n    from .tools import used\n    return used()",
    "class Run:\n    from toy.tools import used",
    "class Run:\n    def run(self):\n        from toy.tools import used\n        return used()",
    "try:\n    from toy.tools import used\nexcept ImportError:\n    used = None\nrun = used",
    "try:\n    import missing\nexcept ImportError:\n    from toy import tools\nrun = tools.used",
    "import sys\nif sys.platform:\n    from toy.tools import used\nelse:\n    used = 1\nrun = used",
    "if True: from toy.tools import used\nrun = used",
    "with open('x'):\n    from toy.tools import used\nrun = used",
    "from toy.exports import used\nrun = used",
    "from toy import exports\ndef run():\n    return exports.used()",
    "def load():\n    global used\n    from toy.tools import used\ndef run():\n    load()\n    return used()",
    "from toy.tools import used\ndef run(function=used): ...",
    "from toy.tools import used\n@used\ndef run(): ...",
    "from toy.tools import used\nclass Run(used): ...",
    "from toy.tools import used\nclass Run(metaclass=used): ...",
    "from toy.tools import used\ndef run(x: used): ...",
    "from toy.tools import used\ndef run() -> 'list[used]': ...",
    "from toy import tools\nclass Run:\n    x: 'tools.used | None' = None",
    "from toy.tools import used\nrun = lambda: used",
    "from toy import tools\ntools.used.more = 1",
    "from toy.tools import used as f\ndef run():\n    return [f(x) for x in range(3)]",
]


@pytest.mark.parametrize("stage", PRECISE)
def test_what_is_used_of_a_module_counts_and_nothing_else(toy: Toy, stage: str) -> None:
    toy.write("stage.py", stage)
    assert all(counts(toy, *edit) for edit in USED)
    assert not any(counts(toy, *edit) for edit in UNUSED)


@pytest.mark.parametrize(
    "stage",
    [
        "from toy.tools import *\nrun = used",
        "from toy.all_exports import used\nrun = used",
        "import importlib\nrun = importlib.import_module('toy.tools').used",
        "from importlib import import_module\ndef run():\n    return import_module('toy.tools')",
        "def run():\n    return __import__('toy.tools').tools",
        "from importlib import import_module as load\nrun = load('toy.tools')",
        "def run():\n    from importlib import import_module as load\n    return load('toy.tools')",
        "import runpy\ndef run():\n    return runpy.run_module('toy.tools')",
        "from toy import tools\ndef run(name):\n    return getattr(tools, name)",
        "from toy import tools\nplugin = tools\ndef run():\n    return plugin.used()",
        "from toy import tools\ndef run():\n    return call(tools)",
        "import toy.tools\ndef run():\n    return call(toy.tools)",
        "from toy.tools import missing",
    ],
)
def test_all_of_a_module_counts_where_one_cannot_tell(toy: Toy, stage: str) -> None:
    toy.write("stage.py", stage if "missing" not in stage else f"{stage}\nrun = missing")
    assert all(counts(toy, *edit) for edit in [*USED, UNUSED[0]])


@pytest.mark.parametrize(
    "call", ["globals()['used']", "eval('used')", "exec('used()')", "vars()", "dir()", "builtins.eval(1)"]
)
def test_a_module_that_looks_at_its_own_names_counts_whole(toy: Toy, call: str) -> None:
    toy.write("tools.py", f"{TOOLS}\n    def by_name():\n        return {call}\n")
    toy.write("stage.py", "from toy.tools import by_name\nrun = by_name")
    assert all(counts(toy, *edit) for edit in [*USED, UNUSED[0]])


@pytest.mark.parametrize(
    "stage",
    [
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .tools import used\nrun: 'used'",
        "import typing\nif typing.TYPE_CHECKING:\n    import toy.tools\ndef run(): ...",
        "def run():\n    from toy.tools import used",
        "def run():\n    return 'from toy.tools import used'",
    ],
)
def test_what_is_imported_for_type_checkers_alone_or_not_used_does_not_count(toy: Toy, stage: str) -> None:
    toy.write("stage.py", stage)
    assert not any(counts(toy, *edit) for edit in [*USED, *UNUSED])


def test_relative_imports_count_from_two_levels_up(toy: Toy) -> None:
    toy.write("deep/first.py", "from ..tools import used\nrun = used")
    toy.write("deep/second.py", "from .. import tools\ndef run():\n    return tools.used()")
    toy.write("deep/third.py", "from .first import run\nagain = run")
    for name in ("first", "second", "third"):
        assert all(counts(toy, *edit, stage=f"toy.deep.{name}") for edit in USED)
        assert not any(counts(toy, *edit, stage=f"toy.deep.{name}") for edit in UNUSED)


@pytest.mark.parametrize(
    "statement",
    [
        "REGISTRY.append(MARK)",
        "added = REGISTRY.append(MARK)",
        "first, *rest = tell(MARK)",
        "note: int = tell(MARK)",
        "REGISTRY[0] = MARK",
        "tell.told = MARK",
        "REGISTRY += [MARK]",
        "del MARK",
        "if MARK:\n    REGISTRY.clear()",
        "for each in [MARK]:\n    REGISTRY.append(each)",
        "@tell\ndef registered():\n    return MARK",
        "@tell(MARK)\nclass Registered: ...",
        "class Registered(Base, name=MARK): ...",
        "class Registered:\n    told = tell(MARK)",
        "def default(x=tell(MARK)): ...",
        "NAMES = tuple(map(tell, [MARK]))",
    ],
)
def test_a_statement_that_acts_counts_for_all_who_import_its_module(toy: Toy, statement: str) -> None:
    head = "REGISTRY = []\nMARK = 1\nclass Base: ...\ndef tell(x): ...\ndef used(): ...\n"
    toy.write("acts.py", head + statement)
    toy.write("between.py", "import toy.acts\nclass Between: ...")
    toy.write("stage.py", "from toy.between import Between\nrun = Between")
    assert counts(
        toy, "acts.py", statement, statement.replace("MARK", "2 * MARK").replace("del 2 * MARK", "")
    )
    assert counts(toy, "acts.py", "MARK = 1", "MARK = 3")


@pytest.mark.parametrize(
    "statement",
    [
        "TABLE = {'a': [MARK, (1, 2)], 'b': -MARK}",
        "TABLE = tuple(frozenset([MARK]))",
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Table:\n    size: int = MARK",
        "from functools import cache\n@cache\ndef table(x=MARK): ...",
        "import numpy as np\nTABLE = np.array([MARK])",
        "def table():\n    return tell(MARK)",
        "import numpy as np\ndef table(): ...\nNOTHING = MARK",
    ],
)
def test_a_definition_counts_only_for_those_who_use_it(toy: Toy, statement: str) -> None:
    toy.write("acts.py", f"MARK = 1\ndef tell(x): ...\ndef used(): ...\n{statement}")
    toy.write("stage.py", "from toy.acts import used\nrun = used")
    assert not counts(toy, "acts.py", statement, statement.replace("MARK", "2 * MARK"))
    assert not counts(toy, "acts.py", "MARK = 1", "MARK = 3")


def test_packages_act_when_a_module_in_them_is_imported(toy: Toy) -> None:
    toy.write("deep/__init__.py", "from toy.acts import register\nregister(1)")
    toy.write("acts.py", "def register(x):\n    return x + 1\n")
    toy.write("deep/inner.py", "VALUE = 1")
    toy.write("stage.py", "from toy.deep.inner import VALUE\nrun = VALUE")
    assert counts(toy, "deep/__init__.py", "register(1)", "register(2)")
    assert counts(toy, "acts.py", "x + 1", "x + 2")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import json", "import json\nimport readline"),
        ("import json", "from __future__ import annotations\nimport json"),
        ("import json", "import json as json2\nimport csv as json"),
        ("def f(): ...", "def f(): ...\ndef len(x): ..."),
        ("def f(): ...", "def f(): ...\nf = None"),
    ],
)
def test_imports_of_others_and_names_that_hide_others_count(toy: Toy, old: str, new: str) -> None:
    toy.write("tools.py", "import json\ndef f(): ...\ndef used():\n    f()\n    return len(json.dumps(1))")
    toy.write("stage.py", "from toy.tools import used\nrun = used")
    assert counts(toy, "tools.py", old, new)
    assert not counts(toy, "tools.py", "import json", "import json\nimport csv\ndef g():\n    csv.reader()")


def test_branches_of_imports_cannot_be_swapped(toy: Toy) -> None:
    toy.write("other.py", "def used(): ...")
    branches = "    if x:\n        from {} import used\n    else:\n        from {} import used\n"
    stage = f"def run(x):\n{branches}    return used()"
    toy.write("stage.py", stage.format("toy.tools", "toy.other"))
    before = code_fingerprint("toy.stage")
    toy.write("stage.py", stage.format("toy.other", "toy.tools"))
    assert code_fingerprint("toy.stage") != before
