"""Which models can be trained as an ensemble."""

from torch import nn


def can_share_an_ensemble(model: nn.Module) -> bool:
    """Whether a model can be trained in an ensemble.

    It must have no buffers, because the rows of an ensemble would share them, and torch must be able to batch
    all of its modules, which it cannot do with fused recurrent layers.
    """
    if next(model.buffers(), None) is not None:
        return False
    return not any(isinstance(module, nn.RNNBase) for module in model.modules())
