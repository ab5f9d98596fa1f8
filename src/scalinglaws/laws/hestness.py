"""The laws of Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically" (arXiv:1712.00409).

In the paper's convention the exponent of a learning curve, beta_g, is negative.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

EXAMPLES = Variable("m", "size of the training set", "examples, or examples per class (Fig 4)")
ERROR = Variable(
    "epsilon", "generalisation error: median over seeds of the minimum on validation", "of the metric"
)
SIZE = Variable("s", "size of the best-fit model", "parameters")

ALPHA = Parameter("alpha", "error of the power law at m = 1", positive=True)
BETA_G = Parameter("beta_g", "exponent of the learning curve; negative", exponent=True)

LEARNING_CURVE = Law(
    name="learning-curve",
    title="Power-law learning curve",
    formula="alpha * m^beta_g",
    source="Hestness et al. 2017, section 3 and Figs 1-5: the best-fit model at each size",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(ALPHA, BETA_G),
)

LEARNING_CURVE_WITH_FLOOR = Law(
    name="learning-curve-with-floor",
    title="Power-law learning curve with a floor",
    formula="alpha * m^beta_g + gamma",
    source="Hestness et al. 2017, section 3 and Fig 1 left: one model of fixed size",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(
        ALPHA,
        # No grid of subsets can tell exponents beyond -10 apart; above 0 the curve would rise from its floor.
        Parameter("beta_g", BETA_G.meaning, exponent=True, lower=-10.0, upper=0.0, start=(-1.5, -0.05)),
        Parameter("gamma", "floor: what more data does not remove", lower=0.0),
    ),
)

MODEL_SIZE = Law(
    name="model-size",
    title="Growth of the best-fit model",
    formula="alpha_p * m^beta_p",
    source="Hestness et al. 2017, section 3 and Figs 2-4 right",
    response=SIZE,
    variables=(EXAMPLES,),
    parameters=(
        Parameter("alpha_p", "size of the best-fit model at m = 1", positive=True),
        Parameter("beta_p", "exponent of model growth; between 0.5 and 1 expected", exponent=True),
    ),
)
