"""The page as a file: complete, without network, and with sensible first values."""

import json
import re

import numpy as np
import pytest

from scalinglaws import laws
from scalinglaws.laws.law import Law, Parameter, Variable
from scalinglaws.report.explorer.entry import entry
from scalinglaws.report.explorer.page import page


@pytest.fixture(scope="module")
def text() -> str:
    return page()


def test_the_page_loads_nothing(text: str) -> None:
    assert "default-src 'none'" in text  # the browser itself refuses any request
    assert re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', text) == []
    assert re.findall(r"@import|url\((?!#)", text) == []
    addresses = set(re.findall(r"https?://[^\"'\s<)]+", text))
    assert addresses == {"http://www.w3.org/2000/svg"}  # a name, not a place


def test_the_data_of_the_page_are_json_that_cannot_end_the_script(text: str) -> None:
    (data,) = re.findall(r'<script type="application/json" id="page-data">(.*?)</script>', text, re.DOTALL)
    assert "<" not in data
    read = json.loads(data)
    assert [law["name"] for law in read["laws"]["laws"]] == list(laws.every())
    assert set(read) == {"laws", "simulator"}


def test_every_id_of_the_page_is_unique_and_every_label_has_its_control(text: str) -> None:
    body = text.partition("<script")[0]
    ids = re.findall(r'\bid="([^"]+)"', body)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'\bfor="([^"]+)"', body)) <= set(ids)


@pytest.mark.parametrize("name", laws.every())
def test_a_law_begins_with_values_that_it_can_have(name: str) -> None:
    law = laws.find(name)
    found = entry(law)
    assert [each["name"] for each in found["parameters"]] == list(law.names)
    for parameter, declared in zip(found["parameters"], law.parameters, strict=True):
        assert declared.lower <= parameter["start"] <= declared.upper
        assert parameter["start"] > 0 or not declared.positive
    ends = np.array([each["range"] for each in found["variables"]], dtype=float)
    assert (ends[:, 0] < ends[:, 1]).all()
    params = np.array([each["start"] for each in found["parameters"]])
    values = law.predict(params, ends)
    assert np.isfinite(values).all() and (values > 0).all()


def test_a_law_of_your_own_begins_in_the_middle_of_its_guesses() -> None:
    own = Law(
        name="own",
        title="A law without an example",
        formula="a + b * x^-c / (1 + x/d)",
        source="a user",
        response=Variable("y", "y", "any"),
        variables=(Variable("x", "x", "any"),),
        parameters=(
            Parameter("a", "floor", lower=2.0, upper=4.0),
            Parameter("b", "factor", positive=True),
            Parameter("c", "exponent", guesses=(0.25, 1.0)),
            Parameter("d", "scale", positive=True, guesses=(0.0, 1.0), of="x"),
        ),
    )
    found = entry(own)
    starts = {each["name"]: each["start"] for each in found["parameters"]}
    assert starts == pytest.approx({"a": 2.0, "b": 1.0, "c": 0.5, "d": 1000.0})
    assert found["allocation"] is None
    assert found["parameters"][1]["upper"] is None  # JSON has no infinity


@pytest.mark.parametrize(
    ("name", "allocation"),
    [("chinchilla", (0, 1, None)), ("pearce-song", (0, 1, 47491.0)), ("gemstones", None)],
)
def test_laws_of_size_and_data_have_an_allocation(
    name: str, allocation: tuple[int, int, float | None] | None
) -> None:
    found = entry(laws.find(name))["allocation"]
    assert allocation == (None if found is None else (found["size"], found["data"], found["omega"]))
