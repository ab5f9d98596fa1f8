"""A built site."""

from pathlib import Path

import pytest

from scalinglaws.report.site.pages import build
from unit.report.site.made_results import material, write_results


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made results, which no test changes."""
    folder = tmp_path_factory.mktemp("results")
    write_results(folder)
    return folder


@pytest.fixture(scope="module")
def site(results: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of these results, which no test changes."""
    folder = tmp_path_factory.mktemp("site")
    build(material(results), folder)
    return folder
