"""The estimators M1 to M4 of Alabdulmohsin, Neyshabur and Zhai 2022 (arXiv:2209.06640).

"Revisiting Neural Scaling Laws in Language and Vision". M1 and M2 are the power law without and with a floor.
The forms are from memory, without the paper at hand; here c is positive if the error falls.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

SCALE = Variable("x", "what grows: data, model or compute", "any")
ERROR = Variable("eps", "error or loss", "of the metric")

BETA = Parameter("beta", "error above the floor at x = 1", positive=True)
C = Parameter("c", "exponent", exponent=True, lower=0.0, upper=10.0, start=(0.05, 1.5))
EPS_INF = Parameter("eps_inf", "floor: error at infinite scale", lower=0.0)

M1 = Law(
    name="m1",
    title="M1: power law",
    formula="beta * x^-c",
    source="Alabdulmohsin et al. 2022, section 3, M1",
    response=ERROR,
    variables=(SCALE,),
    parameters=(BETA, Parameter("c", "exponent", exponent=True)),
)

M2 = Law(
    name="m2",
    title="M2: power law with a floor",
    formula="eps_inf + beta * x^-c",
    source="Alabdulmohsin et al. 2022, section 3, M2",
    response=ERROR,
    variables=(SCALE,),
    parameters=(BETA, C, EPS_INF),
)

# The paper's gamma is 1/d. Unlike gamma, d is a size, so initial guesses can be sizes of the data.
M3 = Law(
    name="m3",
    title="M3: power law that levels off at large scale",
    formula="beta * (1/x + 1/d)^c",
    source="Alabdulmohsin et al. 2022, section 3, M3, with gamma = 1/d; its floor is beta gamma^c",
    response=ERROR,
    variables=(SCALE,),
    parameters=(
        Parameter("beta", "error of the power law at x = 1", positive=True),
        C,
        Parameter("d", "scale at which the curve levels off", positive=True, start=(0.3, 2.0), of="x"),
    ),
)

# The paper's M4 is (eps - eps_inf) / (eps_0 - eps)^alpha = beta x^-c. Our formulas must give eps, and there
# is a closed form for alpha = 1 only: this one. The paper's beta is d^c.
M4 = Law(
    name="m4",
    title="M4 with alpha = 1: power law between the error of guessing and a floor",
    formula="eps_inf + (eps_0 - eps_inf) / (1 + (x/d)^c)",
    source="Alabdulmohsin et al. 2022, section 3, M4, for alpha = 1 only, with beta = d^c",
    response=ERROR,
    variables=(SCALE,),
    parameters=(
        Parameter("d", "scale at which half of the way is gone", positive=True, start=(-0.5, 0.5), of="x"),
        C,
        EPS_INF,
        Parameter("eps_0", "error of guessing, before anything is learnt", lower=0.0),
    ),
)
