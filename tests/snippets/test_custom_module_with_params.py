"""LinearReLU against autograd's own affine map and ReLU."""

import copy
import math
import pickle

import pytest
import torch
from torch import nn

from snippets.custom_module_with_params import LinearReLU

# The batch's shape without its last dimension, in_units, units.
SHAPES = [((2,), 5, 3), ((), 4, 2), ((3, 4), 6, 1), ((1,), 1, 1), ((8,), 3, 7)]


def make_layer(in_units: int, units: int, **options) -> LinearReLU:
    """A LinearReLU whose bias is not zero, so that a forgotten bias is seen."""
    layer = LinearReLU(in_units, units, **options)
    nn.init.normal_(layer.bias)
    return layer


def train(layer: nn.Module, X: torch.Tensor, Y: torch.Tensor) -> list[float]:
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    losses = []
    for _ in range(200):
        loss = (layer(X) - Y).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize(("batch", "in_units", "units"), SHAPES)
def test_output_and_gradients_equal_those_of_plain_tensors(batch, in_units, units):
    torch.manual_seed(0)
    layer = make_layer(in_units, units)
    w = layer.weight.detach().clone().requires_grad_()
    b = layer.bias.detach().clone().requires_grad_()
    x = torch.randn(*batch, in_units, requires_grad=True)
    X = x.detach().clone().requires_grad_()

    Y, y = layer(X), torch.relu(x @ w + b)
    assert Y.shape == (*batch, units)
    torch.testing.assert_close(Y, y)

    upstream = torch.randn_like(y)
    Y.backward(upstream)
    y.backward(upstream)
    torch.testing.assert_close(layer.weight.grad, w.grad)
    torch.testing.assert_close(layer.bias.grad, b.grad)
    torch.testing.assert_close(X.grad, x.grad)


def test_gradients_of_the_shapes_above_are_not_all_zero():
    torch.manual_seed(0)
    layer, X = make_layer(5, 3), torch.randn(8, 5, requires_grad=True)
    layer(X).sum().backward()
    for tensor in (layer.weight, layer.bias, X):
        assert tensor.grad.abs().sum() > 0


def test_equals_linear_with_the_transposed_weight():
    torch.manual_seed(0)
    layer, linear, X = make_layer(5, 3), nn.Linear(5, 3), torch.randn(4, 5)
    with torch.no_grad():
        linear.weight.copy_(layer.weight.T)
        linear.bias.copy_(layer.bias)
    torch.testing.assert_close(layer(X), torch.relu(linear(X)))


@pytest.mark.parametrize("seed", range(3))
def test_gradcheck(seed):
    torch.manual_seed(seed)
    layer = make_layer(4, 3, dtype=torch.float64)
    X = torch.randn(6, 4, dtype=torch.float64)
    affine = (X @ layer.weight + layer.bias).detach()
    # gradcheck compares with differences, which are wrong across the kink at zero.
    X = X[(affine.abs() > 1e-2).all(dim=1)].requires_grad_()
    assert len(X) >= 3
    assert (affine > 0).any() and (affine < 0).any()

    def compute(X, weight, bias):
        params = {"weight": weight, "bias": bias}
        return torch.func.functional_call(layer, params, (X,))

    inputs = (X, layer.weight, layer.bias)
    assert torch.autograd.gradcheck(compute, inputs, raise_exception=True)


def test_trains():
    torch.manual_seed(0)
    X, target = torch.randn(64, 5), make_layer(5, 3)
    with torch.no_grad():
        Y = target(X)
    losses = train(LinearReLU(5, 3), X, Y)
    assert losses[-1] < losses[0] / 10


def test_parameters_are_registered_and_are_all_there_is():
    layer = LinearReLU(5, 3)
    shapes = {name: tuple(param.shape) for name, param in layer.named_parameters()}
    assert shapes == {"weight": (5, 3), "bias": (3,)}
    assert all(type(param) is nn.Parameter for param in layer.parameters())
    assert all(param.is_leaf and param.requires_grad for param in layer.parameters())
    assert list(layer.state_dict()) == ["weight", "bias"]


@pytest.mark.parametrize(("in_units", "units"), [(8, 2000), (500, 40), (2000, 8)])
def test_initial_weight_has_variance_two_over_in_units(in_units, units):
    torch.manual_seed(0)
    layer = LinearReLU(in_units, units)
    std = math.sqrt(2 / in_units)
    # Of n draws, the mean is off by std / sqrt(n) and the deviation by that / sqrt(2).
    error = std / math.sqrt(in_units * units)
    assert abs(layer.weight.mean().item()) < 4 * error
    assert abs(layer.weight.std().item() - std) < 4 * error / math.sqrt(2)
    assert torch.equal(layer.bias, torch.zeros(units))


def test_initial_scale_keeps_the_signal_through_many_layers():
    torch.manual_seed(0)
    net = nn.Sequential(*(LinearReLU(512, 512) for _ in range(8)))
    with torch.no_grad():
        mean_square = net(torch.randn(256, 512)).square().mean().item()
    # The square's mean after a ReLU: half of 2, the variance of what goes into it.
    assert 0.5 < mean_square < 2


def test_reset_parameters_draws_again_and_keeps_the_objects():
    torch.manual_seed(0)
    layer = make_layer(5, 3)
    weight, bias = layer.weight, layer.bias
    before = weight.detach().clone()
    torch.manual_seed(1)
    layer.reset_parameters()
    assert layer.weight is weight and layer.bias is bias
    assert weight.requires_grad and weight.is_leaf and weight.grad_fn is None
    assert (weight != before).all()
    assert torch.equal(bias, torch.zeros(3))
    torch.manual_seed(1)
    assert torch.equal(LinearReLU(5, 3).weight, weight)


def test_repr():
    assert repr(LinearReLU(5, 3)) == "LinearReLU(in_units=5, units=3)"


def test_device_and_dtype():
    layer = LinearReLU(5, 3, device="meta", dtype=torch.float64)
    kinds = {(param.device.type, param.dtype) for param in layer.parameters()}
    assert kinds == {("meta", torch.float64)}
    assert LinearReLU(5, 3).weight.dtype == torch.float32


@pytest.mark.parametrize(("in_units", "units"), [(0, 3), (5, 0), (-1, 3)])
def test_refuses_sizes_below_one(in_units, units):
    message = f"^in_units is {in_units} and units is {units}: give at least 1"
    with pytest.raises(ValueError, match=message):
        LinearReLU(in_units, units)


def test_wrong_width_raises():
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        LinearReLU(5, 3)(torch.ones(2, 4))


def test_copies_compute_the_same():
    torch.manual_seed(0)
    layer, X = LinearReLU(5, 3), torch.randn(2, 5)
    for clone in (pickle.loads(pickle.dumps(layer)), copy.deepcopy(layer)):
        assert type(clone) is LinearReLU
        assert torch.equal(clone(X), layer(X))
