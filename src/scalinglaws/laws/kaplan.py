"""The laws of Kaplan et al. 2020, "Scaling Laws for Neural Language Models" (arXiv:2001.08361).

Sizes leave embeddings out. The scales N_c, D_c and C_c have no meaning of their own: they are far above the
data, where the loss would be 1, and depend on the tokenizer.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

SIZE = Variable("N", "size of the model, embeddings left out", "parameters")
TOKENS = Variable("D", "size of the training set", "tokens")
COMPUTE = Variable("C", "compute of training", "PF-days in the paper (8.64e19 FLOPs)")
STEPS = Variable("S", "steps of training, at a batch far above the critical one", "steps")
LOSS = Variable("L", "test loss", "nats per token")


def _exponent(name: str, what: str, start: tuple[float, float] = (0.03, 0.5)) -> Parameter:
    return Parameter(name, f"exponent of {what}", positive=True, exponent=True, upper=10.0, start=start)


def _scale(name: str, of: str, start: tuple[float, float] = (1.0, 3.0)) -> Parameter:
    return Parameter(name, f"{of} at which its term is 1", positive=True, start=start, of=of)


ALPHA_N, N_C = _exponent("alpha_N", "model size"), _scale("N_c", "N")
ALPHA_D, D_C = _exponent("alpha_D", "data"), _scale("D_c", "D")

KAPLAN_N = Law(
    name="kaplan-N",
    title="Loss over model size, with data enough",
    formula="(N_c/N)^alpha_N",
    source="Kaplan et al. 2020, equation 1.1",
    response=LOSS,
    variables=(SIZE,),
    parameters=(N_C, ALPHA_N),
)

KAPLAN_D = Law(
    name="kaplan-D",
    title="Loss over data, of a large model stopped early",
    formula="(D_c/D)^alpha_D",
    source="Kaplan et al. 2020, equation 1.2",
    response=LOSS,
    variables=(TOKENS,),
    parameters=(D_C, ALPHA_D),
)

KAPLAN_C = Law(
    name="kaplan-C",
    title="Least loss over compute",
    formula="(C_c/C)^alpha_C",
    source="Kaplan et al. 2020, equation 1.3 (C_min) and Table 5 (C at a fixed batch)",
    response=LOSS,
    variables=(COMPUTE,),
    parameters=(_scale("C_c", "C"), _exponent("alpha_C", "compute")),
)

KAPLAN_ND = Law(
    name="kaplan-ND",
    title="Loss over model size and data",
    formula="((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D",
    source="Kaplan et al. 2020, equation 1.5, Table 2",
    response=LOSS,
    variables=(SIZE, TOKENS),
    parameters=(N_C, D_C, ALPHA_N, ALPHA_D),
)

KAPLAN_NS = Law(
    name="kaplan-NS",
    title="Loss over model size and steps",
    formula="(N_c/N)^alpha_N + (S_c/S)^alpha_S",
    source="Kaplan et al. 2020, equation 1.6, Table 3",
    response=LOSS,
    variables=(SIZE, STEPS),
    parameters=(N_C, _scale("S_c", "S", (-1.0, 1.0)), ALPHA_N, _exponent("alpha_S", "steps", (0.2, 1.5))),
)
