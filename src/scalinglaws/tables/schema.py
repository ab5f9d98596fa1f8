"""The columns of every table of the workflow: names, kinds and meanings.

Of a trained study, `runs`, `curves` and `searches` are collected from run records, and the fitting stage
makes `scores`, `best`, `fits`, `bands` and `evidence` from `runs`. `claims` holds the verdicts about a study.
An analysis may make a table `fits` too: its columns are `CLAIMED`, those that claims are judged by.
"""

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["text", "whole", "number", "truth"]
PASSED, SLOPE = "_passed", "_slope"
"""Endings of the columns that the table of runs has beside each metric."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: its name in the header.
        kind: text, a whole number, a number, or true or false.
        meaning: what it holds, for a reader.
        optional: whether a number may be missing in a row. Text may always be empty, and a truth value never.
    """

    name: str
    kind: Kind
    meaning: str
    optional: bool = False


@dataclass(frozen=True)
class Table:
    """A table of the workflow.

    Attributes:
        name: the name of its file, without `.csv`.
        row: what a row is about.
        columns: its columns, in the order of the file.
        order: the columns by which rows are sorted; empty where the order means something by itself.
        metrics: whether a column per metric of the study's task follows, sorted by name where they are not
            declared by a task: numbers, which may be missing.
        missing: how a missing number is written.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    order: tuple[str, ...] = ()
    metrics: bool = False
    missing: str = "nan"

    @property
    def names(self) -> tuple[str, ...]:
        """Names of its columns; those of the metrics are not among them."""
        return tuple(column.name for column in self.columns)

    def only(self, *names: str) -> "Table":
        """The same table for a reader who needs these columns alone."""
        return replace(self, columns=tuple(c for c in self.columns if c.name in names), metrics=False)


_RUN = Column("run", "text", "id of the run: a hash of its spec")
_METRIC = Column("metric", "text", "a metric of the task, e.g. cross_entropy")
_LAW = Column("law", "text", "name of the law, or of what was derived from it: learning-curve:difference")
_EXAMPLES = Column("examples", "whole", "examples in the training set")
_DATA_SIZE = Column("data_size", "number", "the same in the unit of the data set, e.g. words")
_PARAMETERS = Column("parameters", "whole", "trainable parameters of the model")
_MODEL = Column("model", "text", "name of the model: its family and options")
_VALUE = Column("value", "number", "the estimate; missing where nothing could be fitted", optional=True)
_LOW = Column("low", "number", "lower end of the interval; missing where there is none", optional=True)
_HIGH = Column("high", "number", "upper end of the interval", optional=True)

RUNS = Table(
    name="runs",
    row="a level of a training run, diverged or not; a run that is not pruned has one level",
    columns=(
        _RUN,
        Column("level", "whole", "number of prunings before; 0 where nothing is pruned"),
        Column("density", "number", "share of the prunable weights that are left"),
        Column("study", "text", "the study it was trained for, <paper>/<name>"),
        Column("phase", "text", "grid, or search: a run of the search for learning rates, which no law sees"),
        _MODEL,
        _PARAMETERS,
        Column("parameters_without_embeddings", "whole", "the same without input embeddings"),
        Column("flops_per_example", "whole", "FLOPs of an example, forward and backward"),
        Column("forward_flops_per_example", "whole", "FLOPs of the forward pass"),
        Column("flops_body", "whole", "of flops_per_example: the body of the model"),
        Column("flops_attention", "whole", "of flops_per_example: attention"),
        Column("flops_head", "whole", "of flops_per_example: the output layer"),
        Column("flops_embedding", "whole", "of flops_per_example: input embeddings"),
        _EXAMPLES,
        _DATA_SIZE,
        Column(
            "seed", "whole", "seed of the initial weights, the order of the data and the choice of examples"
        ),
        Column("learning_rate", "number", "the learning rate, before any schedule"),
        Column("status", "text", "completed or diverged"),
        Column("stopped", "text", "why it ended: patience, duration or diverged"),
        Column("steps", "whole", "optimiser steps taken"),
        Column("diverged_at", "whole", "the step at which it diverged", optional=True),
        Column("examples_seen", "whole", "examples trained on, repetitions counted"),
        Column("data_seen", "number", "the same in the unit of the data set"),
        Column("training_flops", "whole", "flops_per_example times examples_seen"),
        Column("versions", "text", "Python and the packages that trained it, with their versions"),
    ),
    order=("phase", "parameters", "model", "learning_rate", "examples", "seed", "run", "level"),
    # Per metric m of the task the study's score of it (minimum or final), then `m_passed`, whether the run
    # passed the minimum of m by its `stopping`, and `m_slope`, d ln(m) / d ln(step) at its end. Of a run that
    # diverged they are missing, false and missing. Then a column per other axis of the study, named by its
    # key: `optimiser.weight_decay`.
    metrics=True,
    missing="",
)
CURVES = Table(
    name="curves",
    row="an evaluation of a run",
    columns=(
        _RUN,
        Column("level", "whole", "number of prunings before; 0 where nothing is pruned"),
        Column("step", "whole", "optimiser steps taken so far"),
        Column("training_loss", "number", "mean loss since the last evaluation", optional=True),
    ),
    order=("run", "level", "step"),
    metrics=True,  # on the validation set
    missing="",
)
SEARCHES = Table(
    name="searches",
    row="a model and a candidate of the search for its learning rate; no row where nothing is searched",
    columns=(
        _MODEL,
        _PARAMETERS,
        Column("learning_rate", "number", "the candidate"),
        Column("metric", "text", "the metric that decides"),
        Column(
            "score",
            "number",
            "mean over the subsets of the logarithm of the metric; missing where a run diverged",
            optional=True,
        ),
        Column("chosen", "truth", "whether it has the best score"),
        Column("added", "truth", "whether the rule added it, because the best was at an end of the list"),
        Column("at_edge", "truth", "whether the chosen one is at an end of the list, widened as it is"),
        Column("subsets", "whole", "subsets that it was tried on"),
        Column("diverged", "whole", "on how many of them it diverged"),
    ),
    order=("parameters", "model", "learning_rate"),
)
SCORES = Table(
    name="scores",
    row="a metric, subset size and model",
    columns=(
        _METRIC,
        _EXAMPLES,
        _DATA_SIZE,
        _MODEL,
        _PARAMETERS,
        Column("score", "number", "median over the seeds; missing where most runs diverged", optional=True),
        Column("lowest", "number", "lowest over the seeds that did not diverge", optional=True),
        Column("highest", "number", "highest over the seeds that did not diverge", optional=True),
        Column("seeds", "whole", "runs, one per seed"),
        Column("diverged", "whole", "how many of them diverged"),
        Column("passed", "whole", "how many of them passed their minimum of the metric, and were not cut"),
        Column("converged", "truth", "whether at least two thirds of them passed"),
        Column("slope", "number", "median of d ln(metric) / d ln(step) at the ends of runs", optional=True),
    ),
    order=("metric", "examples", "data_size", "model", "parameters"),
)
BEST = Table(
    name="best",
    row="a metric and subset size: the best fit",
    columns=(
        _METRIC,
        _EXAMPLES,
        _DATA_SIZE,
        Column("model", "text", "the model with the best score; empty where no model has one"),
        Column("parameters", "whole", "its parameters", optional=True),
        Column("size", "number", "best-fit size, between the models; missing where censored", optional=True),
        Column("edge", "number", "where censored, the size at the edge of the grid", optional=True),
        Column("sufficient_low", "number", "least size within 1, 2, 5 and 10 % of the best", optional=True),
        Column("sufficient_high", "number", "greatest of these sizes", optional=True),
        Column("score", "number", "the best score", optional=True),
        _LOW,
        _HIGH,
        Column("censored", "truth", "whether the best model is the smallest or largest of the grid"),
        Column("end", "text", "largest or smallest, where the best model is that of the grid; else empty"),
        Column("passed", "whole", "seeds of the best model that passed their minimum, and were not cut"),
        Column("converged", "truth", "whether at least two thirds of them passed"),
        Column("rivalled", "truth", "whether a model that was cut could be better, trained on"),
        Column("slope", "number", "of the best model: median slope at the ends of its runs", optional=True),
        Column("in_region", "truth", "whether the subset is in the declared power-law region"),
        Column("fitted", "truth", "whether laws of the learning curve are fitted to it"),
        Column("sized", "truth", "whether its size rests on converged models inside the grid"),
    ),
    order=("metric", "examples", "data_size"),
)
EVIDENCE = Table(
    name="evidence",
    row="a metric: what its power law rests on",
    columns=(
        _METRIC,
        Column("subsets", "whole", "subset sizes in the declared region"),
        Column("converged", "whole", "how many of them have a best model that has converged"),
        Column("fitted", "whole", "points that the law is fitted to"),
        Column("cut", "whole", "how many of these points are not converged"),
        Column("interior", "whole", "fitted points whose best model is inside the grid of models"),
        Column("largest", "whole", "fitted points whose best model is the largest of the grid"),
        Column("smallest", "whole", "fitted points whose best model is the smallest of the grid"),
        Column("decades", "number", "from the smallest fitted subset to the largest", optional=True),
        Column("r_squared", "number", "share of the variance explained", optional=True),
        Column("lack_of_fit", "number", "variance about the law over that between seeds (F)", optional=True),
        Column("p_value", "number", "of the lack of fit", optional=True),
        Column("exponent", "number", "of the power law", optional=True),
        _LOW,
        _HIGH,
        Column("without_last", "number", "exponent without the largest fitted subset", optional=True),
    ),
    order=("metric",),
    missing="",
)
CLAIMED = Table(
    name="fits",
    row="a quantity by which claims are judged",
    columns=(
        _LAW,
        _METRIC,
        Column("parameter", "text", "name of the law's parameter or of a derived quantity"),
        _VALUE,
        _LOW,
        _HIGH,
        Column("level", "number", "of the interval, e.g. 0.95; missing where it has none", optional=True),
        Column("points", "whole", "how many points the value rests on"),
        Column("warnings", "text", "what to know before using the value, joined by semicolons"),
    ),
    missing="",
)
FITS = Table(
    name="fits",
    row="a law, metric and parameter, or a quantity derived from fits",
    columns=(
        *CLAIMED.columns[:-1],
        Column("n_total", "whole", "subset sizes in all, in the region or not"),
        Column("r_squared", "number", "share of the variance explained", optional=True),
        Column("objective", "number", "the objective at its minimum", optional=True),
        Column("gradient_norm", "number", "norm of its gradient there", optional=True),
        Column("starts", "whole", "initial guesses that were tried"),
        Column("spread", "number", "how far their results are apart", optional=True),
        Column("resamples", "whole", "bootstrap resamples behind the interval"),
        Column("redrawn", "whole", "resamples that were degenerate and drawn again"),
        CLAIMED.columns[-1],
    ),
    order=("law", "metric", "parameter"),
)
BANDS = Table(
    name="bands",
    row="a law and metric at one x",
    columns=(
        _LAW,
        _METRIC,
        Column("x", "number", "size of the training set, as the law sees it"),
        _VALUE,
        _LOW,
        _HIGH,
    ),
    order=("law", "metric", "x"),
)
CLAIMS = Table(
    name="claims",
    row="a claim about a study, in the order of the paper's file",
    columns=(
        Column("claim", "text", "id of the claim, <study>/<name>"),
        Column("statement", "text", "what the paper states"),
        Column("published", "text", "the printed number, or the range in words"),
        Column("measured", "number", "what was measured", optional=True),
        _LOW,
        _HIGH,
        Column("kind", "text", "trained: measured on runs trained here; recomputed: on numbers of others"),
        Column("verdict", "text", "reproduced, recomputed, inconclusive, not reproduced, or not testable"),
        Column("reason", "text", "a sentence that says why"),
        Column("source", "text", "where in the paper"),
        Column("certainty", "text", "how the published number reached us"),
    ),
)
