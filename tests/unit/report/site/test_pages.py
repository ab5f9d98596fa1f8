"""The pages of a site: links, markup, escaped texts, counts of verdicts."""

import re
import shutil
from pathlib import Path

import pytest

from scalinglaws.errors import DataError
from scalinglaws.report.site.pages import build
from scalinglaws.report.site.spec import Elsewhere
from unit.report.site.made_results import (
    ANALYSIS,
    HOSTILE,
    OTHER,
    TRAINED,
    VERDICTS,
    material,
    runs_table,
    spec,
    write_results,
)
from unit.report.site.site_reader import (
    Element,
    broken_links,
    read_page,
    section,
    text_of,
    with_class,
)


def test_every_link_leads_to_a_file_of_the_site(site: Path) -> None:
    assert broken_links(site) == []


def test_a_link_that_leads_nowhere_would_be_found(site: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(site, tmp_path / "site")
    (copy / "files" / "figures" / "one-2020" / "fig1.csv").unlink()
    assert sorted(broken_links(copy)) == [
        "one-2020.html: ../files/figures/one-2020/fig1.csv",
        "trained.html: ../../files/figures/one-2020/fig1.csv",
    ]


def test_pages_have_what_a_screen_reader_needs(site: Path) -> None:
    pages = {path: read_page(path) for path in site.rglob("*.html")}
    assert len(pages) == 2 + 2 + 3
    assert len({text_of(root.find("head/title")) for root in pages.values()}) == len(pages)  # type: ignore[arg-type]
    for path, root in pages.items():
        assert root.get("lang") == "en"
        assert len(list(root.iter("h1"))) == 1 and len(list(root.iter("main"))) == 1
        identities = [each.get("id") for each in root.iter() if each.get("id")]
        assert len(identities) == len(set(identities)), path
        for each in root.iter():
            if each.tag == "img":
                assert each.get("alt")
            if each.tag == "table":
                assert all(cell.get("scope") for cell in each.iter("th"))
            if each.get("aria-labelledby"):
                assert each.get("aria-labelledby") in identities


def test_texts_from_files_are_never_markup(site: Path) -> None:
    for path in site.rglob("*.html"):
        root = read_page(path)
        (script,) = root.iter("script")
        assert script.get("src") and not text_of(script)
    root = read_page(site / "studies" / f"{TRAINED}.html")
    assert text_of(next(root.iter("h1"))) == HOSTILE
    assert HOSTILE in text_of(next(iter(with_class(root, "claims"))))
    assert HOSTILE in text_of(next(root.iter("figcaption")))
    for page in (f"studies/{ANALYSIS}.html", "papers/one-2020.html"):
        (methods,) = with_class(read_page(site / page), "prose")
        assert text_of(methods) == f"Ours: {HOSTILE}" and text_of(next(methods.iter("em"))) == "Ours"


def counts(element: Element) -> dict[str, int]:
    """The counts in an element, by verdict."""
    marks = [each for each in with_class(element, "verdict") if each.find("b") is not None]
    return {
        re.sub(r"^\S+ \d+ |,$", "", text_of(each)): int(text_of(each.find("b")))  # type: ignore[arg-type]
        for each in marks
    }


@pytest.mark.parametrize("paper", ["one-2020", "two-2021"])
def test_verdicts_are_counted_as_in_the_report(site: Path, results: Path, paper: str) -> None:
    report = (results / "report" / f"{paper}.txt").read_text(encoding="utf-8").rpartition("\n\n")[2]
    told = " ".join(report.split())
    page = read_page(site / "papers" / f"{paper}.html")
    lines = [each for each in page.iter("p") if with_class(each, "counts")]
    said = [
        f"{text_of(line).partition(':')[0]}: "
        + ", ".join(f"{count} {verdict}" for verdict, count in counts(line).items())
        for line in lines
    ]
    assert ". ".join(said) + "." == told


def test_the_start_page_has_a_row_of_counts_per_study(site: Path) -> None:
    rows = {
        text_of(row.find("th")): counts(row)  # type: ignore[arg-type]
        for row in with_class(read_page(site / "index.html"), "matrix")[0].iter("tr")
    }
    for study, verdicts in VERDICTS.items():
        assert rows[study.partition("/")[2]] == {each: verdicts.count(each) for each in verdicts}
    assert sum(rows["one-2020"].values()) == 6


def test_all_claims_are_on_one_page(site: Path) -> None:
    body = section(read_page(site / "claims.html"), "claims").find("tbody")
    assert body is not None
    shown = [row.get("data-verdict") for row in body]
    assert shown == [each for study in (ANALYSIS, TRAINED, OTHER) for each in VERDICTS[study]]


def test_other_scales_have_columns(results: Path, tmp_path: Path) -> None:
    table = results / "report" / "claims" / f"{OTHER}.csv"
    about = spec(elsewhere=(Elsewhere(scale="laptop", study=OTHER, published=True),))
    build(material(results, about, (table,)), tmp_path / "site")
    matrix = with_class(read_page(tmp_path / "site" / "index.html"), "matrix")[0]
    rows = {text_of(row[0]): [text_of(cell) for cell in row[1:]] for row in matrix.iter("tr")}
    assert rows["Paper and study"] == ["smoke", "laptop"]
    assert rows["two-2021"] == ["? 1 inconclusive", "? 1 inconclusivepublished"]
    assert rows["one-2020"][1] == "none"
    claims = section(read_page(tmp_path / "site" / "claims.html"), "claims")
    last = [text_of(row[-1]) for row in claims.iter("tr")]
    assert last == ["laptop", *["not judged"] * 6, "? inconclusive"]


def test_a_scale_may_have_one_paper(results: Path, tmp_path: Path) -> None:
    pages = build(material(results, spec(papers=1)), tmp_path / "site")
    assert broken_links(tmp_path / "site") == []
    assert [str(page.relative_to(tmp_path / "site")) for page in pages] == [
        "index.html",
        "claims.html",
        "papers/one-2020.html",
        "studies/one-2020/analysis.html",
        "studies/one-2020/trained.html",
    ]


def test_every_run_has_a_row_and_every_run_of_the_grid_a_line(site: Path) -> None:
    root = read_page(site / "studies" / f"{TRAINED}.html")
    runs = runs_table()
    body = section(root, "runs").find("tbody")
    assert body is not None
    assert sorted(row.get("data-run", "") for row in body) == sorted(runs.run)
    grid = sorted(runs[runs.phase == "grid"].run)
    assert sorted(each.get("data-run", "") for each in root.iter("{http://www.w3.org/2000/svg}g") if each.get("data-run")) == grid  # fmt: skip  # noqa: E501
    assert len(with_class(root, "charts")[0].findall("figure")) == 2


def test_the_caption_written_with_a_figure_comes_before_that_of_the_study(tmp_path: Path) -> None:
    write_results(tmp_path / "results")
    written = tmp_path / "results" / "figures" / "one-2020" / "fig1.caption.md"
    written.write_text(r"Loss \<of\> m\*n.", encoding="utf-8")
    build(material(tmp_path / "results"), tmp_path / "site")
    caption = next(read_page(tmp_path / "site" / "papers" / "one-2020.html").iter("figcaption"))
    assert "Loss <of> m*n." in text_of(caption) and HOSTILE not in text_of(caption)


def test_a_figure_that_no_page_can_show_keeps_its_links(tmp_path: Path) -> None:
    write_results(tmp_path / "results")
    (tmp_path / "results" / "figures" / "one-2020" / "fig1.png").unlink()
    build(material(tmp_path / "results"), tmp_path / "site")
    figure = section(read_page(tmp_path / "site" / "papers" / "one-2020.html"), "figure-fig1")
    assert "not drawn in a format that a page can show" in text_of(figure)
    assert [text_of(each) for each in figure.iter("a")] == ["fig1, CSV"]


def test_a_site_is_replaced_but_no_other_folder(results: Path, tmp_path: Path) -> None:
    build(material(results), tmp_path)
    build(material(results, spec(papers=1)), tmp_path)
    assert not (tmp_path / "papers" / "two-2021.html").exists()
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(DataError, match=r"thesis\.tex: is not of a site"):
        build(material(results), tmp_path)
    assert (tmp_path / "index.html").exists()


def test_a_study_without_verdicts_is_an_error_and_deletes_nothing(results: Path, tmp_path: Path) -> None:
    build(material(results), tmp_path / "site")
    copy = shutil.copytree(results, tmp_path / "results")
    (copy / "report" / "claims" / f"{OTHER}.csv").unlink()
    with pytest.raises(DataError, match=r"report/claims/two-2021/other\.csv: not among the files"):
        build(material(copy), tmp_path / "site")
    assert (tmp_path / "site" / "index.html").exists()
