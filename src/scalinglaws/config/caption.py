"""The text of a caption in a study file."""

from typing import Annotated

from pydantic import AfterValidator

from scalinglaws.config.values import Prose

MOST_WORDS = 120
"""How long the caption of a figure may be, with the sentences that are added to it."""


def _short(text: str) -> str:
    if len(text.split()) > MOST_WORDS:
        raise ValueError(f"has {len(text.split())} words; at most {MOST_WORDS}")
    return text


Caption = Annotated[Prose, AfterValidator(_short)]
"""The text of a caption, without markup."""
