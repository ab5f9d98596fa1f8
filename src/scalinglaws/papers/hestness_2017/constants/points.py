"""Points read off the figures of Hestness et al. 2017 (arXiv:1712.00409v1) for this project.

The figures show polylines without markers on logarithmic axes; their corners were measured on images of the
figures. Where the corners follow a pattern (factors of 2; 0.1 % to 20 % of the data), x is the nominal size
of the part of the data, elsewhere it is as read. y is known to 1-2 %; its further digits are as read.
"""

from dataclasses import dataclass

from scalinglaws.claims.constant import Certainty

CERTAINTY: Certainty = "dig"
Y_ERROR = (0.01, 0.02)
"""Relative error of y."""


@dataclass(frozen=True)
class Curve:
    """A curve of a figure.

    Attributes:
        series: its name in our tables.
        title: its name in the figure.
        panel: the figure.
        unit: of x.
        x: size of the training set.
        y: error or loss of the best-fit model, or of the model of that size.
    """

    series: str
    title: str
    panel: str
    unit: str
    x: tuple[float, ...]
    y: tuple[float, ...]


HOURS = (8.6, 17.2, 34.4, 86.0, 172.0, 344.0, 860.0, 1720.0)

TOKEN_ERROR = Curve(
    "token_error_rate", "Token error rate", "Fig 1 right", "tokens",
    (507812.5, 1015625.0, 2031250.0, 4062500.0, 8125000.0, 16.25e6, 32.5e6, 65e6, 130e6),
    (0.72349, 0.65638, 0.60212, 0.54927, 0.50527, 0.46483, 0.43297, 0.41068, 0.39444),
)  # fmt: skip
CHARS_SGD = Curve(
    "char_lm_sgd", "Depth-10 RHNs, SGD", "Fig 3 left", "characters",
    (350730.0, 696610.0, 1393200.0, 3502600.0, 7005200.0, 14.108e6, 70.445e6, 138.95e6),
    (1.6261, 1.5234, 1.4340, 1.2942, 1.2292, 1.1564, 1.0151, 0.97236),
)  # fmt: skip
CHARS_ADAM = Curve(
    "char_lm_adam", "Depth-10 RHNs, Adam", "Fig 3 left", "characters",
    (350730.0, 696610.0, 1393200.0, 3502600.0, 7005200.0, 13.914e6),
    (1.5817, 1.4505, 1.3524, 1.2421, 1.1713, 1.1030),
)  # fmt: skip
DS2 = Curve(
    "ds2", "DS2", "Fig 5 left", "hours of audio", HOURS,
    (0.49646, 0.41748, 0.33289, 0.25197, 0.20410, 0.17055, 0.14464, 0.12547),
)  # fmt: skip
ATTENTION = Curve(
    "attention", "Attention", "Fig 5 left", "hours of audio", HOURS,
    (0.75895, 0.55363, 0.45108, 0.35072, 0.30867, 0.25408, 0.19404, 0.15229),
)  # fmt: skip
DS2_2M = Curve(
    "ds2_1.7M", "1.7M parameters", "Fig 5 right", "hours of audio", HOURS,
    (0.54944, 0.50371, 0.42122, 0.33483, 0.29136, 0.28578, 0.26172, 0.25589),
)  # fmt: skip
DS2_6M = Curve(
    "ds2_6M", "6M parameters", "Fig 5 right", "hours of audio", HOURS,
    (0.55636, 0.48342, 0.40239, 0.32169, 0.26303, 0.23848, 0.19312, 0.18916),
)  # fmt: skip
DS2_87M = Curve(
    "ds2_87M", "87M parameters", "Fig 5 right", "hours of audio", HOURS[2:],
    (0.34903, 0.27017, 0.21996, 0.18540, 0.14638, 0.13088),
)  # fmt: skip
DS2_BEST = Curve(  # the curve of Fig 5 left, read again from the other panel
    "ds2_best", "Best-fit model", "Fig 5 right", "hours of audio", HOURS,
    (0.49907, 0.41912, 0.33317, 0.25153, 0.20325, 0.16949, 0.14327, 0.12426),
)  # fmt: skip

BEST_FIT = (TOKEN_ERROR, CHARS_SGD, CHARS_ADAM, DS2, ATTENTION)
"""Curves of the best-fit model at each size: power laws without a floor."""
FIXED_SIZE = (DS2_2M, DS2_6M, DS2_87M)
"""Curves of a single model each: power laws with a floor."""
EVERY = (*BEST_FIT, *FIXED_SIZE, DS2_BEST)
