"""The One Billion Word benchmark (Chelba et al. 2013): 0.77 billion words of news in shuffled lines.

It is not in any package, so you need your own copy: `location` is the unpacked folder
`1-billion-word-language-modeling-benchmark-r13output`, with the files

    training-monolingual.tokenized.shuffled/news.en-00001-of-00100 ... news.en-00099-of-00100
    heldout-tokenized.shuffled/news.en.heldout-00000-of-00050 ... news.en.heldout-00049-of-00050

The held-out set is used for validation. The text is already tokenised: words are separated by blanks, and
their case is kept.

The training files are read twice: to count, then to encode. Memory is needed for one file (40 MB), the counts
(about 0.5 GB for the 2 million types of the whole text) and the tokens, 2 bytes each (4 bytes above 65,534
types): 1.6 GB for words, 8 GB for characters.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from scalinglaws.data.language.paragraphs import normal
from scalinglaws.data.language.tokens import Census, Tokens, Vocabulary
from scalinglaws.data.modalities.text import Text, cut, describe
from scalinglaws.errors import DataError

MODALITY = "text"

TRAINING = tuple(
    f"training-monolingual.tokenized.shuffled/news.en-{number:05d}-of-00100" for number in range(1, 100)
)
HELD_OUT = tuple(f"heldout-tokenized.shuffled/news.en.heldout-{number:05d}-of-00050" for number in range(50))
LAYOUT = f"the layout is {TRAINING[0]} to {TRAINING[-1][-14:]} and {HELD_OUT[0]} to {HELD_OUT[-1][-14:]}"


def load(
    location: Path | None,
    archives: Path,
    *,
    tokens: Literal["words", "characters"] = "words",
    vocabulary: Annotated[int, Field(ge=3, le=1_000_000)] = 10_000,
    window: Annotated[int, Field(ge=4, le=4096)] = 32,
    files: Annotated[int, Field(ge=1, le=99)] | None = None,
) -> Text:
    """Count tokens, choose the vocabulary, and encode both sets. Every sentence ends with the token END.

    Training sentences that are also in the held-out set are left out; case and punctuation do not matter for
    this.

    Args:
        location: the folder; required.
        archives: not used.
        tokens: what a token is.
        vocabulary: for words, how many of the most frequent ones get an id, besides the ids of unknown words
            and of the end of a sentence; for characters, the number of ids including these two.
        window: predictions per window.
        files: how many of the 99 training files to read, from the first; None for all.

    Raises:
        DataError: no folder is named, or a file is missing or not text; the error names the file.
    """
    del archives
    if location is None:
        raise DataError(
            "billion-word: the benchmark is not fetched; name its unpacked folder as `billion-word` under "
            f"`locations` in the scale file ({LAYOUT})"
        )
    training = [_there(location / name) for name in TRAINING[:files]]
    held_out = [line for name in HELD_OUT for line in _lines(_there(location / name))]
    secret = {normal(line) for line in held_out}
    census, kept, length = Census(tokens, str.split), list[NDArray[np.bool_]](), 0
    for path in training:
        lines = _lines(path)
        kept.append(np.array([normal(line) not in secret for line in lines], dtype=bool))
        census.add(list(_where(lines, kept[-1])))
    fixed, outside = census.vocabulary(vocabulary)
    length = sum(census.counts().values()) + census.lines
    stream = _encode(training, kept, fixed, length)
    description, facts = describe(fixed, outside, window)
    facts["sentences"] = {
        "training": census.lines,
        "validation": len(held_out),
        "left_out_shared": sum(len(mask) for mask in kept) - census.lines,
    }
    return Text(
        train=cut(stream, window),
        validation=cut(fixed.encode(held_out), window),
        vocabulary=len(fixed),
        tokens=tokens,
        description=description,
        title="One Billion Word" if files is None else f"One Billion Word, {files} of 99 files",
        licence="none stated for the news it was made of; cite Chelba et al. 2013",
        provenance="the user's own copy of the One Billion Word benchmark (Chelba et al. 2013)",
        details=facts,
    )


def _there(path: Path) -> Path:
    if not path.is_file():
        raise DataError(f"{path}: no such file; {LAYOUT}")
    return path


def _lines(path: Path) -> list[str]:
    """The sentences of a file; empty lines are left out."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: not a text file in UTF-8 ({error})") from error
    return [line for line in text.split("\n") if line]


def _where(lines: Iterable[str], mask: NDArray[np.bool_]) -> Iterator[str]:
    return (line for line, keep in zip(lines, mask.tolist(), strict=True) if keep)


def _encode(paths: list[Path], kept: list[NDArray[np.bool_]], fixed: Vocabulary, length: int) -> Tokens:
    """All training tokens, in an array allocated beforehand: joining pieces would need twice the memory."""
    stream: Tokens = np.empty(length, fixed.dtype)
    at = 0
    for path, mask in zip(paths, kept, strict=True):
        piece = fixed.encode(_where(_lines(path), mask))
        stream[at : at + len(piece)] = piece
        at += len(piece)
    assert at == length
    return stream
