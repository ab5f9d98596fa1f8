"""Training: the runs of a job, in ensembles where that is faster; each result depends on its spec alone."""

import os

# torch's libraries choose their code by the processor, and each choice adds numbers up in another order.
# These hold element-wise functions and matrix products to AVX2, so AVX-512 makes no difference to them.
# STRICT makes products independent of where their operands are in memory, and so of a run's row in an
# ensemble. oneDNN's convolutions stay free: held to AVX2 they depend on the number of runs beside them. MKL
# also chooses by vendor, unless MKL_CBWR is COMPATIBLE, which is too slow to be the default (see LOG.md). The
# libraries read these at their first use, which no import does. If you have set one, your value is kept.
os.environ.setdefault("ATEN_CPU_CAPABILITY", "avx2")
os.environ.setdefault("MKL_CBWR", "AVX2,STRICT")
