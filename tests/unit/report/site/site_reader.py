"""Reads the pages of a site: as XML, which finds every tag that is not closed, or only their links."""

from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

Element = ElementTree.Element


def read_page(path: Path) -> Element:
    """The root of a page."""
    head, _, text = path.read_text(encoding="utf-8").partition("\n")
    assert head == "<!DOCTYPE html>"
    return ElementTree.fromstring(text)


def text_of(element: Element) -> str:
    """The text of an element, in one line."""
    return " ".join("".join(element.itertext()).split())


def with_class(root: Element, name: str) -> list[Element]:
    return [each for each in root.iter() if name in each.get("class", "").split()]


def section(root: Element, identity: str) -> Element:
    (found,) = [each for each in root.iter() if each.get("id") == identity]
    return found


OUTSIDE = "https://arxiv.org/abs/"
"""Where links may lead besides the site itself; nothing is loaded from there."""


class Links(HTMLParser):
    """The ids of a page, and everything that it refers to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.addresses: list[str] = []
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for key, value in attrs:
            allowed = tag == "a" and value and value.startswith(OUTSIDE)
            if value and key == "id":
                self.ids.add(value)
            elif value and key in ("href", "src", "action") and not allowed and value != "data:,":
                self.addresses.append(value)


def broken_links(site: Path) -> list[str]:
    """The references of all pages that lead nowhere, and those that leave the folder of the site."""
    found = []
    pages = {path.resolve(): Links(path) for path in site.rglob("*.html")}
    for page, links in pages.items():
        for address in links.addresses:
            parts = urlsplit(address)
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            inside = not parts.scheme and not parts.netloc and target.is_relative_to(site.resolve())
            names = pages[target].ids if target in pages else set()
            if not inside or not target.is_file() or (parts.fragment and parts.fragment not in names):
                found.append(f"{page.name}: {address}")
    return found
