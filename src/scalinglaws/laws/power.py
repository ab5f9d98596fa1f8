"""The power law, with and without a floor, and two rival curves.

An exponent is positive if the curve falls, so that laws can be compared.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

SCALE = Variable("x", "what grows: data, model or compute", "any")
ERROR = Variable("y", "error or loss", "of the metric")

A = Parameter("a", "floor: what more scale does not remove", lower=0.0)
B = Parameter("b", "error above the floor at x = 1", positive=True)

POWER_LAW = Law(
    name="power-law",
    title="Power law",
    formula="b * x^-c",
    source="Hestness et al. 2017 (arXiv:1712.00409), section 3, without the floor",
    response=ERROR,
    variables=(SCALE,),
    parameters=(B, Parameter("c", "exponent", exponent=True)),
)

POWER_LAW_FLOOR = Law(
    name="power-law-floor",
    title="Power law with a floor",
    formula="a + b * x^-c",
    source="Hestness et al. 2017 (arXiv:1712.00409), section 3",
    response=ERROR,
    variables=(SCALE,),
    # Below 0 the curve would rise from its floor; no grid of sizes can tell exponents above 10 apart.
    parameters=(A, B, Parameter("c", "exponent", exponent=True, lower=0.0, upper=10.0, start=(0.05, 1.5))),
)

EXPONENTIAL = Law(
    name="exponential",
    title="Exponential decay to a floor",
    formula="a + b * exp(-x / s)",
    source="Viering and Loog 2021 (arXiv:2103.10948), Table 1: the rival of the power law",
    response=ERROR,
    variables=(SCALE,),
    parameters=(
        A,
        Parameter("b", "error above the floor at x = 0", positive=True),
        Parameter("s", "scale over which the rest falls by 1/e", positive=True, start=(0.0, 1.0), of="x"),
    ),
)

LOGARITHMIC = Law(
    name="logarithmic",
    title="Straight line in the logarithm of the scale",
    formula="a - b * log(x)",
    source="Viering and Loog 2021 (arXiv:2103.10948), Table 1: a rival of the power law; negative in the end",
    response=ERROR,
    variables=(SCALE,),
    parameters=(
        Parameter("a", "error at x = 1"),
        Parameter("b", "fall of the error as x grows by e"),
    ),
)
