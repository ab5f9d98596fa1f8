"""What a run asks for, checked against the plugins that exist and for values that no run can have."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.modules import FAMILIES, MODALITIES, SOURCES, TASKS
from scalinglaws.config.reading.explain import Location, quoted, sentence, unknown
from scalinglaws.config.scale import Scale
from scalinglaws.config.spec import DataSpec, Duration, Imp, Moment
from scalinglaws.config.study import RunKeys
from scalinglaws.errors import ConfigError

OPTION = {FAMILIES: "[A-Za-z0-9]{1,20}", SOURCES: "[^\\n]{1,200}"}
"""What an option may be if it is text. Those of a family are in the names of its jobs."""


def checked_data(keys: RunKeys, scale: Scale, where: Callable[[Location], str]) -> DataSpec:
    """The data set of a study, with those options of its source that differ from their defaults.

    Raises:
        ConfigError: the task or the source does not exist, the two do not fit, or an option is wrong.
    """
    task, data = keys.task, keys.data
    for key, folder, name in ((("data", "source"), SOURCES, data.source), (("task",), TASKS, task)):
        if name not in plugins.names(folder):
            raise ConfigError(f"{where(key)}: {unknown(name, plugins.names(folder))}")
    checked_options(SOURCES, data.source, "load", data.options, ("data", "options"), where)
    plugins.has_function(TASKS, task, "open_task")
    modality = plugins.required(TASKS, task, "MODALITY", str)
    modalities = [name for name in plugins.names(MODALITIES) if name != "arrays"]  # which lists theirs
    if modality not in modalities:
        raise ConfigError(f"task {task}: MODALITY: {unknown(modality, modalities)}")
    if plugins.required(SOURCES, data.source, "MODALITY", str) != modality:
        others = plugins.readable(SOURCES)
        fitting = [each for each in others if plugins.constant(SOURCES, each, "MODALITY") == modality]
        problem = f"{task} needs {modality}, which {data.source} does not provide"
        raise ConfigError(f"{where(('data', 'source'))}: {problem}; allowed are {', '.join(fitting)}")
    validation = data.validation
    if validation.part == "development":
        place = where(("data", "validation", "part"))
        raise ConfigError(f"{place}: is for the key development of a scale file to set; leave it out")
    if scale.development:
        validation = validation.model_copy(update={"part": "development"})
    pool = known_examples(data, data.source in scale.locations).get("validation")
    if validation.examples and isinstance(pool, int):
        most = validation.most(pool)
        if validation.examples > most:
            part = f"{validation.part} part of {data.source}"
            problem = f"{validation.examples:,} examples, but the {part} has {most:,}"
            raise ConfigError(f"{where(('data', 'validation', 'examples'))}: {problem}")
    options = plugins.complete(SOURCES, data.source, "load", data.options)
    return data.model_copy(update={"options": options, "validation": validation})


def known_examples(data: DataSpec, own_copy: bool) -> dict[str, Any]:
    """The options of a source, and what its literals `EXAMPLES` and `PACKAGED` say of its data."""
    options = plugins.options(SOURCES, data.source, "load").model_validate(data.options).model_dump()
    known = dict(plugins.constant(SOURCES, data.source, "EXAMPLES") or {})
    if not own_copy:
        known |= plugins.constant(SOURCES, data.source, "PACKAGED") or {}
    return options | {
        key: plugins.computed(SOURCES, data.source, value, options) if isinstance(value, str) else value
        for key, value in known.items()
    }


def families_for(task: str) -> tuple[str, ...]:
    """The families that are made for a task, and those that do not say; none if no family knows the task."""
    made_for = {name: plugins.constant(FAMILIES, name, "TASKS") for name in plugins.readable(FAMILIES)}
    known = any(task in (tasks or ()) for tasks in made_for.values())
    return tuple(name for name, tasks in made_for.items() if tasks is None or task in tasks) if known else ()


def checked_options(
    folder: str, name: str, function: str, given: Mapping[str, Any], at: Location, where: Any
) -> dict[str, Any]:
    """The options of a plugin, with the defaults of those that are not given.

    Raises:
        ConfigError: an option is unknown, missing or wrong.
    """
    schema = plugins.options(folder, name, function)
    try:
        options = schema.model_validate(given).model_dump()
    except ValidationError as error:
        raise ConfigError(sentence(error, lambda location: where((*at, *location)), schema, given)) from error
    for key, option in options.items():
        allowed = OPTION[folder]
        if isinstance(option, str) and not re.fullmatch(allowed, option):
            raise ConfigError(f"{where((*at, key))}: should match pattern '{allowed}', not {quoted(option)}")
    for condition, problem in (plugins.constant(folder, name, "REQUIRED") or {}).items():
        if not plugins.computed(folder, name, condition, options):
            raise ConfigError(f"{where(at)}: {problem}")
    return options


def impossible(
    keys: RunKeys, known: Mapping[str, Any], metrics: Sequence[str]
) -> Iterator[tuple[Location, str]]:
    """Values of the right type that no run can satisfy, as (path of the key, problem).

    If a source does not know its size beforehand, sizes are checked when its data are prepared.

    Args:
        keys: those of a run.
        known: what is known of the size of its data.
        metrics: those of its task.
    """
    yield from too_large(("subset", "examples"), keys.subset.examples, keys.data, known)
    waited_for = (keys.stopping.metrics if keys.stopping else None) or ()
    for i, name in enumerate(waited_for):
        if name not in metrics:
            yield ("stopping", "metrics", i), unknown(name, metrics)
        elif name in waited_for[:i]:
            yield ("stopping", "metrics", i), f"{name} is given twice"
    steps, first = keys.duration.steps, keys.evaluation.first
    if steps is not None and first > steps:
        yield ("evaluation", "first"), f"{first:,} is after the last step of a run, {steps:,}"
    if keys.schedule.decay in ("linear", "cosine") and _is_late(keys.schedule.warmup, keys.duration):
        yield (
            ("schedule", "warmup"),
            f"ends with the run or later, so that no {keys.schedule.decay} decay follows",
        )
    for i, moment in enumerate(keys.schedule.at):
        if _is_late(moment, keys.duration):
            yield ("schedule", "at", i), "is at the end of the run or later"
    if isinstance(keys.procedure, Imp):
        if _is_late(keys.procedure.rewind, keys.duration):
            yield ("procedure", "rewind"), "is at the end of the run or later, so that no level would train"
        if keys.stopping is not None:
            yield ("stopping",), "imp trains each level for the whole duration; leave it out"
        if keys.optimiser.averaging:
            yield ("optimiser", "averaging"), "must be 0 with imp, which prunes and rewinds the last weights"


def too_large(
    at: Location, size: int, data: DataSpec, known: Mapping[str, Any]
) -> Iterator[tuple[Location, str]]:
    """A subset that is larger than the data set."""
    most = known.get("training")
    if isinstance(most, int) and size > most:
        yield at, f"{size:,} examples, but {data.source} has {most:,}"


def _is_late(moment: Moment, duration: Duration) -> bool:
    """Whether a moment is at the end of a run or later, as far as this is known beforehand."""
    if moment.share is not None:
        return moment.share >= 1
    both = ((getattr(moment, key), getattr(duration, key)) for key in Duration.model_fields)
    return any(at >= end for at, end in both if at is not None and end is not None)
