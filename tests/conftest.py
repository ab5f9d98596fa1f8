"""All tests: one thread per process, as in training."""

import os

# Before torch is imported. Arrays of tests are small: two threads on two busy cores are several times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")
