"""What `replicate` says of a workflow that failed, from a log of Snakemake 9 in which jobs failed at once."""

from pathlib import Path

import pytest

from scalinglaws.cli.process.failures import LOCKED, problem_in

LOG = """\
Building DAG of jobs...
Traceback (most recent call last):
  File "st.py", line 7, in <module>
    f()
/usr/bin/bash: line 1:  9961 Killed                  python st.py kill o/fit-kill 2> l/fit/kill.log
  File "st.py", line 6, in f
    def f(): raise ValueError("two\\nlines of it")
RuleException:
CalledProcessError in file "Snakefile", line 18:
Command 'set -euo pipefail;  python st.py trace o/train-trace --log l/train/trace.log 2>> l/train/trace.log' \
returned non-zero exit status 1.
[Sun Nov 29 21:50:43 2026]
Error in rule train_trace:
    message: None
    jobid: 8
    output: o/train-trace
    log: l/train/trace.log (check log file(s) for error details)
    shell:
        python st.py trace o/train-trace --log l/train/trace.log 2>> l/train/trace.log
        (command exited with non-zero exit code)
ValueError: two
lines of it
RuleException:
CalledProcessError in file "Snakefile", line 11:
Command 'set -euo pipefail;  python st.py kill o/fit-kill 2> l/fit/kill.log || { cat l/fit/kill.log >&2; \
exit 1; }' returned non-zero exit status 1.
[Sun Nov 29 21:50:49 2026]
Error in rule fit_kill:
    message: None
    jobid: 4
    output: o/fit-kill
    log: l/fit/kill.log (check log file(s) for error details)
    shell:
        python st.py kill o/fit-kill 2> l/fit/kill.log || { cat l/fit/kill.log >&2; exit 1; }
        (command exited with non-zero exit code)
MissingOutputException in rule train_missing in file "Snakefile", line 12:
Job 11  completed successfully, but some output files are missing. Missing files after 5 seconds. \
This might be due to filesystem latency. If that is the case, \
consider to increase the wait time with --latency-wait:
o/train-missing (missing locally, parent dir contents: )
RuleException:
CalledProcessError in file "Snakefile", line 18:
Command 'set -euo pipefail;  python st.py segv o/train-segv --log l/train/segv.log' \
died with <Signals.SIGSEGV: 11>.
[Sun Nov 29 21:50:49 2026]
Error in rule train_segv:
    message: None
    jobid: 12
    output: o/train-segv
    log: l/train/segv.log (check log file(s) for error details)
    shell:
        python st.py segv o/train-segv --log l/train/segv.log
        (command exited with non-zero exit code)
error: data/x.csv: column n: is not a number
[Sun Nov 29 21:50:49 2026]
Error in rule fit_user:
    message: None
    jobid: 1
    output: o/fit-user
    log: l/fit/user.log (check log file(s) for error details)
[Sun Nov 29 21:50:49 2026]
Error in rule fit_other:
    message: None
    jobid: 2
    output: o/fit-other
    log: l/fit/other.log (check log file(s) for error details)
Exiting because a job execution failed. Look above for error messages
WorkflowError:
At least one job did not complete successfully.
"""
CHAINED = """\
2026-11-29 21:50:43,000 lab/one resnet: 3 runs, 3 to train
Traceback (most recent call last):
  File "st.py", line 9, in <module>
    1/0
ZeroDivisionError: division by zero

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "st.py", line 10, in <module>
    raise ValueError("two\\nlines of it")
ValueError: two
lines of it
"""


@pytest.fixture
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the jobs themselves said."""
    monkeypatch.chdir(tmp_path)
    for name, said in {
        "train/trace": CHAINED,
        "train/segv": "",
        "fit/kill": "error: what an earlier call said\n",
        "fit/user": "some warning\nerror: data/x.csv: column n: is not a number\n",
        "fit/other": "error: data/x.csv: column n: is not a number\n",
    }.items():
        path = tmp_path / "l" / f"{name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(said)


def test_every_failed_job_has_its_own_reason(logs: None) -> None:
    assert problem_in(LOG).splitlines() == [
        "ValueError: two",
        "    train_trace, log: l/train/trace.log",
        "killed by SIGKILL; perhaps the memory ran out: use fewer --cores",
        "    fit_kill, log: l/fit/kill.log",
        "it succeeded but did not write o/train-missing",
        "    train_missing",
        "killed by SIGSEGV",
        "    train_segv, log: l/train/segv.log",
        "error: data/x.csv: column n: is not a number",
        "    fit_user, log: l/fit/user.log",
        "    fit_other, log: l/fit/other.log",
    ]


def test_of_several_attempts_the_last_counts(logs: None) -> None:
    start = LOG.index("Error in rule fit_kill")
    again = LOG[start : LOG.index("MissingOutput")]
    said = problem_in(LOG + "[Sun Nov 29 21:55:00 2026]\n" + again)
    assert "error: what an earlier call said\n    fit_kill, log: l/fit/kill.log" in said
    assert "SIGKILL" not in said


def test_where_no_job_failed_the_error_or_the_end_of_the_log_is_shown() -> None:
    log = "Building DAG\nerror: one.yaml: runs: is missing\nmore\n"
    assert problem_in(log) == "error: one.yaml: runs: is missing"
    log = "\n".join(map(str, range(100)))
    assert problem_in(log).splitlines() == [str(number) for number in range(75, 100)]
    assert problem_in("LockException:\nmore\n") == LOCKED
