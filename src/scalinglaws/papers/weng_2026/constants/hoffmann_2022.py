"""Hoffmann et al. 2022, "Training Compute-Optimal Large Language Models" (arXiv:2203.15556)."""

from dataclasses import dataclass

from scalinglaws.claims.constant import Constant

PAPER = "Hoffmann et al. 2022"
EQUATION_10, TABLE_2 = f"{PAPER}, equation 10", f"{PAPER}, Table 2"

E = Constant(1.69, EQUATION_10, "seen")
A = Constant(406.4, EQUATION_10, "seen")
B = Constant(410.7, EQUATION_10, "seen")
ALPHA = Constant(0.34, EQUATION_10, "seen")
BETA = Constant(0.28, EQUATION_10, "seen")

TEX = f"{PAPER}, source of the text, by way of Epoch AI's notebook"
LOG_A = Constant(6.0073404, TEX, "sec")
LOG_B = Constant(6.0179186, TEX, "sec")
LOG_E = Constant(0.5267228, TEX, "sec")
ALPHA_IN_FULL = Constant(0.33917084, TEX, "sec")
BETA_IN_FULL = Constant(0.2849083, TEX, "sec")

BUDGETS = tuple(
    Constant(flops, f"{PAPER}, Fig 3", "seen")
    for flops in (6e18, 1e19, 3e19, 6e19, 1e20, 3e20, 6e20, 1e21, 3e21)
)
"""Budgets of the IsoFLOP curves, FLOPs."""

GOPHER_FLOPS = Constant(5.76e23, f"{PAPER}, Table 3", "seen")
TOKENS_PER_PARAMETER = Constant(20.0, f"{PAPER}: Chinchilla, 1.4T tokens for 70B", "der")

LEVEL = 0.8
"""Level of intervals in Table 2: 10th to 90th percentile of fits to 100 subsamples of 80 % of the data."""
SUBSAMPLES = 100


@dataclass(frozen=True)
class Approach:
    """A row of Table 2, and the line that Fig 1 draws for it.

    Attributes:
        title: what the approach does.
        a, b: N_opt ~ C^a, D_opt ~ C^b.
        N, D: parameters and tokens at the budget of Gopher, where they are stated.
        k, exponent: the line, N_opt = k C^exponent.
    """

    title: str
    a: Constant
    b: Constant
    k: Constant
    exponent: Constant
    N: Constant | None = None
    D: Constant | None = None


def _line(value: float, tables: str) -> Constant:
    return Constant(value, f"least squares between logarithms through {PAPER}, {tables}", "der")


APPROACHES = {
    1: Approach(
        "Minimum over training curves",
        Constant(0.50, TABLE_2, "seen", (0.488, 0.502), LEVEL),
        Constant(0.50, TABLE_2, "seen", (0.501, 0.512), LEVEL),
        _line(0.09945, "Table 3"),
        _line(0.4980, "Table 3"),
        Constant(6.7e10, f"{PAPER}, Fig 2", "seen"),
        Constant(1.5e12, f"{PAPER}, Fig 2", "seen"),
    ),
    2: Approach(
        "IsoFLOP profiles",
        Constant(0.49, TABLE_2, "seen", (0.462, 0.534), LEVEL),
        Constant(0.51, TABLE_2, "seen", (0.483, 0.529), LEVEL),
        _line(0.1447, "Table A3"),
        _line(0.4900, "Table A3"),
        Constant(6.3e10, f"{PAPER}, Fig 3", "seen"),
        Constant(1.4e12, f"{PAPER}, Fig 3", "seen"),
    ),
    3: Approach(
        "Parametric modelling of the loss",
        Constant(0.46, TABLE_2, "seen", (0.454, 0.455), LEVEL),
        Constant(0.54, TABLE_2, "seen", (0.542, 0.543), LEVEL),
        _line(0.5406, "Table A3"),
        _line(0.4585, "Table A3"),
        Constant(4.0e10, f"{PAPER}, Fig 4", "seen"),
    ),
}

KAPLAN_A = Constant(0.73, f"{TABLE_2}, of Kaplan et al. 2020", "seen")
KAPLAN_B = Constant(0.27, f"{TABLE_2}, of Kaplan et al. 2020", "seen")
# N_opt = 1.3e9 (C_min / PF-day)^0.73 by Kaplan's Table 6, and C = 2 C_min at the critical batch size. At 1e21
# FLOPs that gives 4.68e9 parameters, as Hoffmann et al. quote in their section D.4.
KAPLAN_K = Constant(1.3e9 / (2 * 8.64e19) ** 0.73, "Kaplan et al. 2020, Table 6, with C = 2 C_min", "der")


@dataclass(frozen=True)
class Trained:
    """A trained model: N parameters, D tokens, C FLOPs."""

    name: str
    N: Constant
    D: Constant
    C: Constant


def _trained(name: str, N: float, tokens: Constant, C: Constant | None = None) -> Trained:
    size = Constant(N, f"{PAPER}, Fig 1", "seen")
    return Trained(name, size, tokens, C or Constant(6 * N * tokens.value, "6 N D", "der"))


LARGE_MODELS = (
    _trained("Chinchilla 70B", 7e10, Constant(1.4e12, f"{PAPER}, Table 1", "seen")),
    _trained("Gopher 280B", 2.8e11, Constant(3e11, f"{PAPER}, Table 1", "seen"), GOPHER_FLOPS),
    _trained("GPT-3 175B", 1.75e11, Constant(3e11, f"{PAPER}, Table 1", "sec")),
    _trained("MT-NLG 530B", 5.3e11, Constant(2.7e11, f"{PAPER}, Table 1", "mem")),
)
"""The stars of Fig 1."""
