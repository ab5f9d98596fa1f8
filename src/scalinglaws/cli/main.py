"""The command line: `scalinglaws COMMAND`."""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

from scalinglaws.errors import ScalingLawsError
from scalinglaws.own_runs import options as user_options
from scalinglaws.stages.stage import USER_ERROR

OWN_RUNS = ("laws", "fit", "plan", "extrapolate")
"""Commands for a table of your own runs; the others work on the papers."""


def main() -> None:
    """Parse the command line and run one command; a user's mistake gives one line and exit status 2."""
    options = _parser().parse_args()
    # Our matrices are small: a second thread of BLAS only waits, and costs a second of CPU time per fit.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # A command is imported when it is called, because some need torch and the others must start at once.
    folder = "own_runs" if options.command in OWN_RUNS else "cli"
    command = import_module(f"scalinglaws.{folder}.{options.command}")
    try:
        status = command.run(options)
        sys.stdout.flush()
        sys.exit(status)
    except ScalingLawsError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `scalinglaws laws | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scalinglaws",
        description="Rebuild the plots of papers on neural scaling laws; fit their laws to your own runs.",
        epilog="`scalinglaws COMMAND --help` tells the options of a command.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    replicate = commands.add_parser(
        "replicate",
        help="train, fit, draw and judge whatever is not up to date",
        description="Train, fit, draw and judge whatever is not up to date. Ctrl-C or `kill` stops it within "
        "10 seconds, and the same command then goes on from there.",
    )
    _add_scale(replicate)
    replicate.add_argument(
        "--from",
        dest="adopt",
        type=Path,
        metavar="FOLDER",
        help="first take over the published run records in this folder (`records`) instead of training",
    )
    _add_strict_versions(replicate)
    replicate.add_argument(
        "--cores", type=_cores, default="all", metavar="N", help="how many CPU cores to use (default: all)"
    )

    publish = commands.add_parser(
        "publish",
        help="copy figures and run records to the folders that git tracks",
        description="Copy the figures of a finished replication to figures/ and its run records to records/.",
    )
    _add_scale(publish)

    cost = commands.add_parser(
        "cost",
        help="how many runs a scale trains, and how long that takes",
        description="Print the runs, FLOPs and estimated time of each study. Nothing is started.",
    )
    _add_scale(cost)

    verify = commands.add_parser(
        "verify",
        help="check all results against what they were made of",
        description="Read everything on disk and compare it with what it was made of: spec, code, inputs, "
        "outputs, digests of run records. Nothing is changed; the exit status is 1 if something is wrong.",
    )
    _add_scale(verify)
    _add_strict_versions(verify)

    _add_why(commands)
    user_options.add_laws(commands)
    user_options.add_fit(commands)
    user_options.add_plan(commands)
    user_options.add_extrapolate(commands)
    return parser


def _cores(text: str) -> str:
    if text == "all" or (text.isdecimal() and int(text) > 0):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is neither a number of cores nor `all`")


def _add_scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--scale", default="laptop", help="smoke, laptop (default), gpu, paper, or the path of a scale file"
    )
    parser.add_argument("--paper", help="only the studies of one paper, for example hestness-2017")


def _add_strict_versions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--strict-versions",
        action="store_true",
        help="also count as stale what other versions of Python, numpy, torch, ... made",
    )


def _add_why(commands: user_options.Commands) -> None:
    parser = commands.add_parser(
        "why",
        help="what made an output stale",
        description="Say whether an output is up to date and, if not, which changes made it stale and what "
        "is made again.",
    )
    parser.add_argument(
        "output", type=Path, nargs="?", metavar="OUTPUT", help="a file under results/ (default: all of them)"
    )
    parser.add_argument(
        "--scale", help="a scale's name, or the path of a scale file (default: by the output's place)"
    )


if __name__ == "__main__":
    main()
