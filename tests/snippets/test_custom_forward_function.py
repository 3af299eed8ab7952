"""The constant, the shared layer and the loop of FixedHiddenMLP; its companions."""

import copy
import math
import pickle

import pytest
import torch
from torch import nn

from snippets.custom_forward_function import (
    FixedHiddenMLP,
    ParallelBranches,
    halve_in_one_step,
)


def halve_in_a_loop(X: torch.Tensor) -> torch.Tensor:
    while X.abs().sum() > 1:
        X = X / 2
    return X


def hidden(net: FixedHiddenMLP, X: torch.Tensor) -> torch.Tensor:
    """What reaches the loop, from the formula."""
    weight, bias = net.linear.weight, net.linear.bias
    X = torch.relu((X @ weight.T + bias) @ net.rand_weight + 1)
    return X @ weight.T + bias


@pytest.fixture
def net() -> FixedHiddenMLP:
    torch.manual_seed(0)
    return FixedHiddenMLP()


@pytest.mark.parametrize("scale", [0.0, 1.0, 1e3, 1e20])
def test_output_is_the_sum_of_the_halved_hidden_values(net, scale):
    X = scale * torch.rand(2, 20)
    out = net(X)
    assert out.shape == ()
    torch.testing.assert_close(out, halve_in_a_loop(hidden(net, X)).sum())
    assert out.abs() <= 1


def test_values_that_are_small_enough_are_not_halved(net):
    with torch.no_grad():
        net.linear.weight.zero_()
        net.linear.bias.zero_()
        net.linear.bias[0] = 0.25
    # Two rows of 0.25: an absolute sum of 0.5, below 1.
    assert net(torch.rand(2, 20)).item() == 0.5


def test_absolute_sum_of_exactly_one_is_not_halved(net):
    with torch.no_grad():
        net.linear.weight.zero_()
        net.linear.bias.zero_()
        net.linear.bias[:2] = torch.tensor([0.75, -0.25])
    assert net(torch.rand(1, 20)).item() == 0.5


def test_loop_ends_for_zero(net):
    with torch.no_grad():
        net.linear.weight.zero_()
        net.linear.bias.zero_()
    assert net(torch.zeros(2, 20)).item() == 0.0


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_input_that_is_not_finite_gets_an_error_with_value_and_cure(net, value):
    X = torch.zeros(2, 20)
    X[1, 3] = value
    with pytest.raises(ValueError, match=r"cannot halve (nan|-?inf) .*torch\.isfinite"):
        net(X)


def test_finite_input_that_overflows_inside_gets_the_error(net):
    with torch.no_grad():
        net.linear.weight.fill_(1.0)
    with pytest.raises(ValueError, match=r"cannot halve inf down to 1: .*huge values"):
        net(torch.full((2, 20), 1e37))


def test_constant_is_a_buffer_and_no_parameter(net):
    assert [name for name, _ in net.named_buffers()] == ["rand_weight"]
    assert [name for name, _ in net.named_parameters()] == [
        "linear.weight",
        "linear.bias",
    ]
    assert list(net.state_dict()) == ["rand_weight", "linear.weight", "linear.bias"]
    assert net.rand_weight.shape == (20, 20)
    assert 0 <= net.rand_weight.min() < net.rand_weight.max() < 1


def test_constant_gets_no_gradient_and_training_leaves_it_alone(net):
    before = net.rand_weight.clone()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    old_weight = net.linear.weight.detach().clone()
    net(torch.rand(2, 20)).backward()
    optimizer.step()
    assert not net.rand_weight.requires_grad
    assert net.rand_weight.grad is None
    assert torch.equal(net.rand_weight, before)
    assert not torch.equal(net.linear.weight, old_weight)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_constant_follows_to_dtype(net, dtype):
    before = net.rand_weight.clone()
    net.to(dtype)
    assert net.rand_weight.dtype == net.linear.weight.dtype == dtype
    assert torch.equal(net.rand_weight, before.to(dtype))
    assert net(torch.rand(2, 20, dtype=dtype)).dtype == dtype


def test_constant_follows_to_device(net):
    net.to("meta")  # a device that every machine has
    assert net.rand_weight.device == net.linear.weight.device == torch.device("meta")


def test_loaded_clone_gives_equal_outputs(net):
    torch.manual_seed(1)
    clone = FixedHiddenMLP()
    X = torch.rand(2, 20)
    assert not torch.equal(clone(X), net(X))
    clone.load_state_dict(net.state_dict(), strict=True)
    assert torch.equal(clone(X), net(X))
    assert torch.equal(pickle.loads(pickle.dumps(net))(X), net(X))
    assert torch.equal(copy.deepcopy(net)(X), net(X))


def test_two_nets_draw_different_constants(net):
    assert not torch.equal(FixedHiddenMLP().rand_weight, net.rand_weight)


def test_shared_layer_is_one_object_called_twice(net):
    called = []
    handle = net.linear.register_forward_hook(lambda module, args, output: called.append(module))
    net(torch.rand(2, 20))
    handle.remove()
    assert len(called) == 2
    assert called[0] is called[1] is net.linear
    assert [m for m in net.modules() if isinstance(m, nn.Linear)] == [net.linear]


def test_gradient_flows_through_both_uses_and_the_halving(net):
    torch.manual_seed(2)
    net.double()
    X = torch.rand(2, 20, dtype=torch.float64)

    def output(weight: torch.Tensor) -> torch.Tensor:
        return torch.func.functional_call(net, {"linear.weight": weight}, (X,))

    weight = net.linear.weight.detach().clone().requires_grad_()
    assert torch.autograd.gradcheck(output, weight, fast_mode=True)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_one_step_equals_the_loop(dtype):
    torch.manual_seed(0)
    limit = math.log10(torch.finfo(dtype).max) - 2
    for exponent in torch.linspace(-limit, limit, 200).tolist():
        X = torch.randn(7, dtype=dtype) * 10**exponent
        assert torch.equal(halve_in_one_step(X), halve_in_a_loop(X))


def test_one_step_at_the_edges():
    after_one = math.nextafter(1.0, 2.0)
    for values in (
        [0.0, 0.0],
        [1.0, 0.0],
        [-0.5, 0.5],
        [after_one, 0.0],
        [2.0, 0.0],
        [3.0, -1.0],
        [5e-324, 0.0],
        [1.7e308, 0.0],
    ):
        X = torch.tensor(values, dtype=torch.float64)
        assert torch.equal(halve_in_one_step(X), halve_in_a_loop(X)), values
    largest = torch.tensor([torch.finfo(torch.float32).max])
    assert torch.equal(halve_in_one_step(largest), halve_in_a_loop(largest))


def test_one_step_has_the_gradient_of_the_loop():
    X = torch.tensor([3.0, -4.0, 5.0], requires_grad=True)
    (ours,) = torch.autograd.grad(halve_in_one_step(X).sum(), X)
    (theirs,) = torch.autograd.grad(halve_in_a_loop(X).sum(), X)
    assert torch.equal(ours, theirs)
    assert ours.tolist() == [1 / 16] * 3  # 12 takes four halvings


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_one_step_turns_values_that_are_not_finite_into_nan(value):
    assert halve_in_one_step(torch.tensor([value, 1.0])).isnan().all()


def test_one_step_turns_an_overflowing_sum_into_nan():
    assert halve_in_one_step(torch.tensor([3e38, 3e38])).isnan().all()


def test_one_step_runs_where_the_loop_cannot():
    X = torch.tensor([[3.0, 4.0], [0.25, 0.5]])
    each = torch.stack([halve_in_a_loop(row) for row in X])
    assert torch.equal(torch.func.vmap(halve_in_one_step)(X), each)
    assert halve_in_one_step(X.to("meta")).shape == (2, 2)
    with pytest.raises(RuntimeError, match="data-dependent control flow"):
        torch.func.vmap(halve_in_a_loop)(X)
    with pytest.raises(RuntimeError, match="cannot be called on meta tensors"):
        halve_in_a_loop(X.to("meta"))


class Halve(nn.Module):
    def forward(self, X):
        return halve_in_one_step(X)


def test_one_step_can_be_exported_and_the_loop_cannot(net):
    program = torch.export.export(Halve(), (torch.ones(3),)).module()
    X = torch.tensor([3.0, -4.0, 5.0])
    assert torch.equal(program(X), halve_in_a_loop(X))
    with pytest.raises(RuntimeError):
        torch.export.export(net, (torch.rand(2, 20),))


def test_branches_stand_side_by_side_in_their_order():
    torch.manual_seed(0)
    narrow, wide = nn.Linear(4, 2), nn.Linear(4, 3)
    X = torch.rand(5, 4)
    out = ParallelBranches(narrow, wide)(X)
    assert out.shape == (5, 5)
    assert torch.equal(out[:, :2], narrow(X))
    assert torch.equal(out[:, 2:], wide(X))


def test_branches_join_along_dim_and_are_registered():
    net = ParallelBranches(nn.Identity(), nn.Linear(4, 4), dim=0)
    assert net(torch.rand(5, 4)).shape == (10, 4)
    assert list(net.state_dict()) == ["branches.1.weight", "branches.1.bias"]
    images = torch.rand(2, 3, 8, 8)
    conv = ParallelBranches(nn.Conv2d(3, 4, 1), nn.Conv2d(3, 5, 3, padding=1))
    assert conv(images).shape == (2, 9, 8, 8)


def test_no_branch_is_an_error_with_its_cure():
    with pytest.raises(ValueError, match=r"no branch to join: pass at least one"):
        ParallelBranches()
