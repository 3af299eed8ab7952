"""One step against the loop that it replaces, and branches against their parts."""

import math

import pytest
import torch
from torch import nn

from snippets.custom_forward_function import ParallelBranches, halve_in_one_step


def halve_in_a_loop(X: torch.Tensor) -> torch.Tensor:
    while X.abs().sum() > 1:
        X = X / 2
    return X


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
    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, X):
        return self.function(X)


def test_one_step_can_be_exported_and_the_loop_cannot():
    program = torch.export.export(Halve(halve_in_one_step), (torch.ones(3),)).module()
    X = torch.tensor([3.0, -4.0, 5.0])
    assert torch.equal(program(X), halve_in_a_loop(X))
    with pytest.raises(RuntimeError):
        torch.export.export(Halve(halve_in_a_loop), (torch.ones(3),))


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
    with pytest.raises(ValueError, match=r"^no branch to join: pass at least one module$"):
        ParallelBranches()
