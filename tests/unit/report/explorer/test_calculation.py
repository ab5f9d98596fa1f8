"""What the page computes beside the laws: optima with intervals, quantiles, tables and fits."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.laws.law import FloatArray
from scalinglaws.laws.optimum.plan import plan
from scalinglaws.own_runs.saved_fit import arrays, read_fit
from scalinglaws.report.explorer.entry import entry
from scalinglaws.report.explorer.javascript import function_of
from unit.own_runs.calling import Call
from unit.report.explorer.javascript_engine import Engine
from unit.report.explorer.made_fit import made_fit

LAWS = {
    "chinchilla": (482.01, 2085.43, 1.8172, 0.3478, 0.3658),
    "chinchilla-tied": (520.8, 1487.7, 1.869, 0.3527),
    "pearce-song": (482.01, 2085.43, 1.8172, 0.3478, 0.3658),
    "kaplan-ND": (6.4e13, 1.8e13, 0.076, 0.103),
}


def drawn(params: tuple[float, ...], count: int) -> FloatArray:
    rng = np.random.default_rng(1)
    return np.array(params)[:, None] * np.exp(0.02 * rng.standard_normal((len(params), count)))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("C", [1e18, 5.76e23])
@pytest.mark.parametrize("count", [0, 60])
def test_the_best_model_and_its_intervals_are_those_of_the_package(
    js: Engine, name: str, C: float, count: int
) -> None:
    law, params = laws.find(name), LAWS[name]
    samples = drawn(params, count)
    expected = plan(law, np.array(params), samples, C, 0.9)
    found = js.value(
        f"((f) => planned(optimum(f, allocation, params, [0, 0], C),"
        f" sampledOptima(f, allocation, samples, [0, 0], C), 0.9, 20))({function_of(law)})",
        allocation=entry(law)["allocation"],
        params=params,
        samples=samples.T.tolist(),
        C=C,
    )
    for key, interval in {
        "N": expected.N,
        "D": expected.D,
        "ratio": expected.tokens_per_parameter,
        "loss": expected.loss,
    }.items():
        ends = [np.nan if end is None else end for end in found[key]]
        np.testing.assert_allclose(ends, interval, rtol=1e-5)
    assert found["best"]["size"] == pytest.approx(expected.size[0], rel=1e-5)
    assert (found["samples"], found["best"]["onEdge"]) == (count, False)


def test_a_law_without_optimum_is_on_the_edge(js: Engine) -> None:
    law = laws.find("chinchilla")
    found = js.value(
        f"optimum({function_of(law)}, allocation, [482, 0.0001, 1.8, 0.34, 0], [0, 0], 1e20)",
        allocation=entry(law)["allocation"],
    )
    assert found["onEdge"]


def test_quantiles_are_those_of_numpy(js: Engine) -> None:
    values = np.random.default_rng(0).normal(size=37)
    shares = [0, 0.025, 0.5, 0.77, 1]
    found = js.value("quantiles(values, shares)", values=values.tolist(), shares=shares)
    np.testing.assert_allclose(found, np.quantile(values, shares), rtol=1e-14)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_are_read_as_pythons_csv_reads_them(js: Engine, separator: str) -> None:
    rows = [["N", 'a "name"', "L"], ["1e8", f"x{separator}y\nz", "2.5"], ["", 'said "no"', " 3 "]]
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator="\r\n").writerows(rows)
    found = js.value("parseTable(text)", text="\ufeff" + stream.getvalue() + "\r\n")
    assert found["columns"] == rows[0]
    assert [row["cells"] for row in found["rows"]] == rows[1:]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "The first row must name the columns"),
        ("N,D,N\n1,2,3", "Two columns are named N."),
        ("N,D\n1,2\n1,2,3", "Row 3 has 3 cells; the header has 2."),
        ('N,D\n1,"2', "a quote is never closed"),
        ("N,D\n\n", "There is no row below the header."),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(js: Engine, text: str, fault: str) -> None:
    said = js.value("(() => { try { parseTable(text); } catch (e) { return e.message; } })()", text=text)
    assert fault in said


def test_rows_that_a_law_cannot_take_are_named(js: Engine) -> None:
    text = "size,D,R,L,note\n1e8,2e9,0,3.1,a\n1e8,,1,3,b\n-1,2e9,1,3,c\n1e8,2e9,1,0,d\n1e8,2e9,1_0,3,e\n"
    found = js.value(
        "pointsOf(parseTable(text), law, ['size', 'D', 'R', 'L'])",
        text=text,
        law=entry(laws.find("lovelace-1")),
    )
    assert (found["x"], found["y"], found["numbers"]) == ([[1e8, 2e9, 0]], [3.1], [2])
    assert found["faults"] == [
        "row 3, D: is empty; it must be above 0",
        "row 4, size: is -1; it must be above 0",
        "row 5, L: is 0; it must be above 0",
        "row 6, R: is 1_0; it must be 0 or above",
    ]


@pytest.mark.parametrize("tie", [(), ("--tie", "beta=alpha")])
def test_a_fit_of_the_command_line_is_read_whole(
    js: Engine,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tie: list[str],
) -> None:
    _, path = made_fit(tmp_path, Call(monkeypatch, capsys), *tie)
    saved = read_fit(path)
    params, samples = arrays(saved)
    if tie:  # the page has the law untied, with both parameters at the same value
        params, samples = np.append(params, params[-1]), np.append(samples, samples[-1:], axis=0)
    found = js.value("parseFit(text, laws)", text=path.read_text(), laws=[entry(laws.find("chinchilla"))])
    assert found["params"] == params.tolist()
    assert found["samples"] == samples.T.tolist()
    assert found["samples"]
    assert found["columns"] == {"N": "params", "D": "tokens", "L": "loss"}
    assert found["level"] == saved.level
    written = json.loads(path.read_text())["intervals"]
    assert found["intervals"][:4] == [written[name] for name in ("A", "B", "E", "alpha")]
    columns = js.value(
        "guessColumns(parseTable('loss,tokens,params\\n1,2,3'), law, known)",
        law=entry(laws.find("chinchilla")),
        known=found["columns"],
    )
    assert columns == ["params", "tokens", "loss"]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", "This is not JSON."),
        ("{}", "no law named (the file names none)"),
        ('{"law": "mine"}', "no law named mine"),
        ('{"law": "chinchilla", "params": {"A": 1, "B": 1, "E": 1, "alpha": 1}}', "no usable value of beta"),
        ('{"law": "chinchilla", "params": {"A": -1, "B": 1, "E": 1, "alpha": 1, "beta": 1}}', "value of A"),
        (
            '{"law": "chinchilla", "params": {"A": 1, "B": 1, "E": 1, "alpha": 11, "beta": 1}}',
            "value of alpha",
        ),
        (
            '{"law": "chinchilla", "params": {"A": 1, "B": 1, "E": 1, "alpha": 1, "beta": 1},'
            ' "samples": {"A": [1]}}',
            "samples of the fit do not belong",
        ),
        *(
            (
                '{"law": "chinchilla", "params": {"A": 1, "B": 1, "E": 1, "alpha": 1, "beta": 1}, '
                + part
                + "}",
                f"{part.partition(':')[0]} of the fit must be {kind}.",
            )
            for part, kind in {
                '"warnings": "one"': "a list of sentences",
                '"warnings": [1]': "a list of sentences",
                '"intervals": {"A": 1}': "two numbers per parameter",
                '"intervals": {"A": [1, "2"]}': "two numbers per parameter",
                '"intervals": [1, 2]': "two numbers per parameter",
                '"level": "0.9"': "a number between 0 and 1",
                '"level": 95': "a number between 0 and 1",
                '"range": {"N": [1]}': "two numbers per variable",
                '"columns": {"N": 3}': "the name of a column per variable",
                '"tied": "beta"': "the name of a parameter per parameter",
                '"samples": {"A": 1}': "a list of numbers per parameter",
            }.items()
        ),
    ],
)
def test_what_is_no_fit_is_refused_with_a_sentence(js: Engine, content: str, fault: str) -> None:
    said = js.value(
        "(() => { try { parseFit(text, laws); } catch (e) { return e.message; } })()",
        text=content,
        laws=[entry(laws.find("chinchilla"))],
    )
    assert fault in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.81672, "1.817"),
        (0, "0"),
        (12345.6, "12,346"),
        (5.76e23, "5.760e23"),
        (1.2e-7, "1.200e-7"),
        (None, "–"),
    ],
)
def test_numbers_are_shown_short(js: Engine, value: float | None, shown: str) -> None:
    assert js.value("formatNumber(value)", value=value) == shown
