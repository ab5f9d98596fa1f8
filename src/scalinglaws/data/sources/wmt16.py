"""WMT'16 German to English (Bojar et al. 2016), or any parallel text in the same layout.

It is not in any package, so you need your own copy: `location` is a folder with plain-text files, one
sentence per line, `NAME.de` and `NAME.en` with the same number of lines; both may be .gz. The archives of
WMT'16 unpack to `europarl-v7.de-en`, `commoncrawl.de-en`, `news-commentary-v11.de-en` and `newstest2013`, in
sub-folders that are searched too. All texts are for training except WMT's test sets, `newstest...`, one of
which is for validation.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field

from scalinglaws.data.language.parallel_text import SentencePair
from scalinglaws.data.modalities.pairs import Pairs, pairs_of
from scalinglaws.errors import DataError

MODALITY = "pairs"

SOURCE, TARGET = "de", "en"
TEST_SETS = "newstest"
LAYOUT = (
    f"a folder of WMT'16 holds NAME.{SOURCE} and NAME.{TARGET}, plain text or .gz, such as europarl-v7.de-en"
)


def load(
    location: Path | None,
    archives: Path,
    *,
    vocabulary: Annotated[int, Field(ge=128, le=65536)] = 32000,
    longest: Annotated[int, Field(ge=4, le=256)] = 50,
    validation: str = "newstest2013",
) -> Pairs:
    """Load all training text and one test set.

    Args:
        location: the folder; required.
        archives: not used.
        vocabulary: number of subwords, for both languages together.
        longest: sentences with more subwords are left out.
        validation: name of the files to validate on, without .de and .en. They are never used for training.

    Raises:
        DataError: no folder is named, a file is missing or not text, or the two sides of a text differ in
            their number of lines.
    """
    del archives
    if location is None:
        raise DataError(
            "wmt16: WMT'16 is not fetched; name the folder of its text as `wmt16` under `locations` in the "
            "scale file"
        )
    texts = _texts(location)
    if validation not in texts:
        raise DataError(
            f"{location}: validation: there is no {validation}.{SOURCE}; names are {', '.join(sorted(texts))}"
        )
    names = [name for name in sorted(texts) if name != validation and not name.startswith(TEST_SETS)]
    if not names:
        raise DataError(f"{location}: holds no text to train on beside {validation}; {LAYOUT}")
    held_out = list(_read(validation, *texts[validation]))
    training = [pair for name in names for pair in _read(name, *texts[name])]
    return pairs_of(
        training,
        held_out,
        vocabulary=vocabulary,
        longest=longest,
        title="WMT'16 German to English",
        licence="free for research; see statmt.org/wmt16/translation-task.html for each text",
        provenance=f"the user's own copy of {', '.join(names)}, validation on {validation}",
    )


def _texts(location: Path) -> dict[str, tuple[Path, Path]]:
    """The two files of each text, by its name."""
    if not location.is_dir():
        raise DataError(f"{location}: no such folder; {LAYOUT}")
    sides = {side: _files(location, side) for side in (SOURCE, TARGET)}
    for here, there in ((SOURCE, TARGET), (TARGET, SOURCE)):
        alone = sorted(sides[here].keys() - sides[there].keys())
        if alone:
            raise DataError(
                f"{sides[here][alone[0]]}: there is no {alone[0]}.{there} to go with it; {LAYOUT}"
            )
    if not sides[SOURCE]:
        raise DataError(f"{location}: holds no text; {LAYOUT}")
    return {name: (path, sides[TARGET][name]) for name, path in sides[SOURCE].items()}


def _files(location: Path, side: str) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in sorted([*location.rglob(f"*.{side}"), *location.rglob(f"*.{side}.gz")]):
        name = path.name.removesuffix(".gz").removesuffix(f".{side}")
        if name in files:
            raise DataError(f"{path}: the same text is also in {files[name]}; remove one of them")
        files[name] = path
    return files


def _read(name: str, source: Path, target: Path) -> Iterator[SentencePair]:
    sources, targets = _lines(source), _lines(target)
    if len(sources) != len(targets):
        raise DataError(
            f"{source}: {len(sources)} lines, but {target} has {len(targets)}; line by line they must be "
            "translations of each other"
        )
    for each, other in zip(sources, targets, strict=True):
        yield SentencePair(each, other, name)


def _lines(path: Path) -> list[str]:
    try:
        content = path.read_bytes()
        text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8")
    except (OSError, EOFError, ValueError) as error:
        raise DataError(f"{path}: cannot be read as text in UTF-8 ({error})") from error
    # Not str.splitlines, which also breaks at U+2028 and the like: they are inside sentences of Common Crawl.
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines
