"""The options of the commands for your own runs (`laws`, `fit`, `plan`, `extrapolate`), and their reading.

This is imported whenever a command starts, so it imports nothing heavy. Numbers are left as text for the
command to read, because a mistake in them should be one line that says what is allowed.
"""

import argparse
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TypeAlias

from scalinglaws.errors import ScalingLawsError

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
        description="Fits a law to a table with one row per run. Prints the parameters with intervals, and "
        "what speaks against the fit.",
    )
    parser.add_argument("runs", type=Path, metavar="RUNS.csv", help="a CSV file with a header")
    parser.add_argument("--law", required=True, help="name of the law; `scalinglaws laws` lists them")
    parser.add_argument(
        "--x", action="append", required=True, metavar="VARIABLE=COLUMN",
        help="which column holds a variable of the law; repeat it for each variable. COLUMN may be computed "
        "from others, as in D='C / (6 * N)'. For a law of one variable COLUMN alone is enough",
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
        help="squared (default), or Huber's, which outliers sway less (Hoffmann et al. 2022, Muennighoff et "
        "al. 2023)",
    )  # fmt: skip
    how.add_argument(
        "--delta",
        metavar="DELTA",
        help="where Huber's loss turns linear (default: 0.001, as in these papers)",
    )
    how.add_argument("--weights", metavar="COLUMN", help="weights of the rows; a row of weight 0 is left out")
    how.add_argument(
        "--fix",
        action="append",
        default=[],
        metavar="PARAMETER=VALUE",
        help="keep a parameter fixed; repeatable",
    )
    how.add_argument(
        "--tie", action="append", default=[], metavar="ONE=OTHER",
        help="make two parameters equal, as in --tie beta=alpha; repeatable",
    )  # fmt: skip
    how.add_argument(
        "--exclude", action="append", default=[], metavar="RULE",
        help="leave out the rows for which a rule holds, such as 'D/N < 0.41 or L > 6' or \"state != "
        "'finished'\". A rule may name variables, the response and columns, and put names with blanks in "
        "`backquotes`. Rules are applied before cells are checked; repeatable",
    )  # fmt: skip

    sure = parser.add_argument_group("uncertainty")
    sure.add_argument(
        "--interval", choices=("auto", "percentile", "delta", "profile"), default="auto",
        help="auto (default): percentiles of a bootstrap of rows; for fewer than 12 rows the profile, for "
        "fewer than 12 clusters, or more than 20,000 rows, delta",
    )  # fmt: skip
    sure.add_argument("--level", default="0.95", help="of the intervals (default: 0.95)")
    sure.add_argument("--bootstrap", default="4000", metavar="RESAMPLES", help="default: 4000; 0 for none")
    sure.add_argument(
        "--cluster",
        metavar="COLUMN",
        help="rows with the same value here are not independent, such as checkpoints of one run",
    )
    sure.add_argument("--seed", default="0", help="of the resamples (default: 0)")

    out = parser.add_argument_group("files")
    out.add_argument("--out", type=Path, metavar="FIT.json", help="write the fit, for `scalinglaws plan`")
    out.add_argument(
        "--plot",
        type=Path,
        metavar="FIT.pdf",
        help="draw the fit: .pdf, .png or .svg, with its caption in files beside it",
    )


def add_plan(commands: Commands) -> None:
    """`scalinglaws plan --fit FIT.json --flops C`."""
    parser = commands.add_parser(
        "plan",
        help="model size and tokens for a compute budget, by your own fit",
        description="The compute-optimal model size and number of tokens for a budget, by a fitted law of N "
        "and D.",
    )
    parser.add_argument("--fit", type=Path, required=True, metavar="FIT.json", help="from `scalinglaws fit`")
    parser.add_argument(
        "--flops", action="append", required=True, metavar="C", help="a budget in FLOPs; repeatable"
    )
    parser.add_argument(
        "--flops-per-token-param",
        default="6",
        metavar="K",
        help="FLOPs per token and parameter: C = K N D (default: 6, of which 2 forward and 4 backward)",
    )


def add_extrapolate(commands: Commands) -> None:
    """`scalinglaws extrapolate CURVES.csv --x COLUMN --y COLUMN --train COLUMN`."""
    parser = commands.add_parser(
        "extrapolate",
        help="which law predicts the held-back points of your curves",
        description="Fits laws to the rows of each curve with train = 1, and scores them on the rows with "
        "train = 0.",
    )
    parser.add_argument("curves", type=Path, metavar="CURVES.csv", help="a CSV file with a header")
    parser.add_argument(
        "--group", action="append", metavar="COLUMN",
        help="names the curve that a row belongs to; repeatable: task and model, say (default: one curve)",
    )  # fmt: skip
    parser.add_argument("--x", required=True, metavar="COLUMN", help="the size: of data, model or compute")
    parser.add_argument("--y", required=True, metavar="COLUMN", help="the loss or error, above 0")
    parser.add_argument(
        "--train", required=True, metavar="COLUMN", help="1 in the rows to fit, 0 in the rows to predict"
    )
    parser.add_argument(
        "--laws",
        metavar="LAW,...",
        help="laws of one variable; bnsl: the number of breaks with the lowest AICc; auto: an average over "
        "broken laws, made on the training rows alone (default: m1-m4, bnsl-1 to -3, exponential, "
        "logarithmic, auto)",
    )
    parser.add_argument("--out", type=Path, metavar="SCORES.csv", help="write group, law, rmse")


def number(option: str, text: str) -> float:
    """A finite number.

    Raises:
        ScalingLawsError: it is not.
    """
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not isfinite(value):
        raise ScalingLawsError(f"{option}: '{text}' is not a finite number")
    return value


def count(option: str, text: str, most: int) -> int:
    """A whole number from 0 to `most`.

    Raises:
        ScalingLawsError: it is not.
    """
    if not (text.isascii() and text.isdigit() and int(text) <= most):
        raise ScalingLawsError(f"{option}: '{text}' is not a whole number from 0 to {most:,}")
    return int(text)


def pairs(option: str, texts: Sequence[str], form: str) -> dict[str, str]:
    """The values by name of an option such as `--fix NAME=VALUE`, which may be repeated.

    Raises:
        ScalingLawsError: one does not have this form, or a name is given twice.
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value):
            raise ScalingLawsError(f"{option} {text}: must be {form}")
        if name in found:
            raise ScalingLawsError(f"{option}: {name} is given twice")
        found[name] = value
    return found
