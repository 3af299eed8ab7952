"""MLP and DeepMLP against nn.Sequential with the same weights."""

import copy
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from snippets.custom_module import MLP, DeepMLP


def make_sequential(mlp: MLP) -> nn.Sequential:
    net = nn.Sequential(nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10))
    net[0].load_state_dict(mlp.hidden.state_dict())
    net[2].load_state_dict(mlp.out.state_dict())
    return net


@pytest.mark.parametrize("shape", [(20,), (1, 20), (2, 20), (3, 4, 20), (0, 20)])
def test_mlp_equals_sequential(shape):
    torch.manual_seed(0)
    mlp = MLP()
    X = torch.randn(shape)
    Y = mlp(X)
    assert Y.shape == (*shape[:-1], 10)
    assert torch.equal(Y, make_sequential(mlp)(X))


def test_mlp_is_two_affine_maps_around_a_relu():
    torch.manual_seed(0)
    mlp, X = MLP(), torch.randn(2, 20)
    hidden = (X @ mlp.hidden.weight.T + mlp.hidden.bias).clamp(min=0)
    Y = hidden @ mlp.out.weight.T + mlp.out.bias
    torch.testing.assert_close(mlp(X), Y)
    # Without the ReLU, or with one on the output, these would not hold.
    assert (hidden == 0).any()
    assert (Y < 0).any()


def test_mlp_registers_its_parameters():
    shapes = {name: tuple(param.shape) for name, param in MLP().named_parameters()}
    assert shapes == {
        "hidden.weight": (256, 20),
        "hidden.bias": (256,),
        "out.weight": (10, 256),
        "out.bias": (10,),
    }
    assert [name for name, _ in MLP().named_children()] == ["hidden", "out"]


def test_mlp_gradients_equal_those_of_sequential():
    torch.manual_seed(0)
    mlp, X = MLP(), torch.randn(2, 20)
    net = make_sequential(mlp)
    mlp(X).square().sum().backward()
    net(X).square().sum().backward()
    for ours, theirs in zip(mlp.parameters(), net.parameters(), strict=True):
        assert ours.grad.abs().sum() > 0
        assert torch.equal(ours.grad, theirs.grad)


def test_mlp_trains():
    torch.manual_seed(0)
    mlp, X, y = MLP(), torch.randn(32, 20), torch.randint(10, (32,))
    optimizer = torch.optim.SGD(mlp.parameters(), lr=0.5)
    losses = []
    for _ in range(50):
        loss = F.cross_entropy(mlp(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 4


@pytest.mark.parametrize("sizes", [(3, 2), (5, 4, 3), [6, 5, 4, 3, 2]])
def test_deep_mlp_equals_sequential(sizes):
    torch.manual_seed(0)
    net = DeepMLP(sizes)
    layers = []
    for layer in net.layers:
        layers += [layer, nn.ReLU()]
    X = torch.randn(7, sizes[0])
    Y = net(X)
    assert Y.shape == (7, sizes[-1])
    assert torch.equal(Y, nn.Sequential(*layers[:-1])(X))
    assert (Y < 0).any(), "the last layer has no ReLU"


def test_deep_mlp_registers_every_layer():
    shapes = {name: tuple(param.shape) for name, param in DeepMLP([4, 8, 2]).named_parameters()}
    assert shapes == {
        "layers.0.weight": (8, 4),
        "layers.0.bias": (8,),
        "layers.1.weight": (2, 8),
        "layers.1.bias": (2,),
    }


def test_deep_mlp_of_the_sizes_of_mlp_is_mlp():
    torch.manual_seed(0)
    mlp, deep, X = MLP(), DeepMLP((20, 256, 10)), torch.randn(2, 20)
    deep.layers[0].load_state_dict(mlp.hidden.state_dict())
    deep.layers[1].load_state_dict(mlp.out.state_dict())
    assert torch.equal(deep(X), mlp(X))


def test_deep_mlp_passes_device_and_dtype_to_every_layer():
    net = DeepMLP([4, 8, 8, 2], device="meta", dtype=torch.float64)
    kinds = {(param.device.type, param.dtype) for param in net.parameters()}
    assert kinds == {("meta", torch.float64)}
    assert net(torch.empty(3, 4, device="meta", dtype=torch.float64)).shape == (3, 2)


def test_deep_mlp_follows_the_defaults():
    with torch.device("meta"):
        assert {param.device.type for param in DeepMLP([4, 2]).parameters()} == {"meta"}
    assert {param.dtype for param in DeepMLP([4, 2]).parameters()} == {torch.float32}


@pytest.mark.parametrize("sizes", [[], [3]])
def test_deep_mlp_refuses_too_few_sizes(sizes):
    message = f"sizes is {sizes}: give at least two, "
    with pytest.raises(ValueError) as error:
        DeepMLP(sizes)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("make", [MLP, lambda: DeepMLP([20, 8, 10])])
def test_copies_compute_the_same(make):
    torch.manual_seed(0)
    net, X = make(), torch.randn(2, 20)
    for clone in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert torch.equal(clone(X), net(X))
        with torch.no_grad():
            next(clone.parameters()).add_(1)
        assert not torch.equal(clone(X), net(X))


@pytest.mark.parametrize("make", [MLP, lambda: DeepMLP([20, 8, 10])])
def test_state_dict_goes_from_one_net_to_another(make):
    torch.manual_seed(0)
    net, clone, X = make(), make(), torch.randn(2, 20)
    assert not torch.equal(clone(X), net(X))
    clone.load_state_dict(net.state_dict())
    assert torch.equal(clone(X), net(X))
