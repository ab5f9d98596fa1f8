"""Laws of data that is seen more than once.

Muennighoff et al. 2023 (arXiv:2305.16264), Lovelace et al. 2026 (arXiv:2605.01640), Hernandez et al. 2022
(arXiv:2205.10487).
"""

from math import exp

from scalinglaws.laws.chinchilla import ALPHA, BETA, LOSS, SIZE, TOKENS, A, B, E
from scalinglaws.laws.law import Law, Parameter, Variable

UNIQUE = Variable("U", "unique tokens", "tokens")
REPETITIONS = Variable("R", "repetitions: epochs minus one", "epochs", zero=True)

# SEEN is U_D, the unique tokens that are seen. MATCHED is U_N, the part of the model's size that they can
# use: at most the base law's compute-optimal size for U_D tokens, which is U_D (A/B)^(1/alpha) if both
# exponents are alpha.
SEEN = "min(U, D)"
MATCHED = f"min(N, {SEEN} * (A/B)^(1/alpha))"


def _effective(unique: str, total: str, life: str) -> str:
    """Repeats of `unique` fade with a 1/e-life: U + U R* (1 - exp(-R/R*)), with R = total/U - 1."""
    return f"({unique} * (1 + {life} * (1 - exp((1 - {total}/{unique}) / {life}))))"


MUENNIGHOFF = Law(
    name="muennighoff",
    title="Loss over model size and data, repeats fading",
    formula=f"E + A/{_effective(MATCHED, 'N', 'r_N')}^alpha + B/{_effective(SEEN, 'D', 'r_D')}^alpha",
    source="Muennighoff et al. 2023, section 3 and appendix A",
    response=LOSS,
    variables=(SIZE, TOKENS, UNIQUE),
    parameters=(
        # Beyond these bounds repeats are worth nothing, or as much as new data, and the objective is flat.
        Parameter(
            "r_D", "1/e-life of repeated data", positive=True, lower=1e-3, upper=1e6, start=(1.0, 200.0)
        ),
        Parameter(
            "r_N", "1/e-life of excess parameters", positive=True, lower=1e-3, upper=1e6, start=(1.0, 200.0)
        ),
    ),
    # The base law of C4, as the authors fitted it (tied exponents) and fixed it.
    constants={"A": exp(6.255414), "B": exp(7.3049974), "E": exp(0.6254804), "alpha": 0.3526596},
)

P = Parameter("P", "penalty of one repetition where N = U", lower=0.0)

LOVELACE_1 = Law(
    name="lovelace-1",
    title="Chinchilla law and a penalty on repetition, one parameter",
    formula="E + A/N^alpha + B/(U * (1 + R))^beta + P * R * N/U",
    source="Lovelace et al. 2026, abstract: the penalty P R N/U",
    response=LOSS,
    variables=(SIZE, UNIQUE, REPETITIONS),
    parameters=(A, B, E, ALPHA, BETA, P),
)

LOVELACE_3 = Law(
    name="lovelace-3",
    title="Chinchilla law and a penalty on repetition, three parameters",
    formula="E + A/N^alpha + B/(U * (1 + R))^beta + P * R^delta * (N/U)^kappa",
    source="Lovelace et al. 2026, the general form: the penalty P R^delta (N/U)^kappa",
    response=LOSS,
    variables=(SIZE, UNIQUE, REPETITIONS),
    parameters=(
        A, B, E, ALPHA, BETA, P,
        # Near 0, fresh data (R = 0) would be penalised too.
        Parameter("delta", "exponent of repetitions", exponent=True, lower=0.1, upper=10.0, start=(0.5, 3.0)),
        Parameter(
            "kappa", "exponent of parameters per unique token", exponent=True,
            lower=0.0, upper=10.0, start=(0.3, 2.0),
        ),
    ),
)  # fmt: skip

HERNANDEZ = Law(
    name="hernandez",
    title="Repeats that hurt most, over model size",
    formula="k * N^alpha",
    source="Hernandez et al. 2022: the edges of the region of poor performance",
    response=Variable("E", "epochs of the repeated part at an edge of the region", "epochs"),
    variables=(SIZE,),
    parameters=(
        Parameter("k", "epochs at N = 1", positive=True),
        Parameter("alpha", "exponent of model size; negative", exponent=True),
    ),
)
