"""What a training process tells those who watch."""

from pathlib import Path

import pytest

from scalinglaws.training.resume import heartbeat
from scalinglaws.training.resume.heartbeat import HeartbeatWriter, read_heartbeats


def test_there_is_at_most_one_heartbeat_per_second_and_none_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(heartbeat.time, "time", lambda: now[0])
    writer = HeartbeatWriter(tmp_path / "study" / "job.json", "study job")
    writer.beat("a run", ("1d",), 10, 100, 2.5)
    now[0] += 0.5
    writer.beat("a run", ("1d",), 20, 100, 2.0)
    (seen,) = read_heartbeats(tmp_path)
    assert (seen.job, seen.run, seen.runs, seen.step, seen.loss) == ("study job", "a run", ("1d",), 10, 2.5)
    now[0] += 0.6
    writer.beat("a run", ("1d",), 30, 100, 1.5)
    (seen,) = read_heartbeats(tmp_path)
    assert (seen.step, seen.steps, seen.time) == (30, 100, 101.1)
    writer.stop()
    writer.stop()
    assert read_heartbeats(tmp_path) == []


def test_files_that_are_not_heartbeats_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("[]")
    assert read_heartbeats(tmp_path) == []
    assert read_heartbeats(tmp_path / "nowhere") == []
