"""The explorer of laws in headless Chromium: values, dragging, keyboard, dropped files, a phone's width."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.laws.optimum.plan import plan
from scalinglaws.own_runs.saved_fit import arrays, read_fit
from unit.own_runs.calling import Call, write_csv
from unit.report.explorer.made_fit import made_fit
from unit.report.explorer.opened import Opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PHONE = (390, 844)


def number(text: str) -> float:
    return float(text.split(" ")[0].replace(",", ""))


def test_the_budget_of_gopher_gets_the_best_model_of_the_published_fit(opened: Opened) -> None:
    params = np.array([482.01, 2085.43, 1.8172, 0.3478, 0.3658])
    expected = plan(laws.find("chinchilla"), params, np.empty((5, 0)), 5.76e23, 0.95)
    shown = [number(cell) for (cell,) in opened.table("plan").values()]
    assert shown == pytest.approx(
        [expected.N[0], expected.D[0], expected.tokens_per_parameter[0], expected.loss[0]], rel=5e-3
    )


def test_every_law_can_be_chosen_and_is_drawn(opened: Opened) -> None:
    for name, law in laws.every().items():
        opened.page.select_option("#law-choice", name)
        opened.settle()
        assert opened.page.text_content("#law-equation") == law.equation
        assert opened.page.locator("#parameters input[type=range]").count() == len(law.parameters)
        line = opened.page.get_attribute("#law-chart path.line.law", "d") or ""
        assert line.count("L") == 159, name  # a curve without gaps
        heights = {step.split(" ")[1] for step in line[1:].split("L")}
        assert len(heights) > 20, name


def test_a_dragged_slider_moves_the_curve_and_the_number(opened: Opened) -> None:
    before = opened.page.get_attribute("#law-chart path.line.law", "d")
    track = opened.page.locator("#parameter-alpha")
    track.scroll_into_view_if_needed()
    box = track.bounding_box()
    assert box
    middle = box["y"] + box["height"] / 2
    opened.page.mouse.move(box["x"] + box["width"] * 0.41, middle)
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + box["width"] * 0.9, middle, steps=5)
    opened.page.mouse.up()
    opened.settle()
    value = float(opened.page.input_value("#parameter-alpha-number"))
    assert 0.7 < value < 0.8478  # towards the right end, 0.3478 + 0.5
    assert track.get_attribute("aria-valuetext") == f"{value:.4g}"
    assert opened.page.get_attribute("#law-chart path.line.law", "d") != before
    opened.page.click("#reset")
    opened.settle()
    assert opened.page.input_value("#parameter-alpha-number") == "0.3478"
    assert opened.page.get_attribute("#law-chart path.line.law", "d") == before


def test_the_keyboard_reaches_and_moves_every_control(opened: Opened) -> None:
    reached = []
    for _ in range(40):
        opened.page.keyboard.press("Tab")
        reached.append(opened.page.evaluate("document.activeElement.id || document.activeElement.name"))
    wanted = [
        *("law-choice", "files", "parameter-A", "parameter-A-number", "parameter-beta", "reset", "axis"),
        *("log-y", "held-D", "budget-flops", "region", "decimals", "bias", "target"),
    ]
    assert [each for each in dict.fromkeys(reached) if each in wanted] == wanted  # in the order of reading
    opened.page.focus("#parameter-E")
    opened.page.keyboard.press("Home")
    opened.settle()
    assert opened.page.input_value("#parameter-E-number") == "0"
    opened.page.keyboard.press("ArrowRight")
    assert float(opened.page.input_value("#parameter-E-number")) == pytest.approx(3.6344 / 1000, rel=1e-3)


def test_a_number_that_the_law_cannot_take_is_marked_and_not_used(opened: Opened) -> None:
    before = opened.page.get_attribute("#law-chart path.line.law", "d")
    for wrong in ("-3", "0", ""):
        opened.page.fill("#parameter-A-number", wrong)
        opened.settle()
        assert opened.page.get_attribute("#parameter-A-number", "aria-invalid") == "true"
        assert opened.page.get_attribute("#law-chart path.line.law", "d") == before
    opened.page.fill("#parameter-A-number", "1e5")  # far beyond the slider, but possible
    opened.settle()
    assert opened.page.get_attribute("#parameter-A-number", "aria-invalid") == "false"
    assert opened.page.get_attribute("#law-chart path.line.law", "d") != before


def test_a_dropped_fit_and_table_give_points_residuals_and_intervals(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs, path = made_fit(tmp_path, Call(monkeypatch, capsys))
    opened.drop(runs, path)
    saved = read_fit(path)
    params, samples = arrays(saved)
    law = laws.find("chinchilla")
    assert "40 points are used." in (opened.page.text_content("#column-status") or "")
    assert opened.page.locator("#law-chart circle").count() == 40
    assert opened.page.locator("#residual-chart circle").count() == 40
    assert opened.page.locator("#law-chart path.band").count() == 1
    intervals = opened.table("intervals")
    assert [number(intervals[name][0]) for name in law.names] == pytest.approx(params.tolist(), rel=1e-3)
    expected = plan(law, params, samples, 5.76e23, saved.level)
    shown = opened.table("plan")
    value, low, high = expected.N
    text = shown["N, parameters"][0].replace("(", "").replace(")", "").split(" ")
    assert [float(text[k]) for k in (0, 1, 3)] == pytest.approx([value, low, high], rel=6e-3)
    assert "times the largest fitted" in shown["Beyond your runs"][0]
    table = np.loadtxt(runs, delimiter=",", skiprows=1)
    predicted = law.predict(params, table[:, :2].T)
    residuals = [number(row[-1]) for row in opened.table("points").values()]
    np.testing.assert_allclose(residuals, np.log(table[:, 2] / predicted), rtol=1e-3, atol=1e-6)


def test_another_law_than_that_of_the_fit_is_said(
    opened: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, path = made_fit(tmp_path, Call(monkeypatch, capsys))
    opened.drop(path)
    opened.page.select_option("#law-choice", "kaplan-ND")
    opened.settle()
    said = opened.page.text_content("#file-status") or ""
    assert said.startswith("Your fit of chinchilla is no longer shown")
    assert not opened.page.is_visible("#intervals-table")


def test_an_edited_file_can_be_chosen_again(opened: Opened, tmp_path: Path) -> None:
    for rows in ([2.4], [2.4, 2.2]):
        same = [1e9] * len(rows)
        path = write_csv(tmp_path / "runs.csv", {"N": same, "D": same, "L": rows})
        opened.page.set_input_files("#files", path)
        words = "1 row." if len(rows) == 1 else "2 rows."
        opened.page.locator("#file-status", has_text=words).wait_for()
        assert opened.page.input_value("#files") == ""


def test_an_axis_has_a_plain_zero(opened: Opened) -> None:
    ticks = opened.page.evaluate(
        "ticksOf({log: false, domain: [-0.3, 1]}, 6).map(each => formatNumber(each, 3))"
    )
    assert ticks == ["0", "0.5", "1"]


def test_runs_near_a_budget_are_drawn_on_its_slice(opened: Opened, tmp_path: Path) -> None:
    N = np.array([1e9, 1e10, 1e10])
    D = 5.76e21 / 6 / N * [1.0, 1.05, 3.0]  # the third is on no slice
    opened.drop(write_csv(tmp_path / "runs.csv", {"N": N, "D": D, "L": [2.4, 2.2, 2.1]}))
    assert opened.page.locator("#isoflop-chart circle:not(.best)").count() == 2
    assert opened.page.locator("#isoflop-chart circle.best").count() == 5


def test_columns_with_other_names_are_chosen_by_hand(opened: Opened, tmp_path: Path) -> None:
    opened.drop(
        write_csv(tmp_path / "runs.csv", {"size": [1e8, 1e9], "D": [2e9, 0], "test_loss": [3.1, 2.9]})
    )
    assert "Choose a column for each letter" in (opened.page.text_content("#column-status") or "")
    opened.page.select_option("#column-N", "size")
    opened.settle()
    said = opened.page.text_content("#column-status") or ""
    assert said == "1 point is used; 1 left out: row 3, D: is 0; it must be above 0."
    assert opened.page.locator("#law-chart circle").count() == 1


def test_a_file_that_cannot_be_used_is_told_and_changes_nothing(opened: Opened, tmp_path: Path) -> None:
    before = opened.page.get_attribute("#law-chart path.line.law", "d")
    wrong = tmp_path / "fit.json"
    wrong.write_text('{"law": "mine"}', encoding="utf-8")
    opened.drop(wrong)
    assert opened.page.text_content("#file-status") == "fit.json: This page has no law named mine."
    assert opened.page.get_attribute("#law-chart path.line.law", "d") == before


def test_a_dropped_table_is_text_and_never_markup(opened: Opened, tmp_path: Path) -> None:
    name = "<img src=x onerror=document.title='hurt'>"
    opened.drop(write_csv(tmp_path / "runs.csv", {name: [1, 2], "D": [2e9, 3e9], "L": [3.1, 2.9]}))
    assert opened.page.locator("img").count() == 0
    assert opened.page.title() == "Scaling laws explorer"


def test_charts_tell_in_words_what_they_show(opened: Opened) -> None:
    said = opened.page.get_attribute("#law-chart", "aria-label") or ""
    assert said.startswith("test loss by the law chinchilla: from 3.2")
    nameless = opened.page.evaluate(
        "[...document.querySelectorAll('input, select, button')]"
        ".filter(each => !each.labels?.length && !each.ariaLabel && !each.textContent).map(each => each.id)"
    )
    assert nameless == []


def test_a_screen_reader_hears_the_plan_once_the_slider_rests(opened: Opened) -> None:
    opened.page.focus("#budget-flops")
    opened.page.keyboard.press("Home")
    opened.page.locator("#plan-status", has_text="1.00e15 FLOPs").wait_for()
    said = opened.page.text_content("#plan-status") or ""
    assert f"N, parameters: {opened.table('plan')['N, parameters'][0]};" in said


def test_a_phone_needs_no_sideways_scrolling(chromium: Browser, written: Path, tmp_path: Path) -> None:
    phone = Opened(chromium, written, *PHONE)
    columns = {"N": [1e9], "D": [1e10], "L": [2.4], "a very long name of a column" * 5: [1]}
    phone.drop(write_csv(tmp_path / "runs.csv", columns))
    for name in laws.every():
        phone.page.select_option("#law-choice", name)
        phone.settle()
        assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], name
    sizes = phone.page.locator("svg text:visible").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().height)"
    )
    assert min(sizes) > 10  # pixels
    phone.page.locator("#parameters .slider").last.scroll_into_view_if_needed()
    chart = phone.page.locator("#law-chart").bounding_box()
    assert chart and chart["y"] >= -1 and chart["y"] + chart["height"] < PHONE[1]  # still in sight
    phone.page.select_option("#law-choice", "chinchilla")
    phone.page.locator("#isoflop-caption").scroll_into_view_if_needed()
    chart = phone.page.locator("#law-chart").bounding_box()
    assert chart and chart["y"] + chart["height"] < 0  # and away, where it would hide another chart
    phone.close()
