"""`scalinglaws explorer`: write the interactive page."""

import argparse

from scalinglaws.errors import ScalingLawsError
from scalinglaws.files import write_text
from scalinglaws.own_runs.paths import check_outputs
from scalinglaws.report.explorer.page import page


def run(options: argparse.Namespace) -> int:
    """Write the page to the file of `--out`.

    Raises:
        ScalingLawsError: it could not be written, or has another ending than `.html`.
    """
    check_outputs({"--out": options.out})
    if options.out.suffix.lower() != ".html":  # a slip must not write over a table
        raise ScalingLawsError(f"--out: {options.out} must end in .html")
    write_text(options.out, page())
    print(f"wrote {options.out}; open it in a browser, it needs no network")
    return 0
