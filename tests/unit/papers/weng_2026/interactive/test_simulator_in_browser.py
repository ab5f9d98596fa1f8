"""The simulation in headless Chromium: every read-out that the article shows, and how long a fit takes."""

import pytest

from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import READINGS, TARGETS
from unit.papers.weng_2026.interactive.shown import differences
from unit.report.explorer.opened import Opened

LONGEST = 100  # ms


def test_the_browser_shows_what_the_article_shows(opened: Opened) -> None:
    """Settings are made with the controls, values are read from the table that a reader sees."""
    opened.page.evaluate(
        """() => {
            window.choose = ({region, decimals, bias, target}) => {
                for (const [id, value] of Object.entries({decimals, bias, target}))
                    document.getElementById(id).value = value;
                const form = document.getElementById("simulator-form");
                form.elements.region.value = region;
                form.dispatchEvent(new Event("input"));
            };
        }"""
    )
    for reading in READINGS:
        setting = {key: reading._asdict()[key] for key in ("region", "decimals", "bias", "target")}
        opened.page.evaluate("setting => choose(setting)", setting)
        opened.settle()
        table = opened.table("simulator-values")
        (loss,) = (key for key in table if key.startswith("Loss at"))
        found = {
            "law": {
                **{name: float(table[name][0]) for name in ("A", "B", "E", "alpha", "beta")},
                "objective": float(table["Sum of squared errors"][0]),
            },
            "exponentN": float(table["Exponent of the best N in C"][0]),
            "predicted": float(table[loss][0]),
            "error": float(table["Error of the prediction"][0]),
        }
        assert max(differences(reading, found).values()) < 0.01, reading  # every digit that is shown
        exact = opened.page.evaluate("setting => simulate(PAGE_DATA.simulator, setting)", setting)
        assert max(differences(reading, exact).values()) <= 1, reading
        assert float(table[loss][1]) == TARGETS[reading.target][1]
        assert float(loss.split("D = ")[1]) == TARGETS[reading.target][0]


def test_a_fit_takes_less_than_100_ms(opened: Opened) -> None:
    """The best of three, because other processes may have the core meanwhile."""
    settings = [(region, decimals) for region in ("small", "medium", "all") for decimals in range(5)]
    times = opened.page.evaluate(
        """settings => settings.map(([region, decimals]) => Math.min(...[0, 1, 2].map(() => {
            const start = performance.now();
            simulate(PAGE_DATA.simulator, {region, decimals, bias: 35, target: 15});
            return performance.now() - start;
        })))""",
        settings,
    )
    assert max(times) < LONGEST


def test_the_simulation_is_moved_by_keys(opened: Opened) -> None:
    opened.page.focus("#bias")
    for _ in range(40):
        opened.page.keyboard.press("ArrowRight")
    opened.settle()
    assert opened.page.text_content("#bias-text") == "200 milli-nats"
    assert opened.table("simulator-values")["alpha"] == ["0.6148", "0.3478"]
    opened.page.focus("#decimals")
    opened.page.keyboard.press("Home")
    opened.settle()
    assert opened.page.text_content("#decimals-text") == "0 decimals"
    opened.page.keyboard.press("ArrowRight")
    opened.settle()
    assert opened.page.text_content("#decimals-text") == "1 decimal"
    opened.page.check("input[value=small]")
    opened.settle()
    assert opened.page.locator("#simulator-chart circle:not(.held-out)").count() == 16
    assert opened.page.locator("#simulator-chart circle.held-out").count() == 20


@pytest.mark.parametrize("target", [11, 15])
def test_the_chart_reaches_the_target(opened: Opened, target: int) -> None:
    opened.page.focus("#target")
    opened.page.keyboard.press("Home" if target == 11 else "End")
    opened.settle()
    texts = opened.page.locator("#simulator-chart text").all_text_contents()
    assert {11: "10¹¹", 15: "10¹⁵"}[target] in texts
    assert f"N = 1e{target}" == opened.page.text_content("#target-text")
