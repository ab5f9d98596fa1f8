"""The order of examples: a function of seed and step."""

import torch

from scalinglaws.training.order import Order

SUBSET = torch.arange(100, 140)


def test_each_pass_is_a_new_order_and_leaves_out_an_incomplete_batch() -> None:
    order = Order(SUBSET, 12, seed=3)
    passes = [[int(i) for step in range(at, at + 3) for i in order.at(step)] for at in range(1, 31, 3)]
    assert all(len(set(indices)) == 36 and set(indices) <= set(SUBSET.tolist()) for indices in passes)
    assert len(set(map(tuple, passes))) == len(passes)
    assert {i for indices in passes for i in indices} == set(SUBSET.tolist())


def test_any_step_can_be_asked_for_first() -> None:
    whole = Order(SUBSET, 8, seed=0)
    steps = [whole.at(step) for step in range(1, 40)]
    for step in (39, 7, 8, 1, 22):
        assert torch.equal(Order(SUBSET, 8, seed=0).at(step), steps[step - 1])


def test_a_batch_larger_than_the_subset_is_the_whole_subset() -> None:
    order = Order(SUBSET[:5], 64, seed=0)
    assert order.batch == 5
    assert all(sorted(order.at(step).tolist()) == SUBSET[:5].tolist() for step in range(1, 10))


def test_another_seed_is_another_order() -> None:
    assert not torch.equal(Order(SUBSET, 40, seed=0).at(1), Order(SUBSET, 40, seed=1).at(1))
