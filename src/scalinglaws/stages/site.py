"""Stage `site`: the report of a scale as pages that open from disk.

python -m scalinglaws.stages.site --spec JSON --files FILE... [--elsewhere FILE...] --results DIR --out DIR
"""

from pathlib import Path

from scalinglaws.report.site.material import Material
from scalinglaws.report.site.pages import build
from scalinglaws.report.site.spec import SiteSpec
from scalinglaws.stages.stage import note_made_of, parse_spec, run_stage, stage_parser


def main(arguments: list[str]) -> None:
    """Write the site, in place of one that is there."""
    parser = stage_parser("site", __doc__)
    parser.add_argument("--files", required=True, nargs="+", type=Path, help="results, and study files")
    parser.add_argument("--elsewhere", nargs="*", default=[], type=Path, help="claims of other scales, CSV")
    parser.add_argument("--results", required=True, type=Path, help="the folder of the results")
    parser.add_argument("--out", required=True, type=Path, help="the folder of the site")
    options = parser.parse_args(arguments)
    spec = parse_spec(SiteSpec, options.spec)
    pages = build(Material(spec, options.results, options.files, options.elsewhere), options.out)
    note_made_of(options, "site", [*options.files, *options.elsewhere], pages)


if __name__ == "__main__":
    run_stage(main)
