"""Attention speech models: a listener of LSTM layers and pooling in time, and a speller that attends to it.

The second speech model of Hestness et al. 2017, in the manner of Chan et al. 2016 and of the hybrid attention
of Chorowski et al. 2015. Pairs of frames enter a linear layer. LSTM layers in both directions follow, whose
states are added; between two layers, the larger of two neighbouring steps is kept. The speller is one LSTM
cell that sees the previous symbol and what it attended to before. The score of its attention is the sum of
the product of its state with a key per step (content), and of a learned filter over the previous attention
(location). Chorowski et al. pass both through one more layer; the sum takes fewer operators.

Padding has no effect, as in `deepspeech.py`: states are zero there, and it gets no attention.
"""

from typing import Annotated, Literal, NamedTuple

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from scalinglaws.models.deepspeech import Bidirectional, padding_of

TASKS = ("speech-attention",)
REQUIRED = {"stride < 1 << (layers + 1)": "the layers are too few for the stride, which they divide by two"}

REACH = 4
"""Steps to either side over which the location filter looks."""
EXCLUDED = -1e9
"""Score of a step of padding: its weight is exactly zero if there is any other step."""


class _Heard(NamedTuple):
    """What the speller attends to."""

    memory: Tensor
    """States of the listener, (batch, steps, width)."""
    keys: Tensor
    """(batch, steps, width)."""
    excluded: Tensor
    """Added to the scores, (batch, steps)."""
    moves: Tensor
    """Maps previous weights to scores, (steps, steps)."""


class _State(NamedTuple):
    """The state of the speller."""

    cell: Tensor
    """(batch, width)."""
    seen: Tensor
    """The cell's output, and then the mean of what it attends to, (batch, 2 width)."""
    weights: Tensor
    """Weights of the steps that it attends to, (batch, steps)."""


class Listener(nn.Module):
    """Encoder, attention and decoder of one width."""

    HEAD = ("head",)
    EMBEDDINGS = ("embed",)

    def __init__(self, bands: int, outputs: int, width: int, layers: int, pools: int) -> None:
        super().__init__()
        self.width, self.pools = width, pools
        self.front = nn.Linear(2 * bands, width)
        self.layers = nn.ModuleList(Bidirectional(width, width) for _ in range(layers))
        self.keys = nn.Linear(width, width, bias=False)
        self.places = nn.Parameter(torch.zeros(2 * REACH + 1))
        self.embed = nn.Embedding(outputs, width)
        self.project = nn.Linear(width, 4 * width)  # candidate, input, forget and output gate
        self.recurrent = nn.Parameter(torch.empty(2 * width, 4 * width))
        self.head = nn.Linear(2 * width, outputs)
        self._initialise()

    def forward(self, inputs: tuple[Tensor, Tensor]) -> Tensor:
        """Spell sounds (batch, frames, bands), given the symbol before each symbol, (batch, length).

        Returns:
            In training, logits (batch, length, outputs) after the given symbols. In evaluation, (batch, 2,
            length, outputs): these logits, and those after the first given symbol and then the model's own
            best guesses.
        """
        sounds, symbols = inputs
        heard = self._listen(sounds)
        given = self._spell(heard, symbols)
        if self.training:
            return given
        return torch.stack([given, self._spell_freely(heard, symbols)], 1)

    def _listen(self, sounds: Tensor) -> _Heard:
        padding = padding_of(sounds)[:, ::2]
        x = functional.relu(self.front(_pairs(sounds).flatten(2)))
        for number, layer in enumerate(self.layers):
            x = layer(x, padding)
            if number < self.pools:
                x, padding = _pairs(x).amax(2), padding[:, ::2]
        keys = self.keys(x) * self.width**-0.5
        return _Heard(x, keys, padding * EXCLUDED, self._moves(x.shape[1]))

    def _moves(self, steps: int) -> Tensor:
        """The location filter as a matrix (steps, steps)."""
        place = torch.arange(steps, device=self.places.device)
        distance = place - place[:, None]
        reach = torch.arange(-REACH, REACH + 1, device=place.device)[:, None, None]
        # Products and a sum, not a matrix product: an ensemble would make that one product for all its
        # models.
        return (self.places[:, None, None] * (distance == reach)).sum(0)

    def _spell(self, heard: _Heard, symbols: Tensor) -> Tensor:
        state, seen = self._begin(heard), []
        for gates in self.project(self.embed(symbols)).unbind(1):
            state = self._step(heard, state, gates)
            seen.append(state.seen)
        logits: Tensor = self.head(torch.stack(seen, 1))
        return logits

    def _spell_freely(self, heard: _Heard, symbols: Tensor) -> Tensor:
        state, logits = self._begin(heard), []
        symbol = symbols[:, 0]
        for _ in range(symbols.shape[1]):
            state = self._step(heard, state, self.project(self.embed(symbol)))
            logits.append(self.head(state.seen))
            symbol = logits[-1].argmax(-1)
        return torch.stack(logits, 1)

    def _begin(self, heard: _Heard) -> _State:
        """The first state: nothing is seen yet, and the attention is on the first step."""
        batch, steps, width = heard.memory.shape
        zeros = heard.memory.new_zeros(batch, 2 * width)
        first = (torch.arange(steps, device=zeros.device) == 0).to(zeros.dtype)
        return _State(zeros[:, :width], zeros, first.expand(batch, steps))

    def _step(self, heard: _Heard, state: _State, gates: Tensor) -> _State:
        """Go on by one symbol, whose contribution to the gates is `gates` (batch, 4 width)."""
        gates = (gates + state.seen @ self.recurrent).float()  # the cell never has half precision
        candidate, opened = gates[:, : self.width].tanh(), gates[:, self.width :].sigmoid()
        admit, keep, show = opened.chunk(3, -1)
        cell = keep * state.cell + admit * candidate
        output = show * cell.tanh()
        scores = (heard.keys @ output[..., None])[..., 0] + state.weights @ heard.moves + heard.excluded
        weights = scores.softmax(-1)
        context = (weights[:, None] @ heard.memory)[:, 0]
        return _State(cell, torch.cat([output, context], -1), weights)

    def _initialise(self) -> None:
        """Draw weights of variance 1 / inputs; biases are zero, but the cell forgets little at first."""
        nn.init.kaiming_normal_(self.front.weight, nonlinearity="relu")
        nn.init.normal_(self.embed.weight)
        for weight, inputs in ((self.project.weight, self.width), (self.recurrent, 2 * self.width)):
            nn.init.uniform_(weight, -((3 / inputs) ** 0.5), (3 / inputs) ** 0.5)
        for layer in (self.front, self.project, self.head):
            nn.init.zeros_(layer.bias)
        with torch.no_grad():
            self.project.bias[2 * self.width : 3 * self.width] = 1.0


def build(
    inputs: tuple[tuple[int, ...], tuple[int, ...]],
    outputs: int,
    *,
    width: Annotated[int, Field(ge=1, le=8192)],
    layers: Annotated[int, Field(ge=1, le=16)] = 3,
    stride: Literal[2, 4, 8, 16] = 8,
) -> nn.Module:
    """An attention speech model.

    Args:
        inputs: shapes of a sound, (frames, bands), and of its symbols, (length,).
        outputs: number of symbols, with those for the beginning, which comes first, and for the end.
        width: units of every layer, and of each direction of recurrent ones.
        layers: recurrent layers of the listener.
        stride: frames per step that is attended to.

    Raises:
        ValueError: there are too few layers for the pooling between them.
    """
    pools = stride.bit_length() - 2
    if pools >= layers:
        raise ValueError(f"listener: a stride of {stride} needs at least {pools + 1} layers, not {layers}")
    return Listener(inputs[0][1], outputs, width, layers, pools)


def _pairs(x: Tensor) -> Tensor:
    """Pairs of steps: (batch, steps, width) as (batch, steps/2, 2, width); zeros complete the last pair."""
    if x.shape[1] % 2:
        x = functional.pad(x, (0, 0, 0, 1))
    return x.view(x.shape[0], -1, 2, x.shape[2])
