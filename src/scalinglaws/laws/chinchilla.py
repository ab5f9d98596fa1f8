"""Sums of power laws and a floor: Hoffmann et al. 2022 (arXiv:2203.15556) and its relatives.

"Training Compute-Optimal Large Language Models". Sizes count embeddings unless a law says otherwise.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

SIZE = Variable("N", "size of the model, embeddings included", "parameters")
TOKENS = Variable("D", "training tokens", "tokens")
LOSS = Variable("L", "test loss", "nats per token")


def exponent(name: str, what: str) -> Parameter:
    """An exponent that is positive if more of something helps; at 0 its term would be a second floor."""
    return Parameter(name, f"exponent of {what}", exponent=True, lower=0.0, upper=10.0, start=(0.1, 1.0))


A = Parameter("A", "loss due to model size at N = 1", positive=True)
B = Parameter("B", "loss due to data at D = 1", positive=True)
E = Parameter("E", "irreducible loss", lower=0.0)
ALPHA = exponent("alpha", "model size")
BETA = exponent("beta", "data")

CHINCHILLA = Law(
    name="chinchilla",
    title="Loss over model size and data",
    formula="E + A/N^alpha + B/D^beta",
    source="Hoffmann et al. 2022, equation 2 (approach 3)",
    response=LOSS,
    variables=(SIZE, TOKENS),
    parameters=(A, B, E, ALPHA, BETA),
)

CHINCHILLA_TIED = Law(
    name="chinchilla-tied",
    title="Loss over model size and data, one exponent",
    formula="E + A/N^alpha + B/D^alpha",
    source="Muennighoff et al. 2023 (arXiv:2305.16264), the base law: the best model grows in step with data",
    response=LOSS,
    variables=(SIZE, TOKENS),
    parameters=(A, B, E, exponent("alpha", "model size and of data")),
)

PEARCE_SONG = Law(
    name="pearce-song",
    title="Loss over model size without embeddings, and data",
    formula="E + A/(N_E + omega * N_E^(1/3))^alpha + B/D^beta",
    source="Pearce and Song 2024 (arXiv:2406.12907): the Chinchilla law with N = N_E + omega N_E^(1/3)",
    response=LOSS,
    variables=(Variable("N_E", "size of the model, embeddings left out", "parameters"), TOKENS),
    parameters=(A, B, E, ALPHA, BETA),
    constants={"omega": 47491.0},  # of the 50 Chinchilla models: a vocabulary of 32,000, width/depth 39
)

GEMSTONES = Law(
    name="gemstones",
    title="Loss over width, depth and data",
    formula="E + A/w^alpha + B/d^beta + C/D^gamma",
    source="McLeish et al. 2025, Gemstones (arXiv:2502.06857): the law in width and depth",
    response=LOSS,
    variables=(
        Variable("w", "width of the model", "channels"),
        Variable("d", "depth of the model", "layers"),
        TOKENS,
    ),
    parameters=(
        Parameter("A", "loss due to width at w = 1", positive=True),
        Parameter("B", "loss due to depth at d = 1", positive=True),
        Parameter("C", "loss due to data at D = 1", positive=True),
        E,
        exponent("alpha", "width"),
        exponent("beta", "depth"),
        exponent("gamma", "data"),
    ),
)
