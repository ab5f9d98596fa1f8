"""How figures are drawn: for which venue, over how many columns, in which formats."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from scalinglaws.config.reading.explain import distinct
from scalinglaws.config.strict import Strict
from scalinglaws.config.values import Real

VenueName = Literal["neutral", "neurips", "icml", "iclr", "nature", "ieee", "beamer"]
Format = Literal["pdf", "png", "svg", "pgf"]


class Look(Strict):
    """The size and format of all figures of a scale. A change redraws figures and does nothing else."""

    venue: VenueName = "neutral"
    """Whose page the figures are drawn for: it sets width and font. `neutral` is 5.5 inches wide."""
    columns: Annotated[int, Field(strict=True, ge=1, le=2)] = 2
    """Columns of the page that a figure takes; this matters where a venue's page has two."""
    width: Annotated[Real, Field(ge=2.5, le=20)] | None = None
    """A width of your own, in inches, instead of the venue's."""
    formats: Annotated[tuple[Format, ...], Field(min_length=1), AfterValidator(distinct)] = ("pdf", "png")
    """The formats of the picture. A CSV of what is drawn and a JSON of what it was made of come with it."""

    @property
    def endings(self) -> tuple[str, ...]:
        """The endings of a figure's files."""
        return (*self.formats, "csv", "json")
