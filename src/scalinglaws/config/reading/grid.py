"""The runs of a study at one scale, made of every combination of its axes and checked."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from pydantic import ValidationError

from scalinglaws.config import plugins
from scalinglaws.config.modules import FAMILIES, TASKS
from scalinglaws.config.reading.axes import MOST_RUNS, Combination, Runs, read_axes
from scalinglaws.config.reading.explain import Location, sentence, unknown
from scalinglaws.config.reading.merging import Places
from scalinglaws.config.reading.possible import (
    checked_data,
    checked_options,
    families_for,
    impossible,
    known_examples,
    too_large,
)
from scalinglaws.config.scale import Scale
from scalinglaws.config.spec import ModelSpec, RunSpec, Subset, Train
from scalinglaws.config.study import DEVELOPMENT, Axes, Grid, LearningRateRule, LearningRateSearch, RunKeys
from scalinglaws.errors import ConfigError

LONGEST_NAME = 150
"""Letters of a model's name; names of files have at most 255."""
SHARED = ("task", "optimiser", "schedule", "duration", "stopping", "evaluation", "procedure", "precision")
"""Keys of a run that are in its spec as they are in the file."""


def grid_of(where: Places, scale: Scale) -> Grid:
    """Make the runs of a study at a scale.

    Args:
        where: the study, and how errors name its keys.
        scale: the scale.

    Raises:
        ConfigError: a key or a plugin is unknown, a type is wrong, or a value is impossible.
    """
    content = where.block("runs")
    block = {key: content.pop(key) for key in Axes.model_fields if key in content}
    runs = read_axes(where, block, content)
    combinations = list(runs.combinations(content))
    builder = _Builder(runs, scale, combinations[0].keys)
    search = _search(runs, combinations)
    specs: dict[str, RunSpec] = {}
    seen: dict[str, Combination] = {}
    first: dict[str, Combination] = {}
    for each in combinations:
        spec = builder.run(each)
        if spec.id in seen:
            place, other = runs.differing(each, seen[spec.id])
            raise ConfigError(f"{where(place)}: gives the same run as value {other} of this list")
        specs[spec.id], seen[spec.id] = spec, each
        first.setdefault(spec.model.name, each)
    number = len(specs) + (len(first) * len(search.at) * len(search.search) if search else 0)
    if number > MOST_RUNS:
        problem = f"makes {number:,} runs with the search; a study has at most {MOST_RUNS:,}"
        raise ConfigError(f"{where(('runs', 'axes'))}: {problem}")
    search_runs = builder.search_runs(search, first.values()) if search else ()
    return Grid(tuple(specs.values()), runs.block.score, runs.columns, search, search_runs)


def _search(runs: Runs, combinations: Sequence[Combination]) -> LearningRateSearch | None:
    """The search for learning rates, which is the same for all runs; None where nothing is searched."""
    first = combinations[0].keys.learning_rate
    for each in combinations:
        rate = each.keys.learning_rate
        if rate != first and LearningRateSearch in (type(rate), type(first)):
            problem = "a search is the same for all runs of a study; as an axis, give numbers or rules"
            raise runs.error(each, ("learning_rate",), problem)
    return first if isinstance(first, LearningRateSearch) else None


class _Builder:
    """Makes the spec of a run from what the file says about it."""

    def __init__(self, runs: Runs, scale: Scale, keys: RunKeys) -> None:
        self.runs, self.task = runs, keys.task
        self.data = checked_data(keys, scale, self.where)
        self.known = known_examples(self.data, self.data.source in scale.locations)
        self.metrics = plugins.required(TASKS, self.task, "METRICS", tuple)
        self.shift = DEVELOPMENT if scale.development else 0
        self.models: dict[str, tuple[ModelSpec, Mapping[str, Any]]] = {}

    def where(self, location: Location) -> str:
        """Names a key that all runs share."""
        return self.runs.where(("runs", *location))

    def run(self, each: Combination) -> RunSpec:
        """One run, checked."""
        keys = each.keys
        model, options = self.model(each)
        for location, problem in impossible(keys, self.known, self.metrics):
            raise self.runs.error(each, location, problem)
        seed = keys.seed if keys.subset.seed is None else keys.subset.seed
        content = {
            **{key: getattr(keys, key) for key in SHARED},
            "data": self.data,
            "subset": Subset(examples=keys.subset.examples, seed=seed + self.shift),
            "model": model,
            "learning_rate": self.learning_rate(each, options),
            "seed": keys.seed + self.shift,
        }
        try:
            return RunSpec.model_validate(content)
        except ValidationError as error:  # a rule may give any number
            raise ConfigError(sentence(error, self.where, RunKeys, content)) from error

    def model(self, each: Combination) -> tuple[ModelSpec, Mapping[str, Any]]:
        """The architecture of a run, and all its options with their defaults."""
        model = each.keys.model
        known = repr(model)
        if known in self.models:
            return self.models[known]
        families, every = families_for(self.task), plugins.names(FAMILIES)
        if model.family not in every:
            raise self.runs.error(each, ("model", "family"), unknown(model.family, every))
        if families and model.family not in families:
            problem = f"{model.family} is not made for {self.task}; allowed are {', '.join(families)}"
            raise self.runs.error(each, ("model", "family"), problem)
        given = model.model_extra or {}
        where = self.runs.of(each)
        options = checked_options(FAMILIES, model.family, "build", given, ("model",), where)
        kept = plugins.complete(FAMILIES, model.family, "build", given)
        spec = ModelSpec(family=model.family, options=kept)
        if len(spec.name) > LONGEST_NAME:
            problem = f"has options of more than {LONGEST_NAME} letters, which name its files"
            raise self.runs.error(each, ("model",), problem)
        self.models[known] = spec, options
        return spec, options

    def learning_rate(self, each: Combination, options: Mapping[str, Any]) -> float | str:
        """The learning rate of a run, or `searched`."""
        rate = each.keys.learning_rate
        if isinstance(rate, LearningRateSearch):
            return "searched"
        if not isinstance(rate, LearningRateRule):
            return rate
        width = options.get("width")
        if not isinstance(width, int | float):
            problem = f"{each.keys.model.family} has no option width"
            raise self.runs.error(each, ("learning_rate", "rule"), problem)
        found = rate.rule.value * (width / rate.rule.width) ** rate.rule.power
        return float(f"{found:.6g}")  # the last bits of a power differ between machines, and ids must not

    def search_runs(self, search: LearningRateSearch, first: Iterable[Combination]) -> tuple[RunSpec, ...]:
        """The runs of the first candidates. Of other axes they have the first values, and nothing is pruned.

        Args:
            search: the search.
            first: the first combination of each model.
        """
        if search.metric not in self.metrics:
            place = self.where(("learning_rate", "metric"))
            raise ConfigError(f"{place}: {unknown(search.metric, self.metrics)}")
        for i, size in enumerate(search.at):
            for at, problem in too_large(("learning_rate", "at", i), size, self.data, self.known):
                raise ConfigError(f"{self.where(at)}: {problem}")
        found = []
        for each in first:
            run, seed = self.run(each), search.seed + self.shift
            shuffle = seed if each.keys.subset.seed is None else run.subset.seed
            for size, rate in product(search.at, search.search):
                subset = Subset(examples=size, seed=shuffle)
                changed = {"subset": subset, "learning_rate": rate, "seed": seed, "procedure": Train()}
                found.append(RunSpec.model_validate({**dict(run), **changed}))
        return tuple(found)
