"""Neural scaling laws: fit one to your own runs, and rebuild the plots of the papers that found them.

    from scalinglaws import Points, Problem
    fit = Problem("chinchilla", Points({"N": N, "D": D}, loss)).fit()

`docs/python.md` shows what to do with a fit. The command line is `scalinglaws --help`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scalinglaws import laws as laws
    from scalinglaws.errors import ScalingLawsError
    from scalinglaws.fitting.fit import Fit
    from scalinglaws.fitting.objective import Estimator
    from scalinglaws.fitting.points import Points
    from scalinglaws.fitting.problem import Problem
    from scalinglaws.laws.law import Law, Parameter, Variable
    from scalinglaws.plotting.fit import plot

__all__ = (
    "Estimator",
    "Fit",
    "Law",
    "Parameter",
    "Points",
    "Problem",
    "ScalingLawsError",
    "Variable",
    "laws",
    "plot",
)

# Imported when first used, so that `import scalinglaws`, which every command does, costs nothing, and fitting
# a law imports neither torch nor matplotlib.
_MODULES = {
    "Estimator": "scalinglaws.fitting.objective",
    "Fit": "scalinglaws.fitting.fit",
    "Law": "scalinglaws.laws.law",
    "Parameter": "scalinglaws.laws.law",
    "Points": "scalinglaws.fitting.points",
    "Problem": "scalinglaws.fitting.problem",
    "ScalingLawsError": "scalinglaws.errors",
    "Variable": "scalinglaws.laws.law",
    "plot": "scalinglaws.plotting.fit",
}


def __getattr__(name: str) -> Any:
    if name == "laws":
        return import_module("scalinglaws.laws")
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
