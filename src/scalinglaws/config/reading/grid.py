"""The grid of a study at one scale: merged from its parts and checked against the plugins that exist."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.modules import FAMILIES, LAWS, SOURCES, TASKS
from scalinglaws.config.reading.explain import Location, sentence, twice, unknown
from scalinglaws.config.study import Architecture, Grid, LearningRateSearch, ScaleName, Study
from scalinglaws.errors import ConfigError


def grid_of(study: Study, scale: ScaleName, path: Path) -> Grid:
    """Merge a scale's own keys over `runs`, and check the result.

    Raises:
        ConfigError: a key or a plugin is unknown, a type is wrong, or a value is impossible.
    """
    own = study.scales[scale]

    def where(location: Location) -> str:
        place = f"scales.{scale}" if location and location[0] in own else "runs"
        return ".".join([f"{path}: {place}", *map(str, location)])

    content = merge(study.runs, own)
    try:
        grid = Grid.model_validate(content)
    except ValidationError as error:
        raise ConfigError(sentence(error, where, Grid, content)) from error
    for location, folder, name in _plugins_of(grid):
        if name not in plugins.names(folder):
            raise ConfigError(f"{where(location)}: {unknown(name, plugins.names(folder))}")
    _check_options(SOURCES, grid.data.source, "load", grid.data.options, ("data", "options"), where)
    modality = plugins.constant(TASKS, grid.task, "MODALITY")
    fitting = [
        each for each in plugins.names(SOURCES) if plugins.constant(SOURCES, each, "MODALITY") == modality
    ]
    if grid.data.source not in fitting:
        problem = f"{grid.task} needs {modality}, which {grid.data.source} does not provide"
        raise ConfigError(f"{where(('data', 'source'))}: {problem}; allowed are {', '.join(fitting)}")
    for i, model in enumerate(grid.models):
        _check_options(FAMILIES, model.family, "build", model.model_extra or {}, ("models", i), where)
    for location, problem in _impossible(grid):
        raise ConfigError(f"{where(location)}: {problem}")
    _check_fit(study, grid, path, where)
    options = plugins.complete(SOURCES, grid.data.source, "load", grid.data.options)
    return grid.model_copy(update={"data": grid.data.model_copy(update={"options": options})})


def _check_fit(study: Study, grid: Grid, path: Path, where: Any) -> None:
    metrics: tuple[str, ...] = plugins.constant(TASKS, grid.task, "METRICS")
    laws = plugins.declared(LAWS, "Law")
    fit = f"{path}: fit"
    wanted = [(f"{fit}.metrics.{i}", metric, metrics) for i, metric in enumerate(study.fit.metrics)]
    wanted += [(f"{fit}.laws.{i}", law, laws) for i, law in enumerate(study.fit.laws)]
    wanted.append((f"{fit}.size_law", study.fit.size_law, laws))
    if isinstance(grid.learning_rate, LearningRateSearch):
        wanted.append((where(("learning_rate", "metric")), grid.learning_rate.metric, metrics))
    for key, name, allowed in wanted:
        if name not in allowed:
            raise ConfigError(f"{key}: {unknown(name, allowed)}")


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


def _plugins_of(grid: Grid) -> Iterator[tuple[Location, str, str]]:
    yield ("data", "source"), SOURCES, grid.data.source
    yield ("task",), TASKS, grid.task
    for i, model in enumerate(grid.models):
        yield ("models", i, "family"), FAMILIES, model.family


def _check_options(
    folder: str, name: str, function: str, given: Mapping[str, Any], at: Location, where: Any
) -> None:
    try:
        plugins.complete(folder, name, function, given)
    except ValidationError as error:
        schema = plugins.options(folder, name, function)
        raise ConfigError(sentence(error, lambda location: where((*at, *location)), schema, given)) from error


def _impossible(grid: Grid) -> Iterator[tuple[Location, str]]:
    """Values of the right type that no run can satisfy, as (path of the key, problem).

    If a source does not know its size beforehand, sizes are checked when its data are prepared.
    """
    counts = plugins.constant(SOURCES, grid.data.source, "EXAMPLES") or {}
    sizes: list[tuple[Location, int]] = [(("subsets", i), size) for i, size in enumerate(grid.subsets)]
    if isinstance(grid.learning_rate, LearningRateSearch):
        sizes += [(("learning_rate", "at", i), size) for i, size in enumerate(grid.learning_rate.at)]
    for location, size in sizes:
        if size > counts.get("training", size):
            yield location, f"{size:,} examples, but {grid.data.source} has {counts['training']:,}"
    validation = grid.data.validation.examples
    if validation and validation > counts.get("validation", validation):
        problem = f"{validation:,} examples, but {grid.data.source} ships {counts['validation']:,}"
        yield ("data", "validation", "examples"), problem
    lists: list[tuple[Location, Iterable[Any]]] = [
        (("subsets",), grid.subsets),
        (("seeds",), grid.seeds),
        (("models",), map(_in_full, grid.models)),
    ]
    if isinstance(grid.learning_rate, LearningRateSearch):
        lists += [(("learning_rate", key), getattr(grid.learning_rate, key)) for key in ("search", "at")]
    for location, values in lists:
        if again := twice(values):
            yield location, f"{again} is given twice"
    if grid.region[0] >= grid.region[1]:
        yield ("region",), f"must be [low, high] with low < high, not {list(grid.region)}"


def _in_full(model: Architecture) -> str:
    """The model with all its options, so that a default counts as the same whether it is written or not."""
    options = plugins.options(FAMILIES, model.family, "build").model_validate(model.model_extra or {})
    return ", ".join([model.family, *(f"{key}: {value}" for key, value in options.model_dump().items())])
