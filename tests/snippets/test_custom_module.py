"""MLP against nn.Sequential with the same weights."""

import copy
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from snippets.custom_module import MLP


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


def test_copies_compute_the_same():
    torch.manual_seed(0)
    net, X = MLP(), torch.randn(2, 20)
    for clone in (pickle.loads(pickle.dumps(net)), copy.deepcopy(net)):
        assert torch.equal(clone(X), net(X))
        with torch.no_grad():
            next(clone.parameters()).add_(1)
        assert not torch.equal(clone(X), net(X))


def test_state_dict_goes_from_one_net_to_another():
    torch.manual_seed(0)
    net, clone, X = MLP(), MLP(), torch.randn(2, 20)
    assert not torch.equal(clone(X), net(X))
    clone.load_state_dict(net.state_dict())
    assert torch.equal(clone(X), net(X))
