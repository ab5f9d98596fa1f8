"""The toy simulation of Weng 2026, section 4.1, in a browser: its controls, its search and its read-outs.

The numbers come from `toy/`, so that the page and the analyses cannot differ in them.
"""

from dataclasses import asdict
from pathlib import Path

from scalinglaws.papers.weng_2026.constants.weng_2026_simulator import TARGETS
from scalinglaws.papers.weng_2026.toy import grid_search
from scalinglaws.papers.weng_2026.toy.experiment import REGIONS, SIZES, TOKENS_PER_PARAMETER, TRUTH
from scalinglaws.plotting.page_panel import PagePanel

HTML = Path(__file__).with_name("simulator.html")
CALCULATION = Path(__file__).with_name("simulation.js")
VIEW = Path(__file__).with_name("simulator_view.js")


def panel() -> PagePanel:
    """The panel of the simulation."""
    return PagePanel(
        name="simulator",
        title="The toy simulation of Weng 2026",
        html=HTML.read_text(encoding="utf-8"),
        scripts=(CALCULATION.read_text(encoding="utf-8"), VIEW.read_text(encoding="utf-8")),
        data={
            "truth": {name: float(getattr(TRUTH, name)) for name in ("A", "B", "E", "alpha", "beta")},
            "sizes": SIZES.tolist(),
            "ratios": TOKENS_PER_PARAMETER.tolist(),
            "regions": REGIONS,
            "targets": list(TARGETS),  # log10 of the sizes
            "search": {
                "exponents": grid_search.EXPONENTS,
                "allowed": grid_search.EXPONENTS_ALLOWED,
                "steps": grid_search.STEPS,
                "depth": grid_search.DEPTH,
                "depthInSpans": grid_search.DEPTH_IN_SPANS,
                "leastSpan": grid_search.LEAST_SPAN,
                "below": grid_search.BELOW,
                "singular": grid_search.SINGULAR,
                "nearly": grid_search.NEARLY,
                "refinements": [asdict(each) for each in grid_search.REFINEMENTS],
            },
        },
    )
