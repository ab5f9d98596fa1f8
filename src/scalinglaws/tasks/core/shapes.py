"""What a model sees of an example and how much it gives, known from a data spec before any data are.

Read off the options of the source and its literal `EXAMPLES`, which says what is no option, so that nothing
is loaded. Where a source leaves it open, nothing is known.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from scalinglaws.config import plugins
from scalinglaws.config.modules import SOURCES
from scalinglaws.config.spec import DataSpec
from scalinglaws.data.language.tokens import RESERVED

Shape = tuple[int, ...]
FLOAT, TOKEN = "float32", "int64"
"""Names of torch's types."""


@dataclass(frozen=True)
class Shapes:
    """What `scalinglaws.tasks.core.task.Task` says of opened data.

    Attributes:
        inputs: shape of one example, of each array where a model sees several.
        dtypes: name of its type in torch, of each array where there are several.
        outputs: size of the model's output.
    """

    inputs: Shape | tuple[Shape, ...]
    dtypes: str | tuple[str, ...]
    outputs: int


def shapes_of(data: DataSpec, task: str) -> Shapes | None:
    """What models of a task see of a data set and give.

    For recordings it is a close bound: the longest is taken to last as long as `seconds` allows, and to hold
    as many symbols as is usual for the source. All else is exact.

    Args:
        data: options may be left out where they are as by default.
        task: name of a task.

    Returns:
        None where the source does not say so before it is read, or the task is not known here.
    """
    if task not in _TASKS:
        return None
    options = plugins.options(SOURCES, data.source, "load").model_validate(data.options).model_dump()
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return _TASKS[task]({**_examples(data.source, given), **given})
    except KeyError:
        return None


def _examples(source: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The literal `EXAMPLES`; of an entry that depends on an option, {option: {value: ...}}, what applies."""
    known: dict[str, Any] = {}
    for name, value in (plugins.constant(SOURCES, source, "EXAMPLES") or {}).items():
        known |= value[options[name]] if isinstance(value, dict) else {name: value}
    return known


def _images(known: Mapping[str, Any]) -> Shapes:
    channels, height, width = known["shape"]
    if "size" in known:  # sources that resize or cut name it so
        height = width = known["size"]
    return Shapes((channels, height, width), FLOAT, known["classes"])


def _text(known: Mapping[str, Any]) -> Shapes:
    if "states" in known:
        return Shapes((known["window"],), TOKEN, known["states"])
    # A vocabulary is counted in words, but in characters with the reserved ids.
    reserved = RESERVED if known.get("tokens") == "words" else 0
    return Shapes((known["window"],), TOKEN, known["vocabulary"] + reserved)


def _pairs(known: Mapping[str, Any]) -> Shapes:
    longest = known["longest"]
    return Shapes(((longest,), (longest + 1,)), (TOKEN, TOKEN), known["vocabulary"])


def _sounds(known: Mapping[str, Any]) -> Shapes:
    frames = int(1000 * known["seconds"] // known["hop_ms"])
    return Shapes((frames, known["bands"]), FLOAT, known["symbols"])


def _spoken(known: Mapping[str, Any]) -> Shapes:
    sounds = _sounds(known)
    longest = min(known["longest"], round(known["symbols_per_second"] * known["seconds"]))
    # One place and one symbol more: the end.
    return Shapes((sounds.inputs, (longest + 1,)), (FLOAT, TOKEN), sounds.outputs + 1)  # type: ignore[arg-type]


_TASKS: dict[str, Callable[[Mapping[str, Any]], Shapes]] = {
    "image-classification": _images,
    "language-modelling": _text,
    "translation": _pairs,
    "speech-ctc": _sounds,
    "speech-attention": _spoken,
}
"""What a task makes of the data."""
