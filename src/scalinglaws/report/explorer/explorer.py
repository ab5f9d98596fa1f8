"""`scalinglaws explorer`: write the interactive page."""

import argparse

from scalinglaws.files import write_text
from scalinglaws.report.explorer.page import page


def run(options: argparse.Namespace) -> int:
    """Write the page to the file of `--out`."""
    write_text(options.out, page())
    print(f"wrote {options.out}; open it in a browser, no server or network is needed")
    return 0
