"""The table of runs: its columns, numbers and filters."""

from scalinglaws.report.site.run_view import run_table
from unit.report.site.made_results import runs_table


def test_columns_are_those_that_tell_runs_apart_then_scores_then_other_axes() -> None:
    found = run_table(runs_table())
    assert found.headings[-2:] == ["error rate", "momentum"]
    assert "Prunings" not in found.headings
    assert [found.headings[column] for column in found.choices] == ["Part", "Model", "Examples", "Ended by"]
    pruned = runs_table()
    pruned.loc[0, "level"] = 1
    assert "Prunings" in run_table(pruned).headings


def test_a_score_says_whether_its_run_passed_its_minimum() -> None:
    runs = runs_table()
    found = run_table(runs)
    column = found.headings.index("error rate")
    cells = dict(zip(runs.run, (row[column] for row in found.rows), strict=True))
    assert (cells["w2n1000s0"].text, cells["w2n1000s1"].text) == ("0.001", "0.001 *")
    assert (cells["w16n1000s1"].text, cells["w16n1000s1"].value) == ("–", "")


def test_numbers_sort_by_value_and_not_by_text() -> None:
    found = run_table(runs_table())
    column = found.headings.index("Steps")
    assert found.numeric[column]
    assert {(row[column].text, row[column].value) for row in found.rows} == {
        ("1,000", "1000"),
        ("100,000", "100000"),
    }
