"""Reads the pages of a site strictly: as XML, which finds every tag that is not closed."""

from collections.abc import Iterator
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


def addresses(root: Element) -> Iterator[str]:
    """Everything that a page refers to."""
    for each in root.iter():
        yield from (value for key, value in each.attrib.items() if key in ("href", "src", "action"))


def broken_links(site: Path) -> list[str]:
    """The references of all pages that lead nowhere, and those that leave the folder of the site."""
    found = []
    pages = {path.resolve(): read_page(path) for path in site.rglob("*.html")}
    for page, root in pages.items():
        for address in addresses(root):
            parts = urlsplit(address)
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            inside = not parts.scheme and not parts.netloc and target.is_relative_to(site.resolve())
            names = {each.get("id") for each in pages[target].iter()} if target in pages else set()
            if not inside or not target.is_file() or (parts.fragment and parts.fragment not in names):
                found.append(f"{page.name}: {address}")
    return found
