"""The site in headless Chromium, from disk and without a network: search, sorting, filters, a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scalinglaws.report.site.pages import build
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.schema import RUNS
from unit.report.browser import Window
from unit.report.site.made_results import TRAINED, material, runs_table, spec

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def window(chromium: Browser) -> Iterator[Window]:
    found = Window(chromium)
    yield found
    found.close()


def column(page: Page, number: int) -> list[str]:
    """The cells of a column of the table of runs that are shown."""
    found: list[str] = page.locator("#runs tbody tr:visible").evaluate_all(
        f"rows => rows.map(row => row.cells[{number}].textContent)"
    )
    return found


def test_a_search_on_the_start_page_finds_claims(window: Window, site: Path) -> None:
    page = window.open(site / "index.html")
    page.get_by_label("Search claims").fill("two-2021")
    page.keyboard.press("Enter")
    page.wait_for_url("**/claims.html?q=two-2021")
    assert page.locator("#claims tbody tr:visible").count() == 1
    assert page.locator("output").inner_text() == "1 of 7 rows"
    page.locator(".query").fill("")
    page.get_by_label("Verdict").select_option("reproduced")
    assert page.locator("output").inner_text() == "2 of 7 rows"
    page.get_by_label("Paper").select_option("two-2021")
    assert page.locator("output").inner_text() == "0 of 7 rows"


def test_the_start_page_leads_to_the_explorer_and_back(window: Window, site: Path) -> None:
    page = window.open(site / "index.html")
    page.get_by_role("navigation").get_by_text("Explorer").click()
    assert page.locator("#law-chart path.line.law").count() == 1
    page.get_by_role("link", name="Start page").click()
    assert page.locator(".matrix").count() == 1


def test_runs_sort_by_the_keyboard_in_both_directions_with_missing_ones_last(
    window: Window, site: Path
) -> None:
    page = window.open(site / f"studies/{TRAINED}.html")
    heading = page.locator("#runs th", has_text="error rate")
    number = heading.evaluate("cell => cell.cellIndex")
    heading.locator("button").focus()
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "ascending"
    up = column(page, number)
    assert up[0].startswith("0.001") and up[-2].startswith("0.1") and up[-1] == "–"
    page.keyboard.press("Enter")
    assert heading.get_attribute("aria-sort") == "descending"
    down = column(page, number)
    assert down[0].startswith("0.1") and down[-1] == "–"


def test_claims_sort_by_numbers_with_missing_ones_last(window: Window, site: Path) -> None:
    page = window.open(site / "claims.html")
    heading = page.locator("#claims th", has_text="Measured")
    number = heading.evaluate("cell => cell.cellIndex")
    cells = page.locator("#claims tbody tr")
    values = ["9.5", "-30", "", "100", "Infinity", "2", "-4"]
    up = ["-30", "-4", "2", "9.5", "100", "Infinity"]
    cells.evaluate_all(
        "(rows, given) => rows.forEach((row, k) => { row.cells[given[0]].dataset.value = given[1][k]; })",
        [number, values],
    )
    for order in (up, up[::-1]):
        heading.locator("button").click()
        shown = cells.evaluate_all(f"rows => rows.map(row => row.cells[{number}].dataset.value)")
        assert shown == [*order, ""]


def test_one_row_is_not_called_rows(window: Window, results: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(results, tmp_path / "results")
    runs = runs_table().head(1)
    write_table(runs, copy / "tables" / TRAINED / "runs.csv", RUNS)
    build(material(copy, spec(papers=1)), tmp_path / "site")
    page = window.open(tmp_path / "site" / f"studies/{TRAINED}.html")
    assert page.locator("output").inner_text() == "1 row"
    assert "1 row; an asterisk" in page.locator("main").inner_text()


def test_runs_filter_by_the_values_of_a_column(window: Window, site: Path) -> None:
    page = window.open(site / f"studies/{TRAINED}.html")
    page.locator(".tools").get_by_label("Model").select_option("mlp-16")
    assert page.locator("output").inner_text() == "4 of 9 rows"
    assert set(column(page, 2)) == {"mlp-16"}


def test_the_line_of_a_run_is_shown_with_its_row(window: Window, site: Path) -> None:
    page = window.open(site / f"studies/{TRAINED}.html")
    page.locator("#runs tr[data-run=w16n10s1]").hover()
    assert page.locator("[data-run].shown").evaluate_all("all => all.map(one => one.dataset.run)") == [
        "w16n10s1",
        "w16n10s1",
    ]
    page.locator("h1").hover()
    assert page.locator("[data-run].shown").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_window(chromium: Browser, site: Path, width: int) -> None:
    window = Window(chromium, width)
    for path in site.rglob("*.html"):
        page = window.open(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    window.close()


def test_on_paper_everything_is_there_and_nothing_to_click(chromium: Browser, site: Path) -> None:
    window = Window(chromium)
    page = window.open(site / f"studies/{TRAINED}.html")
    page.emulate_media(media="print")
    assert page.locator("#runs tbody tr").evaluate_all(
        "rows => rows.every(row => row.getBoundingClientRect().bottom"
        " <= row.closest('.scroll').getBoundingClientRect().bottom + 1)"
    )
    assert page.locator("input:visible, select:visible").count() == 0
    assert page.pdf().startswith(b"%PDF")
    window.close()


def test_without_javascript_all_is_there_to_read_and_nothing_that_does_not_work(
    chromium: Browser, site: Path
) -> None:
    window = Window(chromium, script=False)
    page = window.open(site / "claims.html")
    assert page.locator("#claims tbody tr:visible").count() == 7
    assert page.locator("input:visible, select:visible, button:visible").count() == 0
    window.close()
