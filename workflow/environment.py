"""Make the environment in .venv from the lock, or find in a few milliseconds that it is up to date.

    python3 workflow/environment.py [--torch cpu|cuda]

Standard library only, in the syntax of Python 3.6 (annotations with brackets are quoted), so that an old
Python reads as far as the sentence that says it is too old.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PROJECT = ROOT / "pyproject.toml"
LOCK = ROOT / "requirements" / "lock.txt"
TORCH = ROOT / "requirements" / "torch.txt"
MINORS = range(11, 15)  # Python 3.11 to 3.14, as in pyproject.toml
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class SetupError(Exception):
    """Why there is no environment, in one sentence that says what to do."""


def main() -> int:
    """Bring .venv up to date, or print one sentence on why that is impossible."""
    parser = argparse.ArgumentParser(description="Make the environment in .venv from the lock.")
    what = "the build of torch; by default the one that is there, at first cpu"
    parser.add_argument("--torch", choices=("", "cpu", "cuda"), default="", help=what)
    torch = parser.parse_args().torch
    try:
        if read_stamp() != wanted(torch):
            require_python()
            with LOCK.open("rb") as handle:
                # Two `make` in one folder wait for each other, but for network file systems that cannot lock.
                with contextlib.suppress(OSError):
                    fcntl.flock(handle, fcntl.LOCK_EX)
                build(wanted(torch))
    except SetupError as problem:
        print(f"environment: {problem}", file=sys.stderr)
        return 1
    return 0


def wanted(torch: str) -> "list[str]":
    """The stamp of an up-to-date environment: the build of torch, all packages, this project's metadata.

    The folder counts, because a virtual environment cannot be moved.
    """
    stamp = read_stamp()
    packages = hashlib.sha256(bytes(VENV) + LOCK.read_bytes() + TORCH.read_bytes())
    project = hashlib.sha256(PROJECT.read_bytes())
    return [torch or (stamp[0] if stamp else "cpu"), packages.hexdigest(), project.hexdigest()]


def read_stamp() -> "list[str]":
    """What .venv was made from: the first lines if it is half made, none if it or its Python is missing."""
    try:
        return (VENV / ".complete").read_text().split() if python().exists() else []
    except OSError:
        return []


def reason(want: "list[str]") -> str:
    """Why it is made again; nothing the first time."""
    try:
        settings = (VENV / "pyvenv.cfg").read_text()
    except OSError:
        return ""
    stamp = read_stamp()
    if len(stamp) < 2:
        return " again: it was not finished, or its Python is gone"
    if stamp[0] != want[0]:
        return f" again: with torch for {want[0]}"
    told = re.search("(?m)^command = .*", settings)  # venv notes how it was called
    if told and not told.group().endswith(f" {VENV}"):
        return (
            " again: this folder was moved or copied, and a virtual environment only works where it was made"
        )
    return " again: the locked packages changed"


def write_stamp(lines: "list[str]") -> None:
    """Note how far the environment has come."""
    (VENV / ".complete").write_text("\n".join(lines) + "\n")


def python() -> Path:
    """The Python of the environment."""
    return VENV / "bin" / "python"


def require_python() -> None:
    """Refuse a Python that the lock does not support, or one that cannot make virtual environments."""
    if sys.version_info[0] != 3 or sys.version_info[1] not in MINORS:
        raise SetupError(
            f"Python 3.{MINORS[0]} to 3.{MINORS[-1]} is needed, and this is {platform.python_version()}: "
            f"install one and name it, for example: make environment PYTHON=python3.{MINORS[-1]}"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"{sys.executable} has no {error.name} module: on Debian and Ubuntu, apt install python3-venv"
        ) from error


def build(want: "list[str]") -> None:
    """Make what is missing: everything, or only this project's metadata if nothing else has changed."""
    if read_stamp() == want:
        return  # another `make` was quicker
    if read_stamp()[:2] != want[:2]:
        import venv

        print(f"environment: making .venv{reason(want)}", flush=True)
        # The stamp comes first: after a kill, the next call starts anew with the same build of torch.
        VENV.mkdir(exist_ok=True)
        write_stamp(want[:1])
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(str(VENV))
        write_stamp(want[:1])
        print("environment: installing the locked packages", flush=True)
        # Packages without a wheel are built with the locked setuptools: pip would fetch one unchecked.
        setuptools = re.findall(r"(?m)^setuptools==.*(?:\n +.*)*", LOCK.read_text())
        pip("--require-hashes", "--requirement", "/dev/stdin", text=setuptools[0])
        pip("--require-hashes", "--no-deps", "--no-build-isolation", "--requirement", str(LOCK))
        print(f"environment: installing torch ({want[0]})", flush=True)
        install_torch(want[0])
        write_stamp(want[:2])
    print("environment: installing this project", flush=True)
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    write_stamp(want)


def install_torch(build: str) -> None:
    """Install torch; the CPU build from where pip is told to look, else from its public index."""
    *options, pin = torch_arguments(build, sys.platform)
    # Asked first without a word: pip complains at length about an index that it cannot reach.
    if "--extra-index-url" in options and run_pip("--no-deps", pin, stderr=subprocess.DEVNULL) == 0:
        return
    pip(*options, pin)


def torch_arguments(build: str, system: str) -> "list[str]":
    """What pip is told. On Linux, a plain `torch` would bring gigabytes of CUDA packages."""
    pin = TORCH.read_text().split()[-1]
    if build == "cuda":
        return [f"{pin},!={pin[len('torch==') :]}+cpu"]  # with the CUDA packages that it depends on
    if not system.startswith("linux"):
        return ["--no-deps", pin]  # there is only one build
    # Short waits: where that index cannot be reached, pip may have been told to be patient for minutes.
    waits = ["--timeout=15", "--retries=1"]
    return ["--no-deps", "--extra-index-url", TORCH_CPU_INDEX, *waits, f"{pin}+cpu"]


def pip(*arguments: str, text: str = "") -> None:
    """Install something, or stop; pip's own words go to the user."""
    if run_pip(*arguments, text=text) != 0:
        raise SetupError("pip could not install it, for the reason above; the next `make` tries again")


def run_pip(*arguments: str, text: str = "", stderr: "int | None" = None) -> int:
    """Call the environment's pip; its exit status."""
    # -I: otherwise packages on PYTHONPATH would count as installed.
    command = [str(python()), "-I", "-m", "pip", "install", *arguments]
    command += ["-qq", "--no-input", "--disable-pip-version-check"]
    elsewhere = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")  # settings that would install outside .venv
    settings = {key: value for key, value in os.environ.items() if key not in elsewhere}
    # CC: on Python 3.14 immutables has no wheel; it works without its compiled extension.
    settings.update(PIP_USER="0", CC="true")
    return subprocess.run(command, input=text.encode(), env=settings, stderr=stderr, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
