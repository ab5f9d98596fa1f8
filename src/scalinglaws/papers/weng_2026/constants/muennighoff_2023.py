"""Muennighoff et al. 2023, "Scaling Data-Constrained Language Models" (arXiv:2305.16264).

The base law that they fixed, that of C4, is in `scalinglaws.laws.repetition`.
"""

from scalinglaws.claims.constant import Constant

NOTEBOOK = "Muennighoff et al. 2023, huggingface/datablations at 1370131, utils/parametric_fit.ipynb"

R_D = Constant(15.387756, NOTEBOOK, "seen")
"""1/e-life of repeated data, epochs beyond the first."""
R_N = Constant(5.309743, NOTEBOOK, "seen")
"""1/e-life of excess parameters, in multiples of the size that is optimal for the unique tokens."""
OBJECTIVE = Constant(0.0158259, f"{NOTEBOOK}, computed at its values", "der")
"""Sum of Huber's loss of the log residual, delta = 1e-3, over the fitted runs."""
R_SQUARED = Constant(0.7722, f"{NOTEBOOK}, computed at its values", "der")
RUNS = 182
"""Runs that the published fit uses."""

# The same law with only one of the two decaying, as they fitted it.
R_D_ALONE = Constant(2.9157212, NOTEBOOK, "seen")
R_SQUARED_DATA = Constant(0.7354, f"{NOTEBOOK}, computed at its values", "der")
R_N_ALONE = Constant(713.0015, NOTEBOOK, "seen")
R_SQUARED_PARAMETERS = Constant(0.4488, f"{NOTEBOOK}, computed at its values", "der")
R_SQUARED_BASE = Constant(0.4452, f"{NOTEBOOK}, computed at its values", "der")
"""R squared of the base law, for which repeated data are as good as new."""
