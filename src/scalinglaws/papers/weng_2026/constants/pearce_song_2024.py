"""Pearce and Song 2024, "Reconciling Kaplan and Chinchilla Scaling Laws" (arXiv:2406.12907).

"Without" means that N and C exclude embeddings, as in the paper's simulation of Kaplan et al.'s experiment.
"""

from scalinglaws.claims.constant import Constant

SCRIPT = "GitHub TeaPearce/Reconciling_Kaplan_Chinchilla_Scaling_Laws at c708e5b"

OMEGA = Constant(47491, SCRIPT, "seen")
"""Embedding parameters at N = 1, fitted to the 50 Chinchilla models."""
HOFFMANN_A = Constant(406.4, SCRIPT, "seen")
HOFFMANN_B = Constant(410.7, SCRIPT, "seen")
HOFFMANN_E = Constant(1.6934, SCRIPT, "seen")
HOFFMANN_ALPHA = Constant(0.3392, SCRIPT, "seen")
HOFFMANN_BETA = Constant(0.2849, SCRIPT, "seen")
"""Hoffmann et al.'s law with more digits than they printed; the experiment was simulated from it as well."""

OUTPUT = f"{SCRIPT}, what it prints (run for this project)"

SLOPE_WITHOUT = Constant(0.7805, f"{OUTPUT}, constants of Besiroglu et al.", "der")
"""Exponent of N_opt in C, both without embeddings, simulated."""
SLOPE_WITHOUT_HOFFMANN = Constant(0.7388, f"{OUTPUT}, constants of Hoffmann et al.", "der")
SLOPE_TOTAL = Constant(0.5154, f"{OUTPUT}, constants of Besiroglu et al.", "der")
"""Exponent of N_opt in C, both total, simulated."""
SLOPE_TOTAL_HOFFMANN = Constant(0.4577, f"{OUTPUT}, constants of Hoffmann et al.", "der")
LOSS_SLOPE_WITHOUT = Constant(-0.0690, f"{OUTPUT}, constants of Besiroglu et al.", "der")
"""Exponent of the lowest loss in C without embeddings, simulated."""
LOSS_SLOPE_TOTAL = Constant(-0.0966, f"{OUTPUT}, constants of Besiroglu et al.", "der")
KAPLAN_SIZES = (768.0, 1.5e9)
"""Smallest and largest model of Kaplan et al., without embeddings: 768, not the 768 million of Weng 2026."""
OWN_TOTAL = Constant(0.49, "Pearce and Song 2024, their small experiments, total", "sec")
OWN_WITHOUT = Constant(0.74, "Pearce and Song 2024, their small experiments, without embeddings", "sec")
