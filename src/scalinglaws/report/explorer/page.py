"""The interactive page as one HTML file that needs no server and no network."""

import html
import json
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from string import Template

from scalinglaws import laws
from scalinglaws.config import plugins
from scalinglaws.config.modules import module_name
from scalinglaws.laws.law import Law
from scalinglaws.plotting.page_panel import PagePanel
from scalinglaws.report.explorer.entry import entry
from scalinglaws.report.explorer.javascript import function_of

TEMPLATE = Path(__file__).with_name("page.html")
STYLE = Path(__file__).with_name("style.css")
LAWS_HTML = Path(__file__).with_name("laws.html")
CALCULATION = (
    Path(__file__).parent / "js" / "numbers.js",
    Path(__file__).parent / "js" / "optimum.js",
    Path(__file__).parent / "js" / "table.js",
    Path(__file__).parent / "js" / "saved_fit.js",
)
"""What is computed; these scripts run without a browser too."""
VIEW = (
    Path(__file__).parent / "js" / "chart.js",
    Path(__file__).parent / "js" / "controls.js",
    Path(__file__).parent / "js" / "law_charts.js",
    Path(__file__).parent / "js" / "law_explorer.js",
)
"""What is drawn and clicked."""


def page(home: str | None = None) -> str:
    """The whole page: every law of the package, and the panels of all papers.

    Args:
        home: the address of the site that the page is part of; None where it stands alone.
    """
    found = [laws_panel(tuple(laws.every().values())), *panels()]
    scripts = [functions(), *(text for panel in found for text in panel.scripts)]
    return Template(_read(TEMPLATE)).substitute(
        style=_read(STYLE),
        home=f'<a href="{html.escape(home)}">Start page</a>\n' if home else "",
        links="\n".join(f'<a href="#{panel.name}">{html.escape(panel.title)}</a>' for panel in found),
        sections="\n".join(_section(panel) for panel in found),
        data=_json({panel.name: panel.data for panel in found}),
        scripts="\n".join(f"<script>\n{text}\n</script>" for text in scripts),
    )


def functions(every: Sequence[Law] | None = None) -> str:
    """JavaScript that defines `LAW_FUNCTIONS`, the function of each law by name; by default of all laws."""
    chosen = laws.every().values() if every is None else every
    printed = (f"{json.dumps(law.name)}: {function_of(law)}" for law in chosen)
    return '"use strict";\nconst LAW_FUNCTIONS = {\n' + ",\n".join(printed) + "\n};"


def laws_panel(every: Sequence[Law]) -> PagePanel:
    """The panel in which laws are explored."""
    scripts = tuple(_read(path) for path in (*CALCULATION, *VIEW))
    data = {"laws": [entry(law) for law in every]}
    return PagePanel("laws", "One law, its parameters and your runs", _read(LAWS_HTML), scripts, data)


def panels() -> list[PagePanel]:
    """The panels of papers: what `panel()` returns in each file of `papers/<paper>/interactive/`."""
    names = plugins.of_papers(plugins.INTERACTIVE)
    modules = [import_module(module_name(*plugins.of_paper(plugins.INTERACTIVE, name))) for name in names]
    return [module.panel() for module in modules]


def _section(panel: PagePanel) -> str:
    heading = f'<h2 id="{panel.name}-title">{html.escape(panel.title)}</h2>'
    return (
        f'<section id="{panel.name}" aria-labelledby="{panel.name}-title">\n{heading}\n{panel.html}</section>'
    )


def _json(value: object) -> str:
    """JSON that cannot end the script element that it is in."""
    return json.dumps(value, allow_nan=False).replace("<", "\\u003c")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
