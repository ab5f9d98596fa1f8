"""Translation models: nothing of padding and nothing of later target tokens is seen."""

import pytest
import torch
from torch import Tensor

from scalinglaws.counting.flops import model_size
from scalinglaws.models.seq2seq import Seq2seq, build
from unit.company import results


@pytest.fixture
def model() -> Seq2seq:
    torch.manual_seed(0)
    model = build(((5,), (6,)), 13, width=8)
    assert isinstance(model, Seq2seq)
    with torch.no_grad():
        for parameter in model.parameters():  # biases of zero could hide what padding does
            parameter.add_(torch.randn_like(parameter), alpha=0.3)
    return model


def logits(model: Seq2seq, source: list[int], target: list[int]) -> Tensor:
    found: Tensor = model((torch.tensor([source]), torch.tensor([target])))
    return found[0]


def test_one_row_of_logits_a_target_token(model: Seq2seq) -> None:
    assert logits(model, [4, 5, 6], [1, 7]).shape == (2, 13)


def test_padding_changes_nothing(model: Seq2seq) -> None:
    whole, padded = logits(model, [4, 5, 6], [1, 7]), logits(model, [4, 5, 6, 0, 0], [1, 7, 0])
    torch.testing.assert_close(padded[:2], whole)


def test_later_target_tokens_are_not_seen(model: Seq2seq) -> None:
    one, other = logits(model, [4, 5, 6], [1, 7, 8, 9]), logits(model, [4, 5, 6], [1, 7, 10, 9])
    assert torch.equal(one[:2], other[:2])
    assert not torch.isclose(one[2], other[2]).any()


@pytest.mark.parametrize("place", [0, 1, 2])
def test_every_source_token_is_seen(model: Seq2seq, place: int) -> None:
    source = [4, 5, 6]
    source[place] = 9
    assert not torch.isclose(logits(model, source, [1, 7]), logits(model, [4, 5, 6], [1, 7])).all(-1).any()


def test_gradients_reach_every_parameter(model: Seq2seq) -> None:
    logits(model, list(range(13)), [1, 7, 8]).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize("width", [8, 7])
def test_a_run_is_the_same_bit_for_bit_whatever_else_is_in_the_ensemble(width: int) -> None:
    generator = torch.Generator().manual_seed(0)
    sentences = [torch.randint(1, 13, (100, length), generator=generator) for length in (5, 6)]
    lengths = torch.arange(100) % 5 + 1
    source = sentences[0] * (torch.arange(5) < lengths[:, None])
    found = results(lambda: build(((5,), (6,)), 13, width=width), (source, sentences[1]), "float32")
    for other in found[1:]:
        assert all(map(torch.equal, found[0], other))


def test_attention_is_a_part_of_its_own(model: Seq2seq) -> None:
    size = model_size(model, ((5,), (6,)), (torch.int64, torch.int64))
    assert size.forward_flops.attention == 2 * 2 * 6 * 5 * 8
    assert size.forward_flops.head == 2 * 6 * 8 * 13
    assert size.embedding_parameters == 13 * 8
