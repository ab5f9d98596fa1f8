"""Stage `claims`: compare the fits of a study with what its paper claims.

    python -m scalinglaws.stages.claims --spec JSON [--data MANIFEST ...] [--fits F.csv] [--best B.csv]
    --out OUT.csv

A study that no claim is about gets a table without rows.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import Field

from scalinglaws.claims.claim import claims_of
from scalinglaws.claims.measure import SCORED, measure
from scalinglaws.claims.verdict import judge
from scalinglaws.config.strict import Strict
from scalinglaws.public_runs.description import manifest
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser
from scalinglaws.tables.csv import frame_of, read_table, write_table
from scalinglaws.tables.schema import CLAIMED, CLAIMS

CONSTANTS = "published-constants"
"""The source of an analysis without data, which works on printed constants alone."""


class ClaimSpec(Strict):
    """Whose claims are judged."""

    study: str
    """The study, e.g. hestness-2017/image."""
    scale: str
    """The scale measured at, e.g. laptop."""
    public_runs: dict[str, str] = Field(default_factory=dict)
    """The sets of public runs measured on, each with the SHA-256 of its description."""
    constants: str = ""
    """Hash of the printed constants that its claims are about: other constants are another spec."""


def main(arguments: list[str]) -> None:
    """Judge every claim about the study, in the order of its YAML file."""
    parser = stage_parser("claims", __doc__)
    parser.add_argument("--data", nargs="*", default=[], type=Path, help="manifests of the data measured on")
    parser.add_argument("--fits", nargs="?", type=Path, help="fits.csv of the fitting stage or an analysis")
    parser.add_argument("--best", nargs="?", type=Path, help="best.csv of the fitting stage")
    parser.add_argument("--out", required=True, type=Path, help="table of claims, CSV")
    options = parser.parse_args(arguments)
    spec = parse_spec(ClaimSpec, options.spec)
    data: list[dict[str, Any]] = [manifest(name) for name in spec.public_runs]
    data += [json.loads(path.read_text(encoding="utf-8")) for path in options.data]
    sources = [one["source"] for one in data] or [CONSTANTS]
    title = " and ".join(one["title"] for one in data) or "published constants"
    fits = read_table(options.fits, CLAIMED) if options.fits else frame_of([], CLAIMED)
    best = read_table(options.best, SCORED) if options.best else None
    rows = []
    for claim in claims_of(spec.study):
        measured = measure(claim, fits, best)
        judged = judge(claim, measured, sources, title, spec.scale)
        rows.append(
            (
                claim.id,
                claim.statement,
                claim.published_text,
                measured.value,
                measured.low,
                measured.high,
                claim.kind,
                str(judged.verdict),
                judged.reason,
                claim.source,
                claim.certainty,
            )
        )
    write_table(frame_of(rows, CLAIMS), options.out, CLAIMS)
    tables = [file for file in (options.fits, options.best) if file is not None]
    note_made_of(options, "claims", [*tables, *options.data], [options.out])


if __name__ == "__main__":
    run_stage(main)
