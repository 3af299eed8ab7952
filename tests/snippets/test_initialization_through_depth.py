"""The measured standard deviations, against nets whose own can be worked out."""

import pytest
import torch
from torch import nn

from snippets.initialization_through_depth import std_through_depth

WIDTH, BATCH = 128, 512


def linear(weight: torch.Tensor) -> nn.Linear:
    layer = nn.Linear(*reversed(weight.shape), bias=False)
    with torch.no_grad():
        layer.weight.copy_(weight)
    return layer


@pytest.fixture
def X() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.randn(BATCH, WIDTH)


def test_each_linear_layer_is_measured(X):
    net = nn.Sequential(
        linear(2 * torch.eye(WIDTH)),
        nn.Identity(),
        linear(3 * torch.eye(WIDTH)),
        linear(5 * torch.eye(WIDTH)),
    )
    forward, backward = std_through_depth(net, X)
    assert forward == pytest.approx([2, 6, 30], rel=0.02)
    assert backward == pytest.approx([15, 5, 1], rel=0.02)


def test_against_autograd(X):
    net = nn.Sequential(nn.Linear(WIDTH, 64), nn.ReLU(), nn.Linear(64, 3))
    torch.manual_seed(1)
    forward, backward = std_through_depth(net, X)
    torch.manual_seed(1)
    gradient = torch.randn(BATCH, 3)
    hidden = net[0](X)
    output = net[2](hidden.relu())
    (to_hidden,) = torch.autograd.grad(output, hidden, gradient)
    assert forward == pytest.approx([hidden.std().item(), output.std().item()])
    assert backward == pytest.approx([to_hidden.std().item(), gradient.std().item()])


def test_kaiming_keeps_and_a_small_std_loses(X):
    def measure(initialize) -> tuple[float, float]:
        layers = [(nn.Linear(WIDTH, WIDTH), nn.ReLU()) for _ in range(10)]
        net = nn.Sequential(*[module for layer in layers for module in layer])
        for layer in net[::2]:
            initialize(layer.weight)
            nn.init.zeros_(layer.bias)
        forward, backward = std_through_depth(net, X)
        return forward[-1], backward[0]

    for size in measure(lambda w: nn.init.kaiming_normal_(w, nonlinearity="relu")):
        assert 0.3 < size < 3
    for size in measure(lambda w: nn.init.normal_(w, std=0.01)):
        assert size < 1e-9


def test_the_input_is_left_alone(X):
    before = X.clone()
    std_through_depth(nn.Sequential(nn.Linear(WIDTH, 2)), X)
    assert torch.equal(X, before)
    assert X.grad is None
