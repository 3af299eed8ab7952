"""MySequential against nn.Sequential, in both directions."""

import pickle

import pytest
import torch
from torch import nn

from snippets.implement_sequential import MySequential, UnpackSequential


def layers() -> list[nn.Module]:
    return [nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 10)]


@pytest.mark.parametrize(
    "source, target", [(nn.Sequential, MySequential), (MySequential, nn.Sequential)]
)
def test_state_dict_gives_the_other_class_the_same_output(source, target):
    torch.manual_seed(0)
    old, new = source(*layers()), target(*layers())
    X = torch.rand(2, 20)
    assert not torch.equal(old(X), new(X))
    assert str(new.load_state_dict(old.state_dict(), strict=True)) == (
        "<All keys matched successfully>"
    )
    assert torch.equal(old(X), new(X))
    assert new(X).shape == (2, 10)


def test_names_and_order_are_those_of_nn_sequential():
    ours, theirs = MySequential(*layers()), nn.Sequential(*layers())
    assert list(ours.state_dict()) == list(theirs.state_dict())
    assert list(ours.state_dict()) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    assert [name for name, _ in ours.named_children()] == ["0", "1", "2"]
    assert repr(ours) == repr(theirs).replace("Sequential", "MySequential", 1)


def test_more_than_ten_modules_run_in_the_order_given():
    # Sorted as strings, "10" would come before "2".
    modules = [nn.Linear(i, i + 1) for i in range(1, 13)]
    net = MySequential(*modules)
    assert list(net) == modules
    assert net(torch.ones(1, 1)).shape == (1, 13)


@pytest.mark.parametrize("source", [nn.Sequential, MySequential])
def test_strict_loading_names_the_layer_that_is_missing(source):
    short = source(nn.Linear(20, 256)).state_dict()
    with pytest.raises(RuntimeError, match=r'Missing key\(s\).*"2.weight", "2.bias"'):
        MySequential(*layers()).load_state_dict(short)


def test_gradients_equal_those_of_nn_sequential():
    torch.manual_seed(0)
    modules = layers()
    X = torch.rand(2, 20)
    grads = []
    for net in MySequential(*modules), nn.Sequential(*modules):
        net.zero_grad()
        net(X).sum().backward()
        grads.append([param.grad for param in net.parameters()])
    assert len(grads[0]) == 4
    assert all(map(torch.equal, *grads))


def test_empty_one_is_the_identity():
    X = torch.rand(2, 20)
    net = MySequential()
    assert net(X) is X
    assert len(net) == 0
    assert list(net) == list(net.parameters()) == []


def test_module_at_two_places_runs_twice():
    torch.manual_seed(0)
    shared = nn.Linear(3, 3)
    X = torch.rand(2, 3)
    net = MySequential(shared, shared)
    assert len(net) == 2
    assert torch.equal(net(X), shared(shared(X)))
    assert torch.equal(net(X), nn.Sequential(shared, shared)(X))
    assert not torch.equal(net(X), shared(X))


def test_index_from_both_ends():
    modules = layers()
    net = MySequential(*modules)
    assert len(net) == 3
    assert [net[i] for i in (0, 1, 2)] == modules
    assert [net[i] for i in (-3, -2, -1)] == modules


@pytest.mark.parametrize("index", [3, -4])
def test_index_out_of_range_is_named(index):
    with pytest.raises(IndexError, match=rf"^index {index} is out .* len\(net\) is 3$"):
        MySequential(*layers())[index]


def test_replaced_and_added_modules_run():
    torch.manual_seed(0)
    net = MySequential(*layers())
    new, last = nn.Linear(256, 5), nn.Linear(5, 1)
    net.set_submodule("2", new)
    net.add_module("last", last)
    X = torch.rand(2, 20)
    assert net[2] is new
    assert torch.equal(net(X), last(new(torch.relu(net[0](X)))))


@pytest.mark.parametrize("bad", [[nn.ReLU()], nn.ReLU, torch.relu, None, "relu"])
def test_argument_that_is_no_module_is_named_with_its_place(bad):
    with pytest.raises(TypeError, match=r"^argument 1 is not a module: .*nn\.ReLU\(\)"):
        MySequential(nn.ReLU(), bad)


def test_pickled_copy_gives_the_same_output():
    torch.manual_seed(0)
    net = MySequential(*layers())
    X = torch.rand(2, 20)
    assert torch.equal(pickle.loads(pickle.dumps(net))(X), net(X))


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
    modules = layers()
    X = torch.rand(2, 20)
    ours, theirs = UnpackSequential(*modules), nn.Sequential(*modules)
    assert torch.equal(ours(X), theirs(X))
    assert list(ours.state_dict()) == list(theirs.state_dict())
