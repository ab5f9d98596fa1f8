"""Data files of the package count with the code that reads them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scalinglaws.fingerprint import code_fingerprint
from unit.fingerprint.toy_package import Toy, fingerprints_of

FILES = {
    "__init__.py": "",
    "deep/__init__.py": "",
    "deep/words.txt": "a",
    "deep/words.csv": "a",
    "other.txt": "a",
    "stage.py": "from toy.deep.reader import load\nrun = load",
}


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    with fingerprints_of(tmp_path, "toy"):
        yield Toy(tmp_path, FILES)


def counting(toy: Toy, reader: str) -> set[str]:
    """The data files that count for a stage which uses this `load`."""
    toy.write("deep/reader.py", f"import os\nfrom pathlib import Path\n{reader}")
    found = set()
    for name in ("deep/words.txt", "deep/words.csv", "other.txt"):
        before = code_fingerprint("toy.stage")
        toy.write(name, "b")
        if code_fingerprint("toy.stage") != before:
            found.add(name)
        toy.write(name, "a")
        assert code_fingerprint("toy.stage") == before
    return found


@pytest.mark.parametrize(
    "path",
    [
        'Path(__file__).parent / "words.txt"',
        'Path(__file__).resolve().parent / "words.txt"',
        'Path(__file__).with_name("words.txt")',
        'Path(__file__).parents[1] / "deep" / "words.txt"',
        'Path(__file__).parents[1] / "deep/words.txt"',
    ],
)
def test_a_file_that_is_named_by_literals_counts(toy: Toy, path: str) -> None:
    assert counting(toy, f"def load():\n    return open({path})") == {"deep/words.txt"}
    assert counting(toy, f"WORDS = {path}\ndef load():\n    return open(WORDS)") == {"deep/words.txt"}


def test_a_file_that_another_function_reads_does_not_count(toy: Toy) -> None:
    path = 'WORDS = Path(__file__).parent / "words.txt"'
    assert counting(toy, f"{path}\ndef other():\n    return open(WORDS)\ndef load(): ...") == set()


def test_all_files_of_a_folder_count_and_new_ones_too(toy: Toy) -> None:
    reader = "HERE = Path(__file__).parent\ndef load(name):\n    return (HERE / name).read_text()"
    assert counting(toy, reader) == {"deep/words.txt", "deep/words.csv"}
    before = code_fingerprint("toy.stage")
    toy.write("deep/more.txt", "")
    assert code_fingerprint("toy.stage") != before
    toy.remove("deep/more.txt")
    toy.write("deep/code.py", "")
    assert code_fingerprint("toy.stage") == before


@pytest.mark.parametrize(
    "load",
    [
        "open(str(__file__)[:-3] + 'txt')",
        "importlib.resources.files('toy.deep')",
        "resources.read_text(name)",
        "pkgutil.get_data('toy', 'other.txt')",
        "Path(__file__).parents[1] / name",
        "Path(__file__).with_suffix('.txt')",
        "os.path.join(os.path.dirname(__file__), 'words.txt')",
        "Path(__spec__.origin)",
        "find('toy.deep')",
        "get('toy', 'other.txt')",
    ],
)
def test_all_files_of_the_package_count_where_one_cannot_tell(toy: Toy, load: str) -> None:
    head = (
        "import importlib.resources, pkgutil  # DATA_FILES = ()\n"
        "from importlib import resources\n"
        "from importlib.resources import files as find\n"
        "from pkgutil import get_data as get\n"
    )
    reader = f"{head}def load(name):\n    return {load}"
    assert counting(toy, reader) == {"deep/words.txt", "deep/words.csv", "other.txt"}


def test_a_module_can_declare_its_files(toy: Toy) -> None:
    reader = "def load(name):\n    return (Path(__file__).parents[1] / name).read_text()"
    assert counting(toy, f'DATA_FILES = ("*.csv", "../other.txt")\n{reader}') == {
        "deep/words.csv",
        "other.txt",
    }
    assert counting(toy, f"DATA_FILES = ()\n{reader}") == set()


def test_declared_files_are_literals(toy: Toy) -> None:
    toy.write("deep/reader.py", "DATA_FILES = tuple(names())\ndef load(): ...")
    with pytest.raises(ValueError, match="DATA_FILES is a tuple of literal patterns"):
        code_fingerprint("toy.stage")
