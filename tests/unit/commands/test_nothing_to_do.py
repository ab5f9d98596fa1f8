"""A call with nothing to do: what is noted, and every change after which Snakemake is asked all the same."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from scalinglaws.cli import replicate, snakemake, up_to_date
from scalinglaws.config.load import load_config

from .conftest import Options

RESULTS = Path("results") / "laptop"
OUTPUT = RESULTS / "fits" / "fits.csv"
CALL = ("python", "-m", "snakemake", "--cores", "all")
FILES = (
    "Snakefile",
    "workflow/rules/one.smk",
    "profiles/default/profile.yaml",
    "config/laptop.yaml",
    "config/studies/paper/one.yaml",
    str(OUTPUT),
    str(RESULTS / "runs" / "one.json"),
    str(RESULTS / "logs" / "snakemake.log"),
    ".snakemake/metadata/noted",
    ".snakemake/metadata/@long/noted",
    ".snakemake/log/call.log",
    "package/module.py",
    "package/__init__.py",
    "site/tool-1.0.dist-info/METADATA",
)
Capture = pytest.CaptureFixture[str]
Change = Callable[[], object]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project after a call, its package and a folder of installed packages beside it."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"content of {name}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(up_to_date.scalinglaws, "__file__", str(tmp_path / "package" / "__init__.py"))
    monkeypatch.syspath_prepend(tmp_path / "site")
    for name in os.environ:
        if name.startswith("SNAKEMAKE_"):
            monkeypatch.delenv(name)
    a_tick()
    return tmp_path


def a_tick() -> None:
    """Longer than the clock of a file system stands still."""
    time.sleep(0.02)


def state(call: tuple[str, ...] = CALL, scale: str = "laptop") -> str | None:
    return up_to_date.state(call, scale, RESULTS)


def edit_and_set_back(path: Path) -> None:
    """Another content of the same size with the same time."""
    before = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)


def replace_by_equal(path: Path) -> None:
    """Another file with the same content and times."""
    shutil.copy2(path, path.with_name("copy"))
    path.with_name("copy").replace(path)


def swap() -> None:
    for source, target in ((OUTPUT, "kept"), (RESULTS / "runs" / "one.json", OUTPUT), ("kept", "one.json")):
        Path(source).rename(target)


def write(name: str) -> Change:
    def change() -> None:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("something else\n")

    return change


NOTES = Path(".snakemake") / "metadata" / "noted"
CHANGES: dict[str, Change] = {
    "an output is edited": lambda: OUTPUT.write_text("other\n"),
    "an output is edited and its time set back": lambda: edit_and_set_back(OUTPUT),
    "an output is deleted": OUTPUT.unlink,
    "an output is replaced by an equal one": lambda: replace_by_equal(OUTPUT),
    "an output is touched": OUTPUT.touch,
    "an output gets an older time": lambda: os.utime(OUTPUT, (1e9, 1e9)),
    "an output is emptied": lambda: OUTPUT.write_text(""),
    "an output is a folder now": lambda: (OUTPUT.unlink(), OUTPUT.mkdir()),
    "an output is a broken link now": lambda: (OUTPUT.unlink(), OUTPUT.symlink_to("nowhere")),
    "outputs change places": swap,
    "a folder of outputs is deleted": lambda: shutil.rmtree(RESULTS / "runs"),
    "a file is added": write(str(RESULTS / "fits" / "points.csv")),
    "a note is edited": lambda: edit_and_set_back(NOTES),
    "a note is deleted": NOTES.unlink,
    "all notes are deleted": lambda: shutil.rmtree(".snakemake"),
    "an output is marked as incomplete": write(".snakemake/incomplete/b3V0cHV0"),
    "another Snakemake holds its lock": write(".snakemake/locks/0.output.lock"),
    "a rule is edited": lambda: edit_and_set_back(Path("workflow/rules/one.smk")),
    "a rule file is added": write("workflow/rules/two.smk"),
    "the Snakefile is edited": lambda: edit_and_set_back(Path("Snakefile")),
    "the Snakefile is deleted": lambda: Path("Snakefile").unlink(),
    "the profile is edited": lambda: edit_and_set_back(Path("profiles/default/profile.yaml")),
    "the scale is edited": lambda: edit_and_set_back(Path("config/laptop.yaml")),
    "a study is added": write("config/studies/paper/two.yaml"),
    "a study is deleted": lambda: Path("config/studies/paper/one.yaml").unlink(),
    "a module is edited": lambda: edit_and_set_back(Path("package/module.py")),
    "a module is added": write("package/new.py"),
    "a package is upgraded": lambda: Path("site/tool-1.0.dist-info").rename("site/tool-1.1.dist-info"),
    "a module lies in the way": write("yaml.py"),
    "a package is installed": lambda: Path("site/other-2.dist-info").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_after_any_change_the_state_is_another(folder: Path, change: Change) -> None:
    before = state()
    assert before is not None
    up_to_date.note(RESULTS, before, "nothing")
    assert up_to_date.noted(RESULTS, state()) == "nothing"
    change()
    assert up_to_date.noted(RESULTS, state()) is None


def test_what_decides_nothing_is_no_part_of_it(folder: Path) -> None:
    before = state()
    for name in (
        "package/__pycache__/module.pyc",
        ".snakemake/log/other.log",
        ".snakemake/iocache/latest.pkl",
    ):
        write(name)()
    for name in ("logs/snakemake.log", "logs/fit/one.log", "logs/running"):
        write(str(RESULTS / name))()
    write("results/smoke/fits/fits.csv")()
    write("notes.txt")()
    Path("workflow/rules/one.smk").touch()
    assert state() == before


@pytest.mark.parametrize("name", ["PYTHONPATH", "HOME", "XDG_CONFIG_HOME", "LC_ALL"])
def test_the_environment_counts(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = state()
    monkeypatch.setenv(name, "/elsewhere")
    assert state() not in (before, None)


def test_a_profile_named_by_the_environment_is_not_understood(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SNAKEMAKE_PROFILE", "slurm")
    assert state() is None


def test_python_arguments_and_the_folder_count(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    states = [state(), state((*CALL, "--config", "paper=one"))]
    monkeypatch.setattr(sys, "version", "4.0")
    states.append(state())
    monkeypatch.undo()
    monkeypatch.setattr(up_to_date.scalinglaws, "__file__", str(folder / "package" / "__init__.py"))
    shutil.copytree(folder, folder.with_name("copy"))
    monkeypatch.chdir(folder.with_name("copy"))
    states.append(state())
    assert len({*states, None}) == 5


def test_a_scale_file_elsewhere_counts(folder: Path) -> None:
    own = folder / "mine" / "laptop.yaml"
    write(str(own))()
    before = state(scale=str(own))
    edit_and_set_back(own)
    assert state(scale=str(own)) not in (before, None)


def test_a_damaged_note_is_none(folder: Path) -> None:
    for text in ("", "{", "[]", "null", '{"state": "a"}'):
        (RESULTS / up_to_date.NOTE).write_text(text)
        assert up_to_date.noted(RESULTS, "a") is None
    assert up_to_date.noted(RESULTS, None) is None


def test_results_are_where_the_config_says(project: Path) -> None:
    own = project / "config" / "my.own.yaml"
    shutil.copy(project / "config" / "laptop.yaml", own)
    for scale in ("laptop", "my.own", str(own), "config/laptop.yaml"):
        assert up_to_date.results_folder(scale) == Path("results") / load_config(scale).name


# The command


@pytest.fixture
def asked(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What Snakemake was asked and answered, in a project in which it finds nothing to do."""
    Path("Snakefile").touch()
    for name in ("workflow", "profiles", ".snakemake"):
        Path(name).mkdir()
    answers: list[str] = []

    def start(call: list[str], log: IO[str]) -> None:
        a_tick()
        answers.append("Nothing to be done")
        log.write(answers[-1])
        log.flush()

    monkeypatch.setattr(replicate.signal, "signal", lambda *_: None)
    monkeypatch.setattr(snakemake, "start", start)
    monkeypatch.setattr(replicate, "_watch", lambda *_: 0)
    return answers


def test_snakemake_is_asked_once(asked: list[str], options: Options, capsys: Capture) -> None:
    assert replicate.run(options) == 0
    first = capsys.readouterr().out
    assert first.startswith("Nothing to be done: results/laptop is up to date.\nfigures ")
    for _ in range(2):
        assert replicate.run(options) == 0
        assert capsys.readouterr().out == first
    assert len(asked) == 1
    assert snakemake.NOTHING in (RESULTS / "logs" / "snakemake.log").read_text()


def test_snakemake_is_asked_again_after_a_change(asked: list[str], options: Options) -> None:
    replicate.run(options)
    write(str(OUTPUT))()
    replicate.run(options)
    assert len(asked) == 2
    replicate.run(options)
    assert len(asked) == 2
    options.cores = "2"
    replicate.run(options)
    assert len(asked) == 3


def test_what_changed_while_snakemake_looked_is_not_noted(
    asked: list[str], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replicate, "_watch", lambda *_: write(str(OUTPUT))() or 0)
    replicate.run(options)
    assert not up_to_date.is_noted(RESULTS)


def test_nothing_is_noted_where_snakemake_leaves_something_out(
    asked: list[str], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(call: list[str], log: IO[str]) -> None:
        log.write("figure other/fig2 is left out: its public run data are not here\nNothing to be done")
        log.flush()

    monkeypatch.setattr(snakemake, "start", start)
    assert replicate.run(options) == 0
    assert not up_to_date.is_noted(RESULTS)


def test_a_failure_is_not_noted(
    asked: list[str], options: Options, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setattr(replicate, "_watch", lambda *_: 1)
    assert replicate.run(options) == 1
    assert not up_to_date.is_noted(RESULTS)


@pytest.mark.parametrize(
    ("seconds", "answer", "noted"),
    [
        (0, "Nothing to be done", True),
        (0, "figure paper/one is left out: its data are not here\nNothing to be done", False),
        (0, "1 job", False),
        (0, "", False),
        (60, "Nothing to be done", False),
    ],
)
def test_after_work_snakemake_is_asked_whether_all_is_done(
    asked: list[str],
    options: Options,
    monkeypatch: pytest.MonkeyPatch,
    seconds: float,
    answer: str,
    noted: bool,
) -> None:
    def start(call: list[str], log: IO[str]) -> None:
        log.write("1 of 1 steps (100%) done")
        log.flush()
        write(str(RESULTS / "report" / "paper.txt"))()

    monkeypatch.setattr(snakemake, "start", start)
    monkeypatch.setattr(snakemake, "dry_run", lambda *_: answer)
    monkeypatch.setattr(replicate, "SHORT_SECONDS", seconds)
    assert replicate.run(options) == 0
    assert up_to_date.is_noted(RESULTS) == noted
