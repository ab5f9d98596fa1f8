"""A study at one scale: its runs and the options of its protocol, checked against each other."""

from typing import Any

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.fit import FitOptions
from scalinglaws.config.job import flat
from scalinglaws.config.modules import LAWS, SOURCES, TASKS
from scalinglaws.config.protocol import protocol_of
from scalinglaws.config.reading.explain import quoted, sentence, unknown
from scalinglaws.config.reading.grid import grid_of
from scalinglaws.config.reading.merging import Places
from scalinglaws.config.reading.possible import known_examples
from scalinglaws.config.scale import Scale
from scalinglaws.config.spec import Imp, RunSpec, identity
from scalinglaws.config.study import Grid, ScaledStudy
from scalinglaws.errors import ConfigError


def scaled_study(where: Places, scale: Scale) -> ScaledStudy:
    """Check a study at a scale.

    Raises:
        ConfigError: something is wrong with its runs or with its protocol.
    """
    study, content = where.study, where.block("protocol")
    if study.runs is None and where.block("runs"):
        raise ConfigError(f"{where(('runs',))}: {study.study} trains nothing")
    name = study.protocol.name
    if content["name"] != name:
        place = where(("protocol", "name"))
        raise ConfigError(f"{place}: must be {name!r}, as at all scales, not {quoted(content['name'])}")
    schema = protocol_of(name).options
    try:
        options = schema.model_validate(content)
    except ValidationError as error:
        raise ConfigError(sentence(error, lambda at: where(("protocol", *at)), schema, content)) from error
    grid = grid_of(where, scale) if study.runs is not None else None
    if grid is not None and isinstance(options, FitOptions):
        _check_names(options, grid, where)
        _check_region(options, grid, scale, where)
        _check_runs(grid, where)
        _check_cells(grid, where)
    return ScaledStudy(study, options, grid)


def _check_names(options: FitOptions, grid: Grid, where: Places) -> None:
    laws, metrics = plugins.declared(LAWS, "Law"), plugins.required(TASKS, grid.task, "METRICS", tuple)
    fitted = [*((("laws", i), law) for i, law in enumerate(options.laws)), (("size_law",), options.size_law)]
    wanted = [(("metrics", i), metric, metrics) for i, metric in enumerate(options.metrics)]
    for key, name, allowed in (*wanted, *((key, law, laws) for key, law in fitted)):
        if name not in allowed:
            raise ConfigError(f"{where(('protocol', *key))}: {unknown(name, allowed)}")
    waited_for = [run.stopping.metrics for run in grid.runs if run.stopping and run.stopping.metrics]
    for key, metric, _ in wanted:
        if not all(metric in names for names in waited_for):
            problem = f"runs do not wait for {metric} to pass its minimum; add it to runs.stopping.metrics"
            raise ConfigError(f"{where(('protocol', *key))}: {problem}")
    needed = plugins.parts_of_laws(LAWS, "variables")
    several = {law: names for law, names in needed.items() if len(names) > 1}
    for key, law in fitted:
        if law in several:
            problem = f"{law} needs {' and '.join(several[law])}, and is fitted over one size only"
            fitting = ", ".join(name for name in laws if name not in several)
            raise ConfigError(f"{where(('protocol', *key))}: {problem}; allowed are {fitting}")


def _check_region(options: FitOptions, grid: Grid, scale: Scale, where: Places) -> None:
    """Check that the region has a subset, where the size of a subset is known before there are any data."""
    known = known_examples(grid.data, grid.data.source in scale.locations)
    # Images are counted per class, if all are known, and text in tokens; else only the data tell the sizes.
    counted: dict[str, tuple[Any, Any]] = {
        "images": (1, known.get("classes") if "training" in known else None),
        "text": (known.get("window"), 1),
    }
    modality = plugins.constant(SOURCES, grid.data.source, "MODALITY")
    amount, unit = (1, 1) if options.x == "examples" else counted.get(modality, (None, None))
    low, high = options.region
    sizes = sorted({run.subset.examples for run in grid.runs})
    if amount and unit and not any(low <= size * amount / unit <= high for size in sizes):
        ends = f"{sizes[0] * amount / unit:g} to {sizes[-1] * amount / unit:g}"
        problem = f"none of the subsets, which are {ends}, is in [{low:g}, {high:g}]"
        raise ConfigError(f"{where(('protocol', 'region'))}: {problem}")


def _check_runs(grid: Grid, where: Places) -> None:
    """Check that each run of a learning curve has one result, and can pass its minimum."""
    for run in grid.runs:
        if isinstance(run.procedure, Imp):
            problem = "learning-curves needs one result per run, and imp gives one per level"
            raise ConfigError(f"{where(('runs', 'procedure'))}: {problem}")
        if run.stopping is None:
            problem = "is missing: learning-curves fits only runs that passed their minimum"
            raise ConfigError(f"{where(('runs', 'stopping'))}: {problem}")


def _check_cells(grid: Grid, where: Places) -> None:
    """Check that a learning curve has one run per subset size, model and seed."""
    seen: dict[tuple[int, str, int], RunSpec] = {}
    for run in grid.runs:
        other = seen.setdefault((run.subset.examples, run.model.name, run.seed), run)
        if other is not run:
            mine, theirs = flat(identity(run)), flat(identity(other))
            keys = sorted(key for key in {*mine, *theirs} if mine.get(key) != theirs.get(key))
            problem = (
                "learning-curves needs one run per subset size, model and seed, but some differ only in "
                + ", ".join(keys)
            )
            raise ConfigError(f"{where(('runs', 'axes'))}: {problem}")
