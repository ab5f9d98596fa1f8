"""The laws of Rosenfeld 2021, "Scaling Laws for Deep Learning" (arXiv:2108.07686), from its two papers.

Error over data and model size: Rosenfeld et al. 2020 (arXiv:1909.12673). Error of pruned networks: Rosenfeld
et al. 2021 (arXiv:2006.10621). Both give the modulus of a complex ratio; here it is written out.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

# The published constants hold for fractions only: in examples and parameters, b, c_inf and eta are others.
DATA = Variable("n", "size of the training set", "fraction of the largest")
MODEL = Variable("m", "size of the model", "fraction of the largest")
ERROR = Variable("eps", "top-1 error, or cross-entropy for language", "of the metric")
DENSITY = Variable("d", "share of the weights that is left", "fraction")
UNPRUNED = Variable("eps_np", "measured error of the unpruned network", "of the metric")
DEPTH = Variable("l", "depth of the network", "layers")
WIDTH = Variable("w", "width of the network", "times the base width")

ALPHA = Parameter("alpha", "exponent of data", exponent=True, lower=0.0, upper=10.0, start=(0.1, 1.5))
BETA = Parameter("beta", "exponent of model size", exponent=True, lower=0.0, upper=10.0, start=(0.1, 1.5))

ROSENFELD_ADDITIVE = Law(
    name="rosenfeld-additive",
    title="Error landscape: two power laws and a floor",
    formula="a * n^-alpha + b * m^-beta + c_inf",
    source="Rosenfeld et al. 2020, equation 4: the landscape far below guessing",
    response=ERROR,
    variables=(DATA, MODEL),
    parameters=(
        Parameter("a", "error due to data at n = 1", positive=True),
        ALPHA,
        Parameter("b", "error due to model size at m = 1", positive=True),
        BETA,
        Parameter("c_inf", "floor: what neither data nor size removes", lower=0.0),
    ),
)

# eps0 t / sqrt(t^2 + eta^2) with t = a n^-alpha + b m^-beta + c_inf. Scaling a, b, c_inf and eta together
# changes nothing, so we set a = 1.
ROSENFELD_ENVELOPE = Law(
    name="rosenfeld-envelope",
    title="Error landscape, from guessing to the floor",
    formula="eps0 / sqrt(1 + (eta / (n^-alpha + b * m^-beta + c_inf))^2)",
    source="Rosenfeld et al. 2020, equation 5 with a = 1",
    response=ERROR,
    variables=(DATA, MODEL),
    parameters=(
        Parameter("eps0", "error of guessing: 1 - 1/classes, or fitted for language", positive=True),
        ALPHA,
        Parameter("b", "weight of model size against data", positive=True, start=(1e-3, 1.0)),
        BETA,
        Parameter("c_inf", "floor, in units of the data term at n = 1", lower=0.0, start=(0.0, 5.0)),
        Parameter("eta", "where guessing turns into a power law", positive=True, start=(0.5, 30.0)),
    ),
)

EPS_UP = Parameter("eps_up", "error of the network pruned to nothing", positive=True, start=(0.3, 3.0))
# At gamma = 0.05 the plateaus, a factor of 10 apart, would be 20 decades of density apart.
GAMMA = Parameter(
    "gamma", "slope of the error in density between its plateaus", positive=True, exponent=True,
    lower=0.05, upper=10.0, start=(0.2, 3.0),
)  # fmt: skip

PRUNING_SINGLE = Law(
    name="pruning-single",
    title="Error of one network over its density",
    formula="eps_np * ((d^2 + (p * (eps_up/eps_np)^(1/gamma))^2) / (d^2 + p^2))^(gamma/2)",
    source="Rosenfeld et al. 2021 (arXiv:2006.10621), the law of one network",
    response=ERROR,
    variables=(DENSITY, UNPRUNED),
    parameters=(
        EPS_UP,
        GAMMA,
        Parameter("p", "density at which the high plateau ends", positive=True, start=(0.0, 1.0), of="d"),
    ),
)

# The same law with the invariant m* = l^phi w^psi d in place of d; with phi = 1 and psi = 2 that would be
# the number of parameters. The size of the training set enters through eps_np alone.
INVARIANT = "(l^phi * w^psi * d)"

PRUNING_JOINT = Law(
    name="pruning-joint",
    title="Error of pruned networks over density, depth and width",
    formula=(
        f"eps_np * (({INVARIANT}^2 + (p_prime * (eps_up/eps_np)^(1/gamma))^2)"
        f" / ({INVARIANT}^2 + p_prime^2))^(gamma/2)"
    ),
    source="Rosenfeld et al. 2021 (arXiv:2006.10621), the joint law",
    response=ERROR,
    variables=(DENSITY, DEPTH, WIDTH, UNPRUNED),
    parameters=(
        EPS_UP,
        GAMMA,
        Parameter("p_prime", "invariant at which the high plateau ends", positive=True, start=(1e-3, 10.0)),
        Parameter("phi", "exponent of depth", exponent=True, lower=-10.0, upper=10.0, start=(0.0, 2.0)),
        Parameter("psi", "exponent of width", exponent=True, lower=-10.0, upper=10.0, start=(0.0, 2.5)),
    ),
)
