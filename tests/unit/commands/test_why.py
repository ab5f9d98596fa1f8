"""`scalinglaws why` without Snakemake: its words for what differs, and for a mistake of the user."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalinglaws.cli import dry_run, why
from scalinglaws.cli.changed_code import edited, stage_modules
from scalinglaws.cli.changed_runs import ChangedRuns
from scalinglaws.cli.differences import changes, flat, in_words, listed
from scalinglaws.cli.dry_run import Call, note_of
from scalinglaws.config.canonical import canonical_json
from scalinglaws.config.job import Job, job_to_plain
from scalinglaws.config.load import load_config
from scalinglaws.config.plan import Plan, plan, training_code
from scalinglaws.config.spec import RunSpec
from scalinglaws.fingerprint import code_fingerprint
from scalinglaws.training.records.record import Record, write_record
from scalinglaws.training.records.search import choose, write_choice
from unit.commands.calling import Call as CallCommand

MakeRecord = Callable[[Job, RunSpec], Record]
RUNS = "results/laptop/runs/paper/one"
STUDY = Path("config/studies/paper/one.yaml")


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CallCommand:
    return CallCommand(monkeypatch, capsys)


def shell(stage: str, *options: str, spec: Any = None) -> str:
    """The shell command of a rule."""
    given = f"--spec '{canonical_json(spec)}' " if spec is not None else ""
    return (
        f"python -m scalinglaws.{stage} {given}{' '.join(options)} 2> a.log || {{ cat a.log >&2; exit 1; }}"
    )


def block(head: str, reason: str, command: str, files: str = "") -> str:
    """A sm_job in the words of Snakemake's dry run."""
    return f"[Sun Nov 22 11:25:46 2026]\n{head}\n{files}    reason: {reason}\nShell command: {command}\n\n"


def train(work: Plan, job: Job, reason: str = "Params have changed since last execution: x") -> str:
    folder = f"results/laptop/data/{job.runs[0].data.name}"
    rate = f"{RUNS}/learning-rate/{job.runs[0].model.name}.json"
    options = f"--code {training_code(job)} --data {folder} --subsets s --out {RUNS} --learning-rate {rate}"
    command = shell("training", options, spec=job_to_plain(job))
    return f"[Sun Nov 22 11:25:46 2026]\nJob 2: train\nReason: {reason}\nShell command: {command}\n\n"


def collect(work: Plan, study: int = 0) -> str:
    spec = work.studies[study].collect_spec
    files = "    output: results/laptop/tables/paper/one/runs.csv\n"
    return block(
        "rule collect:", "Input files updated by another sm_job: x", shell("collect", spec=spec), files
    )


def note(path: str, command: str, parameters: list[str] | None = None, time: float = 1.0) -> None:
    """What Snakemake notes when it has made a file."""
    name = base64.urlsafe_b64encode(path.encode()).decode()
    place = Path(".snakemake/metadata")
    while len(name) > 254:
        place, name = place / f"@{name[:254]}", name[254:]
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    plain = {"shellcmd": command, "params": parameters or [], "input": [], "starttime": time}
    (place / name).write_text(json.dumps(plain))


@pytest.fixture
def snakemake(project: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have the dry run say something."""
    Path("Snakefile").touch()

    def say(text: str) -> None:
        monkeypatch.setattr(
            dry_run, "_snakemake", lambda *_: f"Building DAG of sm_jobs...\n{text}SnakemakeJob stats:\n"
        )

    return say


# Reading


def test_a_job_of_a_dry_run(snakemake: Callable[[str], None]) -> None:
    files = "    input: a.csv\n    output: b.csv, c.csv\n    jobid: 1\n"
    reason = "Missing output files: b.csv, c.csv; Set of input files has changed since last execution"
    snakemake(
        block("rule fit:", reason, shell("fitting", "--runs a.csv", "--out d", spec={"level": 0.9}), files)
        + block("localrule all:", "Input files updated by another sm_job: b.csv", "None")
    )
    (sm_job,) = dry_run.ask(None, "laptop")
    assert (sm_job.name, sm_job.inputs, sm_job.outputs) == ("fit", ("a.csv",), ("b.csv", "c.csv"))
    assert sm_job.grounds[dry_run.MISSING] == "b.csv, c.csv"
    assert dry_run.OTHER_INPUTS in sm_job.grounds
    assert (sm_job.call.stage, sm_job.call.spec) == ("fitting", {"level": 0.9})
    assert sm_job.call.others == {"--runs": "a.csv", "--out": "d"}
    assert sm_job.job is None


def test_only_the_jobs_behind_a_file_count(snakemake: Callable[[str], None]) -> None:
    def sm_job(inputs: str, outputs: str) -> str:
        files = f"    input: {inputs}\n    output: {outputs}\n"
        return block("rule x:", "Code has changed since last execution", shell("collect", spec={}), files)

    snakemake(sm_job("a", "b") + sm_job("q", "r") + sm_job("b", "c, d") + sm_job("d", "e"))
    assert [sm_job.outputs for sm_job in dry_run.ask("d", "laptop")] == [("b",), ("c", "d")]
    assert len(dry_run.ask(None, "laptop")) == 4
    assert dry_run.ask("z", "laptop") == ()


@pytest.mark.parametrize("path", ["results/x.csv", f"results/{'long' * 100}.csv"])
def test_notes_of_snakemake(project: Path, path: str) -> None:
    assert note_of(path) is None
    note(path, shell("collect", spec={"study": "a"}), ["'00'"], 5.0)
    found = note_of(path)
    assert found is not None
    assert (found.call.spec, found.parameters, found.time) == ({"study": "a"}, frozenset(["'00'"]), 5.0)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"shellcmd": null}', '{"shellcmd": "a b c"}'])
def test_notes_in_another_form_are_none(project: Path, content: str) -> None:
    note("a", "x")
    (file,) = Path(".snakemake/metadata").iterdir()
    file.write_text(content)
    assert note_of("a") is None


def test_what_differs_in_words() -> None:
    old, new = flat({"budget": {"steps": 600}, "a": [1]}), flat({"budget": {"steps": 500}, "a": [1], "b": 2})
    assert in_words(changes(old, new)) == "b changed from nothing to 2, budget.steps changed from 600 to 500"
    assert in_words([("caption", "a" * 50, "b")]) == "caption changed"
    assert listed(["a", "b", "c", "d"]) == "a, b, c, d"
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_edited_modules_are_told_by_their_times() -> None:
    call = Call.parse(shell("collect", spec={}))
    assert edited(call, 0.0).startswith("one or more of ")
    assert edited(call, 1e12) == f"one or more of the {edited(call, 1e12).split()[5]} modules behind it"
    assert code_fingerprint(*stage_modules(call)) == code_fingerprint("scalinglaws.stages.collect")


# Runs


def judged(work: Plan, text: str, snakemake: Callable[[str], None]) -> ChangedRuns:
    snakemake(text)
    return ChangedRuns(dry_run.ask(None, "laptop"), work)


@pytest.fixture
def trained(work: Plan, make_record: MakeRecord) -> Plan:
    """The plan, all of whose runs are trained and collected."""
    (study,) = work.studies
    for job in study.jobs:
        records = [make_record(job, run) for run in job.runs]
        for record in records:
            write_record(record, Path(RUNS))
        if job.candidates is not None:
            name = job.runs[0].model.name
            write_choice(choose(job.candidates, records), Path(RUNS, "learning-rate", f"{name}.json"))
    code = repr(code_fingerprint("scalinglaws.stages.collect"))
    note("results/laptop/tables/paper/one/runs.csv", shell("collect", spec=study.collect_spec), [code])
    return work


def change(key: str, value: Any) -> Plan:
    content = yaml.safe_load(STUDY.read_text())
    *blocks, last = key.split(".")
    place = content
    for each in blocks:
        place = place[each]
    place[last] = value
    STUDY.write_text(yaml.safe_dump(content))
    return plan(load_config("laptop"))


def all_jobs(work: Plan) -> str:
    return "".join(train(work, job) for job in work.jobs) + collect(work)


def test_runs_that_are_up_to_date_are_kept(trained: Plan, snakemake: Callable[[str], None]) -> None:
    runs = judged(trained, all_jobs(trained), snakemake)
    assert (runs.trained, runs.undecided, len(runs.states["kept"])) == (0, 0, 12)
    assert list(runs.causes()) == list(runs.conditions()) == []
    said = why.explain("results/laptop", dry_run.ask(None, "laptop"), trained)
    assert "the runs are divided into jobs otherwise" in said[0]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("runs.budget.steps", 90, "budget.steps changed from 100 to 90 in 12 runs (such as resnet-width2 on"),
        ("scales.laptop.subsets", [10, 100, 200],
         "4 runs (such as resnet-width2 on 200 examples, seed 0) are new"),
        ("scales.laptop.models", [{"family": "resnet", "width": 1},
                                  {"family": "resnet", "width": 2, "depth": 14}],
         "model.depth changed from 8 to 14 in 6 runs"),
        ("runs.learning_rate.search", [0.02, 0.03], "learning_rate changed from 0.01 to 0.03 in 2 runs"),
        ("scales.laptop.seeds", [0], "4 runs are no longer part of the study"),
        ("runs.data.validation.examples", 1000,
         "data.validation.examples changed from 2000 to 1000 in 12 runs"),
    ],
)  # fmt: skip
def test_what_changed_in_runs(
    trained: Plan, snakemake: Callable[[str], None], key: str, value: Any, said: str
) -> None:
    work = change(key, value)
    runs = judged(work, all_jobs(work), snakemake)
    assert any(said in cause for cause in runs.causes())


def test_a_run_that_comes_back_is_kept(trained: Plan, snakemake: Callable[[str], None]) -> None:
    less = change("scales.laptop.subsets", [100])
    note("results/laptop/tables/paper/one/runs.csv", shell("collect", spec=less.studies[0].collect_spec))
    runs = judged(trained, all_jobs(trained), snakemake)
    assert runs.trained == 0
    assert list(runs.causes()) == [
        "4 runs (such as resnet-width2 on 10 examples, seed 0) are part of the study again"
    ]


def test_records_that_are_missing_unreadable_or_of_other_data(
    trained: Plan, snakemake: Callable[[str], None]
) -> None:
    grid = [job for job in trained.jobs if job.phase == "grid"]
    ids = [run for job in grid for run in job.runs]
    missing, damaged, other = (Path(RUNS, f"{run.id}.json") for run in ids[:3])
    missing.unlink()
    damaged.write_text("{")
    other.write_text(other.read_text().replace('"data": "', '"data": "00', 1))
    runs = judged(trained, "".join(train(trained, job) for job in grid), snakemake)
    assert runs.trained == 3
    assert [cause.partition(" (")[0] + cause.rpartition(")")[2] for cause in runs.causes()] == [
        "the record of one run is missing",
        "the record of one run cannot be read",
        "the data of one run changed",
    ]
    assert runs.keeps(Path(RUNS, f"{ids[3].id}.json"))
    assert not runs.keeps(missing)


def test_runs_wait_for_a_search_and_for_data(trained: Plan, snakemake: Callable[[str], None]) -> None:
    work = change("runs.learning_rate.search", [0.01, 0.02, 0.03])
    runs = judged(work, all_jobs(work), snakemake)
    assert (runs.trained, runs.undecided) == (2, 8)
    assert list(runs.conditions()) == ["8 runs are trained again only if a search ends otherwise"]

    folder = f"results/laptop/data/{work.data[0].name}"
    spec = {"source": "fashion-mnist"}
    data = block("rule prepare_fashion_mnist:", "Code has changed", shell("data", "prepare", spec=spec)
                 .replace("scalinglaws.data --spec", "scalinglaws.data prepare --spec"),
                 f"    output: {folder}/manifest.json\n")  # fmt: skip
    runs = judged(trained, data + all_jobs(trained), snakemake)
    assert (runs.trained, runs.undecided) == (0, 12)
    assert list(runs.conditions()) == ["12 runs are trained again only if the data come out otherwise"]


def test_another_choice_of_the_search(trained: Plan, snakemake: Callable[[str], None]) -> None:
    grid = next(job for job in trained.jobs if job.phase == "grid")
    choice = Path(RUNS, "learning-rate", f"{grid.runs[0].model.name}.json")
    choice.write_text(choice.read_text().replace('"learning_rate": 0.02', '"learning_rate": 0.01'))
    runs = judged(trained, train(trained, grid), snakemake)
    assert runs.trained == len(grid.runs)
    assert next(runs.causes()).startswith("the search found another learning rate for ")


def test_nothing_was_trained_yet(work: Plan, snakemake: Callable[[str], None]) -> None:
    runs = judged(work, all_jobs(work), snakemake)
    assert list(runs.causes()) == [
        "12 runs (such as resnet-width2 on 100 examples, seed 0, learning rate 0.01) were not trained yet"
    ]


# The command


def test_up_to_date(snakemake: Callable[[str], None], call: CallCommand) -> None:
    snakemake("")
    assert call("why", "results/laptop/figures/paper/fig1.pdf") == (
        "results/laptop/figures/paper/fig1.pdf is up to date.\n"
    )
    assert call("why", Path.cwd() / "results/laptop/x.csv") == "results/laptop/x.csv is up to date.\n"
    assert call("why") == "results/laptop is up to date.\n"


def test_a_fit_option_and_its_default(snakemake: Callable[[str], None], call: CallCommand) -> None:
    (study,) = plan(load_config("laptop")).studies
    path = "results/laptop/fits/paper/one/fits.csv"
    command = shell("fitting", "--runs a", spec=study.fit_spec(2000))
    code = repr(code_fingerprint(*stage_modules(Call.parse(command))))
    note(path, command, [code])
    new = shell("fitting", "--runs a", spec={**study.fit_spec(2000), "level": 0.9})
    snakemake(block("rule fit:", "Params have changed since last execution: x", new, f"    output: {path}\n"))
    Path(path).parent.mkdir(parents=True)
    Path(path).touch()
    assert call("why", path) == (
        f"{path} is stale: fit.level changed from 0.95 to 0.9.\nTo be made again: fits.\n"
    )
    note(path, command, ["'0000000000000000'"], 1e12)
    lines = call("why", path).splitlines()
    assert lines[0] == f"{path} is stale:"
    assert lines[1].startswith("- the code of fitting changed (one or more of the ")
    assert lines[2:] == ["- fit.level changed from 0.95 to 0.9", "To be made again: fits."]


def test_mistakes_are_one_sentence(
    snakemake: Callable[[str], None], call: CallCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    figure = "results/laptop/figures/paper/fig1.pdf"

    def unknown(*arguments: Any) -> str:
        if "--summary" in arguments:
            return f"output_file\tdate\n{figure}\t-\nresults/laptop/a.csv\t-\n"
        raise dry_run.NoOutputError("x")

    monkeypatch.setattr(dry_run, "_snakemake", unknown)
    assert call.error("why", "results/laptop/figures/paper/fig1.pd") == (
        "results/laptop/figures/paper/fig1.pd is no output of the workflow at scale laptop; nearest are "
        "results/laptop/figures/paper/fig1.pdf, results/laptop/a.csv"
    )
    assert call.error("why", "results/laptop/figures") == (
        "results/laptop/figures is a folder; name a file in it, such as results/laptop/figures/paper/fig1.pdf"
    )
    assert call.error("why", "results/gpu/a.csv") == (
        "results/gpu/a.csv is none of scale laptop, whose outputs lie in results/laptop; "
        "name another with --scale"
    )
    assert "no such scale file" in call.error("why", "results/laptop/a.csv", "--scale", "huge")
    Path("Snakefile").unlink()
    assert "there is no Snakefile here" in call.error("why")


def test_a_figure_that_is_left_out_for_want_of_data(
    analysis: Path, call: CallCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any) -> str:
        raise dry_run.NoOutputError("x")

    Path("Snakefile").touch()
    monkeypatch.setattr(dry_run, "_snakemake", unknown)
    assert call.error("why", "results/laptop/figures/other/fig2.pdf").startswith(
        "figure other/fig2 is left out: its public run data (chinchilla-points) are not here"
    )
