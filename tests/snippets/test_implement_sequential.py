"""UnpackSequential against nn.Sequential, and with tuples between its modules."""

import pickle

import torch
from torch import nn

from snippets.implement_sequential import UnpackSequential


class Split(nn.Module):
    def forward(self, X):
        return X, 10 * X


class Add(nn.Module):
    def forward(self, a, b):
        return a + b


class AddAndKeep(nn.Module):
    def forward(self, a, b):
        return a + b, b


def test_unpack_sequential_passes_tuples_as_arguments():
    X = torch.tensor([1.0, 2.0])
    assert torch.equal(UnpackSequential(Split(), Add())(X), 11 * X)
    assert torch.equal(UnpackSequential(Split(), AddAndKeep(), Add())(X), 21 * X)
    assert torch.equal(UnpackSequential(Add(), nn.Identity())(X, X), 2 * X)


def test_unpack_sequential_returns_a_tuple_or_one_value():
    X = torch.tensor([1.0, 2.0])
    a, b = UnpackSequential(Split())(X)
    assert torch.equal(a, X)
    assert torch.equal(b, 10 * X)
    assert UnpackSequential()(X) is X


def test_unpack_sequential_is_nn_sequential_for_single_values():
    torch.manual_seed(0)
    modules = [nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10)]
    X = torch.rand(2, 20)
    ours, theirs = UnpackSequential(*modules), nn.Sequential(*modules)
    assert torch.equal(ours(X), theirs(X))
    assert list(ours.state_dict()) == list(theirs.state_dict())


def test_unpack_sequential_runs_a_module_at_two_places_twice():
    torch.manual_seed(0)
    shared = nn.Linear(3, 3)
    X = torch.rand(2, 3)
    assert torch.equal(UnpackSequential(shared, shared)(X), shared(shared(X)))


def test_pickled_copy_gives_the_same_output():
    torch.manual_seed(0)
    net = UnpackSequential(nn.Bilinear(2, 2, 3), nn.ReLU())
    a, b = torch.rand(4, 2), torch.rand(4, 2)
    assert torch.equal(pickle.loads(pickle.dumps(net))(a, b), net(a, b))
