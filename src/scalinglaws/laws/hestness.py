"""The laws of Hestness et al. 2017, "Deep Learning Scaling is Predictable, Empirically" (arXiv:1712.00409).

In the paper's convention the exponent of a learning curve, beta_g, is negative.
"""

import numpy as np

from scalinglaws.laws.law import FloatArray, Law, Parameter, Variable

EXAMPLES = Variable("m", "size of the training set", "examples, or examples per class (Fig 4)")
ERROR = Variable(
    "epsilon", "generalisation error: median over seeds of the minimum on validation", "of the metric"
)
SIZE = Variable("s", "size of the best-fit model", "parameters")

# Fractions of the smallest error at which the floor starts. Given the floor, log(y - gamma) is linear in
# log m, so alpha and beta_g start at their regression: a grid over gamma alone covers the whole surface.
FLOOR_FRACTIONS = (0.0, 0.3, 0.6, 0.85, 0.97)


def _power(params: FloatArray, x: FloatArray) -> FloatArray:
    scale, exponent = params
    (m,) = x
    return np.asarray(scale * m**exponent)


def _power_derivatives(params: FloatArray, x: FloatArray) -> FloatArray:
    scale, exponent = params
    (m,) = x
    power = m**exponent
    return np.stack([power, scale * power * np.log(m)])


def _power_with_floor(params: FloatArray, x: FloatArray) -> FloatArray:
    return np.asarray(_power(params[:2], x) + params[2])


def _power_with_floor_derivatives(params: FloatArray, x: FloatArray) -> FloatArray:
    power = _power_derivatives(params[:2], x)
    return np.concatenate([power, np.ones_like(power[:1])])


def _floor_starts(x: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    log_m = np.log(x[0])
    total = weights.sum(axis=-1)
    lowest = np.where(weights > 0, y, np.inf).min(axis=-1)
    centred = log_m - (weights * log_m).sum(axis=-1, keepdims=True) / total[..., None]
    starts = []
    for fraction in FLOOR_FRACTIONS:
        floor = fraction * lowest
        # Points of weight 0 may lie below the floor; their value does not matter.
        log_rest = np.log(np.maximum(y - floor[..., None], 1e-3 * lowest[..., None]))
        exponent = (weights * centred * log_rest).sum(axis=-1) / (weights * centred**2).sum(axis=-1)
        exponent = np.clip(exponent, BETA_G_WITH_FLOOR.lower, BETA_G_WITH_FLOOR.upper)
        log_scale = (weights * (log_rest - exponent[..., None] * log_m)).sum(axis=-1) / total
        starts.append(np.stack([np.exp(log_scale), exponent, floor]))
    return np.stack(starts)


ALPHA = Parameter("alpha", "error of the power law at m = 1", positive=True)
BETA_G = Parameter("beta_g", "exponent of the learning curve; negative", exponent=True)
# Steeper than m^-10 no subset grid can tell apart; above 0 the floor would be a start, not an end.
BETA_G_WITH_FLOOR = Parameter("beta_g", BETA_G.meaning, exponent=True, lower=-10.0, upper=0.0)
GAMMA = Parameter("gamma", "floor: what more data does not remove", lower=0.0)

LEARNING_CURVE = Law(
    name="learning-curve",
    title="Power-law learning curve",
    formula="epsilon(m) = alpha m^beta_g",
    source="Hestness et al. 2017, section 3 and Figs 1-5: the best-fit model at each size",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(ALPHA, BETA_G),
    prediction=_power,
    derivatives=_power_derivatives,
    log_linear=True,
)

LEARNING_CURVE_WITH_FLOOR = Law(
    name="learning-curve-with-floor",
    title="Power-law learning curve with a floor",
    formula="epsilon(m) = alpha m^beta_g + gamma",
    source="Hestness et al. 2017, section 3 and Fig 1 left: one model of fixed size",
    response=ERROR,
    variables=(EXAMPLES,),
    parameters=(ALPHA, BETA_G_WITH_FLOOR, GAMMA),
    prediction=_power_with_floor,
    derivatives=_power_with_floor_derivatives,
    starts=_floor_starts,
)

MODEL_SIZE = Law(
    name="model-size",
    title="Growth of the best-fit model",
    formula="s(m) = alpha_p m^beta_p",
    source="Hestness et al. 2017, section 3 and Figs 2-4 right",
    response=SIZE,
    variables=(EXAMPLES,),
    parameters=(
        Parameter("alpha_p", "size of the best-fit model at m = 1", positive=True),
        Parameter("beta_p", "exponent of model growth; between 0.5 and 1 expected", exponent=True),
    ),
    prediction=_power,
    derivatives=_power_derivatives,
    log_linear=True,
)
