"""Where a net lives: on one device, on several, on none."""

import pickle
from itertools import permutations
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from snippets.gpu_device import try_gpu
from snippets.network_on_gpu import devices_of

CPU, META = torch.device("cpu"), torch.device("meta")


def make_net() -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 1))


def test_new_net_is_on_the_cpu():
    assert devices_of(make_net()) == [CPU]


def test_moved_net_is_where_it_was_moved_to():
    assert devices_of(make_net().to("meta")) == [META]
    device = try_gpu()
    assert devices_of(make_net().to(device)) == [device]


def test_net_built_on_a_device():
    with torch.device("meta"):
        assert devices_of(make_net()) == [META]


def test_spread_net_gives_each_device_once_sorted():
    net = make_net()
    net[0].to("meta")
    assert devices_of(net) == [CPU, META]
    net = make_net()
    net[2].to("meta")
    assert devices_of(net) == [CPU, META]


def test_a_buffer_alone_counts():
    net = nn.Module()
    net.register_buffer("mean", torch.zeros(3, device="meta"))
    assert devices_of(net) == [META]
    net.register_buffer("scratch", torch.zeros(3), persistent=False)
    assert devices_of(net) == [CPU, META]


def test_frozen_parameters_count():
    assert devices_of(nn.Linear(2, 2).requires_grad_(False)) == [CPU]


def test_net_without_tensors_gives_an_empty_list():
    assert devices_of(nn.ReLU()) == []
    assert devices_of(nn.Sequential()) == []


def test_a_plain_tensor_attribute_is_not_seen():
    net = nn.Linear(2, 2).to("meta")
    net.constant = torch.ones(2)
    assert devices_of(net) == [META]


def test_lazy_layer_has_a_device_before_its_first_batch():
    assert devices_of(nn.LazyLinear(2)) == [CPU]


@pytest.mark.parametrize(
    "names", [("cpu", "cuda:2", "cuda:10"), ("cpu", "cuda:0", "cuda:1", "cuda:8")]
)
def test_sorted_by_type_then_by_number(names):
    """Simulated: accelerators that this machine lacks; only devices are needed."""
    for order in permutations(names):
        tensors = [SimpleNamespace(device=torch.device(name)) for name in (*order, order[0])]
        net = SimpleNamespace(parameters=tensors[:2].copy, buffers=tensors[2:].copy)
        assert [str(device) for device in devices_of(net)] == [*names]


def test_importable_and_picklable():
    assert pickle.loads(pickle.dumps(devices_of)) is devices_of
