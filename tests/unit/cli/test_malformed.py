"""Malformed command lines, for every option of every command: one line, status 2, and nothing written."""

import json
from argparse import Action
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scalinglaws.cli import main
from scalinglaws.cli.options import Parser, text
from scalinglaws.cli.snakemake import Workflow
from unit.own_runs.calling import Call, write_csv

BASE = {
    "replicate": [],
    "report": [],
    "figures": [],
    "publish": [],
    "cost": [],
    "verify": [],
    "why": [],
    "laws": [],
    "fit": [
        "runs.csv",
        "--law=power-law",
        "--x=n",
        "--y=loss",
        "--loss=huber",
        "--bootstrap=0",
    ],
    "plan": ["--fit=fit.json", "--flops=1e20"],
    "extrapolate": ["runs.csv", "--x=n", "--y=loss", "--train=train", "--laws=m1"],
    "explorer": ["--out=page.html"],
}
"""A sound call of each command; a malformed option takes the place of the same one in it."""
HIDDEN = ("\x1b[2J", "a\nb", "a\tb\x07", "\u202egpj", "\u2066a", "\udc80", "\x9b31m")
WRONG = ("", "  ", "9" * 5000, *HIDDEN)
"""Wrong for every option."""
WRONG_NAMES = (
    "9" * 4000,
    "-1",
    "nan",
    "1e999",
    "0x1G",
    "no/such/folder",
    "~nosuchuser/x.yaml",
    "[a]",
    "\\",
)
"""Wrong for every option that does not write a file."""
OUTPUTS = ("--out", "--plot")
WRONG_OUTPUTS = ("/", ".", "runs.csv", "runs.csv/fit.pdf", "/dev/null", "9" * 300 + ".pdf")


@pytest.fixture
def call(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """In a project with a table of runs and a fit, where nothing can be run."""
    (project / "Snakefile").touch()
    sizes = [1e7, 2e7, 4e7, 8e7, 1.6e8, 3.2e8] * 2
    table = {"n": sizes, "d": [1e9] * 6 + [8e9] * 6, "loss": [3.2 - 0.1 * i for i in range(12)]}
    write_csv(project / "runs.csv", {**table, "train": [1] * 10 + [0] * 2})
    params = {"A": 482.01, "B": 2085.43, "E": 1.8172, "alpha": 0.3478, "beta": 0.3658}
    ranges = {"N": [1e7, 1e9], "D": [1e9, 1e11]}
    fit = {"law": "chinchilla", "params": params, "range": ranges}
    (project / "fit.json").write_text(json.dumps(fit))
    monkeypatch.setattr(Workflow, "run", lambda *_, **__: pytest.fail("the workflow was started"))
    return Call(monkeypatch, capsys)


def commands() -> dict[str, Parser]:
    (choices,) = (each.choices for each in main._parser()._actions if each.dest == "command")
    return dict(choices)  # type: ignore[arg-type]


def values() -> Iterator[tuple[str, Action]]:
    """Each command with each of its arguments that takes a value."""
    for name, parser in commands().items():
        yield from ((name, each) for each in parser._actions if each.nargs != 0)


def with_value(command: str, action: Action, *given: str) -> list[str]:
    """The sound call with other values of one option."""
    if not action.option_strings:
        return [command, *given, *(each for each in BASE[command] if each.startswith("--"))]
    option = action.option_strings[-1]
    return [
        command,
        *(each for each in BASE[command] if not each.startswith(f"{option}=")),
        *(f"{option}={each}" for each in given),
    ]


def refused(call: Call, words: Sequence[str]) -> str:
    before = sorted(Path().rglob("*"))
    said = call.error(*words)
    assert all(each.isprintable() for each in said), said
    assert len(said) < 6000
    assert sorted(Path().rglob("*")) == before
    return said


def test_the_sound_calls_are_sound(call: Call) -> None:
    for command in ("cost", "laws", "fit", "plan", "extrapolate", "explorer"):
        call(command, *BASE[command])


NAMES = [pytest.param(*each, id=f"{each[0]} {each[1].dest}") for each in values()]


@pytest.mark.parametrize(("command", "action"), NAMES)
def test_a_wrong_value(call: Call, command: str, action: Action) -> None:
    writes = set(action.option_strings) & set(OUTPUTS)
    for value in (*WRONG, *(WRONG_OUTPUTS if writes else WRONG_NAMES)):
        refused(call, with_value(command, action, value))


@pytest.mark.parametrize(("command", "action"), NAMES)
def test_an_option_twice_or_without_a_value_or_abbreviated(call: Call, command: str, action: Action) -> None:
    if not action.option_strings:
        assert "unrecognized arguments" in refused(call, [command, *BASE[command], "one", "more"])
        return
    option = action.option_strings[-1]
    assert "expected one argument" in refused(call, [*with_value(command, action), option])
    value = str((action.choices or ["1"])[0])  # type: ignore[index]
    if type(action).__name__ != "_AppendAction":
        assert "is given twice" in refused(call, with_value(command, action, value, value))
    if len(option) > 4:
        said = refused(call, [*with_value(command, action, value), f"{option[:-1]}={value}"])
        assert f"unrecognized arguments: {option[:-1]}={value}" in said


def test_no_command_an_unknown_one_and_an_unknown_option(call: Call) -> None:
    assert "arguments are required: COMMAND" in refused(call, [])
    assert "invalid choice: 'replicat'" in refused(call, ["replicat"])
    for command, words in BASE.items():
        assert "unrecognized arguments: --scael=smoke" in refused(call, [command, *words, "--scael=smoke"])


def test_values_with_accents_and_odd_spaces_are_fine() -> None:
    for value in ("Größe", "loss\xa0(nats)", "损失", "a b", "-"):
        assert text(value) == value
