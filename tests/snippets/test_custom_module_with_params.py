"""MyLinear against autograd's own affine map and ReLU; the .data form failing."""

import copy
import math
import pickle

import pytest
import torch
from torch import nn

from snippets.custom_module_with_params import DetachedLinear, LazyMyLinear, MyLinear

# The batch's shape without its last dimension, in_units, units.
SHAPES = [((2,), 5, 3), ((), 4, 2), ((3, 4), 6, 1), ((1,), 1, 1), ((8,), 3, 7)]


def make_layer(in_units: int, units: int, **options) -> MyLinear:
    """A MyLinear whose bias is not zero, so that a forgotten bias is seen."""
    layer = MyLinear(in_units, units, **options)
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
    losses = train(MyLinear(5, 3), X, Y)
    assert losses[-1] < losses[0] / 10


def test_parameters_are_registered_and_are_all_there_is():
    layer = MyLinear(5, 3)
    shapes = {name: tuple(param.shape) for name, param in layer.named_parameters()}
    assert shapes == {"weight": (5, 3), "bias": (3,)}
    assert all(type(param) is nn.Parameter for param in layer.parameters())
    assert all(param.is_leaf and param.requires_grad for param in layer.parameters())
    assert list(layer.state_dict()) == ["weight", "bias"]


@pytest.mark.parametrize(("in_units", "units"), [(8, 2000), (500, 40), (2000, 8)])
def test_initial_weight_has_variance_two_over_in_units(in_units, units):
    torch.manual_seed(0)
    layer = MyLinear(in_units, units)
    std = math.sqrt(2 / in_units)
    # Of n draws, the mean is off by std / sqrt(n) and the deviation by that / sqrt(2).
    error = std / math.sqrt(in_units * units)
    assert abs(layer.weight.mean().item()) < 4 * error
    assert abs(layer.weight.std().item() - std) < 4 * error / math.sqrt(2)
    assert torch.equal(layer.bias, torch.zeros(units))


def test_initial_scale_keeps_the_signal_through_many_layers():
    torch.manual_seed(0)
    net = nn.Sequential(*(MyLinear(512, 512) for _ in range(8)))
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
    assert torch.equal(MyLinear(5, 3).weight, weight)


def test_repr():
    assert repr(MyLinear(5, 3)) == "MyLinear(in_units=5, units=3)"


def test_device_and_dtype():
    layer = MyLinear(5, 3, device="meta", dtype=torch.float64)
    kinds = {(param.device.type, param.dtype) for param in layer.parameters()}
    assert kinds == {("meta", torch.float64)}
    assert MyLinear(5, 3).weight.dtype == torch.float32


@pytest.mark.parametrize(("in_units", "units"), [(0, 3), (5, 0), (-1, 3)])
def test_refuses_sizes_below_one(in_units, units):
    message = f"^in_units is {in_units} and units is {units}: give at least 1"
    with pytest.raises(ValueError, match=message):
        MyLinear(in_units, units)


def test_wrong_width_raises():
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        MyLinear(5, 3)(torch.ones(2, 4))


def test_detached_computes_the_same_outputs():
    torch.manual_seed(0)
    layer, detached, X = make_layer(5, 3), DetachedLinear(5, 3), torch.randn(4, 5)
    detached.load_state_dict(layer.state_dict())
    assert torch.equal(detached(X), layer(X))


def test_detached_alone_cannot_go_backward():
    layer = DetachedLinear(5, 3)
    Y = layer(torch.ones(2, 5))
    assert not Y.requires_grad and Y.grad_fn is None
    with pytest.raises(RuntimeError, match="does not require grad"):
        Y.sum().backward()


def test_detached_in_a_net_gets_no_gradient_and_never_trains():
    torch.manual_seed(0)
    X, target = torch.randn(64, 5), make_layer(5, 3)
    with torch.no_grad():
        Y = target(X)
    net = nn.Sequential(nn.Linear(5, 8), DetachedLinear(8, 8), nn.Linear(8, 3))
    before = copy.deepcopy(net)
    losses = train(net, X, Y)
    assert losses[-1] < losses[0], "the rest of the net trains, so nobody notices"
    assert net[1].weight.grad is None and net[1].bias.grad is None
    assert torch.equal(net[1].weight, before[1].weight)
    assert torch.equal(net[1].bias, before[1].bias)
    for i in (0, 2):
        assert net[i].weight.grad is not None
        assert not torch.equal(net[i].weight, before[i].weight)


def test_right_form_in_the_same_net_gets_gradients():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(5, 8), MyLinear(8, 8), nn.Linear(8, 3))
    net(torch.randn(4, 5)).sum().backward()
    assert all(param.grad is not None for param in net.parameters())


def test_lazy_becomes_the_layer_of_the_first_batch():
    torch.manual_seed(0)
    layer, X = LazyMyLinear(3), torch.randn(2, 5)
    assert repr(layer) == "LazyMyLinear(in_units=None, units=3)"
    assert layer.has_uninitialized_params()
    Y = layer(X)
    assert type(layer) is MyLinear
    assert repr(layer) == "MyLinear(in_units=5, units=3)"
    assert layer.weight.shape == (5, 3)
    assert type(layer.weight) is nn.Parameter
    torch.testing.assert_close(Y, torch.relu(X @ layer.weight + layer.bias))
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        layer(torch.ones(2, 6))


def test_lazy_draws_with_the_scale_of_the_first_batch():
    torch.manual_seed(0)
    layer = LazyMyLinear(100)
    layer(torch.ones(1, 400))
    std = math.sqrt(2 / 400)
    assert layer.weight.std().item() == pytest.approx(std, rel=0.02)
    assert torch.equal(layer.bias, torch.zeros(100))


def test_lazy_trains_with_an_optimizer_built_before_the_first_batch():
    torch.manual_seed(0)
    X, target = torch.randn(64, 5), make_layer(5, 3)
    with torch.no_grad():
        Y = target(X)
    losses = train(LazyMyLinear(3), X, Y)
    assert losses[-1] < losses[0] / 10


def test_lazy_takes_a_state_dict_instead_of_a_first_batch():
    torch.manual_seed(0)
    trained, layer, X = make_layer(5, 3), LazyMyLinear(3), torch.randn(2, 5)
    layer.load_state_dict(trained.state_dict())
    assert torch.equal(layer(X), trained(X))
    assert repr(layer) == "MyLinear(in_units=5, units=3)"


def test_lazy_follows_device_and_dtype():
    layer = LazyMyLinear(3, dtype=torch.float64).to(torch.float32)
    assert layer(torch.ones(2, 5)).dtype == torch.float32
    layer = LazyMyLinear(3, device="meta", dtype=torch.float64)
    assert layer(torch.ones(2, 5, device="meta", dtype=torch.float64)).shape == (2, 3)
    assert layer.weight.device.type == "meta"


def test_lazy_refuses_no_units():
    with pytest.raises(ValueError, match="units is 0: give at least 1"):
        LazyMyLinear(0)


@pytest.mark.parametrize("kind", [MyLinear, DetachedLinear])
def test_copies_compute_the_same(kind):
    torch.manual_seed(0)
    layer, X = kind(5, 3), torch.randn(2, 5)
    for clone in (pickle.loads(pickle.dumps(layer)), copy.deepcopy(layer)):
        assert type(clone) is kind
        assert torch.equal(clone(X), layer(X))


def test_lazy_copies_before_the_first_batch_are_lazy_still():
    layer = LazyMyLinear(3)
    for clone in (pickle.loads(pickle.dumps(layer)), copy.deepcopy(layer)):
        assert clone(torch.ones(2, 5)).shape == (2, 3)
    assert type(layer) is LazyMyLinear
