"""The four learning curves of Amari, Fujita and Shinomoto 1992, "Four Types of Learning Curves".

From theory (Neural Computation 4): the kind of learner gives the exponent, only the level is fitted.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

SOURCE = "Amari et al. 1992, as in Weng 2026"
EXAMPLES = Variable("D", "size of the training set", "examples")
ERROR = Variable("epsilon", "generalisation error", "of the metric")
C = Parameter("c", "error above the floor at D = 1", positive=True)

AMARI_1 = Law(
    name="amari-1",
    title="Deterministic learner, no noise, one solution",
    formula="c/D",
    source=f"{SOURCE}: type 1",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(C,),
)

AMARI_2 = Law(
    name="amari-2",
    title="Deterministic learner, no noise, many equal solutions",
    formula="c/D^2",
    source=f"{SOURCE}: type 2",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(C,),
)

AMARI_3 = Law(
    name="amari-3",
    title="Deterministic learner, noisy data",
    formula="c/sqrt(D)",
    source=f"{SOURCE}: type 3",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(C,),
)

AMARI_4 = Law(
    name="amari-4",
    title="Stochastic learner, noisy data",
    formula="c/D + E",
    source=f"{SOURCE}: type 4",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(C, Parameter("E", "floor: the noise that no data removes", lower=0.0)),
)
