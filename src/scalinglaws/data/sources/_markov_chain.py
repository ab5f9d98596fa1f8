"""Markov chains with known entropy: how they are drawn, what the best prediction of them costs, samples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import DataError

Doubles = NDArray[np.float64]

TOLERANCE = 1e-14
MOST_STEPS = 100_000
CHUNK = 1 << 22
"""Probabilities that are looked at together, for as many windows as that makes."""


@dataclass(frozen=True)
class Chain:
    """A stationary Markov chain of any order.

    Attributes:
        transitions: probability of the next state after each context, shape (states,) * order + (states,).
        stationary: probability of each context, shape (states,) * order.
    """

    transitions: Doubles
    stationary: Doubles

    @property
    def states(self) -> int:
        """Number of states."""
        return int(self.transitions.shape[-1])

    @property
    def order(self) -> int:
        """How many states the next one depends on."""
        return self.transitions.ndim - 1

    @property
    def entropy_rate(self) -> float:
        """Nats a state: the cost of the best prediction from at least `order` states."""
        return self.entropy_after(self.order)

    def entropy_after(self, context: int) -> float:
        """Nats that the best prediction of the next state costs from the last `context` states alone.

        It is H(context + 1 states) - H(context states) where fewer are seen than the chain depends on.
        """
        unseen = tuple(range(max(self.order - context, 0)))
        joint = (self.stationary[..., None] * self.transitions).sum(unseen)
        before = joint.sum(-1, keepdims=True)
        shares = np.divide(joint, before, out=np.ones_like(joint), where=joint > 0)
        return float(-(joint * np.log(shares)).sum())

    def entropy_of_windows(self, window: int) -> float:
        """Nats a prediction, the best mean over a window that starts without context.

        Of the window + 1 states the first is given; prediction t has the t states before it, which at the
        beginning are fewer than `order`. For order 1 this is the entropy rate.
        """
        short = [self.entropy_after(seen) for seen in range(1, min(self.order, window + 1))]
        return (sum(short) + (window - len(short)) * self.entropy_rate) / window

    def sample(self, windows: int, length: int, generator: np.random.Generator) -> NDArray[np.uint16]:
        """Independent stretches of the chain, each from its stationary distribution, (windows, length)."""
        together = max(1, CHUNK // self.states)
        sizes = [min(together, windows - start) for start in range(0, windows, together)]
        return np.concatenate([self._chunk(size, length, generator) for size in sizes])

    def _chunk(self, windows: int, length: int, generator: np.random.Generator) -> NDArray[np.uint16]:
        thresholds = self.transitions.reshape(-1, self.states).cumsum(1)[:, :-1]
        starts = self.stationary.ravel().cumsum()
        context = np.searchsorted(starts[:-1], generator.random(windows), side="right")
        states = np.empty((windows, max(length, self.order)), dtype=np.uint16)
        for place, column in enumerate(np.unravel_index(context, self.stationary.shape)):
            states[:, place] = column
        for place in range(self.order, length):
            drawn = (generator.random(windows)[:, None] >= thresholds[context]).sum(1)
            states[:, place] = drawn
            context = (context * self.states + drawn) % self.stationary.size
        return states[:, :length]


def draw_chain(states: int, order: int, concentration: float, generator: np.random.Generator) -> Chain:
    """A random chain: each row of its transitions is a draw from a symmetric Dirichlet distribution.

    Raises:
        DataError: the chain falls apart into parts that hardly communicate.
    """
    rows = generator.dirichlet(np.full(states, concentration), size=(states,) * order)
    return chain_of(rows)


def chain_of(transitions: Doubles) -> Chain:
    """The stationary chain with given transitions, shape (states,) * order + (states,).

    Raises:
        DataError: it has no single stationary distribution that can be found by iteration.
    """
    order = transitions.ndim - 1
    now = np.full(transitions.shape[:-1], 1 / transitions[..., 0].size)
    for _ in range(MOST_STEPS):
        after = (now[..., None] * transitions).sum(0).reshape(now.shape)
        # Half a step: a chain with a period would go round for ever.
        following = (now + after) / 2
        following /= following.sum()
        if np.abs(following - now).sum() < TOLERANCE:
            return Chain(transitions, following)
        now = following
    raise DataError(
        f"a Markov chain of order {order} with {transitions.shape[-1]} states: no stationary distribution "
        f"within {MOST_STEPS} steps; a larger concentration makes its parts communicate"
    )
