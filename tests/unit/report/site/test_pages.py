"""The pages of a site: links, markup, escaped texts, counts of verdicts."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scalinglaws.errors import DataError
from scalinglaws.report.site.figure_view import copy_file
from scalinglaws.report.site.pages import build
from scalinglaws.report.site.spec import EXPLORER, Elsewhere
from scalinglaws.tables.csv import write_table
from scalinglaws.tables.schema import CURVES
from unit.report.site.made_results import (
    ANALYSIS,
    HOSTILE,
    OTHER,
    TRAINED,
    VERDICTS,
    curves_table,
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


def own_pages(site: Path) -> list[Path]:
    """The pages that are rendered from templates; the explorer has tests of its own."""
    return sorted(path for path in site.rglob("*.html") if path.name != EXPLORER)


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
    pages = {path: read_page(path) for path in own_pages(site)}
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
    for path in own_pages(site):
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
    lines = [each for each in page.iter("p") if with_class(each, "told")]
    said = [
        f"{text_of(line).partition(':')[0]}: "
        + ", ".join(f"{count} {verdict}" for verdict, count in counts(line).items())
        for line in lines
    ]
    assert ". ".join(said) + "." == told


def test_the_start_page_has_a_row_of_counts_per_study(site: Path) -> None:
    matrix = with_class(read_page(site / "index.html"), "matrix")[0]
    rows = {text_of(row.find("th/a")): counts(row) for row in matrix.findall("tbody/tr")}  # type: ignore[arg-type]
    for study, verdicts in VERDICTS.items():
        assert rows[study.partition("/")[2]] == {each: verdicts.count(each) for each in verdicts}
    assert sum(rows["one-2020"].values()) == 6


def test_all_claims_are_on_one_page(site: Path) -> None:
    body = section(read_page(site / "claims.html"), "claims").find("tbody")
    assert body is not None
    shown = [row.get("data-verdict") for row in body]
    assert shown == [each for study in (ANALYSIS, TRAINED, OTHER) for each in VERDICTS[study]]
    values = [row[3].get("data-value") for row in body]
    assert values == ["" if each.startswith("not testable") else "0.5" for each in shown if each]


def test_other_scales_have_columns(results: Path, tmp_path: Path) -> None:
    table = results / "report" / "claims" / f"{OTHER}.csv"
    about = spec(elsewhere=(Elsewhere(scale="laptop", study=OTHER, published=True),))
    build(material(results, about, (table,)), tmp_path / "site")
    matrix = with_class(read_page(tmp_path / "site" / "index.html"), "matrix")[0]
    assert [text_of(cell) for cell in matrix.findall("thead/tr/th")] == ["Paper and study", "smoke", "laptop"]
    rows = {
        text_of(row.find("th/a")): [text_of(cell) for cell in row[1:]]  # type: ignore[arg-type]
        for row in matrix.findall("tbody/tr")
    }
    assert rows["two-2021"] == ["? 1 inconclusive", "? 1 inconclusivepublished"]
    assert rows["one-2020"][1] == "no claims"
    claims = section(read_page(tmp_path / "site" / "claims.html"), "claims")
    last = [text_of(row[-1]) for row in claims.iter("tr")]
    assert last == ["laptop", *["not judged"] * 6, "? inconclusive"]


def test_a_paper_that_is_published_in_part_says_which_of_its_studies_are(
    results: Path, tmp_path: Path
) -> None:
    about = spec(
        elsewhere=(
            Elsewhere(scale="laptop", study=ANALYSIS, published=True),
            Elsewhere(scale="laptop", study=TRAINED, published=False),
        )
    )
    tables = tuple(results / "report" / "claims" / f"{study}.csv" for study in (ANALYSIS, TRAINED))
    build(material(results, about, tables), tmp_path / "site")
    matrix = with_class(read_page(tmp_path / "site" / "index.html"), "matrix")[0]
    rows = {text_of(row.find("th/a")): text_of(row[2]) for row in matrix.findall("tbody/tr")}  # type: ignore[arg-type]
    assert rows["one-2020"].endswith("in part published")
    assert (rows["analysis"].endswith("published"), rows["trained"].endswith("published")) == (True, False)


def test_a_study_without_methods_of_its_own_leads_to_those_of_its_readers(site: Path, tmp_path: Path) -> None:
    page = read_page(site / "studies" / f"{TRAINED}.html")
    (part,) = [each for each in page.iter("section") if each.get("aria-labelledby") == "methods-title"]
    assert text_of(part).startswith(f"Methods and deviations They are on the page of {ANALYSIS}, which reads")
    assert next(part.iter("a")).get("href") == "analysis.html#methods-title"
    alone = read_page(site / "studies" / f"{OTHER}.html")
    assert text_of(section(alone, "methods-title")) == "Protocol"


def test_scores_of_0_are_counted_beside_the_charts(tmp_path: Path) -> None:
    assert "no place" not in curves_said(tmp_path / "none", 0)
    assert "axes, on which 1 score of 0 has no place." in curves_said(tmp_path / "one", 1)
    assert "axes, on which 2 scores of 0 have no place." in curves_said(tmp_path / "two", 2)


def curves_said(folder: Path, zeros: int) -> str:
    """The page about a study, some of whose scores are 0."""
    write_results(folder / "results")
    curves = curves_table()
    curves.loc[: zeros - 1, "error_rate"] = 0.0
    write_table(curves, folder / "results" / "tables" / TRAINED / "curves.csv", CURVES)
    build(material(folder / "results", spec(papers=1)), folder / "site")
    page = read_page(folder / "site" / "studies" / f"{TRAINED}.html")
    (part,) = [each for each in page.iter("section") if each.get("aria-labelledby") == "curves-title"]
    return text_of(part)


def test_a_scale_may_have_one_paper(results: Path, tmp_path: Path) -> None:
    pages = build(material(results, spec(papers=1)), tmp_path / "site")
    assert broken_links(tmp_path / "site") == []
    assert [str(page.relative_to(tmp_path / "site")) for page in pages] == [
        "index.html",
        "claims.html",
        "explorer.html",
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


@pytest.mark.parametrize("page", ["papers/one-2020.html", f"studies/{TRAINED}.html"])
def test_a_figure_has_the_caption_that_was_written_with_it(site: Path, page: str) -> None:
    figure = section(read_page(site / page), "figure-fig1")
    assert HOSTILE in text_of(figure)
    links = ["PNG", "CSV of what is drawn", "caption in Markdown", "caption in LaTeX"]
    assert [text_of(each) for each in figure.iter("a")][1:] == [f"fig1, {link}" for link in links]


def test_pictures_are_stored_with_few_colours_near_those_that_were_drawn(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 2, (200, 300, 3))
    drawn = (np.linspace(255, 60, 300)[None, :, None] + noise).clip(0, 255).astype(np.uint8)
    drawn[:20] = 255
    Image.fromarray(drawn).save(tmp_path / "drawn.png", dpi=(300, 300))
    copy_file(tmp_path / "drawn.png", tmp_path / "files" / "copied.png")
    with Image.open(tmp_path / "files" / "copied.png") as image:
        copied = np.asarray(image.convert("RGB")).astype(int)
        assert image.mode == "P" and round(image.info["dpi"][0]) == 300
    assert np.abs(copied - drawn).max() < 24
    assert (copied[:20] == 255).all()


def test_a_picture_with_a_transparent_background_keeps_it(tmp_path: Path) -> None:
    Image.new("RGBA", (30, 20), (0, 0, 0, 0)).save(tmp_path / "drawn.png")
    copy_file(tmp_path / "drawn.png", tmp_path / "copied.png")
    assert (tmp_path / "copied.png").read_bytes() == (tmp_path / "drawn.png").read_bytes()


def test_a_figure_that_no_page_can_show_keeps_its_links(tmp_path: Path) -> None:
    write_results(tmp_path / "results")
    (tmp_path / "results" / "figures" / "one-2020" / "fig1.png").unlink()
    build(material(tmp_path / "results"), tmp_path / "site")
    figure = section(read_page(tmp_path / "site" / "papers" / "one-2020.html"), "figure-fig1")
    assert "not drawn in a format that a page can show" in text_of(figure)
    assert text_of(next(figure.iter("a"))) == "fig1, CSV of what is drawn"


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
