"""Stage `report`: the summary of a paper, plain text, and its claims as a table.

python -m scalinglaws.stages.report --spec JSON --claims FILE... [--evidence FILE...] --out SUMMARY.txt

Writes `SUMMARY.claims.md` and `SUMMARY.claims.tex` beside it.
"""

from pathlib import Path

from scalinglaws.config.strict import Strict
from scalinglaws.files import write_text
from scalinglaws.plotting.tables.files import table_latex, table_markdown
from scalinglaws.report.claims_table import CLAIMS_LAYOUT, claims_table
from scalinglaws.report.text import summary
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.csv import read_table
from scalinglaws.tables.schema import CLAIMS, EVIDENCE


class ReportSpec(Strict):
    """What is reported on."""

    studies: tuple[str, ...]
    """The studies of a paper, one per table of claims; a study that no claim is about has an empty table."""
    learning_curves: tuple[str, ...] = ()
    """Those of them that have a table `evidence`, one per table."""


def main(arguments: list[str]) -> None:
    """Write the summary of all tables of claims, in the order given."""
    parser = stage_parser("report", __doc__)
    parser.add_argument("--claims", required=True, nargs="+", type=Path, help="tables of claims, CSV")
    parser.add_argument("--evidence", nargs="*", default=[], type=Path, help="tables of evidence, CSV")
    parser.add_argument("--out", required=True, type=Path, help="the summary, plain text")
    options = parser.parse_args(arguments)
    spec = parse_spec(ReportSpec, options.spec)
    tables = [read_table(path, CLAIMS) for path in options.claims]
    silent = [study for study, table in zip(spec.studies, tables, strict=True) if table.empty]
    rows = [row for table in tables for row in table.to_dict("records")]
    evidence = [
        {**row, "study": study}
        for study, path in zip(spec.learning_curves, options.evidence, strict=True)
        for row in read_table(path, EVIDENCE).to_dict("records")
    ]
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(summary(rows, silent, evidence), encoding="utf-8", newline="\n")
    claims = claims_table(rows)
    written = {".claims.md": table_markdown(claims), ".claims.tex": table_latex(claims, CLAIMS_LAYOUT)}
    files = [options.out.with_suffix(ending) for ending in written]
    for file, text in zip(files, written.values(), strict=True):
        write_text(file, text)
    note_made_of(options, "report", [*options.claims, *options.evidence], [options.out, *files])


if __name__ == "__main__":
    run_stage(main)
