"""Where public run data are looked for, which files count, and what is fetched."""

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from scalinglaws.config import plugins
from scalinglaws.errors import DataError
from scalinglaws.public_runs.fetch import fetch
from scalinglaws.public_runs.published_set import MIRROR, PublishedSet, folders, published_set

CONTENT = {"runs.ipynb": b"upstream", "runs.csv": b"all", "fitted.csv": b"some"}
PINNED = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}


def made_up(address: str = "https://127.0.0.1:1/") -> PublishedSet:
    """A set with two forms: one upstream file, or two tables."""
    forms = (
        {"runs.ipynb": PINNED["runs.ipynb"]},
        {name: PINNED[name] for name in ("runs.csv", "fitted.csv")},
    )
    return PublishedSet("made-up", "Made up", "none", "nowhere", address, forms)


def put(folder: Path, *names: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(CONTENT[name])
    return folder


@pytest.mark.parametrize("name", plugins.names("data/published"))
def test_what_each_set_declares(name: str) -> None:
    data = published_set(name)
    assert data.name == name
    assert all((data.title, data.licence, data.source))
    assert data.address.startswith("https://raw.githubusercontent.com/")
    commit = data.address.split("/")[5]
    assert len(commit) == 40
    assert commit[:7] in data.source
    for form in data.forms:
        assert form
        assert {len(digest) for digest in form.values()} == {64}


def test_folders_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archives = Path("results/archives")
    monkeypatch.delenv(MIRROR, raising=False)
    assert folders(None, archives) == (archives,)
    monkeypatch.setenv(MIRROR, "")
    assert folders(None, archives) == (archives,)
    monkeypatch.setenv(MIRROR, str(tmp_path))
    assert folders(Path("own"), archives) == (Path("own"), tmp_path, archives)


def test_the_first_folder_with_a_whole_form_counts(tmp_path: Path) -> None:
    empty, half, tables, upstream = (tmp_path / name for name in ("empty", "half", "tables", "upstream"))
    put(half, "runs.csv")
    put(tables, "runs.csv", "fitted.csv")
    put(upstream, "runs.ipynb", "runs.csv", "fitted.csv")
    data = made_up()
    assert data.find([empty, half]) is None
    assert data.find([empty, half, tables, upstream]) == {
        "runs.csv": tables / "runs.csv",
        "fitted.csv": tables / "fitted.csv",
    }
    assert data.find([upstream, tables]) == {"runs.ipynb": upstream / "runs.ipynb"}


def test_a_wrong_hash_names_the_file_and_both(tmp_path: Path) -> None:
    path = put(tmp_path, "runs.ipynb") / "runs.ipynb"
    made_up().check("runs.ipynb", path)
    path.write_bytes(b"changed")
    with pytest.raises(DataError) as error:
        made_up().check("runs.ipynb", path)
    found = hashlib.sha256(b"changed").hexdigest()
    assert str(error.value).startswith(f"{path}: SHA-256 is {found}, expected {PINNED['runs.ipynb']}: ")


class Server(HTTPServer):
    """Answers with the content of a file; the first `failures` requests find it busy."""

    failures = 0
    asked = 0


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked += 1
        busy = self.server.asked <= self.server.failures
        content = CONTENT.get(self.path.strip("/"), b"")
        self.send_response(503 if busy else 200 if content else 404)
        self.end_headers()
        self.wfile.write(b"" if busy else content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_port}/"


def test_the_upstream_file_is_fetched(server: Server, tmp_path: Path) -> None:
    server.failures = 1
    folder = tmp_path / "new" / "archives"
    assert fetch(made_up(address(server)), folder) == {"runs.ipynb": folder / "runs.ipynb"}
    assert server.asked == 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"runs.ipynb": b"upstream"}


def test_a_file_that_cannot_be_had_is_asked_for_twice(server: Server, tmp_path: Path) -> None:
    server.failures = 9
    with pytest.raises(DataError, match=r"runs\.ipynb: cannot be fetched \(HTTP Error 503"):
        fetch(made_up(address(server)), tmp_path)
    assert server.asked == 2
    with pytest.raises(DataError, match="cannot be fetched"):
        fetch(made_up(), tmp_path, timeout=1.0, attempts=1)
    assert list(tmp_path.iterdir()) == []


def test_another_file_than_the_pinned_one_is_not_kept(tmp_path: Path) -> None:
    source = put(tmp_path / "upstream", "runs.ipynb")
    (source / "runs.ipynb").write_bytes(b"changed")
    with pytest.raises(DataError) as error:
        fetch(made_up(f"{source.as_uri()}/"), tmp_path / "archives")
    assert str(error.value).startswith(f"{source.as_uri()}/runs.ipynb: SHA-256 is ")
    assert list((tmp_path / "archives").iterdir()) == []
