"""Exact floating-point operations and parameters of a model."""

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from scalinglaws.training.record import ModelSize


def model_size(model: nn.Module, inputs: tuple[int, ...]) -> ModelSize:
    """Count parameters, and the FLOPs of one example forward and backward (a multiply-add is two).

    Args:
        model: the model, on any device (`meta` costs nothing).
        inputs: shape of one example.
    """
    example = torch.zeros((1, *inputs), device=next(model.parameters()).device)
    with FlopCounterMode(display=False) as counter:
        model(example).sum().backward()
    model.zero_grad(set_to_none=True)
    return ModelSize(
        parameters=sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad),
        flops_per_example=counter.get_total_flops(),
    )
