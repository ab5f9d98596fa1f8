"""Where parameters are in a row."""

import pytest
import torch
from torch import nn

from scalinglaws.models import mlp, resnet, transformer
from scalinglaws.training.ensemble.layout import ALIGNMENT, Layout

MODELS = {
    "odd": lambda: mlp.build((5,), 3, width=7),
    "channels last": lambda: resnet.build((1, 8, 8), 10, width=3),
    "tied": lambda: transformer.build((4,), 11, width=6, depth=1, tied=True),
}


@pytest.mark.parametrize("name", MODELS)
def test_a_row_holds_a_model(name: str) -> None:
    model = MODELS[name]()
    layout = Layout(model)
    row = layout.row(model)
    views = layout.of_row(row)
    assert views.keys() == dict(model.named_parameters()).keys()
    for own, parameter in model.named_parameters():
        assert torch.equal(views[own], parameter)
        assert views[own].stride() == parameter.stride()
    assert row.count_nonzero() == sum(p.count_nonzero() for p in model.parameters())


@pytest.mark.parametrize("name", MODELS)
def test_views_of_all_rows_are_the_rows(name: str) -> None:
    models = [MODELS[name]() for _ in range(3)]
    layout = Layout(models[0])
    rows = torch.stack([layout.row(model) for model in models])
    for i, model in enumerate(models):
        for own, parameter in model.named_parameters():
            assert torch.equal(layout.of_rows(rows)[own][i], parameter)
    layout.of_rows(rows)[next(iter(layout.of_rows(rows)))][1].fill_(7)
    assert (rows[1] == 7).sum() == models[0].get_parameter(layout.places[0].name).numel()
    # a row of a larger array has an offset
    assert torch.equal(layout.of_row(rows[2])[layout.places[-1].name], list(models[2].parameters())[-1])


def test_everything_begins_at_a_multiple_of_the_alignment() -> None:
    layout = Layout(MODELS["odd"]())
    assert all(place.start % ALIGNMENT == 0 for place in layout.places)
    assert layout.length % ALIGNMENT == 0
    assert layout.length > sum(nn.Parameter(torch.empty(place.shape)).numel() for place in layout.places)
