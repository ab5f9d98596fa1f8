"""`scalinglaws laws`: the list, one law, and that it starts at once."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scalinglaws import laws
from unit.own_runs.calling import Call

HEAVY = ("torch", "pandas", "matplotlib", "scipy", "numba", "snakemake")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    return Call(monkeypatch, capsys)


def test_every_law_is_listed_with_equation_and_source(call: Call) -> None:
    out = call("laws")
    for law in laws.every().values():
        assert f"{law.name} " in out
        assert law.equation in out
        assert f"{law.title}. {law.source}" in out
    assert f"{len(laws.every())} laws" in out


@pytest.mark.parametrize("name", list(laws.every()))
def test_one_law_tells_what_its_letters_mean(call: Call, name: str) -> None:
    law, out = laws.find(name), call("laws", name)
    for variable in (*law.variables, law.response):
        assert f"{variable.name} " in out
        assert f"{variable.meaning} ({variable.unit})" in out
    for parameter in law.parameters:
        assert parameter.meaning in out
    assert f"--law {name} " in out


def test_bounds_constants_and_zeros(call: Call) -> None:
    out = call("laws", "pearce-song")
    assert "A      loss due to model size at N = 1, above 0\n" in out
    assert "alpha  exponent of model size, from 0 to 10\n" in out
    assert "E      irreducible loss, from 0\n" in out
    assert "omega  47491, not fitted\n" in out
    assert "R      repetitions: epochs minus one (epochs), 0 or above\n" in call("laws", "lovelace-1")
    assert "b  fall of the error as x grows by e, any number\n" in call("laws", "logarithmic")


def test_a_law_that_is_not_there(call: Call) -> None:
    said = call.error("laws", "chinchila")
    assert said.startswith("no law is named 'chinchila'; there are: ")
    assert "chinchilla" in said


@pytest.mark.parametrize("words", [["laws"], ["laws", "chinchilla"]])
def test_it_starts_without_what_takes_long_to_import(words: list[str]) -> None:
    code = (
        "import json, sys\nfrom scalinglaws.cli import main as cli\n"
        f"sys.argv = ['scalinglaws', *{words!r}]\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    out = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert not set(json.loads(out.splitlines()[-1])) & set(HEAVY)


def test_a_reader_who_has_seen_enough_causes_no_error() -> None:
    command = f"{sys.executable} -m scalinglaws.cli.main laws | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
    assert done.returncode == 0


GOOD = """
from scalinglaws.laws.law import Law, Parameter, Variable
def law(name, **bounds):
    return Law(name, "t", "b/x", "s", Variable("y", "m", "u"), (Variable("x", "m", "u"),),
               (Parameter("b", "m", positive=True, **bounds),))
"""


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"bad": "def ("}, r"laws/bad\.py: cannot be used: .*\(bad\.py, line 1\)"),
        ({"bad": "import nothing_of_this_name"}, r"laws/bad\.py: .*No module named 'nothing_of_this_name'"),
        ({"bad": "raise SystemExit"}, r"laws/bad\.py: .*SystemExit"),
        (
            {"bad": f"{GOOD}A = law('own', lower=2.0, upper=1.0)"},
            r"laws/bad\.py: .*b: bounds 2 and 1 leave no",
        ),
        ({"bad": f"{GOOD}A = law('own', guesses=(2.0, 1.0))"}, r"laws/bad\.py: .*two ascending numbers"),
        (
            {"bad": f"{GOOD}A, B = law('own'), law('own')"},
            r"laws/bad\.py and laws/bad\.py: two laws are named own",
        ),
        ({"bad": f"{GOOD}A = law('m1')"}, r"laws/bad\.py and laws/saturating\.py: two laws are named m1"),
        ({"bad": "x = 1 / 0"}, r"laws/bad\.py: .*ZeroDivisionError: division by zero"),
    ],
)
def test_a_law_that_cannot_be_built_names_its_file_and_stops_no_other(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], words: str
) -> None:
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
    monkeypatch.setattr(laws, "__path__", [str(tmp_path), *laws.__path__])
    for name in files:
        monkeypatch.delitem(sys.modules, f"scalinglaws.laws.{name}", raising=False)
    laws._found.cache_clear()
    try:
        assert "power-law: Power law" in call("laws", "power-law")
        (line,) = [line for line in call("laws").splitlines() if line.startswith("warning: ")]
        assert re.search(words, line)
        wanted = "m1" if "'m1'" in "".join(files.values()) else "own"
        assert re.search(words, call.error("laws", wanted))
    finally:
        for name in files:
            sys.modules.pop(f"scalinglaws.laws.{name}", None)
        laws._found.cache_clear()
