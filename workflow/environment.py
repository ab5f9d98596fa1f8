"""Make the environment in .venv from the lock; when it is there already, find that out in a few milliseconds.

    python3 workflow/environment.py [--torch cpu|cuda]

Standard library only. The syntax is that of Python 3.6, and annotations with brackets stand in quotes, so
that an old Python gets as far as the sentence that says it is too old.
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".complete"
PROJECT = ROOT / "pyproject.toml"
LOCK = ROOT / "requirements" / "lock.txt"
TORCH = ROOT / "requirements" / "torch.txt"

# The public home of the CPU builds. It is asked only when pip's own configuration does not lead to one.
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"


class SetupError(Exception):
    """Why there is no environment, in one sentence that says what to do."""


def main() -> int:
    """Bring .venv up to date, or print one line on why it cannot be."""
    parser = argparse.ArgumentParser(description="Make the environment in .venv from the lock.")
    parser.add_argument("--torch", default="", help="cpu, cuda, or nothing: what is there, at first cpu")
    torch = parser.parse_args().torch
    try:
        if read_stamp() == wanted(torch):
            return 0
        require_python()
        with one_at_a_time():
            if read_stamp() != wanted(torch):
                build(wanted(torch))
    except SetupError as problem:
        print(f"environment: {problem}", file=sys.stderr)
        return 1
    return 0


# What is there, and what should be


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def wanted(torch: str) -> "dict[str, str]":
    """What the stamp of an up-to-date environment says. The folder is in it: a .venv cannot be moved."""
    torch = torch or read_stamp().get("build", "cpu")
    if torch not in ("cpu", "cuda"):
        raise SetupError(f"TORCH={torch} is not known: cpu and cuda are.")
    return {
        "folder": str(VENV),
        "lock": digest(LOCK),
        "torch": digest(TORCH),
        "build": torch,
        "project": digest(PROJECT),
    }


def read_stamp() -> "dict[str, str]":
    """What the environment was made from; empty if it is missing, half made, or its Python has gone."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8")) if PYTHON.exists() else {}
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(stamp: "dict[str, str]") -> None:
    """Say that all is done. By rename, so that a stamp that exists is whole."""
    partial = STAMP.with_name(".complete.partial")
    partial.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    partial.replace(STAMP)


@contextlib.contextmanager
def one_at_a_time() -> "Iterator[None]":
    """Let two `make` in one folder wait for each other. The lock goes with the process and leaves no file."""
    import fcntl

    with LOCK.open("rb") as handle:
        with contextlib.suppress(OSError):  # some network file systems cannot lock: then go on without
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


# The Python


def supported() -> "range":
    """The minor versions of Python 3 that pyproject.toml admits."""
    found = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', PROJECT.read_text(encoding="utf-8"))
    if found is None:
        raise SetupError("pyproject.toml does not say requires-python as '>=3.x,<3.y'.")
    return range(int(found.group(1)), int(found.group(2)))


def require_python() -> None:
    """Go on only with a Python that the lock supports; start again under another on the PATH if need be."""
    minors = supported()
    if sys.version_info[0] != 3 or sys.version_info[1] not in minors:
        other = other_python(minors)
        if not other:
            raise SetupError(
                f"Python 3.{minors[0]} to 3.{minors[-1]} is needed, and this is {platform.python_version()}: "
                f"install one, then name it, for example: make environment PYTHON=python3.{minors[-1]}"
            )
        os.execv(other, [other, *sys.argv])
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"{sys.executable} has no {error.name} module: on Debian and Ubuntu, apt install python3-venv"
        ) from error


def other_python(minors: "range") -> str:
    """The newest suitable Python on the PATH that can make virtual environments, or nothing."""
    for minor in reversed(minors):
        found = shutil.which(f"python3.{minor}")
        if found and run([found, "-c", "import ensurepip, venv"]).returncode == 0:
            return found
    return ""


# Making it


def build(want: "dict[str, str]") -> None:
    """Make what is not there: all of it, unless only the project's own metadata changed."""
    began = time.monotonic()
    have = read_stamp()
    packages = {key: value for key, value in want.items() if key != "project"}
    if any(have.get(key) != value for key, value in packages.items()):
        say("making .venv")
        make_venv(want["build"])
        say("installing the locked packages")
        install_lock()
        say(f"installing torch ({want['build']})")
        install_torch(want["build"])
        check_torch()
        compile_imports()
    write_stamp(packages)
    say("installing the project")
    pip("--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    write_stamp(want)
    say(f"done in {time.monotonic() - began:.0f} s")


def make_venv(kind: str) -> None:
    """An empty virtual environment, whatever stood there before.

    Its stamp says no more than the build of torch: if this try is killed, the next one asks for the same.
    """
    if VENV.is_dir():
        write_stamp({"build": kind})
    # The base Python, should this one be that of the environment to be cleared.
    python = getattr(sys, "_base_executable", "") or sys.executable
    made = run([python, "-m", "venv", "--clear", str(VENV)])
    if made.returncode != 0:
        raise SetupError(f"{python} could not make .venv: {last_line(made.stdout + made.stderr)}")
    write_stamp({"build": kind})


def install_lock() -> None:
    """Everything in the lock, each file checked against its hash."""
    # One package has no wheel, and another none for Python 3.14: they are built with the locked setuptools,
    # not in pip's isolation, which would download one unchecked.
    built = "connection-pool" + (",immutables" if sys.version_info >= (3, 14) else "")
    pip("--require-hashes", "--only-binary=:all:", "--requirement", "/dev/stdin", text=locked("setuptools"))
    pip(
        *("--require-hashes", "--no-deps", "--no-build-isolation", "--use-pep517"),
        *("--only-binary=:all:", f"--no-binary={built}", "--requirement", str(LOCK)),
        # No compiler is asked for: immutables without its extension is the same in plain Python.
        CC="true",
    )


def locked(name: str) -> str:
    """The lines of one package in the lock, with its hashes."""
    found = re.search(rf"(?m)^{re.escape(name)}==.*\n(?:[ \t]+.*\n)*", LOCK.read_text(encoding="utf-8"))
    if found is None:
        raise SetupError(f"requirements/lock.txt does not name {name}.")
    return found.group()


def torch_pin() -> str:
    """The line `torch==...` of requirements/torch.txt."""
    lines = TORCH.read_text(encoding="utf-8").splitlines()
    return next(line.strip() for line in lines if line.startswith("torch=="))


def install_torch(kind: str) -> None:
    """The build asked for, never another: a plain `torch` would bring gigabytes of CUDA packages on Linux."""
    pin, linux = torch_pin(), sys.platform.startswith("linux")
    if kind == "cuda":
        if not linux:
            raise SetupError("TORCH=cuda is for Linux.")
        # With its dependencies, the CUDA packages; what is already installed from the lock stays as it is.
        pip(f"{pin},!={pin[len('torch==') :]}+cpu", quiet=False)
    elif not linux:
        pip("--no-deps", "--only-binary=:all:", pin, quiet=False)  # the only build there is
    else:
        install_torch_cpu(f"{pin}+cpu")


def install_torch_cpu(requirement: str) -> None:
    """The CPU build: first from where pip is configured to look, then from its public home."""
    options = ("--no-deps", "--only-binary=:all:", requirement)
    if run(pip_command(*options), env=pip_environment()).returncode == 0:
        return
    try:
        # Short waits: where that index cannot be reached, pip's own settings can mean many minutes.
        pip("--index-url", TORCH_CPU_INDEX, "--timeout=15", "--retries=2", *options, quiet=False)
    except SetupError as problem:
        raise SetupError(
            f"no {requirement} for Python {platform.python_version()} on {platform.platform()}, neither "
            f"where pip is configured to look nor at {TORCH_CPU_INDEX}: put its wheel in a folder and set "
            "PIP_FIND_LINKS to that folder, or take the CUDA build with TORCH=cuda"
        ) from problem


def check_torch() -> None:
    """torch imports: a build for another machine installs as well as the right one."""
    check = run([str(PYTHON), "-I", "-c", "import torch"])
    if check.returncode != 0:
        raise SetupError(
            f"torch is installed but does not import ({last_line(check.stderr)}): its builds need glibc 2.28 "
            "or newer on x86_64 or aarch64, or macOS on Apple silicon; try the other build, TORCH=cpu or cuda"
        )


def compile_imports() -> None:
    """Import what the stages import, so that Python keeps it compiled.

    Isolated, as for torch above, it does so even for users who set PYTHONDONTWRITEBYTECODE: each of a hundred
    jobs would take seconds to compile the same modules again. An import that fails is for the stages to tell.
    """
    modules = "snakemake.cli, snakemake.report.html_reporter, pandas, scipy.optimize, scipy.stats, numba"
    run([str(PYTHON), "-I", "-c", f"import torch.func, matplotlib.pyplot, {modules}"])


# Commands


def pip_command(*arguments: str, quiet: bool = True) -> "list[str]":
    """pip of the environment. Isolated, else what PYTHONPATH names would count as installed."""
    # Not compiled here: that is a quarter of the time, most of it for modules that nothing will import.
    options = ["--no-input", "--no-compile", "--disable-pip-version-check", *(["-qq"] if quiet else [])]
    return [str(PYTHON), "-I", "-m", "pip", "install", *options, *arguments]


def pip_environment(**extra: str) -> "dict[str, str]":
    """The user's environment, without the settings of pip that would put packages outside .venv."""
    elsewhere = ("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT")
    return {**{key: value for key, value in os.environ.items() if key not in elsewhere}, **extra}


def pip(*arguments: str, text: str = "", quiet: bool = True, **extra: str) -> None:
    """Install something, or stop. What pip has to say goes straight to the user."""
    command = pip_command(*arguments, quiet=quiet)
    done = subprocess.run(command, input=text, env=pip_environment(**extra), text=True, check=False)
    if done.returncode != 0:
        raise SetupError("pip could not install it, for the reason above; the next make tries again")


def run(command: "list[str]", env: "dict[str, str] | None" = None) -> "subprocess.CompletedProcess[str]":
    """Run a command and keep what it says."""
    pipe = subprocess.PIPE
    return subprocess.run(command, stdout=pipe, stderr=pipe, text=True, env=env, check=False)


def last_line(text: str) -> str:
    """The last line that says something."""
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["no message"])[-1]


def say(what: str) -> None:
    """Tell the user what happens now."""
    print(f"environment: {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
