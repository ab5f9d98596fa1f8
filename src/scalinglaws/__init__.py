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
    from scalinglaws.public_runs.read import read as read_public_runs

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
    "read_public_runs",
)

# Imported when first used, so that `import scalinglaws`, which every command does, costs nothing, and fitting
# a law imports neither torch nor matplotlib. Each name is in a module; `laws` is one.
_PLACES = {
    "Estimator": ("scalinglaws.fitting.objective", "Estimator"),
    "Fit": ("scalinglaws.fitting.fit", "Fit"),
    "Law": ("scalinglaws.laws.law", "Law"),
    "Parameter": ("scalinglaws.laws.law", "Parameter"),
    "Points": ("scalinglaws.fitting.points", "Points"),
    "Problem": ("scalinglaws.fitting.problem", "Problem"),
    "ScalingLawsError": ("scalinglaws.errors", "ScalingLawsError"),
    "Variable": ("scalinglaws.laws.law", "Variable"),
    "laws": ("scalinglaws.laws", ""),
    "plot": ("scalinglaws.plotting.fit", "plot"),
    "read_public_runs": ("scalinglaws.public_runs.read", "read"),
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _PLACES[name]
    value = import_module(module)
    return getattr(value, attribute) if attribute else value


def __dir__() -> list[str]:
    return [*globals(), *__all__]
