"""The command line: `scalinglaws COMMAND`."""

import argparse
import os
import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import get_args

from scalinglaws.cli.options import Parser, add_selection, cores
from scalinglaws.config.scale import VenueName
from scalinglaws.errors import ScalingLawsError
from scalinglaws.own_runs import options as user_options
from scalinglaws.stages.stage import USER_ERROR
from scalinglaws.terminal import one_line, protect

OWN_RUNS = ("laws", "fit", "plan", "extrapolate")
"""Commands for a table of your own runs; the others work on the papers."""
ELSEWHERE = {"explorer": "report.explorer"}
"""Folders of commands that are part of something larger."""


def main() -> None:
    """Parse the command line and run one command; a user's mistake gives one line and exit status 2."""
    protect()
    options = _parser().parse_args()
    # Our matrices are small: a second thread of BLAS only waits, and costs a second of CPU time per fit.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    # A command is imported when it is called, because some need torch and the others must start at once.
    folder = "own_runs" if options.command in OWN_RUNS else ELSEWHERE.get(options.command, "cli")
    command = import_module(f"scalinglaws.{folder}.{options.command}")
    try:
        status = command.run(options)
        sys.stdout.flush()
        sys.exit(status)
    except ScalingLawsError as mistake:
        print(f"error: {one_line(mistake)}", file=sys.stderr)
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # `scalinglaws laws | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as problem:  # a folder that may not be written, a full disk, a name that is too long
        print(f"error: {one_line(problem.filename or 'a file')}: {problem.strerror}", file=sys.stderr)
        sys.exit(USER_ERROR)


def _parser() -> Parser:
    parser = Parser(
        prog="scalinglaws",
        description="Rebuild the plots of papers on neural scaling laws; fit their laws to your own runs.",
        epilog="`scalinglaws COMMAND --help` tells the options of a command.",
    )
    version = f"scalinglaws {metadata.version('scalinglaws')}"
    parser.add_argument("--version", action="version", version=version)
    commands: user_options.Commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=Parser
    )

    replicate = commands.add_parser(
        "replicate",
        help="train, fit, draw and judge whatever is not up to date",
        description="Train, fit, draw and judge whatever is not up to date. Ctrl-C or `kill` stops it within "
        "10 seconds, and the same command then goes on from there.",
    )
    add_selection(replicate)
    replicate.add_argument(
        "--from",
        dest="adopt",
        type=Path,
        metavar="FOLDER",
        help="first take over the published run records in this folder (`records`) instead of training",
    )
    _add_strict_versions(replicate)
    _add_cores(replicate)

    figures = commands.add_parser(
        "figures",
        help="draw figures again for a venue, without fitting anything",
        description="Draw the figures of a finished replication again. Nothing is trained or fitted. "
        "The look holds until the next `replicate` or `report`, which draw as the scale file says (its key "
        "`look`).",
    )
    add_selection(figures)
    figures.add_argument("--figure", metavar="NAME", help="only this figure, for example fig4-image")
    figures.add_argument("--venue", help=f"{', '.join(get_args(VenueName))}")
    figures.add_argument("--columns", help="1 or 2 columns of the venue's page")
    figures.add_argument("--width", metavar="INCHES", help="a width of your own instead of the venue's")
    figures.add_argument("--format", metavar="LIST", help="of pdf,png,svg,pgf, separated by commas")
    _add_cores(figures)

    publish = commands.add_parser(
        "publish",
        help="copy figures and run records to the folders that git tracks",
        description="Copy the figures of a finished replication to figures/ and its run records to records/.",
    )
    add_selection(publish)
    _add_report(commands)

    cost = commands.add_parser(
        "cost",
        help="how many runs a scale trains, and how long that takes",
        description="Print the runs, FLOPs and estimated time of each study. Nothing is started.",
    )
    add_selection(cost)

    verify = commands.add_parser(
        "verify",
        help="check all results against what they were made of",
        description="Read everything on disk and compare it with what it was made of: spec, code, inputs, "
        "outputs, digests of run records. Nothing is changed; the exit status is 1 if something is wrong.",
    )
    add_selection(verify)
    _add_strict_versions(verify)

    _add_why(commands)
    user_options.add_laws(commands)
    user_options.add_fit(commands)
    user_options.add_plan(commands)
    user_options.add_extrapolate(commands)
    _add_explorer(commands)
    return parser


def _add_report(commands: user_options.Commands) -> None:
    parser = commands.add_parser(
        "report",
        help="make a site to read in a browser",
        description="Make a site of a finished replication, results/<scale>/site/, that opens from disk, and "
        "Snakemake's own report. Nothing is trained or fitted; figures that were drawn for a venue are drawn "
        "again as the scale file says (its key `look`).",
    )
    add_selection(parser)
    _add_cores(parser)


def _add_cores(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cores", type=cores, default="all", metavar="N", help="how many CPU cores to use (default: all)"
    )


def _add_strict_versions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--strict-versions",
        action="store_true",
        help="also count as stale what other versions of Python, numpy, torch, ... made",
    )


def _add_explorer(commands: user_options.Commands) -> None:
    parser = commands.add_parser(
        "explorer",
        help="write a page on which to play with every law",
        description="Write one HTML file with every law: sliders, your own runs and fits, IsoFLOP "
        "slices, the best model for a budget, the toy simulation of Weng 2026. It needs no network.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="PAGE.html", help="the file to write")


def _add_why(commands: user_options.Commands) -> None:
    parser = commands.add_parser(
        "why",
        help="what made an output stale",
        description="Say whether an output is up to date and, if not, which changes made it stale and what "
        "is made again.",
    )
    parser.add_argument(
        "output", type=Path, nargs="?", metavar="OUTPUT",
        help="a file or folder under results/, which tells the scale (default: all, of each scale that has "
        "results)",
    )  # fmt: skip
    add_selection(parser, "laptop")


if __name__ == "__main__":
    main()
