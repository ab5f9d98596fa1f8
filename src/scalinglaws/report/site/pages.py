"""Renders the pages of a site and copies the files that they link to."""

import os.path
import shutil
from collections.abc import Iterator, Mapping
from math import isnan
from pathlib import Path
from typing import Any

import mistune
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from scalinglaws.claims.claim import Claim, claims_of
from scalinglaws.errors import DataError
from scalinglaws.files import write_text
from scalinglaws.report.explorer.page import page as explorer
from scalinglaws.report.site.claim_view import ClaimView, claim_view
from scalinglaws.report.site.curves import learning_curves
from scalinglaws.report.site.figure_view import FigureView, copy_file, figure_view
from scalinglaws.report.site.material import COPIES, Material, check_complete
from scalinglaws.report.site.run_view import number, run_table
from scalinglaws.report.site.spec import EXPLORER, PaperEntry, StudyEntry
from scalinglaws.report.site.verdicts import SIGNS, Verdicts, counted, mark
from scalinglaws.report.text import KINDS, Row, measured_text

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"
START, CLAIMS = "index.html", "claims.html"
OWN = (START, CLAIMS, EXPLORER, "papers", "studies", "static", COPIES)
"""What a site has in its folder."""
TABLES = {"tables": "Runs", "fits": "Fits"}
"""Folders with tables of a study, and what is in them."""


def build(material: Material, out: Path) -> list[Path]:
    """Write a site into a folder, in place of whatever is there.

    Args:
        material: what the site is about, and the files that it is made of.
        out: the folder.

    Returns:
        The pages, in the order of the spec.

    Raises:
        DataError: a table is missing or is not what it should be, or the folder holds other files.
    """
    check_complete(material)
    pages = dict(_Pages(material).all())  # nothing is deleted before all tables were read
    _clear(out)
    for page, text in pages.items():
        write_text(out / page, text)
    shutil.copytree(STATIC, out / "static")
    for place, file in material:
        copy_file(file, out / COPIES / place)
    return [out / page for page in material.spec.pages]


def _clear(out: Path) -> None:
    """Remove a site that is there.

    Raises:
        DataError: the folder holds something that is not of a site.
    """
    there = sorted(out.iterdir()) if out.exists() else []
    foreign = [path for path in there if path.name not in OWN]
    if foreign:
        raise DataError(f"{foreign[0]}: is not of a site; name a folder of its own, or an empty one")
    if out.exists():
        shutil.rmtree(out)


class _Pages:
    """Makes the text of every page."""

    def __init__(self, material: Material) -> None:
        self.material, self.spec = material, material.spec
        self.verdicts = Verdicts(material)
        self.studies = {study.study: study for paper in self.spec.papers for study in paper.studies}
        self.paper_of = {study.study: paper for paper in self.spec.papers for study in paper.studies}
        self.templates = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates.globals.update(
            spec=self.spec,
            signs=[mark(str(verdict)) for verdict in SIGNS],
            scales=self.verdicts.scales,
            studies=self.studies,
            explorer=EXPLORER,
        )
        markdown = mistune.create_markdown(escape=True)  # HTML in it is shown as text
        self.templates.filters.update(
            number=number,
            digits=_digits,
            sortable=_sortable,
            size=_size,
            words=lambda name: name.replace("_", " "),
            markdown=lambda text: Markup(markdown(text)),
        )

    def all(self) -> Iterator[tuple[str, str]]:
        """Each page and its text, in the order of the spec."""
        claims = {study: self.claims(self.studies[study]) for study in self.studies}
        yield self.page(START, "index.html", matrix=self.matrix())
        at_scales = {
            view.id: self.verdicts.at_scales(view.id, study) for study in claims for view in claims[study]
        }
        yield self.page(CLAIMS, "claims.html", claims=claims, at_scales=at_scales)
        yield EXPLORER, explorer(home=START)
        for paper in self.spec.papers:
            parts = [self.about(study, claims[study.study]) for study in paper.studies]
            summaries = [each for each in self.material.under("report") if _stem(each) == paper.paper]
            yield self.page(
                paper.page,
                "paper.html",
                paper=paper,
                parts=parts,
                counts=self.counts(paper),
                summaries=summaries,
            )
        for study in self.studies.values():
            yield self.page(study.page, "study.html", **self.study(study, claims[study.study]))

    def page(self, page: str, template: str, **content: Any) -> tuple[str, str]:
        """A page and its text. Links in it are relative to it."""
        folder = os.path.dirname(page) or "."  # noqa: PTH120

        def link(target: str) -> str:
            return os.path.relpath(target, folder)

        def copy(place: str) -> str:
            return link(f"{COPIES}/{place}")

        text = self.templates.get_template(template).render(link=link, copy=copy, here=page, **content)
        return page, text

    def matrix(self) -> list[dict[str, Any]]:
        """A row per paper, with rows of its studies: their verdicts at each scale."""
        return [
            {
                "paper": paper,
                "cells": self.verdicts.cells([study.study for study in paper.studies]),
                "studies": [(study, self.verdicts.cells([study.study])) for study in paper.studies],
            }
            for paper in self.spec.papers
        ]

    def counts(self, paper: PaperEntry) -> list[tuple[str, int, list[Any]]]:
        """The verdicts about a paper by kind of claim: the kind in words, how many claims, the counts."""
        rows = self.verdicts.rows(self.spec.scale, [study.study for study in paper.studies])
        found = []
        for kind, title in KINDS.items():
            of_kind = [row for row in rows if row["kind"] == kind]
            if of_kind:
                found.append((title, len(of_kind), counted(of_kind)))
        return found

    def claims(self, study: StudyEntry) -> list[ClaimView]:
        """The claims about a study."""
        known: Mapping[str, Claim] = {claim.id: claim for claim in claims_of(study.study)}
        return [claim_view(row, known) for row in self.verdicts.rows(self.spec.scale, [study.study])]

    def figures(self, study: StudyEntry) -> list[FigureView]:
        """The figures of a study that were drawn at this scale."""
        drawn = ((name, self.material.figure_files(study, name)) for name in study.figures)
        return [figure_view(name, places, self.material) for name, places in drawn if places]

    def about(self, study: StudyEntry, claims: list[ClaimView]) -> dict[str, Any]:
        """What the pages of a study and of its paper both show."""
        file = f"config/studies/{study.study}.yaml"
        return {
            "study": study,
            "claims": claims,
            "figures": self.figures(study),
            "yaml": file if self.material.get(file) else None,
        }

    def study(self, study: StudyEntry, claims: list[ClaimView]) -> dict[str, Any]:
        """What the page of a study shows."""
        runs, evaluations = self.material.runs(study), self.material.curves(study)
        tables = {
            title: self.material.under(f"{folder}/{study.study}") for folder, title in TABLES.items()
        } | {"Claims": [f"report/claims/{study.study}.csv"]}
        readers = [each for each in self.studies.values() if study.study in each.reads]
        return {
            **self.about(study, claims),
            "paper": self.paper_of[study.study],
            "runs": run_table(runs) if len(runs) else None,
            "curves": learning_curves(runs, evaluations, study.metrics[0]) if study.metrics else None,
            "searches": self.material.searches(study),
            "fits": [_with_text(row, "value") for row in self.material.fits(study)],
            "evidence": [_with_text(row, "exponent") for row in self.material.evidence(study)],
            "tables": {
                title: [(place, self.material.path(place).stat().st_size) for place in places]
                for title, places in tables.items()
                if places
            },
            "readers": readers,
            "methods_of": [each for each in readers if each.methods],
        }


def _with_text(row: Row, value: str) -> Row:
    """A row with the text of one of its values and the interval."""
    return {**row, "text": measured_text({"measured": row[value], "low": row["low"], "high": row["high"]})}


def _stem(place: str) -> str:
    """The name of a file without any of its endings."""
    return Path(place).name.partition(".")[0]


def _digits(value: float) -> str:
    """Three significant digits; a dash where the number is missing."""
    return "–" if isnan(value) else f"{value:.3g}"


def _sortable(value: float) -> str:
    """A number for the script that sorts a column; empty where it is missing."""
    return "" if isnan(value) else repr(float(value)).replace("inf", "Infinity")


def _size(count: int) -> str:
    """The size of a file in words."""
    return f"{count / 1000:,.0f} kB" if count >= 1000 else f"{count} bytes"
