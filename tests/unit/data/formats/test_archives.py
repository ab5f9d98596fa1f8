import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from scalinglaws.data.formats import archives
from scalinglaws.data.formats.archives import Archive, find, read_members
from scalinglaws.errors import DataError

FILES = {
    "usr/share/pictures/a.raw": b"alpha",
    "usr/share/pictures/b.raw": b"beta",
    "usr/doc/copyright": b"MIT",
}
PICTURES = {"usr/share/pictures/a.raw": b"alpha", "usr/share/pictures/b.raw": b"beta"}
CONTENTS = {
    name: hashlib.sha256(body).hexdigest() for name, body in (("a.raw", b"alpha"), ("b.raw", b"beta"))
}
Deb = Callable[..., bytes]


def put(folder: Path, blob: bytes, version: str = "1:1.0-1") -> tuple[Archive, Path]:
    """Write an archive into a folder under its proper name, and pin it."""
    path = folder / f"pictures_{version.replace(':', '%3a')}_all.deb"
    path.write_bytes(blob)
    return Archive("pictures", version, hashlib.sha256(blob).hexdigest()), path


def no_network(*_: object) -> Path:
    raise AssertionError("tried to fetch")


@pytest.mark.parametrize("compression", ["xz", "gz", "bz2", "zst", ""])
def test_members_of_every_compression(
    tmp_path: Path, deb: Deb, compression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "fetch", no_network)
    archive, _ = put(tmp_path, deb(FILES, compression))
    assert read_members(archive, tmp_path, r"\.raw$") == PICTURES


@pytest.mark.parametrize("compression", ["xz", "zst"])
def test_corrupt_archive(tmp_path: Path, deb: Deb, compression: str) -> None:
    archive, path = put(tmp_path, deb(FILES, compression))
    blob = bytearray(path.read_bytes())
    middle = blob.index(b"data.tar") + 60 + 20  # inside the compressed stream
    blob[middle : middle + 8] = bytes(255 - value for value in blob[middle : middle + 8])
    path.write_bytes(blob)
    with pytest.raises(DataError) as error:
        read_members(archive, tmp_path, r"\.raw$", CONTENTS)
    assert str(path) in str(error.value)
    assert archive.sha256 in str(error.value)
    assert hashlib.sha256(blob).hexdigest() in str(error.value)
    assert path.read_bytes() == bytes(blob)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("kept", [0, 30, -40])
def test_truncated_archive(tmp_path: Path, deb: Deb, kept: int) -> None:
    whole = deb(FILES)
    archive, path = put(tmp_path, whole)
    path.write_bytes(whole[:kept])
    with pytest.raises(DataError, match="truncated") as error:
        read_members(archive, tmp_path, r"\.raw$", CONTENTS)
    assert str(path) in str(error.value)
    assert path.read_bytes() == whole[:kept]


def test_another_build_is_accepted_by_content(tmp_path: Path, deb: Deb) -> None:
    archive, _ = put(tmp_path, deb(FILES))
    (tmp_path / "pictures_1%3a1.0-1_all.deb").unlink()
    put(tmp_path, deb(FILES, "zst", extra=b"another build"), version="1:1.0-2")
    assert read_members(archive, tmp_path, r"\.raw$", CONTENTS) == PICTURES


def test_another_build_is_refused_without_hashes_of_content(tmp_path: Path, deb: Deb) -> None:
    archive, path = put(tmp_path, deb(FILES))
    path.write_bytes(deb(FILES, extra=b"another build"))
    with pytest.raises(DataError, match=archive.sha256):
        read_members(archive, tmp_path, r"\.raw$")


def test_any_build_is_accepted_from_a_caller_that_checks(tmp_path: Path, deb: Deb) -> None:
    archive, path = put(tmp_path, deb(FILES))
    other = {**FILES, "usr/share/pictures/b.raw": b"BETA"}
    whole = deb(other, extra=b"another build")
    path.write_bytes(whole)
    assert read_members(archive, tmp_path, r"b\.raw$", any_build=True) == {
        "usr/share/pictures/b.raw": b"BETA"
    }
    path.write_bytes(whole[:-40])
    with pytest.raises(DataError, match="truncated"):
        read_members(archive, tmp_path, r"\.raw$", any_build=True)


@pytest.mark.parametrize(
    "files",
    [
        {**FILES, "usr/share/pictures/b.raw": b"BETA"},
        {name: body for name, body in FILES.items() if not name.endswith("b.raw")},
    ],
)
def test_another_build_with_other_content_is_refused(
    tmp_path: Path, deb: Deb, files: dict[str, bytes]
) -> None:
    archive, path = put(tmp_path, deb(FILES))
    path.write_bytes(deb(files))
    with pytest.raises(DataError, match=archive.sha256):
        read_members(archive, tmp_path, r"\.raw$", CONTENTS)


def test_the_pinned_version_is_preferred(tmp_path: Path, deb: Deb) -> None:
    put(tmp_path, deb(FILES), version="1:0.9-1")
    archive, path = put(tmp_path, deb(FILES), version="1:1.0-1")
    assert find(archive, tmp_path) == path
    assert find(Archive("picture", "1", "0"), tmp_path) is None


def test_without_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    archive = Archive("pictures", "1.0-1", "0" * 64)
    with pytest.raises(DataError, match="there is no apt-get") as error:
        read_members(archive, tmp_path / "archives", r"\.raw$")
    for word in ("pictures_1.0-1_all.deb", "0" * 64, str(tmp_path / "archives"), "`archives`", "`locations`"):
        assert word in str(error.value)


def stand_in_for_apt(monkeypatch: pytest.MonkeyPatch, deliver: Callable[[str, Path], str]) -> list[str]:
    """Replace apt-get: `deliver` gets the wanted package and the folder, and returns what goes to stderr."""
    asked: list[str] = []

    def run(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        if command[-2] != "download":
            return subprocess.CompletedProcess(command, 0, "", "")
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, 0, "", deliver(command[-1], Path(cwd)))

    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(subprocess, "run", run)
    return asked


def test_fetched_into_the_folder(tmp_path: Path, deb: Deb, monkeypatch: pytest.MonkeyPatch) -> None:
    blob = deb(FILES)

    def deliver(target: str, folder: Path) -> str:
        (folder / "pictures_1.0-1_all.deb").write_bytes(blob)
        return ""

    asked = stand_in_for_apt(monkeypatch, deliver)
    archive = Archive("pictures", "1.0-1", hashlib.sha256(blob).hexdigest())
    folder = tmp_path / "new" / "archives"
    assert read_members(archive, folder, r"\.raw$") == PICTURES
    assert asked == ["pictures=1.0-1"]
    assert [path.name for path in folder.iterdir()] == ["pictures_1.0-1_all.deb"]  # apt's lists are gone


def test_a_release_with_another_build(tmp_path: Path, deb: Deb, monkeypatch: pytest.MonkeyPatch) -> None:
    def deliver(target: str, folder: Path) -> str:
        if "=" in target:
            return f"E: Version for {target} was not found"
        (folder / "pictures_2.0-1_all.deb").write_bytes(deb(FILES, "zst"))
        return ""

    asked = stand_in_for_apt(monkeypatch, deliver)
    archive = Archive("pictures", "1.0-1", "0" * 64)
    assert read_members(archive, tmp_path, r"\.raw$", CONTENTS) == PICTURES
    assert asked == ["pictures=1.0-1", "pictures"]


def test_apt_cannot_deliver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in_for_apt(monkeypatch, lambda target, folder: "E: Unable to locate package pictures")
    with pytest.raises(DataError, match="Unable to locate package pictures"):
        read_members(Archive("pictures", "1.0-1", "0" * 64), tmp_path, r"\.raw$")
    assert list(tmp_path.iterdir()) == []
