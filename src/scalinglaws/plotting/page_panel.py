"""A panel of the interactive page: a part with controls of its own, such as the simulation of a paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PagePanel:
    """One panel.

    Attributes:
        name: of its section in the page, and of its data in the script (`PAGE_DATA[name]`).
        title: its heading.
        html: what is below the heading.
        scripts: JavaScript, in the order of loading; they may use the page's own functions.
        data: JSON types that the scripts read.
    """

    name: str
    title: str
    html: str
    scripts: tuple[str, ...]
    data: Mapping[str, Any]
