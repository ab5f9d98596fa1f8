"""The site in headless Chromium, from disk and without a network: search, sorting, filters, a phone."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from unit.report.site.made_results import TRAINED

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed: these tests open the pages in one")
    root = hasattr(os, "geteuid") and os.geteuid() == 0  # as root, Chromium refuses its own sandbox
    with sync_api.sync_playwright() as playwright:
        flags = ["--disable-gpu", *(["--no-sandbox"] if root else [])]
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield started
        started.close()


class Window:
    """A window of a width, which notes what the browser complains about."""

    def __init__(self, browser: Any, site: Path, width: int = 1280, script: bool = True) -> None:
        self.site = site
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, offline=True, java_script_enabled=script
        )
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))

    def open(self, page: str) -> Any:
        self.page.goto((self.site / page).as_uri())
        return self.page

    def close(self) -> None:
        self.context.close()
        assert self.complaints == []


@pytest.fixture
def window(browser: Any, site: Path) -> Iterator[Window]:
    found = Window(browser, site)
    yield found
    found.close()


def column(page: Any, number: int) -> list[str]:
    """The cells of a column of the table of runs that are shown."""
    found: list[str] = page.locator("#runs tbody tr:visible").evaluate_all(
        f"rows => rows.map(row => row.cells[{number}].textContent)"
    )
    return found


def test_a_search_on_the_start_page_finds_claims(window: Window) -> None:
    page = window.open("index.html")
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


def test_runs_sort_by_the_keyboard_in_both_directions_with_missing_ones_last(window: Window) -> None:
    page = window.open(f"studies/{TRAINED}.html")
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


def test_runs_filter_by_the_values_of_a_column(window: Window) -> None:
    page = window.open(f"studies/{TRAINED}.html")
    page.locator(".tools").get_by_label("Model").select_option("mlp-16")
    assert page.locator("output").inner_text() == "4 of 9 rows"
    assert set(column(page, 2)) == {"mlp-16"}


def test_the_line_of_a_run_is_shown_with_its_row(window: Window) -> None:
    page = window.open(f"studies/{TRAINED}.html")
    page.locator("#runs tr[data-run=w16n10s1]").hover()
    assert page.locator("[data-run].shown").evaluate_all("all => all.map(one => one.dataset.run)") == [
        "w16n10s1",
        "w16n10s1",
    ]
    page.locator("h1").hover()
    assert page.locator("[data-run].shown").count() == 0


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    "name", ["index.html", "claims.html", "papers/one-2020.html", f"studies/{TRAINED}.html"]
)
def test_no_page_is_wider_than_the_window(browser: Any, site: Path, width: int, name: str) -> None:
    window = Window(browser, site, width)
    page = window.open(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    window.close()


def test_without_javascript_all_is_there_to_read_and_nothing_that_does_not_work(
    browser: Any, site: Path
) -> None:
    window = Window(browser, site, script=False)
    page = window.open("claims.html")
    assert page.locator("#claims tbody tr:visible").count() == 7
    assert page.locator("input:visible, select:visible, button:visible").count() == 0
    window.close()
