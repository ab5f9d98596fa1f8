"""The command line for people: `scalinglaws replicate | publish | cost | laws | fit | plan`."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from scalinglaws.commands import user_options
from scalinglaws.errors import ScalingLawsError
from scalinglaws.stage import USER_ERROR


def main() -> None:
    """Parse the command line and run one command; a user's mistake is one line and exit status 2."""
    options = _parser().parse_args()
    # Imported when called: `cost` needs torch, `replicate` must start at once.
    command = import_module(f"scalinglaws.commands.{options.command}")
    try:
        sys.exit(command.run(options))
    except ScalingLawsError as mistake:
        print(f"error: {mistake}", file=sys.stderr)
        sys.exit(USER_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scalinglaws",
        description="Rebuild the plots of the neural scaling-law papers; fit their laws to your own runs.",
    )
    commands = parser.add_subparsers(dest="command", required=True)

    replicate = commands.add_parser("replicate", help="run everything that is not up to date")
    _add_scale(replicate)
    replicate.add_argument(
        "--from",
        dest="adopt",
        type=Path,
        metavar="FOLDER",
        help="adopt published run records from there first",
    )
    replicate.add_argument("--cores", default="all", help="CPU cores to use (default: all)")

    publish = commands.add_parser("publish", help="copy figures and run records to the tracked folders")
    _add_scale(publish)

    cost = commands.add_parser("cost", help="runs, FLOPs and estimated time, before anything starts")
    _add_scale(cost)

    user_options.add_laws(commands)
    user_options.add_fit(commands)
    user_options.add_plan(commands)
    return parser


def _add_scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--scale", default="laptop", help="a scale's name, or the path of a scale file")
    parser.add_argument("--paper", help="only the studies of one paper, e.g. hestness-2017")


if __name__ == "__main__":
    main()
