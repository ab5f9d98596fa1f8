"""Iterative magnitude pruning with rewinding (Frankle et al. 2020), global and unstructured.

Weights of two or more dimensions are pruned: kernels, matrices and embeddings, but no biases and norms. Each
level begins at the weights of the rewinding point, without those that are removed, and with a fresh state of
the optimiser; order of examples and learning rate go on from that point. A removed weight gets no gradient,
so it stays zero.
"""

import torch
from torch import Tensor

from scalinglaws.config.spec import Imp
from scalinglaws.training.ensemble.ensemble import Ensemble
from scalinglaws.training.procedures.procedure import Left


class Pruning:
    """Prunes the runs of an ensemble, each for itself."""

    def __init__(self, settings: Imp, start: int) -> None:
        self.levels, self.start = settings.levels, start
        self._fraction = settings.fraction

    def mark(self, ensemble: Ensemble) -> None:
        """Keep the weights, and go on with a fresh state, as every later level will."""
        ensemble.marked.copy_(ensemble.weights)
        ensemble.restart(ensemble.marked)

    def renew(self, ensemble: Ensemble) -> list[Left]:
        """Remove the smallest of the weights that were evaluated last, and rewind the others."""
        prunable = ensemble.layout.prunable.to(ensemble.mask.device)
        remove_smallest_(ensemble.mask, ensemble.averaged, prunable, self._fraction)
        ensemble.restart(ensemble.marked.masked_fill(ensemble.mask == 0, 0.0))
        found = []
        for row in ensemble.mask[: ensemble.runs]:
            layers = [layer for layer in ensemble.layout.of_row(row).values() if layer.dim() > 1]
            bare = sum(not layer.any() for layer in layers)
            found.append(Left(row[prunable].mean(dtype=torch.float64).item(), bare))
        return found


def remove_smallest_(mask: Tensor, weights: Tensor, prunable: Tensor, fraction: float) -> None:
    """Set the mask of each row to zero where its smallest weights are.

    As in open_lth, the authors' code, the k-th smallest weight that is left, counted from 0, and all that are
    not larger go, with k the share of those left, rounded up.

    Args:
        mask: 1 for weights that are left, else 0; shape (runs, parameters).
        weights: same shape.
        prunable: which parameters may be removed, shape (parameters,).
        fraction: share of the weights left to remove.
    """
    candidates = (mask > 0) & prunable
    sizes = weights.abs().masked_fill(~candidates, torch.inf)
    left = candidates.sum(1, keepdim=True)
    k = torch.minimum((fraction * left.double()).ceil().long(), left - 1).clamp(min=0)
    threshold = sizes.sort(dim=1).values.gather(1, k)
    mask.masked_fill_(candidates & (sizes <= threshold), 0.0)
