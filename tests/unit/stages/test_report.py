"""The report stage on made tables of claims."""

from pathlib import Path

import pandas as pd
import pytest

from scalinglaws.errors import DataError
from scalinglaws.stages.report import main
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.schema import EVIDENCE


def test_the_stage_joins_tables_and_counts_over_all(tmp_path: Path) -> None:
    spec = ["--spec", '{"studies": ["one/x", "two/y"]}']
    tables = ["--claims", str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    header = "claim,statement,published,measured,low,high,kind,verdict,reason,source,certainty\n"
    (tmp_path / "a.csv").write_text(header + "one/x/a,A,1,1.0,0.9,1.1,trained,reproduced,Inside.,p. 1,sec\n")
    (tmp_path / "b.csv").write_text(
        header + "two/y/b,B,1,1.0,0.9,1.1,trained,inconclusive,Overlaps.,p. 1,sec\n"
    )
    out = tmp_path / "new" / "summary.txt"
    main([*spec, *tables, "--out", str(out)])
    text = out.read_text()
    assert text.index("one/x") < text.index("two/y")
    assert text.endswith("2 claims about runs trained here: 1 reproduced, 1 inconclusive.\n")
    for ending, rule in (
        (".claims.md", "| x | A | 1 | 1.000 \\[0.900, 1.100\\] | reproduced |"),
        (".claims.tex", "bottomrule"),
    ):
        written = out.with_suffix(ending).read_text()
        assert rule in written
        assert "inconclusive" in written
    (tmp_path / "b.csv").write_text(header)
    main([*spec, *tables, "--out", str(out)])
    assert out.read_text().endswith(
        "No claim is stated about two/y.\n\n1 claim about runs trained here: 1 reproduced.\n"
    )
    evidence = dict.fromkeys(EVIDENCE.names, 0.5) | {"metric": "error"}
    whole = {column.name: 3 for column in EVIDENCE.columns if column.kind == "whole"}
    write_table(pd.DataFrame([evidence | whole]), tmp_path / "evidence.csv", EVIDENCE)
    (tmp_path / "b.csv").write_text(header)
    told = ["--spec", '{"studies": ["one/x", "two/y"], "learning_curves": ["one/x"]}']
    main([*told, *tables, "--evidence", str(tmp_path / "evidence.csv"), "--out", str(out)])
    assert "\nx error  3/3     3/3    3      0.500  0.5 (0.5)" in out.read_text()
    broken = "two/y/b,B,1,about one,0.9,1.1,trained,inconclusive,Overlaps.,p. 1,sec\n"
    (tmp_path / "b.csv").write_text(header + broken)
    with pytest.raises(DataError, match=r"b\.csv, line 2: measured is 'about one'"):
        main([*spec, *tables, "--out", str(out)])
