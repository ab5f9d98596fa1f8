"""The image family: shapes, and parameters and FLOPs against a count by hand."""

import math

import pytest
import torch
from torch import nn

from scalinglaws.counting.flops import model_size
from scalinglaws.models.resnet import build

SHAPES = [(1, 28, 28), (3, 32, 32), (2, 9, 9)]  # the last: sides that halving rounds up
SIZES = [(2, 8), (4, 14), (8, 20)]


def convolutions(shape: tuple[int, int, int], width: int, depth: int) -> list[tuple[int, int, int]]:
    """(channels in, channels out, side of the output) of every convolution, from the paper's description."""
    channels, side, _ = shape
    side = math.ceil(side / 2)
    layers = [(channels, width, side)]
    side = math.ceil(side / 2)  # pooling
    before = width
    for stage in range(3):
        after = width * 2**stage
        if stage:
            side = math.ceil(side / 2)
        for _ in range((depth - 2) // 6):
            layers += [(before, after, side), (after, after, side)]
            before = after
    return layers


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("width", "depth"), SIZES)
def test_parameters_equal_a_count_by_hand(shape: tuple[int, int, int], width: int, depth: int) -> None:
    expected = sum(9 * a * b + b for a, b, _ in convolutions(shape, width, depth)) + 4 * width * 10 + 10
    assert model_size(build(shape, 10, width=width, depth=depth), shape).parameters == expected


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(("width", "depth"), SIZES)
def test_flops_equal_a_count_by_hand(shape: tuple[int, int, int], width: int, depth: int) -> None:
    stem, *body = (9 * a * b * side**2 for a, b, side in convolutions(shape, width, depth))
    head = 4 * width * 10
    # A multiply-add is two; backward costs one pass for the weights and one for the inputs; images need none.
    expected = 2 * (2 * stem + 3 * sum(body) + 3 * head)
    assert model_size(build(shape, 10, width=width, depth=depth), shape).flops_per_example == expected


@pytest.mark.parametrize("shape", SHAPES)
def test_the_meta_device_counts_the_same(shape: tuple[int, int, int]) -> None:
    with torch.device("meta"):
        free = build(shape, 10, width=4, depth=14)
    assert model_size(free, shape) == model_size(build(shape, 10, width=4, depth=14), shape)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("classes", [2, 10])
def test_images_become_logits(shape: tuple[int, int, int], classes: int) -> None:
    logits = build(shape, classes, width=4)(torch.randn(3, *shape))
    assert logits.shape == (3, classes)
    assert torch.isfinite(logits).all()


def test_depth_is_the_number_of_layers_with_weights() -> None:
    for depth in (8, 14, 32):
        model = build((1, 28, 28), 10, width=1, depth=depth)
        assert sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in model.modules()) == depth


def test_examples_do_not_see_each_other() -> None:
    torch.manual_seed(0)
    model = build((1, 28, 28), 10, width=4)
    images = torch.randn(4, 1, 28, 28)
    torch.testing.assert_close(model(images)[:1], model(images[:1]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("depth", [8, 56])
def test_the_signal_neither_dies_nor_explodes(depth: int) -> None:
    torch.manual_seed(0)
    logits = build((3, 32, 32), 10, width=8, depth=depth)(torch.randn(32, 3, 32, 32))
    assert 0.05 < logits.std().item() < 20
