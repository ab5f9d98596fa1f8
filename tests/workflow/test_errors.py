"""What a user sees when something is wrong, and that nothing finished is lost by it."""

import copy
import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from workflow.project import (
    ALL_RUNS,
    FROM_RUNS,
    GRIDS,
    PARTS,
    RESULTS,
    SEARCHES,
    STUDY,
    STUDY_NAME,
    SUBSETS,
    WIDTHS,
    Jobs,
    Project,
    grid_run,
    search_run,
)

pytestmark = pytest.mark.slow

STUDY_FILE = f"config/studies/{STUDY_NAME}.yaml"


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("colour", "red", f"{STUDY_FILE}: colour: unknown key"),
        ("runs.data.source", "mnist", f"{STUDY_FILE}: runs.data.source: there is no 'mnist'; allowed are "),
    ],
    ids=lambda value: value if isinstance(value, str) and ":" not in value and " " not in value else "",
)
def test_a_mistake_in_the_config_stops_before_anything_runs(
    bare: Project, key: str, value: object, said: str
) -> None:
    bare.change(key, value)
    done = bare.call("scalinglaws.cli.main", "replicate", "--scale", "smoke")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith(f"error: {said}")
    assert not (bare.folder / "results").exists()


def test_no_yaml_an_unknown_scale_and_an_unknown_paper(bare: Project) -> None:
    def said(*arguments: str) -> str:
        done = bare.call("scalinglaws.cli.main", "replicate", *arguments)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert not (bare.folder / "results").exists()
        return done.stderr

    assert "config/huge.yaml: there is no such scale file; config/ has smoke" in said("--scale", "huge")
    assert "there is no 'kaplan'; allowed are hestness-2017" in said("--scale", "smoke", "--paper", "kaplan")
    bare.study_file.write_text("study: [")
    assert f"{STUDY_FILE}, line 2, column 1: did not find" in said("--scale", "smoke")


def test_snakemake_itself_refuses_the_config_in_one_sentence(bare: Project) -> None:
    bare.change("colour", "red")
    done = bare.call("snakemake", "--cores", "1", "--config", "scale=smoke")
    text = done.stdout + done.stderr
    assert done.returncode == 1
    assert f"{STUDY_FILE}: colour: unknown key" in text
    assert "Traceback" not in text


def _corrupt_own_copy(project: Project) -> str:
    folder = project.folder / "own"
    folder.mkdir()
    files = [
        f"{split}-{kind}-ubyte.gz" for split in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
    ]
    for name in files:
        (folder / name).write_bytes(b"not what was published")
    scale = project.folder / "config" / "smoke.yaml"
    scale.write_text(scale.read_text().replace("cifar: cifar", "fashion-mnist: own"))
    return "own/train-images-idx3-ubyte.gz"


def _corrupt_archive(project: Project) -> str:
    name = "dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb"
    folder = project.folder / "archives"
    folder.mkdir()
    (folder / name).write_bytes(b"not what was published")
    with (project.folder / "config" / "smoke.yaml").open("a") as stream:
        stream.write("archives: archives\n")
    return f"archives/{name}"


@pytest.mark.parametrize("corrupt", [_corrupt_own_copy, _corrupt_archive], ids=["own copy", "archive"])
def test_a_corrupt_data_file(project: Project, corrupt: Callable[[Project], str]) -> None:
    file = corrupt(project)
    project.change("runs.data", {"source": "fashion-mnist", "validation": {"examples": 100}})
    before = _state(project)
    damaged = (project.folder / file).read_bytes()
    outcome = project.replicate()
    assert outcome.status not in (0, 2)
    assert f"error: {file}: SHA-256 is {hashlib.sha256(damaged).hexdigest()}, expected " in outcome.stderr
    assert outcome.stderr.count(file) == 1  # once is enough
    assert f", log: {RESULTS}/logs/data/fashion-mnist-" in outcome.stderr
    assert f"all of its output is in {RESULTS}/logs/snakemake.log" in outcome.stderr
    assert outcome.trained == set()
    after = _state(project)
    assert {path: after.get(path) for path in before} == before
    assert (project.folder / file).read_bytes() == damaged


def _state(project: Project) -> dict[Path, tuple[bytes, int]]:
    """Content and time of everything in results, except for logs and plans."""
    return {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in project.results.rglob("*")
        if path.is_file() and not {"logs", "plan"} & {*path.parts}
    }


def test_a_run_that_fails(bare: Project) -> None:
    """Its error is shown, once, the other jobs go on, and the finished runs of its own job stay."""
    fails, part = SUBSETS[2], 1
    line = '    plain = record.model_dump(mode="json")\n'
    condition = f"    if record.spec.subset.examples == {fails} and record.spec.seed in {PARTS[part]}:\n"
    bare.edit("training/records/record.py", line, f"{condition}        raise RuntimeError('boom')\n{line}")
    outcome = bare.replicate()
    assert outcome.status == 1
    assert outcome.stderr.count("RuntimeError: boom") == 1  # no retries
    log = rf"^    train_\S+, log: {RESULTS}/logs/train/{STUDY_NAME}/resnet-\S+-part{part}\.log$"
    assert re.search(log, outcome.stderr, re.MULTILINE)
    own = {grid_run(width, size, seed) for width in WIDTHS for size in SUBSETS for seed in PARTS[part]}
    assert outcome.trained - own == ALL_RUNS - own
    assert not {grid_run(width, fails, seed) for width in WIDTHS for seed in PARTS[part]} & outcome.trained
    assert not (bare.results / "tables").exists()
    before = bare.records()
    assert bare.replicate().status == 1  # called again, it fails again, and keeps what there is
    assert before.items() <= bare.records().items()


def test_jobs_that_fail_in_different_ways_at_once_are_all_named(bare: Project) -> None:
    """A mistake, a bug, and a process that the system kills: each with its own reason and log."""
    bare.forks = False  # one of them is killed
    models = [{"family": "resnet", "width": width, "depth": 8} for width in (1, 2, 3)]
    bare.change("scales.smoke.runs.axes.model", models)
    bare.change("scales.smoke.runs.axes.seed", [0])
    bare.change("runs.learning_rate", 0.001)
    line = "        self._content = content_hash(options.data)\n"
    width_of = 'job.runs[0].model.options["width"]'
    ways = (
        f"        if {width_of} == 1:\n            raise RecordError('one.csv: is \\x1b[2J wrong')\n"
        f"        if {width_of} == 2:\n            raise RuntimeError('boom')\n"
        f"        if {width_of} == 3:\n            import os; os.kill(os.getpid(), 9)\n"
    )
    bare.edit("stages/train.py", line, line + ways)
    outcome = bare.replicate()
    assert outcome.status == 1
    for width, reason in (
        (1, r"error: one\.csv: is \\x1b\[2J wrong"),
        (2, "RuntimeError: boom"),
        (3, "killed by SIGKILL; perhaps the memory ran out: use fewer --cores"),
    ):
        job = rf"train_\S+-width{width}, log: {RESULTS}/logs/train/{STUDY_NAME}/resnet-\S*width{width}\.log"
        assert re.search(rf"^{reason}\n    {job}$", outcome.stderr, re.MULTILINE), outcome.stderr


def test_what_was_trained_before_counts_for_nothing_after_a_failure(project: Project) -> None:
    """Snakemake puts records of a failed job back, and notes them as made by the code that failed."""
    line = '    plain = record.model_dump(mode="json")\n'
    condition = f"    if Path('broken').exists() and record.spec.subset.examples == {SUBSETS[2]}:\n"
    project.edit("training/records/record.py", line, f"{condition}        raise RuntimeError('boom')\n{line}")
    broken = project.folder / "broken"
    broken.touch()
    assert project.replicate().status == 1
    broken.unlink()
    jobs = project.jobs()
    assert jobs == SEARCHES + GRIDS + FROM_RUNS
    said = project.why()
    assert f"runs/{STUDY_NAME}/jobs/resnet-width2-search.json" in said
    assert "- the code of scalinglaws.training.records.record changed\n" in said
    old = {state.content.partition(b'"code": ')[2][:20] for state in project.records().values()}
    outcome = project.replicate()
    assert outcome.status == 0, outcome.stderr
    new = {state.content.partition(b'"code": ')[2][:20] for state in project.records().values()}
    assert len(new) == 1
    assert not new & old or len(old) == 2


def test_a_mistake_that_only_training_can_see(project: Project) -> None:
    """It fails once, in one sentence: trying again would not help."""
    project.change("runs.learning_rate.search", [1e30, 2e30])
    outcome = project.replicate()
    assert outcome.status == 1
    said = "error: resnet-width2: every learning rate diverged (1e+30, 2e+30, 5e+29); add smaller ones"
    assert outcome.stderr.count(said) == 1
    assert "Traceback" not in outcome.stderr
    assert outcome.trained == {search_run(width, rate) for width in WIDTHS for rate in (1e30, 2e30, 5e29)}


def test_a_subset_beyond_the_data_of_one_study_stops_the_others_too(bare: Project) -> None:
    """That there are too few is seen when the data are prepared, and until then nothing is trained."""
    name = "hestness-2017/second"
    study = copy.deepcopy(STUDY)
    study.update(study=name, figures=[])
    study["runs"]["data"]["validation"] = {"examples": 50}  # other data than those of the first study
    study["scales"]["smoke"]["runs"]["axes"]["subset.examples"] = [10, 101]
    bare.study_file.with_name("second.yaml").write_text(yaml.safe_dump(study))
    outcome = bare.replicate()
    assert outcome.status == 1
    assert f"{name}: a subset of 101 examples is asked for, and CIFAR-10 has 100 for" in outcome.stderr
    assert not list((bare.results / "runs").rglob("*.json"))


def test_a_stage_that_fails(project: Project) -> None:
    """A bug in a stage with a log of its own: its traceback and where the log is."""
    project.edit("report/text.py", '    return "\\n\\n".join(parts) + "\\n"', "    return parts.boom")
    outcome = project.replicate()
    assert outcome.status == 1
    assert "AttributeError: 'list' object has no attribute 'boom'" in outcome.stderr
    assert f"    summary_hestness-2017, log: {RESULTS}/logs/report/hestness-2017.log\n" in outcome.stderr
    log = project.results / "logs" / "report" / "hestness-2017.log"
    assert "AttributeError" in log.read_text()
    assert outcome.jobs == Jobs(["summary"])


def test_a_second_replication_in_the_same_folder_refuses(project: Project) -> None:
    project.change("protocol.level", 0.9)
    first = project.start("scalinglaws.cli.main", "replicate", "--scale", "smoke", "--cores", "2")
    log = project.results / "logs" / "snakemake.log"
    old = log.read_bytes()
    while log.read_bytes() == old:  # it has taken its place once it writes its log
        assert first.poll() is None
        time.sleep(0.01)
    second = project.call("scalinglaws.cli.main", "replicate", "--scale", "smoke")
    assert (second.returncode, second.stdout) == (2, "")
    assert second.stderr == (
        f"error: {RESULTS}: another replication is running here; wait for its end, or stop it first\n"
    )
    stdout, stderr = first.communicate()
    assert first.returncode == 0, stderr
    assert "results/smoke/report/hestness-2017.txt" in stdout
    assert "100%" in log.read_text()


def test_a_lock_of_snakemake_itself_is_respected(project: Project) -> None:
    """Somebody called `snakemake`, not `scalinglaws replicate`, and it may still be running."""
    locked = project.folder / ".snakemake" / "locks" / "0.output.lock"
    project.change("protocol.level", 0.9)
    locked.parent.mkdir(parents=True, exist_ok=True)
    locked.write_text(f"{RESULTS}/fits/{STUDY_NAME}/fits.csv\n")
    outcome = project.replicate()
    assert outcome.status == 1
    assert "Snakemake's lock is on this folder" in outcome.stderr
    assert "snakemake --unlock" in outcome.stderr
    assert "snakemake.log" in outcome.stderr
    assert locked.exists()


def test_a_job_that_was_killed_is_tried_again_with_fewer_runs_at_once(bare: Project) -> None:
    """Where a profile asks for retries, as that of a cluster does: without, nothing is tried twice."""
    for attempt, ensemble in ((1, 64), (2, 16), (3, 4)):
        done = bare.call(
            "snakemake", "--dry-run", "--printshellcmds", "--attempt", str(attempt), "--config", "scale=smoke"
        )
        assert done.returncode == 0, done.stderr
        assert set(re.findall(r"--ensemble (\d+)", done.stdout)) == {str(ensemble)}
    default, slurm = (
        yaml.safe_load((bare.folder / "profiles" / name / "profile.yaml").read_text())
        for name in ("default", "slurm")
    )
    assert ("retries" in default, slurm["retries"]) == (False, 2)
