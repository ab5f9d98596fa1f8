"""Tables and saved fits with random damage: every call ends with finite numbers, or with one sentence."""

import json
import random
import re
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from unit.own_runs.calling import Call

Rows = list[list[str]]

CALLS, PER_TEST = 400, 50
SECONDS = 10.0  # of CPU time per call; most take a tenth of a second
CELLS = (
    *("", " ", "nan", "NaN", "inf", "-inf", "1e999", "-1", "0", "-0.0", "1e300", "1e-300", "5e-324", "1e308"),
    *(
        "abc",
        "1,000",
        "1,5",
        "1.000,5",
        "1_000",
        "٣",
        "１２",
        "½",
        "−5",
        "12%",
        "$5",
        "0x10",
        "1e",
        "e5",
        "--1",
    ),
    *("1 000", "1\u00a0000", "True", "null", "=1+1", '"', "a\nb", "\x1b[31m", "\u202e", "\ufeff", "9" * 400),
    *("x" * 140_000, "1" + "0" * 308, "0." + "0" * 400 + "1", "N/A", "#DIV/0!", "'5'", "1;2", "1\t2", "x,y"),
)
VALUES = (
    *(None, True, False, 0, -1, 1e300, 1e-300, -0.0, 10**400, "", "x", "\x1b[2J", "\ud800", [], {}, [[]]),
    *({"a": 1}, [1.0], [None], "1" * 10_000, 5e-324, 1.7e308, [1e300, 1e308], {"A": []}, {"N": [1, 2, 3]}),
)


def rows_of(draw: random.Random) -> Rows:
    """A good table, of which every command can use some columns."""
    head = ["x", "y", "w", "run", "group", "train", "N", "D", "loss"]
    rows = [head]
    for k in range(draw.choice([3, 8, 14, 24])):
        x, N, D = 10 * 2.0**k, 1e7 * 3.0 ** (k % 4), 1e9 * 2.0 ** (k % 5)
        noise = 1 + draw.gauss(0, 0.01)
        loss = (1.7 + 400 / N**0.34 + 400 / D**0.28) * noise
        cells = [x, (0.1 + 5 * x**-0.4) * noise, 1 + k % 2]
        rows.append([*(repr(cell) for cell in cells), f"r{k // 2}", f"g{k % 2}", str(int(k % 4 < 2))])
        rows[-1] += [repr(N), repr(D), repr(loss)]
    return rows


def damaged(draw: random.Random, rows: Rows) -> Rows:
    """The table with one fault in its cells, rows or columns."""
    height, width = len(rows), max(len(rows[0]), 1)
    row, column = draw.randrange(height), draw.randrange(width)
    cell = draw.choice(CELLS)
    rows = [list(each) for each in rows]

    def every(value: Callable[[str, int], str]) -> None:
        for k, each in enumerate(rows[1:]):
            if column < len(each):
                each[column] = value(each[column], k)

    kind = draw.randrange(16)
    if kind < 4 and column < len(rows[row]):
        rows[row][column] = cell
    elif kind == 4:
        every(lambda _, k: cell)
    elif kind == 5:
        every(lambda _, k: f"{1000 * 7**k:,}")
    elif kind == 6:
        power = draw.choice([-320, -200, -30, 30, 200, 300])
        every(lambda old, k: f"{k + 1}e{power}")
    elif kind == 7:
        every(lambda old, k: f"-{old}")
    elif kind == 8:
        rows = [[each for k, each in enumerate(one) if k != column] for one in rows]
    elif kind == 9:
        rows = [[*one, one[column] if column < len(one) else ""] for one in rows]
    elif kind == 10:
        rows[0][min(column, len(rows[0]) - 1)] = draw.choice([*CELLS, "x", "y", "loss"])
    elif kind == 11:
        body = rows[1:]
        draw.shuffle(body)
        rows = [rows[0], *body]
    elif kind == 12:
        rows = rows[: draw.randrange(height + 1)]
    elif kind == 13:
        rows[row] = draw.choice([rows[row][:column], [*rows[row], cell], [], [cell], [""] * width])
    elif kind == 14:
        rows = [rows[0], *(rows[1:2] * draw.randrange(1, 20))]
    else:
        every(lambda old, k: draw.choice([old, cell]))
    return rows or [[]]


def table(draw: random.Random) -> bytes:
    """A damaged table as bytes, often in another dialect or with damaged bytes."""
    rows = rows_of(draw)
    for _ in range(draw.randrange(3)):
        rows = damaged(draw, rows)
    separator = draw.choice([",", ",", ",", ",", ";", "\t", "|", " "])
    end = draw.choice(["\n", "\n", "\n", "\r\n", "\r"])
    quote = draw.random() < 0.7

    def quoted(cell: str) -> str:
        needs = quote and re.search(r'[",;\t\n]', cell)
        return '"' + cell.replace('"', '""') + '"' if needs else cell

    text = end.join(separator.join(map(quoted, one)) for one in rows) + end
    content = text.encode(draw.choice(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16"]), "surrogatepass")
    return bytes_damaged(draw, content) if draw.random() < 0.3 else content


def bytes_damaged(draw: random.Random, content: bytes) -> bytes:
    """Some bytes cut off, or put in, or changed."""
    at = draw.randrange(len(content) + 1)
    part = draw.choice(
        [b"\0", b"\xff", b'"', b"\r", b"\n\n\n", b"\x1b[2J", b",", b"\xf0\x9f", b"\x1f\x8b", b"{"]
    )
    return draw.choice(
        [content[:at], content[at:], content[:at] + part + content[at:], part + content, content + part, b""]
    )


def saved_fit(draw: random.Random) -> bytes:
    """A damaged saved fit as bytes."""
    params = {"A": 482.01, "B": 2085.43, "E": 1.8172, "alpha": 0.3478, "beta": 0.3658}
    fit: dict[str, Any] = {
        "law": draw.choice(
            ["chinchilla", "chinchilla", "kaplan-ND", "chinchilla-tied", "power-law", "gemstones"]
        ),
        "tied": {},
        "params": params,
        "level": 0.95,
        "range": {"N": [1e7, 1e9], "D": [1e9, 1e11], "N*D": [1e16, 1e20]},
        "warnings": ["beta sits on a bound"],
        "samples": {name: [value * draw.gauss(1, 0.01) for _ in range(30)] for name, value in params.items()},
        "objective": 0.1,
    }
    if fit["law"] == "kaplan-ND":
        fit["params"] = {"N_c": 8.8e13, "D_c": 5.4e13, "alpha_N": 0.076, "alpha_D": 0.095}
        fit["samples"] = {}
    for _ in range(draw.randrange(3)):
        inner = draw.choice([fit, fit, fit["params"], fit["range"], fit["samples"], fit["tied"]])
        if not isinstance(inner, dict):
            continue
        key = draw.choice([*inner, "beta", "N", "\ud800", "\x1b[2J", "samplse"])
        if draw.random() < 0.2:
            inner.pop(key, None)
        else:
            inner[key] = draw.choice([*VALUES, "alpha", "E"])
        fit = {**{name: {} for name in ("params", "range", "samples", "tied")}, **fit}
    text = json.dumps(fit)
    if draw.random() < 0.15:
        old, new = draw.choice(
            [("0.95", "NaN"), ("482.01", "1e999"), ("482.01", "9" * 5000), ("{", "[" * 3000), ("}", ",}")]
        )
        text = text.replace(old, new, 1)
    content = text.encode()
    return bytes_damaged(draw, content) if draw.random() < 0.2 else content


def words(draw: random.Random, file: Path, out: Path) -> list[str]:
    """A call for a damaged file."""
    command = draw.choice(["fit", "fit", "fit", "fit", "plan", "extrapolate"])
    if command == "plan":
        file.write_bytes(saved_fit(draw))
        budget = draw.choice(["1e21", "1", "1e-300", "1e308", "1e15", "5.76e23"])
        return ["plan", "--fit", str(file), "--flops", budget]
    file.write_bytes(table(draw))
    if command == "extrapolate":
        call = ["extrapolate", str(file), "--x", "x", "--y", "y", "--train", "train", "--laws"]
        call += [draw.choice(["m1", "m1,m2", "power-law,logarithmic,exponential"])]
        call += draw.choice([[], ["--group", "group"], ["--out", str(out)]])
        return call
    surface = ["--law", "chinchilla-tied", "--x", "N=N", "--x", "D=D", "--y", "loss"]
    laws = ["power-law", "power-law", "power-law-floor", "logarithmic", "exponential", "amari-1"]
    curve = ["--law", draw.choice(laws), "--x", "x" if draw.random() < 0.9 else "1e6 * x", "--y", "y"]
    call = ["fit", str(file), *(surface if draw.random() < 0.15 else curve)]
    for options in (
        ["--weights", "w"],
        ["--cluster", draw.choice(["run", "group"])],
        ["--exclude", draw.choice(["y > 3", "w == 2", "run == 'r1'"])],
        draw.choice([["--loss", "huber"], ["--residual", "value"], ["--residual", "relative"]]),
        ["--out", str(out)],
        ["--interval", draw.choice(["delta", "percentile", "profile"])],
    ):
        call += options if draw.random() < 0.15 else []
    return [*call, "--bootstrap", draw.choice(["0", "20", "20"])]


def check(call: Call, folder: Path, seed: int) -> int:
    """Make one call and check how it ends; its exit status."""
    draw = random.Random(seed)
    folder.mkdir()
    file, out = folder / "given", folder / "out"
    spoken = words(draw, file, out)
    before, begin = file.read_bytes(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a warning of numpy on the terminal helps nobody
        status, printed, said = call.whole(*spoken)
    place = f"seed {seed}: {' '.join(spoken)}\n{printed}{said}"
    assert time.process_time() - begin < SECONDS, place
    assert file.read_bytes() == before, place
    written = {each.name for each in folder.iterdir()} - {"given"}
    assert written == ({"out"} if status == 0 and "--out" in spoken else set()), place
    assert all(line.isprintable() for line in (printed + said).split("\n")), place
    if status == 0:
        assert said == "", place
        assert not re.search(r"(?i)(?<![a-z_])(nan|inf|infinity)(?![a-z])", printed), place
    else:
        assert (status, printed, said.count("\n")) == (2, "", 1), place
        assert said.startswith("error: "), place
        assert len(said) < 2000, place
    return status


@pytest.mark.parametrize("first", range(0, CALLS, PER_TEST))
def test_every_call_ends_with_finite_numbers_or_one_sentence(
    first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Call(monkeypatch, capsys)
    ends = [check(call, tmp_path / str(seed), seed) for seed in range(first, first + PER_TEST)]
    assert set(ends) == {0, 2}  # some damage is harmless, such as shuffled rows
