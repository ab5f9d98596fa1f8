"""Besiroglu et al. 2024, "Chinchilla Scaling: A replication attempt" (arXiv:2404.10102)."""

from scalinglaws.claims.constant import Constant

FIT = "Besiroglu et al. 2024, the fit to 240 points"

E = Constant(1.8172, FIT, "seen")
A = Constant(482.01, FIT, "seen")
B = Constant(2085.43, FIT, "seen")
ALPHA = Constant(0.3478, FIT, "seen")
BETA = Constant(0.3658, FIT, "seen")

NOTEBOOK = "Besiroglu et al. 2024, epoch-research/analyzing-chinchilla at 9225883, data_analysis.ipynb"

# The notebook also fits the scale of Huber's likelihood (papers/weng_2026/refit/likelihood.py), so this is
# the optimum of least absolute deviations. The E that the paper prints with it, 1.8172, belongs to Huber's
# sum.
LOG_A_NOTEBOOK = Constant(6.177955975826981, NOTEBOOK, "seen")
LOG_B_NOTEBOOK = Constant(7.6427323622433505, NOTEBOOK, "seen")
LOG_E_NOTEBOOK = Constant(0.5971119597824348, NOTEBOOK, "seen")
ALPHA_NOTEBOOK = Constant(0.34781302903942635, NOTEBOOK, "seen")
BETA_NOTEBOOK = Constant(0.3658541172951044, NOTEBOOK, "seen")

STANDARD_ERRORS = {
    "A": Constant(124.52232, NOTEBOOK, "seen"),
    "B": Constant(1293.28410, NOTEBOOK, "seen"),
    "E": Constant(0.02566, NOTEBOOK, "seen"),
    "alpha": Constant(0.01540, NOTEBOOK, "seen"),
    "beta": Constant(0.02060, NOTEBOOK, "seen"),
}
"""Standard deviations over 4,000 bootstrap refits."""

INTERVALS = {
    "A": (285.214, 743.626),
    "B": (1042.357, 5810.344),
    "E": (1.769, 1.871),
    "alpha": (0.317, 0.373),
    "beta": (0.331, 0.415),
}
"""95 % percentile intervals, from the same notebook."""

RESAMPLES, RESAMPLING_SEED = 4000, 42
"""The notebook's bootstrap: numpy.random.seed(42), then 4,000 times numpy.random.choice of the points."""

CHI_SQUARED = Constant(238.40, NOTEBOOK, "seen")
LIKELIHOOD_RATIO = Constant(84.00, NOTEBOOK, "seen")
LIKELIHOOD_RATIO_ALL = Constant(86.75, NOTEBOOK, "seen")
