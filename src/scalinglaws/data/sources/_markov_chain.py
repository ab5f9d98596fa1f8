"""Random Markov chains: drawing them, the loss of the best prediction, and samples."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scalinglaws.errors import DataError

Doubles = NDArray[np.float64]

TOLERANCE = 1e-14
MOST_STEPS = 100_000
CHUNK = 1 << 22
"""Number of probabilities in memory at a time; it limits how many windows are sampled together."""


@dataclass(frozen=True)
class Chain:
    """A stationary Markov chain of any order.

    Attributes:
        transitions: probability of each next state after each context, shape (states,) * order + (states,).
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
        """The number of states that the next one depends on."""
        return self.transitions.ndim - 1

    @property
    def entropy_rate(self) -> float:
        """Nats per state: the loss of the best prediction from at least `order` states."""
        return self.entropy_after(self.order)

    def entropy_after(self, context: int) -> float:
        """The loss, in nats, of the best prediction of the next state from only the last `context` states.

        It is H(context + 1 states) - H(context states).
        """
        unseen = tuple(range(max(self.order - context, 0)))
        joint = (self.stationary[..., None] * self.transitions).sum(unseen)
        before = joint.sum(-1, keepdims=True)
        shares = np.divide(joint, before, out=np.ones_like(joint), where=joint > 0)
        return float(-(joint * np.log(shares)).sum())

    def entropy_of_windows(self, window: int) -> float:
        """Nats per prediction: the best mean loss over a window that starts without context.

        The first of the window + 1 states is given, and prediction t sees the t states before it, which at
        the start are fewer than `order`. For order 1 this is the entropy rate.
        """
        short = [self.entropy_after(seen) for seen in range(1, min(self.order, window + 1))]
        return (sum(short) + (window - len(short)) * self.entropy_rate) / window

    def sample(self, windows: int, length: int, generator: np.random.Generator) -> NDArray[np.uint16]:
        """Independent pieces of the stationary chain, shape (windows, length)."""
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
    """A random chain. Each row of its transitions is drawn from a symmetric Dirichlet distribution.

    Raises:
        DataError: the chain consists of parts that hardly communicate.
    """
    rows = generator.dirichlet(np.full(states, concentration), size=(states,) * order)
    return chain_of(rows)


def chain_of(transitions: Doubles) -> Chain:
    """The stationary chain with given transitions, shape (states,) * order + (states,).

    Raises:
        DataError: iteration finds no single stationary distribution.
    """
    order = transitions.ndim - 1
    now = np.full(transitions.shape[:-1], 1 / transitions[..., 0].size)
    for _ in range(MOST_STEPS):
        after = (now[..., None] * transitions).sum(0).reshape(now.shape)
        # Half a step, because a periodic chain would never settle.
        following = (now + after) / 2
        following /= following.sum()
        if np.abs(following - now).sum() < TOLERANCE:
            return Chain(transitions, following)
        now = following
    raise DataError(
        f"a Markov chain of order {order} with {transitions.shape[-1]} states: no stationary distribution "
        f"within {MOST_STEPS} steps; a larger concentration makes its parts communicate"
    )
