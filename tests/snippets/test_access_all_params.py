"""Counts, against numbers worked out by hand and against PyTorch."""

import pickle

import pytest
import torch
from torch import nn

from snippets.access_all_params import ParameterCount, count_parameters


def make_net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))


def make_tied() -> nn.Sequential:
    net = nn.Sequential(nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 5))
    net[2].weight = net[0].weight
    return net


def test_count_is_weights_plus_biases():
    assert count_parameters(make_net()) == (4 * 8 + 8 + 8 * 1 + 1, 49)


def test_count_has_named_fields():
    net = make_net()
    net[0].requires_grad_(False)
    count = count_parameters(net)
    assert isinstance(count, ParameterCount)
    assert count.total == 49
    assert count.trainable == 9


def test_one_frozen_parameter_is_not_trainable():
    net = make_net()
    net[0].bias.requires_grad_(False)
    assert count_parameters(net) == (49, 41)


def test_count_equals_the_length_of_the_flat_vector():
    net = nn.TransformerDecoderLayer(8, 2, 16)
    flat = nn.utils.parameters_to_vector(net.parameters())
    assert count_parameters(net).total == flat.numel()


def test_a_shared_parameter_counts_once():
    assert count_parameters(make_tied()) == (25 + 5 + 5, 35)


def test_a_shared_module_counts_once():
    layer = nn.Linear(5, 5)
    assert count_parameters(nn.Sequential(layer, layer)).total == 30


def test_buffers_do_not_count():
    # BatchNorm1d: weight and bias are parameters, the running statistics are not.
    assert count_parameters(nn.BatchNorm1d(8)) == (16, 16)


def test_a_net_without_parameters_counts_zero():
    assert count_parameters(nn.ReLU()) == (0, 0)


def test_meta_device_counts_without_memory():
    with torch.device("meta"):
        net = nn.Linear(100_000, 100_000)
    assert count_parameters(net).total == 100_000 * 100_000 + 100_000


def test_lazy_layer_raises_until_its_first_batch():
    net = nn.Sequential(nn.LazyLinear(3))
    with pytest.raises(ValueError, match=r"uninitialized parameter.*dummy batch"):
        count_parameters(net)
    net(torch.zeros(2, 4))
    assert count_parameters(net) == (15, 15)


def test_count_is_picklable():
    count = count_parameters(make_net())
    assert pickle.loads(pickle.dumps(count)) == count
    assert pickle.loads(pickle.dumps(count_parameters)) is count_parameters
