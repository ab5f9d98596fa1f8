"""Training: the runs of a job, in ensembles where that is faster; each result depends on its spec alone."""

import os

# Without it, the last bits of MKL's matrix products depend on how their operands are laid out in memory, so a
# run's result would depend on its row in an ensemble. MKL reads it at its first product, which no import
# does. If you have set it, your value is kept.
os.environ.setdefault("MKL_CBWR", "AUTO")
