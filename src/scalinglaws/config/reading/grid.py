"""The grid of a study at one scale: merged from its parts and checked against the plugins that exist."""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.modules import FAMILIES, LAWS, MODALITIES, SOURCES, TASKS
from scalinglaws.config.reading.explain import Location, dotted, quoted, sentence, unknown
from scalinglaws.config.reading.selection import Overrides
from scalinglaws.config.scale import Scale
from scalinglaws.config.spec import DataSpec, ModelSpec
from scalinglaws.config.study import Architecture, Grid, LearningRateSearch, Study
from scalinglaws.errors import ConfigError

OPTION = {FAMILIES: "[A-Za-z0-9]{1,20}", SOURCES: "[^\\n]{1,200}"}
"""What an option may be if it is text. Those of a family are in the names of its jobs."""
LONGEST_NAME = 150
"""Letters of a model's name; names of files have at most 255."""
MOST_RUNS = 6000
"""Runs of a study. The command that collects them names each, and its length is limited."""


def grid_of(study: Study, scale: Scale, path: Path, overrides: Overrides) -> Grid:
    """Merge a scale's own keys over `runs`, then those that are set for this call, and check the result.

    Args:
        study: the study.
        scale: the scale, at which the study has to exist.
        path: the file of the study.

    Raises:
        ConfigError: a key or a plugin is unknown, a type is wrong, or a value is impossible.
    """
    own = study.scales[scale.scale]

    def where(location: Location) -> str:
        """The option that set a key, else the file and the section that has most of its path."""
        in_own = _depth(own, location)
        place = f"scales.{scale.scale}" if in_own and in_own >= _depth(study.runs, location) else "runs"
        return overrides.option(location) or f"{path}: {dotted((place, *location))}"

    def in_fit(key: str) -> str:
        location = ("fit", *key.split("."))
        return overrides.option(location) or f"{path}: {dotted(location)}"

    for location, value in _no_blocks(study.runs, own):
        raise ConfigError(
            f"{path}: {dotted(('runs', *location))}: should be a block of keys, not {quoted(value)}"
        )
    content = merge(merge(study.runs, own), overrides.part(fit=False).content)
    try:
        grid = Grid.model_validate(content)
    except ValidationError as error:
        raise ConfigError(sentence(error, where, Grid, content)) from error
    for location, folder, name in _plugins_of(grid):
        if name not in plugins.names(folder):
            raise ConfigError(f"{where(location)}: {unknown(name, plugins.names(folder))}")
    _check_options(SOURCES, grid.data.source, "load", grid.data.options, ("data", "options"), where)
    plugins.has_function(TASKS, grid.task, "open_task")
    modality = plugins.required(TASKS, grid.task, "MODALITY", str)
    modalities = [name for name in plugins.names(MODALITIES) if name != "arrays"]  # which lists theirs
    if modality not in modalities:
        raise ConfigError(f"task {grid.task}: MODALITY: {unknown(modality, modalities)}")
    if plugins.required(SOURCES, grid.data.source, "MODALITY", str) != modality:
        others = plugins.readable(SOURCES)
        fitting = [each for each in others if plugins.constant(SOURCES, each, "MODALITY") == modality]
        problem = f"{grid.task} needs {modality}, which {grid.data.source} does not provide"
        raise ConfigError(f"{where(('data', 'source'))}: {problem}; allowed are {', '.join(fitting)}")
    for i, model in enumerate(grid.models):
        families = _families_for(grid.task)
        if families and model.family not in families:
            problem = f"{model.family} is not made for {grid.task}; allowed are {', '.join(families)}"
            raise ConfigError(f"{where(('models', i, 'family'))}: {problem}")
        _check_options(FAMILIES, model.family, "build", model.model_extra or {}, ("models", i), where)
    known = _known_examples(grid.data, grid.data.source in scale.locations)
    for location, problem in _impossible(grid, known):
        raise ConfigError(f"{where(location)}: {problem}")
    _check_fit(study, grid, where, in_fit)
    _check_region(study, grid, known, where)
    options = plugins.complete(SOURCES, grid.data.source, "load", grid.data.options)
    return grid.model_copy(update={"data": grid.data.model_copy(update={"options": options})})


def _check_fit(study: Study, grid: Grid, where: Any, in_fit: Callable[[str], str]) -> None:
    fit, laws = study.fit, plugins.declared(LAWS, "Law")
    metrics = plugins.required(TASKS, grid.task, "METRICS", tuple)
    fitted = [*((f"laws.{i}", law) for i, law in enumerate(fit.laws)), ("size_law", fit.size_law)]
    wanted = [(in_fit(f"metrics.{i}"), metric, metrics) for i, metric in enumerate(fit.metrics)]
    wanted += [(in_fit(key), law, laws) for key, law in fitted]
    if isinstance(grid.learning_rate, LearningRateSearch):
        wanted.append((where(("learning_rate", "metric")), grid.learning_rate.metric, metrics))
    for place, name, allowed in wanted:
        if name not in allowed:
            raise ConfigError(f"{place}: {unknown(name, allowed)}")
    needed = plugins.parts_of_laws(LAWS, "variables")
    several = {law: names for law, names in needed.items() if len(names) > 1}
    for key, law in fitted:
        if law in several:
            problem = f"{law} needs {' and '.join(several[law])}, and is fitted over one size only"
            fitting = ", ".join(name for name in laws if name not in several)
            raise ConfigError(f"{in_fit(key)}: {problem}; allowed are {fitting}")


def _check_region(study: Study, grid: Grid, known: Mapping[str, Any], where: Any) -> None:
    """Check that the region has a subset, where the size of a subset is known before there are any data."""
    # Images are counted per class, if all are known, and text in tokens; else only the data tell the sizes.
    counted: dict[str, tuple[Any, Any]] = {
        "images": (1, known.get("classes") if "training" in known else None),
        "text": (known.get("window"), 1),
    }
    modality = plugins.constant(SOURCES, grid.data.source, "MODALITY")
    amount, unit = (1, 1) if study.fit.x == "examples" else counted.get(modality, (None, None))
    low, high = grid.region
    if amount and unit and not any(low <= size * amount / unit <= high for size in grid.subsets):
        sizes = f"{min(grid.subsets) * amount / unit:g} to {max(grid.subsets) * amount / unit:g}"
        problem = f"none of the subsets, which are {sizes}, is in [{low:g}, {high:g}]"
        raise ConfigError(f"{where(('region',))}: {problem}")


def _known_examples(data: DataSpec, own_copy: bool) -> dict[str, Any]:
    """The options of a source, and what its literals `EXAMPLES` and `PACKAGED` say of its data."""
    options = plugins.options(SOURCES, data.source, "load").model_validate(data.options).model_dump()
    known = dict(plugins.constant(SOURCES, data.source, "EXAMPLES") or {})
    if not own_copy:
        known |= plugins.constant(SOURCES, data.source, "PACKAGED") or {}
    return options | {
        key: plugins.computed(SOURCES, data.source, value, options) if isinstance(value, str) else value
        for key, value in known.items()
    }


def _depth(block: Any, location: Location) -> int:
    """How many keys of a location there are in a block."""
    for depth, part in enumerate(location):
        try:
            block = block[part]
        except (LookupError, TypeError):
            return depth
    return len(location)


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Merge mappings key by key and replace other values. A mapping that names a `source` is replaced
    whole."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and "source" not in value:
            merged[key] = merge(old, value)
        else:
            merged[key] = value
    return merged


def _no_blocks(
    base: Mapping[str, Any], over: Mapping[str, Any], at: Location = ()
) -> Iterator[tuple[Location, Any]]:
    """Values that a block would be merged over and replace without a word, with their places."""
    for key, value in over.items():
        if isinstance(value, Mapping) and key in base and key != "learning_rate":
            if isinstance(base[key], Mapping):
                yield from _no_blocks(base[key], value, (*at, key))
            elif base[key] is not None:
                yield (*at, key), base[key]


def _plugins_of(grid: Grid) -> Iterator[tuple[Location, str, str]]:
    yield ("data", "source"), SOURCES, grid.data.source
    yield ("task",), TASKS, grid.task
    for i, model in enumerate(grid.models):
        yield ("models", i, "family"), FAMILIES, model.family


def _families_for(task: str) -> tuple[str, ...]:
    """The families that are made for a task, and those that do not say; none if no family knows the task."""
    made_for = {name: plugins.constant(FAMILIES, name, "TASKS") for name in plugins.readable(FAMILIES)}
    known = any(task in (tasks or ()) for tasks in made_for.values())
    return tuple(name for name, tasks in made_for.items() if tasks is None or task in tasks) if known else ()


def _check_options(
    folder: str, name: str, function: str, given: Mapping[str, Any], at: Location, where: Any
) -> None:
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


def _impossible(grid: Grid, counts: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Values of the right type that no run can satisfy, as (path of the key, problem).

    If a source does not know its size beforehand, sizes are checked when its data are prepared.
    """
    sizes: list[tuple[Location, int]] = [(("subsets", i), size) for i, size in enumerate(grid.subsets)]
    if isinstance(grid.learning_rate, LearningRateSearch):
        sizes += [(("learning_rate", "at", i), size) for i, size in enumerate(grid.learning_rate.at)]
    for location, size in sizes:
        most = counts.get("training", size)
        if isinstance(most, int) and size > most:
            yield location, f"{size:,} examples, but {grid.data.source} has {most:,}"
    validation = grid.data.validation.examples
    most = counts.get("validation", validation)
    if validation and isinstance(most, int) and validation > most:
        problem = f"{validation:,} examples, but {grid.data.source} ships {most:,}"
        yield ("data", "validation", "examples"), problem
    for i, model in enumerate(grid.models):
        options = plugins.complete(FAMILIES, model.family, "build", model.model_extra or {})
        if len(ModelSpec(family=model.family, options=options).name) > LONGEST_NAME:
            yield ("models", i), f"has options of more than {LONGEST_NAME} letters, which name its files"
    models = [_in_full(model) for model in grid.models]
    for i, name in enumerate(models):
        if name in models[:i]:
            yield ("models",), f"{name} is given twice"
    if grid.budget.first_evaluation > grid.budget.steps:
        problem = f"{grid.budget.first_evaluation:,} is after the last step of a run, {grid.budget.steps:,}"
        yield ("budget", "first_evaluation"), problem
    runs = len(grid.models) * len(grid.subsets) * len(grid.seeds)
    if isinstance(grid.learning_rate, LearningRateSearch):
        runs += len(grid.models) * len(grid.learning_rate.search) * len(grid.learning_rate.at)
    if runs > MOST_RUNS:
        yield ("subsets",), f"{runs:,} runs with all models and seeds; a study has at most {MOST_RUNS:,}"


def _in_full(model: Architecture) -> str:
    """The model with all its options, so that a default counts as the same whether it is written or not."""
    options = plugins.options(FAMILIES, model.family, "build").model_validate(model.model_extra or {})
    return ", ".join([model.family, *(f"{key}: {value}" for key, value in options.model_dump().items())])
