"""The options of the commands for a user's own runs: `laws`, `fit`, `plan`.

This is imported whenever a command starts, and so imports nothing heavy. Numbers stay texts here: a mistake
in them should be one line that says what is allowed.
"""

import argparse
from pathlib import Path
from typing import TypeAlias

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_laws(commands: Commands) -> None:
    """`scalinglaws laws [NAME]`."""
    parser = commands.add_parser("laws", help="the laws that can be fitted, with equation and source")
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="one law: its variables, parameters and bounds"
    )


def add_fit(commands: Commands) -> None:
    """`scalinglaws fit RUNS.csv --law LAW --x VARIABLE=COLUMN --y COLUMN`."""
    parser = commands.add_parser(
        "fit",
        help="fit a law to your own runs",
        description="Fit a law to a table of runs, one row a run; print parameters with intervals and what "
        "speaks against the fit.",
    )
    parser.add_argument("runs", type=Path, metavar="RUNS.csv", help="a CSV file with a header")
    parser.add_argument("--law", required=True, help="its name; `scalinglaws laws` lists them")
    parser.add_argument(
        "--x", action="append", required=True, metavar="VARIABLE=COLUMN",
        help="which column holds a variable of the law, once for each; COLUMN alone where it has one",
    )  # fmt: skip
    parser.add_argument("--y", required=True, metavar="COLUMN", help="the column of the loss or error")

    how = parser.add_argument_group("what is minimised")
    how.add_argument(
        "--residual", choices=("log", "relative", "value"), default="log",
        help="log f - log y (default; Hoffmann et al. 2022, Hestness et al. 2017), f/y - 1 (Rosenfeld et al. "
        "2020), or f - y",
    )  # fmt: skip
    how.add_argument(
        "--loss", choices=("squared", "huber"), default="squared",
        help="squared (default), or Huber's, which heeds outliers less (Hoffmann et al. 2022, Muennighoff et "
        "al. 2023)",
    )  # fmt: skip
    how.add_argument(
        "--delta",
        metavar="DELTA",
        help="where Huber's loss turns linear (default: 0.001, as in these papers)",
    )
    how.add_argument("--weights", metavar="COLUMN", help="weights of the rows; a row of weight 0 is left out")
    how.add_argument(
        "--fix", action="append", default=[], metavar="PARAMETER=VALUE", help="hold a parameter; repeatable"
    )
    how.add_argument(
        "--tie", action="append", default=[], metavar="ONE=OTHER",
        help="make two parameters one: --tie beta=alpha; repeatable",
    )  # fmt: skip
    how.add_argument(
        "--exclude", action="append", default=[], metavar="RULE",
        help="leave out the rows for which a rule holds, such as 'D/N < 0.41 or L > 6'; it may name "
        "variables, the response and columns, those with odd names in `backquotes`; repeatable",
    )  # fmt: skip

    sure = parser.add_argument_group("how sure it is")
    sure.add_argument(
        "--interval", choices=("auto", "percentile", "delta", "profile"), default="auto",
        help="auto (default): percentiles of a bootstrap of rows, and for fewer than 12 the profile "
        "(of clusters: delta)",
    )  # fmt: skip
    sure.add_argument("--level", default="0.95", help="of the intervals (default: 0.95)")
    sure.add_argument("--bootstrap", default="4000", metavar="RESAMPLES", help="default: 4000; 0 for none")
    sure.add_argument(
        "--cluster",
        metavar="COLUMN",
        help="rows that share its value are not independent: checkpoints of a run",
    )
    sure.add_argument("--seed", default="0", help="of the resamples (default: 0)")

    out = parser.add_argument_group("files")
    out.add_argument("--out", type=Path, metavar="FIT.json", help="write the fit, for `scalinglaws plan`")
    out.add_argument("--plot", type=Path, metavar="FIT.pdf", help="draw the fit: .pdf, .png or .svg")


def add_plan(commands: Commands) -> None:
    """`scalinglaws plan --fit FIT.json --flops C`."""
    parser = commands.add_parser(
        "plan",
        help="model size and tokens for a budget, by your own fit",
        description="The compute-optimal size and tokens for a budget, by a fitted law of N and D.",
    )
    parser.add_argument("--fit", type=Path, required=True, metavar="FIT.json", help="from `scalinglaws fit`")
    parser.add_argument("--flops", action="append", required=True, metavar="C", help="a budget; repeatable")
    parser.add_argument(
        "--flops-per-token-param",
        default="6",
        metavar="K",
        help="C = K N D (default: 6; 2 forward, 4 backward)",
    )
