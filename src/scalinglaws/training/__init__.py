"""Training: the runs of a job, in ensembles where that is faster; each result depends on its spec alone."""

import os

# torch's libraries choose their code by the processor, and each choice adds numbers up in another order.
# These hold them to AVX2, so processors with and without AVX-512 give the same bits. MKL also chooses by
# vendor: AMD and Intel still differ in the last bits of some products, except with MKL_CBWR=COMPATIBLE, which
# costs up to twice the time (see LOG.md). STRICT makes products independent of where their operands are in
# memory, so of a run's row in an ensemble. The libraries read these at their first use, which no import does.
# If you have set one, your value is kept.
for name, value in {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "AVX2,STRICT",
}.items():
    os.environ.setdefault(name, value)
