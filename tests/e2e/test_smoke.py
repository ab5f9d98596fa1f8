"""The whole pipeline at scale smoke, on the packaged data, in clones as a user has them."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RESULTS = Path("results") / "smoke"
STUDY = "hestness-2017/image"
SOME = (STUDY, "hestness-2017/known-entropy", "hestness-2017/translation", "hestness-2017/speech-ds2")
SOME += ("hestness-2017/theory", "weng-2026/simulator")
"""Studies of all modalities, and two that train nothing: what a second clone has to make alike."""
LIMIT = 570
"""Seconds after which a call counts as hanging."""

pytestmark = [pytest.mark.slow, pytest.mark.network]


def git(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org")
    return subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def clone(folder: Path, *more: tuple[Path, str], studies: tuple[str, ...] = ()) -> Path:
    """A repository with the files of this checkout that git does not ignore, uncommitted ones included.

    Where studies are named, the scale smoke has only these.
    """
    listed = git(ROOT, "ls-files", "-co", "--exclude-standard", "-z").split("\0")
    for name in filter(None, listed):
        # Without the published records: adoption must find this test's own.
        if (ROOT / name).is_file() and not name.startswith("records/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)  # without times: git keeps none
    for source, name in more:
        shutil.copytree(source, folder / name)
    if studies:
        with (folder / "config" / "smoke.yaml").open("a", encoding="utf-8") as scale:
            scale.write(f"studies: [{', '.join(studies)}]\n")
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "clone")
    return folder


def scalinglaws(folder: Path, *arguments: str) -> str:
    """Run a command in a clone, with the clone's own package; what it printed."""
    search = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = {**os.environ, "PATH": search, "PYTHONPATH": str(folder / "src")}
    done = subprocess.run(
        [sys.executable, "-m", "scalinglaws.cli.main", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LIMIT,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


def files(folder: Path, *parts: str) -> dict[str, bytes]:
    """Content of all files under some folders of `results/smoke`, by path."""
    found = {
        str(path.relative_to(folder / RESULTS)): path.read_bytes()
        for part in parts
        for path in sorted((folder / RESULTS / part).rglob("*"))
        if path.is_file()
    }
    assert found
    return found


OUTCOMES = ("tables", "fits", "report/claims", "figures", "subsets")


def test_two_clones_and_a_third_from_records(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    times = {}

    def timed(name: str, folder: Path, *arguments: str) -> str:
        started = time.monotonic()
        printed = scalinglaws(folder, *arguments)
        times[name] = time.monotonic() - started
        return printed

    first = clone(tmp_path / "first")
    printed = timed("first run, data fetched", first, "replicate", "--scale", "smoke")
    assert printed.startswith("Scale smoke: trains ")
    assert len(printed.rpartition("is finished")[2].splitlines()) <= 24
    for ending in ("pdf", "png", "csv", "caption.tex"):
        figure = first / RESULTS / "figures" / "hestness-2017" / f"fig4-image.{ending}"
        assert figure.stat().st_size > 400
    for place in ("report/hestness-2017.txt", "figures/hestness-2017/"):
        assert f"results/smoke/{place}" in printed
    assert git(first, "status", "--porcelain") == ""

    again = timed("nothing to be done", first, "replicate", "--scale", "smoke")
    assert "Nothing to be done" in again
    assert times["nothing to be done"] < 20

    second = clone(tmp_path / "second", studies=SOME)
    shutil.copytree(first / "results" / "archives", second / "results" / "archives")
    timed("second clone", second, "replicate", "--scale", "smoke")
    assert files(second, *OUTCOMES).items() <= files(first, *OUTCOMES).items()
    assert git(second, "status", "--porcelain") == ""

    published = timed("publish", first, "publish", "--scale", "smoke").split()
    assert git(first, "status", "--porcelain", "--untracked-files=all") != ""
    assert all((first / name).is_file() for name in published)
    assert f"records/smoke/{STUDY}/runs.jsonl" in published

    third = clone(tmp_path / "third", (first / "records", "records"), studies=SOME)
    shutil.copytree(first / "results" / "archives", third / "results" / "archives")
    runs = files(second, "runs")
    adopted = timed("from records", third, "replicate", "--scale", "smoke", "--from", "records")
    made = Counter(name.removeprefix("runs/").rpartition("/")[0] for name in runs if name.count("/") == 3)
    assert STUDY in made
    for study, number in made.items():
        (counts,) = re.findall(rf"^{study}: adopted (\d+) of (\d+) runs", adopted, re.MULTILINE)
        assert counts[0] == counts[1]
        assert int(counts[0]) <= number  # a search may have added some
    # Their provenance too is that of the first clone: not one was trained.
    assert files(third, "runs").items() <= files(first, "runs").items()
    assert files(third, *OUTCOMES) == files(second, *OUTCOMES)
    assert not (third / RESULTS / "logs" / "train").exists()
    assert git(third, "status", "--porcelain") == ""
    assert "Nothing to be done" in timed("nothing after records", third, "replicate", "--scale", "smoke")

    with capsys.disabled():
        print("".join(f"\n  {name}: {seconds:.0f} s" for name, seconds in times.items()))
