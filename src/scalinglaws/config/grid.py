"""The grid of a study at one scale: its parts merged, then checked against what exists."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.explain import Location, sentence, unknown
from scalinglaws.config.study import Grid, LearningRateSearch, ScaleName, Study
from scalinglaws.errors import ConfigError

SOURCES, FAMILIES, TASKS = "data/sources", "models", "training/tasks"


def grid_of(study: Study, scale: ScaleName, path: Path) -> Grid:
    """The study's grid at a scale: `runs` with the scale's own keys merged over it, checked.

    Raises:
        ConfigError: an unknown key or plugin, a wrong type, or a value that cannot be.
    """
    own = study.scales[scale]

    def where(location: Location) -> str:
        place = f"scales.{scale}" if location and location[0] in own else "runs"
        return ".".join([f"{path}: {place}", *map(str, location)])

    try:
        grid = Grid.model_validate(merge(study.runs, own))
    except ValidationError as error:
        raise ConfigError(sentence(error, where, Grid)) from error
    for location, folder, name in _plugins_of(grid):
        if name not in plugins.names(folder):
            raise ConfigError(f"{where(location)}: {unknown(name, plugins.names(folder))}")
    _check_options(SOURCES, grid.data.source, "load", grid.data.options, ("data", "options"), where)
    for i, model in enumerate(grid.models):
        _check_options(FAMILIES, model.family, "build", model.model_extra or {}, ("models", i), where)
    for location, problem in _impossible(grid):
        raise ConfigError(f"{where(location)}: {problem}")
    metrics: tuple[str, ...] = plugins.constant(TASKS, grid.task, "METRICS")
    for i, metric in enumerate(study.fit.metrics):
        if metric not in metrics:
            raise ConfigError(f"{path}: fit.metrics.{i}: {unknown(metric, metrics)}")
    search = grid.learning_rate
    if isinstance(search, LearningRateSearch) and search.metric not in metrics:
        raise ConfigError(f"{where(('learning_rate', 'metric'))}: {unknown(search.metric, metrics)}")
    return grid


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Mappings merged key by key, other values replaced; one that names a `source` is replaced whole."""
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
        raise ConfigError(sentence(error, lambda location: where((*at, *location)), schema)) from error


def _impossible(grid: Grid) -> Iterator[tuple[Location, str]]:
    """What types cannot say: values that no run can satisfy, as (key path, problem).

    A source that cannot know its size before it is read is checked once the data are prepared.
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
    for key, values in (("subsets", grid.subsets), ("seeds", grid.seeds), ("models", grid.models)):
        if len(set(map(str, values))) < len(values):
            yield (key,), "a value is given twice"
    if grid.region[0] >= grid.region[1]:
        yield ("region",), f"must run from a smaller to a larger value, not {list(grid.region)}"
