"""Kaplan et al. 2020, "Scaling Laws for Neural Language Models" (arXiv:2001.08361).

N excludes embeddings; compute is in PF-days of 8.64e19 FLOPs, D in tokens.
"""

from scalinglaws.claims.constant import Constant

PAPER = "Kaplan et al. 2020"

VOCABULARY = Constant(50257, f"{PAPER}, section 2", "seen")
CONTEXT = Constant(1024, f"{PAPER}, section 2", "seen")
"""Tokens of context."""
PF_DAY = Constant(8.64e19, f"{PAPER}, section 1.3", "seen")
"""FLOPs."""
LEAST_N = Constant(768, f"{PAPER}, section 3", "seen")
GREATEST_N = Constant(1.5e9, f"{PAPER}, section 3", "seen")

ALPHA_N = Constant(0.076, f"{PAPER}, equation 1.1", "seen")
"""L(N) = (N_C / N)^ALPHA_N."""
N_C = Constant(8.8e13, f"{PAPER}, equation 1.1", "seen")
ALPHA_D = Constant(0.095, f"{PAPER}, equation 1.2", "seen")
D_C = Constant(5.4e13, f"{PAPER}, equation 1.2", "seen")
ALPHA_C_MIN = Constant(0.050, f"{PAPER}, equation 1.3", "seen")
C_C_MIN = Constant(3.1e8, f"{PAPER}, Table 5", "seen")
C_C_MIN_FIGURE = Constant(2.3e8, f"{PAPER}, Fig 1", "fig")
ALPHA_C = Constant(0.057, f"{PAPER}, Table 5", "seen")
C_C = Constant(1.6e7, f"{PAPER}, Table 5", "seen")

TABLE_2, TABLE_3 = f"{PAPER}, Table 2", f"{PAPER}, Table 3"
JOINT_ALPHA_N = Constant(0.076, TABLE_2, "seen")
"""Of L(N, D), equation 1.5."""
JOINT_ALPHA_D = Constant(0.103, TABLE_2, "seen")
JOINT_N_C = Constant(6.4e13, TABLE_2, "seen")
JOINT_D_C = Constant(1.8e13, TABLE_2, "seen")
STEPS_ALPHA_N = Constant(0.077, TABLE_3, "seen")
"""Of L(N, S), equation 1.6."""
STEPS_ALPHA_S = Constant(0.76, TABLE_3, "seen")
STEPS_N_C = Constant(6.5e13, TABLE_3, "seen")
STEPS_S_C = Constant(2.1e3, TABLE_3, "seen")
B_STAR = Constant(2.1e8, f"{PAPER}, Table 5", "seen")
"""Critical batch size, tokens, at a loss of 1: B_STAR / L^(1 / ALPHA_B)."""
ALPHA_B = Constant(0.21, f"{PAPER}, Table 5", "seen")

TABLE_6 = f"{PAPER}, Table 6"
P_N = Constant(0.73, TABLE_6, "seen")
"""N_opt = E_N C_min^P_N."""
E_N = Constant(1.3e9, TABLE_6, "seen")
P_B = Constant(0.24, TABLE_6, "seen")
E_B = Constant(2.0e6, TABLE_6, "seen")
P_S = Constant(0.03, TABLE_6, "seen")
E_S = Constant(5.4e3, TABLE_6, "seen")
P_D = Constant(0.27, TABLE_6, "seen")
E_D = Constant(2.0e10, TABLE_6, "seen")
P_N_FIXED_BATCH = Constant(0.88, f"{PAPER}, as Porian et al. 2024 quote it", "sec")
OVERFIT_K = Constant(5e3, f"{PAPER}, equation 4.4", "seen")
"""Tokens that a model needs in order not to overfit: OVERFIT_K N^OVERFIT_EXPONENT."""
OVERFIT_EXPONENT = Constant(0.74, f"{PAPER}, equation 4.4", "seen")
