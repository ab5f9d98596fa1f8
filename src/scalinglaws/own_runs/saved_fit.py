"""A fit as a file: strict JSON with all that planning needs.

It holds no time and no host name, so equal tables, options and versions give equal bytes.
"""

import json
from dataclasses import dataclass, field
from math import inf, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from scalinglaws import laws
from scalinglaws.config.reading.explain import dotted, sentence
from scalinglaws.errors import DataError, ScalingLawsError
from scalinglaws.files import write_text
from scalinglaws.laws.law import FloatArray, Law, Parameter
from scalinglaws.own_runs.paths import content_of
from scalinglaws.terminal import one_line

if TYPE_CHECKING:  # reading a fit must not wait for what fits one
    from scalinglaws.fitting.report import Report
    from scalinglaws.fitting.solution import Solution

KEPT = 4000  # samples of the parameters that are written
FOR_PEOPLE = {
    *("equation", "source", "intervals", "stderr", "interval", "estimator", "allocation", "objective"),
    *("r_squared", "n", "starts", "starts_agreeing", "converged", "fixed", "on_bound", "not_identified"),
    *("flat", "cross_validation", "held_out", "resamples", "data", "data_sha256", "rows", "excluded"),
    *("columns", "response", "seed", "version"),
}
"""Keys of a saved fit that nothing reads."""
LONGEST_FAULT = 1000  # characters
ROUNDING = 1e-9  # relative: exp(log(upper)) may be above upper
Range = tuple[float, float]


@dataclass(frozen=True)
class Origin:
    """Where the points of a fit come from.

    Attributes:
        data: name of the table.
        sha256: of its bytes.
        rows: it has.
        excluded: the rules by which rows were left out, and how many rows each rule holds for.
        columns: column by variable, response, `weights` and `cluster`.
        response: name of the response.
        tied: parameters that were made equal, name by name.
        ranges: of quantities that are not variables of the law.
        derived: further results, by name.
    """

    data: str
    sha256: str
    rows: int
    excluded: tuple[tuple[str, int], ...]
    columns: dict[str, str]
    response: str
    tied: dict[str, str]
    ranges: dict[str, Range] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)


class SavedFit(BaseModel):
    """What we read from a file, beside `FOR_PEOPLE`. Only `law` and `params` are required."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    law: str
    tied: dict[str, str] = Field(default_factory=dict)
    params: dict[str, float]
    samples: dict[str, list[float]] = Field(default_factory=dict)
    level: float = Field(default=0.95, gt=0, lt=1)
    range: dict[str, list[float]] = Field(default_factory=dict)
    warnings: list[str] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _leave_out(cls, content: Any) -> Any:
        """A key that is neither read nor written is a misspelt one."""
        if not isinstance(content, dict):
            return content
        return {key: value for key, value in content.items() if key not in FOR_PEOPLE}

    def law_with_ties(self) -> Law:
        """The law, with its ties.

        Raises:
            ScalingLawsError: there is no law of that name, or a tie does not fit its parameters.
        """
        return laws.find(self.law).tied(**self.tied)


def document(report: "Report", origin: Origin, version: str) -> dict[str, Any]:
    """A fit as JSON types; NaN and infinities become null."""
    fit, intervals = report.fit, report.intervals
    stride = -(-intervals.samples.shape[1] // KEPT)
    samples = intervals.samples[:, ::stride] if stride else intervals.samples
    estimator = fit.estimator
    return {
        "law": fit.law.name.partition("[")[0],
        "tied": origin.tied,
        "equation": fit.law.equation,
        "source": fit.law.source,
        "params": fit.params,
        "intervals": {name: [_number(end) for end in ends] for name, ends in intervals.items()},
        "stderr": {name: _number(error) for name, error in intervals.errors.items()},
        "level": intervals.level,
        "interval": intervals.method,
        "estimator": {
            "residual": estimator.residual,
            "loss": estimator.loss,
            "delta": estimator.delta if estimator.loss == "huber" else None,
        },
        **origin.derived,
        "objective": fit.objective,
        "r_squared": _number(fit.r_squared),
        "n": len(fit.points),
        "starts": fit.descents,
        "starts_agreeing": fit.agreeing,
        "converged": fit.converged,
        "fixed": list(fit.fixed),
        "on_bound": list(fit.on_bound),
        "not_identified": list(fit.unidentified),
        "flat": report.flat,
        "cross_validation": {"folds": report.folds, "relative_error": _number(report.cross_validated)},
        "held_out": {"n": report.held_out_points, "log_error": _number(report.held_out)},
        "resamples": {
            "from": "bootstrap" if intervals.bootstrapped else "covariance",
            "drawn": intervals.drawn,
            "degenerate": intervals.degenerate,
            "failed": intervals.failed,
        },
        "warnings": list(report.warnings),
        "data": origin.data,
        "data_sha256": origin.sha256,
        "rows": origin.rows,
        "excluded": [{"rule": rule, "rows": rows} for rule, rows in origin.excluded],
        "columns": origin.columns,
        "response": origin.response,
        "range": {name: list(ends) for name, ends in (ranges(report.fit) | origin.ranges).items()},
        "seed": intervals.seed,
        "version": version,
        "samples": {name: values.tolist() for name, values in zip(fit.law.names, samples, strict=True)},
    }


def ranges(fit: "Solution") -> dict[str, Range]:
    """Least and greatest value of each variable among the points of a fit."""
    return {name: (float(x.min()), float(x.max())) for name, x in zip(fit.law.inputs, fit.x, strict=True)}


def write_fit(path: Path, content: dict[str, Any]) -> None:
    """Write a document, one line per key and one per parameter's samples."""
    lines = []
    for key, value in content.items():
        if key == "samples":
            inner = ",\n".join(f"  {_text(name)}: {_text(values)}" for name, values in value.items())
            lines.append(f" {_text(key)}: {{\n{inner}\n }}")
        else:
            lines.append(f" {_text(key)}: {_text(value)}")
    write_text(path, "{\n" + ",\n".join(lines) + "\n}\n")


def read_fit(path: Path) -> SavedFit:
    """Read a fit.

    Raises:
        DataError: the file cannot be read, is not a fit, or its numbers cannot be those of its law.
    """
    content = content_of(path)
    try:
        read = json.loads(content, parse_constant=_refuse, object_pairs_hook=_once)
        return _checked(SavedFit.model_validate(read))
    except ValidationError as invalid:
        what = sentence(invalid, lambda location: dotted(location) or "the file", SavedFit, read)
    except RecursionError:
        what = "it is nested too deeply"
    except (ValueError, ScalingLawsError) as fault:
        what = str(fault)
    raise DataError(f"{path}: is not a fit: {one_line(what, LONGEST_FAULT)}")


def arrays(saved: SavedFit) -> tuple[FloatArray, FloatArray]:
    """The parameters [parameters] and their samples [parameters, samples], in the law's order."""
    names = saved.law_with_ties().names
    params = np.array([saved.params[name] for name in names])
    samples = [saved.samples[name] for name in names] if saved.samples else []
    return params, np.array(samples, dtype=np.float64).reshape(len(names), -1)


def _checked(saved: SavedFit) -> SavedFit:
    law = saved.law_with_ties()
    for part, given in (("params", saved.params), ("samples", saved.samples)):
        if (given or part == "params") and set(given) != set(law.names):
            raise ValueError(f"{part}: are {', '.join(sorted(given))}; {law.name} has {', '.join(law.names)}")
    if len({len(values) for values in saved.samples.values()}) > 1:
        raise ValueError("samples: every parameter must have the same number")
    for parameter in law.parameters:
        for part, values in (
            ("params", [saved.params[parameter.name]]),
            ("samples", saved.samples.get(parameter.name, [])),
        ):
            wrong = [value for value in values if not _possible(parameter, value)]
            if wrong:
                raise ValueError(f"{part}: {parameter.name} cannot be {wrong[0]:g}")
    for name, ends in saved.range.items():
        if len(ends) != 2 or not 0 <= ends[0] <= ends[1] < inf:
            raise ValueError(f"range: {name} must be two ascending numbers, none negative")
    return saved


def _possible(parameter: Parameter, value: float) -> bool:
    """Whether a parameter can have a value; one on its bound may be beyond it by a rounding error."""
    slack = ROUNDING * abs(value)
    inside = parameter.lower - slack <= value <= parameter.upper + slack
    return isfinite(value) and inside and not (parameter.positive and value <= 0)


def _once(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these items; JSON itself lets the last of several values win."""
    found = dict(items)
    if len(found) < len(items):
        names = [name for name, _ in items]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)} is given twice")
    return found


def _number(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _text(value: Any) -> str:
    return json.dumps(value, allow_nan=False)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not a JSON number")
