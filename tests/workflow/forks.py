"""Python processes without their seconds of imports: forks of one that has imported the libraries.

`Forks` starts a server and makes a folder with a `python` in it. A call `python -m scalinglaws...` or
`python -m snakemake` by that `python` runs in a fork of the server; our own package, which the server never
imports, is found by the call's PYTHONPATH as ever. Any other call runs the real Python.
"""

import array
import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

CLIENT = r"""#!{python} -IS
import array, json, os, signal, socket, sys
arguments = sys.argv[1:]
if arguments[:1] != ["-m"] or arguments[1].split(".")[0] not in ("scalinglaws", "snakemake"):
    os.execv({python!r}, [{python!r}, *arguments])
server = socket.socket(socket.AF_UNIX)
server.connect({address!r})
order = {{"arguments": arguments[1:], "folder": os.getcwd(), "environment": dict(os.environ)}}
order = json.dumps(order).encode()
files = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))
server.sendmsg([len(order).to_bytes(4, "big")], [files])
server.sendall(order)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR2):
    signal.signal(number, lambda number, frame: server.sendall(bytes([number])))
status = int.from_bytes(server.recv(2), "big", signed=True)
if status < 0:
    signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
sys.exit(status)
"""


class Forks:
    """The server, and the folder with its `python`."""

    def __init__(self, folder: Path) -> None:
        self.python = folder / "python"
        self._address = folder / "server"

    def __enter__(self) -> Self:
        self.python.write_text(CLIENT.format(python=sys.executable, address=str(self._address)))
        self.python.chmod(0o755)
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        self._server = subprocess.Popen(
            [sys.executable, __file__, str(self._address), str(self.python)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._server.stdout is not None
        assert self._server.stdout.readline() == b"ready\n"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.communicate()  # it ends with its standard input


def serve(address: str, python: str) -> None:
    """Fork for each call until standard input ends."""
    import matplotlib.backends.backend_agg
    import matplotlib.backends.backend_pdf
    import pandas
    import pydantic
    import scipy.optimize
    import scipy.stats
    import snakemake.cli
    import torch
    import yaml

    del matplotlib, pandas, pydantic, scipy, snakemake, torch, yaml
    gc.collect()
    gc.freeze()  # forks need not walk through all of it, nor copy it
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(64)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([listening, 0], [], [], 1.0)
        if 0 in ready:
            break
        if ready:
            connection, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                _attend(connection, python)
            connection.close()
        _reap()
    _reap()


def _reap() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _attend(connection: socket.socket, python: str) -> None:
    """Run one call in a child; pass signals on to it, and its exit status back."""
    head, ancillary, _, _ = connection.recvmsg(4, socket.CMSG_LEN(3 * array.array("i").itemsize))
    files = array.array("i", ancillary[0][2])
    length, text = int.from_bytes(head, "big"), b""
    while len(text) < length:
        text += connection.recv(length - len(text))
    order = json.loads(text)
    reading, writing = socket.socketpair()
    writing.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
    child = os.fork()
    if child == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for number, file in enumerate(files):
            os.dup2(file, number)
        for each in (connection, reading, writing):
            each.close()
        for file in files:
            os.close(file)
        os._exit(_call(order["arguments"], order["folder"], order["environment"], python))
    for file in files:
        os.close(file)
    while True:
        ready, _, _ = select.select([connection, reading], [], [])
        if connection in ready:
            said = connection.recv(1)
            os.kill(child, said[0] if said else signal.SIGKILL)
            if not said:
                os._exit(0 * os.waitpid(child, 0)[0])
        if reading in ready:
            reading.recv(64)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(2, "big", signed=True))
                os._exit(0)


def _call(arguments: Sequence[str], folder: str, environment: dict[str, str], python: str) -> int:
    """`python -m MODULE ...` in this process; its exit status."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.executable = python
    own = environment.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [folder, *own, *sys.path[1:]]
    sys.argv = ["", *arguments[1:]]
    status = 0
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    return status


if __name__ == "__main__":
    serve(*sys.argv[1:])
