"""Broken neural scaling laws: power laws whose exponent changes at breaks (arXiv:2210.14891).

Caballero, Gupta, Rish and Krueger 2022. After the break at d_i the exponent is larger by c_i.
"""

from scalinglaws.laws.law import Law, Parameter, Variable

SOURCE = "Caballero et al. 2022, equation 1"
SCALE = Variable("x", "what grows: data, model, compute or steps", "any")
ERROR = Variable("y", "error or loss", "of the metric")


def _formula(breaks: int) -> str:
    factors = (f"(1 + (x/d_{i})^(1/f_{i}))^(-c_{i} * f_{i})" for i in range(1, breaks + 1))
    return " * ".join(("a + b * x^-c_0", *factors))


def _parameters(breaks: int) -> tuple[Parameter, ...]:
    """Exponents may be negative: a curve may rise, as in double descent.

    A break sharper than f = 0.02 is between two neighbouring sizes; one smoother than 5 spans hundreds of
    decades and is not a break. Without these bounds, fits to few points end up there.
    """
    found = [
        Parameter("a", "floor: what more scale does not remove", lower=0.0),
        Parameter("b", "error above the floor at x = 1, before the breaks", positive=True),
        _exponent(0, "exponent before the first break"),
    ]
    for i in range(1, breaks + 1):
        found += [
            _exponent(i, f"change of the exponent at break {i}"),
            Parameter(f"d_{i}", f"scale at which break {i} lies", positive=True, start=(0.0, 1.0), of="x"),
            Parameter(
                f"f_{i}", f"width of break {i}, smooth where large", positive=True,
                lower=0.02, upper=5.0, start=(0.1, 1.0),
            ),
        ]  # fmt: skip
    return tuple(found)


def _exponent(index: int, meaning: str) -> Parameter:
    return Parameter(f"c_{index}", meaning, exponent=True, lower=-10.0, upper=10.0, start=(-0.5, 0.5))


BNSL_1 = Law(
    name="bnsl-1",
    title="Broken neural scaling law, one break",
    formula=_formula(1),
    source=SOURCE,
    response=ERROR,
    variables=(SCALE,),
    parameters=_parameters(1),
)

BNSL_2 = Law(
    name="bnsl-2",
    title="Broken neural scaling law, two breaks",
    formula=_formula(2),
    source=SOURCE,
    response=ERROR,
    variables=(SCALE,),
    parameters=_parameters(2),
)

BNSL_3 = Law(
    name="bnsl-3",
    title="Broken neural scaling law, three breaks",
    formula=_formula(3),
    source=SOURCE,
    response=ERROR,
    variables=(SCALE,),
    parameters=_parameters(3),
)
