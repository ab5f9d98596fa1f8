"""Claims, read from the YAML files in each paper's folder `claims/` and checked."""

import hashlib
from functools import cache
from math import isinf
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from scalinglaws.claims.constant import Certainty
from scalinglaws.config.plugins import PACKAGE, PAPERS
from scalinglaws.config.reading.explain import dotted, sentence
from scalinglaws.config.reading.yaml_file import parse_yaml
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import StudyName
from scalinglaws.errors import ConfigError


class FitQuantity(Strict):
    """A row of fits.csv. The metric is left out where the law has one row per parameter (model size)."""

    table: Literal["fits"]
    law: str
    metric: str | None = None
    parameter: str


class ChanceQuantity(Strict):
    """The best score at the smallest subset (best.csv), divided by the chance level."""

    table: Literal["best"]
    metric: Literal["top1_error", "top5_error", "cross_entropy"]
    relative_to: Literal["chance"]


Kind = Literal["trained", "recomputed"]
"""What a claim is judged by: runs that are trained here; or exact computations and runs of others, fitted
again. The second say that we compute as the paper does, the first that its statement holds elsewhere."""

Quantity = Annotated[FitQuantity | ChanceQuantity, Field(discriminator="table")]


class DataSet(Strict):
    """A data set that printed constants were measured on, and the names of our sources that deliver it."""

    title: str
    sources: tuple[str, ...]


class Claim(Strict):
    """A statement of a paper, as a range of a quantity that can be measured."""

    id: str
    study: StudyName
    statement: str
    quantity: Quantity
    published: float | None = Field(default=None, description="The printed number, where there is one.")
    range: tuple[float, float] = Field(description="Values for which the statement is true, ends included.")
    kind: Kind = Field(description="What it is judged by; unless given, what its file says.")
    min_points: int = Field(default=1, ge=1, description="Fewest points needed for a verdict.")
    threshold: Literal["published", "ours"] = Field(
        default="published", description="Who chose the ends of the range: the paper, or this project."
    )
    data_set: DataSet | None = Field(
        default=None, description="The data set that the constant was measured on."
    )
    source: str = Field(description="Where in the paper.")
    certainty: Certainty

    @model_validator(mode="after")
    def _is_a_range(self) -> Self:
        low, high = self.range
        if not low < high:
            raise ValueError(f"{self.id}: range [{low}, {high}] is empty")
        return self

    @property
    def published_text(self) -> str:
        """The published number, or else the range in words."""
        if self.published is not None:
            return f"{self.published:g}"
        low, high = self.range
        if isinf(low):
            text = f"< {high:g}"
        else:
            text = f"> {low:g}" if isinf(high) else f"{low:g} to {high:g}"
        return f"(ours) {text}" if self.threshold == "ours" else text


class _Paper(Strict):
    paper: dict[str, str]
    kind: Kind
    data_sets: dict[str, DataSet] = Field(default_factory=dict)
    claims: tuple[Claim, ...]

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, content: object) -> object:
        """Replace the name of a data set in a claim by the data set itself, and give it the file's kind."""
        if isinstance(content, dict):
            for claim in content.get("claims") or ():
                if "kind" in content:
                    claim.setdefault("kind", content["kind"])
                name = claim.get("data_set")
                if isinstance(name, str):
                    claim["data_set"] = (content.get("data_sets") or {}).get(name, name)
        return content


def parse_claims(text: str, name: str) -> tuple[Claim, ...]:
    """The claims in the text of a YAML file.

    Raises:
        ConfigError: the text is not YAML, a key is unknown, missing or wrong, an id names another study than
            its claim, or two claims share an id. The message begins with `name`.
    """
    content = parse_yaml(text.encode(), name)
    try:
        claims = _Paper.model_validate(content).claims
    except ValidationError as fault:
        found = sentence(fault, lambda location: f"{name}: {dotted(location)}", _Paper, content)
        raise ConfigError(found) from None
    for number, claim in enumerate(claims):
        study = claim.id.rpartition("/")[0]
        if "/" in study and study != claim.study:
            raise ConfigError(
                f"{name}: claims.{number}.study: must be {study!r}, as in the id, not {claim.study!r}"
            )
    ids = [claim.id for claim in claims]
    if len(set(ids)) < len(ids):
        raise ConfigError(f"{name}: two claims share an id")
    return claims


def claims_of(study: str) -> tuple[Claim, ...]:
    """Every claim about a study, in the order of the files; empty where there is none."""
    return tuple(claim for claim in _every() if claim.study == study)


def works_of(paper: str) -> tuple[dict[str, str], ...]:
    """The publications that claims of a paper are from, each once: `title`, and `arxiv` where it has one."""
    folder = PACKAGE / PAPERS / paper.replace("-", "_") / "claims"
    named = (parse_yaml(file.read_bytes(), file.name)["paper"] for file in sorted(folder.glob("*.yaml")))
    return tuple({work["title"]: {key: str(text) for key, text in work.items()} for work in named}.values())


@cache
def _every() -> tuple[Claim, ...]:
    """The claims of all papers, read once: a workflow asks for those of each study."""
    found: list[Claim] = []
    for file in sorted((PACKAGE / PAPERS).glob("*/claims/*.yaml")):
        name, paper = str(file.relative_to(PACKAGE.parents[1])), file.parents[1].name.replace("_", "-")
        for claim in parse_claims(file.read_text("utf-8"), name):
            if not claim.study.startswith(f"{paper}/"):
                raise ConfigError(
                    f"{name}: {claim.id}: study: must begin with '{paper}/', not {claim.study!r}"
                )
            found.append(claim)
    return tuple(found)


def claims_hash(study: str) -> str:
    """A hash of every claim about a study: the published constants that its verdicts depend on."""
    return hashlib.sha256(repr(claims_of(study)).encode()).hexdigest()[:16]
