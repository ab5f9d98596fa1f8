"""Training: jobs of runs, side by side where that is faster, each result a function of its spec alone."""

import os

# MKL's matrix products otherwise depend, in the last bit, on how their operands lie in memory; a run's result
# would then depend on its place in an ensemble. Set before torch is imported; a choice of the user's stands.
os.environ.setdefault("MKL_CBWR", "AUTO")
