"""The nine error landscapes of Rosenfeld et al. 2020 (arXiv:1909.12673), part of Rosenfeld's 2021 thesis.

error = eps0 t / sqrt(t^2 + eta^2) with t = n^-alpha + b m^-beta + c_inf. Here n and m are the sizes of data
and model as FRACTIONS of the largest; with absolute sizes the constants make no sense. alpha, beta and all
constants of CIFAR10 come from secondary sources that quote the paper; the other constants and the grids are
from memory.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from scalinglaws.claims.constant import Certainty, Constant

PAPER = "Rosenfeld et al. 2020"
THETA = f"{PAPER}, table of fitted parameters"
GRIDS = f"{PAPER}, table of data sets and models"

NAMES = ("eps0", "alpha", "b", "beta", "c_inf", "eta")
"""Parameters of a landscape, in the order of the law `rosenfeld-envelope`."""


@dataclass(frozen=True)
class Landscape:
    """A data set with the models trained on it.

    Attributes:
        name: its name in our tables.
        metric: what the error is.
        model: the architecture, scaled in width.
        examples: N, as the paper counts it (for CIFAR including the test images), in `unit`.
        unit: of the examples.
        halvings: data sizes are N 2^-k for k from 0 to this.
        parameters: M, the size of the base model.
        quarterings: model sizes are M 4^-k for k from the first to the second.
        theta: eps0, alpha, b, beta, c_inf and eta.
        guess_known: whether eps0 is known (1 - 1/classes) rather than fitted.
    """

    name: str
    metric: str
    model: str
    examples: Constant
    unit: str
    halvings: int
    parameters: Constant
    quarterings: tuple[int, int]
    theta: tuple[Constant, ...]
    guess_known: bool

    @property
    def values(self) -> tuple[float, ...]:
        """The parameters, in the order of NAMES."""
        return tuple(constant.value for constant in self.theta)

    @property
    def data_fractions(self) -> tuple[float, ...]:
        """n of the grid, ascending to 1."""
        return tuple(2.0**-k for k in range(self.halvings, -1, -1))

    @property
    def model_fractions(self) -> tuple[float, ...]:
        """m of the grid, ascending to 1, as fractions of the largest model, not of the base model."""
        first, last = self.quarterings
        return tuple(4.0**-k for k in range(last - first, -1, -1))

    @property
    def largest_model(self) -> float:
        """Parameters of the largest model, at m = 1."""
        return self.parameters.value * 4.0 ** -self.quarterings[0]

    @property
    def configurations(self) -> Iterator[tuple[float, float]]:
        """n and m of every configuration."""
        return ((n, m) for n in self.data_fractions for m in self.model_fractions)


def _vision(
    name: str, classes: int, examples: int, grid: tuple[str, float, int, tuple[int, int]],
    theta: tuple[float, ...], certainty: Certainty = "mem",
) -> Landscape:  # fmt: skip
    guess = Constant(1 - 1 / classes, f"1 - 1/{classes} for {classes} balanced classes", "der")
    return _landscape(name, "top-1 error", (examples, "images"), grid, guess, theta, certainty, known=True)


def _language(
    name: str, words: int, grid: tuple[str, float, int, tuple[int, int]], guess: float,
    theta: tuple[float, ...],
) -> Landscape:  # fmt: skip
    eps0 = Constant(guess, THETA, "mem")
    return _landscape(name, "cross-entropy", (words, "words"), grid, eps0, theta, "mem", known=False)


def _landscape(
    name: str, metric: str, size: tuple[int, str], grid: tuple[str, float, int, tuple[int, int]],
    eps0: Constant, theta: tuple[float, ...], certainty: Certainty, *, known: bool,
) -> Landscape:  # fmt: skip
    alpha, beta, b, c_inf, eta = theta
    model, parameters, halvings, quarterings = grid
    constants = (
        eps0,
        Constant(alpha, THETA, "sec"),
        Constant(b, THETA, certainty),
        Constant(beta, THETA, "sec"),
        Constant(c_inf, THETA, certainty),
        Constant(eta, THETA, certainty),
    )
    examples, unit = size
    return Landscape(
        name, metric, model, Constant(examples, GRIDS, "mem"), unit, halvings,
        Constant(parameters, GRIDS, "mem"), quarterings, constants, known,
    )  # fmt: skip


WRN, LSTM = ("WRN-44-16", 0.7e6, 5), ("AWD-LSTM", 20e6, 5, (0, 6))  # depth 44, 16 base channels

# alpha, beta, b, c_inf, eta
LANDSCAPES = (
    _vision("ImageNet", 1000, 1_200_000, ("ResNet-50", 25.5e6, 6, (0, 6)), (0.75, 0.61, 0.76, 3.63, 18.50)),
    _vision("CIFAR10", 10, 60_000, (*WRN, (-3, 4)), (0.66, 0.53, 5.87e-2, 7.14e-14, 19.77), "sec"),
    _vision("CIFAR100", 100, 60_000, (*WRN, (-3, 4)), (0.70, 0.51, 0.15, 0.71, 6.93)),
    _vision("DTD", 47, 5_640, (*WRN, (-2, 4)), (0.40, 1.16, 4.30e-5, 1.27e-9, 0.85)),
    _vision("Aircraft", 100, 10_000, (*WRN, (-2, 4)), (1.10, 0.83, 3.47e-3, 5.16e-10, 1.13)),
    _vision("UCF101", 101, 13_000, (*WRN, (-2, 4)), (0.93, 0.54, 4.68e-2, 1.16e-9, 2.98)),
    _language("PTB", 900_000, LSTM, 6.10, (0.81, 0.34, 0.15, 5.00, 6.27)),
    _language("WikiText-2", 2_000_000, LSTM, 6.21, (1.01, 0.22, 0.99, 8.23, 10.38)),
    _language(
        "WikiText-103",
        100_000_000,
        ("Transformer-XL", 41e6, 5, (0, 6)),
        6.60,
        (0.74, 0.56, 0.33, 9.04, 16.34),
    ),
)

FIT_MEAN = Constant(0.01, f"{PAPER}: the mean relative error of the fit is smaller on all data sets", "sec")
FIT_SPREAD = Constant(0.05, f"{PAPER}: so is its standard deviation", "sec")
FOLDS = Constant(10, f"{PAPER}: folds of the cross-validation", "sec")
CUT_DATA = Constant(1 / 8, f"{PAPER}, extrapolation: largest n that is fitted", "mem")
CUT_MODEL = Constant(1 / 16, f"{PAPER}, extrapolation: largest m that is fitted", "mem")

EXTRAPOLATION = {
    "ImageNet": (
        Constant(0.045, f"{PAPER}, extrapolation on ImageNet: mean", "sec"),
        Constant(0.04681, f"{PAPER}, extrapolation on ImageNet: standard deviation; 4.7 % is quoted", "mem"),
    ),
    "WikiText-103": (
        Constant(0.005, f"{PAPER}, extrapolation on WikiText-103: mean", "mem"),
        Constant(0.01689, f"{PAPER}, extrapolation on WikiText-103: standard deviation", "mem"),
    ),
}
"""Mean and standard deviation of the relative error, estimated over actual - 1, outside the fitted corner."""


def landscape(name: str) -> Landscape:
    """The landscape of a data set."""
    return next(found for found in LANDSCAPES if found.name == name)
