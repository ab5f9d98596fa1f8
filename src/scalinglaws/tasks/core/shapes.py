"""The shapes of a model's inputs and outputs, worked out from a data spec before there are any data.

They follow from the options of the source, and from its literal `EXAMPLES` for what is not an option, so
nothing is loaded. A source may not say enough; its shapes are then unknown.
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
    """The shapes that a `scalinglaws.tasks.core.task.Task` has once its data are opened.

    Attributes:
        inputs: shape of one example, or of each of its arrays if it has several.
        dtypes: name of its type in torch, or of each of its arrays if it has several.
        outputs: size of the model's output.
    """

    inputs: Shape | tuple[Shape, ...]
    dtypes: str | tuple[str, ...]
    outputs: int


def shapes_of(data: DataSpec, task: str) -> Shapes | None:
    """The shapes of a task's inputs and outputs on a data set.

    They are exact, except for recordings, where they are a close bound: the longest recording is taken to be
    as long as `seconds` allows, and to have as many symbols as is usual for the source.

    Args:
        data: its options may be left out if they have their defaults.
        task: name of a task.

    Returns:
        None if the shapes depend on what the source holds, or if the task is not known here.
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
    """The literal `EXAMPLES`; of an entry {option: {value: facts}}, the facts of the option's value."""
    known: dict[str, Any] = {}
    for name, value in (plugins.constant(SOURCES, source, "EXAMPLES") or {}).items():
        known |= value[options[name]] if isinstance(value, dict) else {name: value}
    return known


def _images(known: Mapping[str, Any]) -> Shapes:
    channels, height, width = known["shape"]
    if "size" in known:  # what sources that resize or crop call it
        height = width = known["size"]
    return Shapes((channels, height, width), FLOAT, known["classes"])


def _text(known: Mapping[str, Any]) -> Shapes:
    if "states" in known:
        return Shapes((known["window"],), TOKEN, known["states"])
    # The option counts words without the reserved ids, but characters with them.
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
    # The end takes one more place and is one more symbol.
    return Shapes((sounds.inputs, (longest + 1,)), (FLOAT, TOKEN), sounds.outputs + 1)  # type: ignore[arg-type]


_TASKS: dict[str, Callable[[Mapping[str, Any]], Shapes]] = {
    "image-classification": _images,
    "language-modelling": _text,
    "translation": _pairs,
    "speech-ctc": _sounds,
    "speech-attention": _spoken,
}
"""By task, the function that works out its shapes."""
