"""The initializers: the values they set, and what they must not touch."""

import math
import pickle

import pytest
import torch
from scipy import stats
from torch import nn

from snippets import parameter_initialization
from snippets.parameter_initialization import (
    init_42,
    init_constant,
    init_normal,
    init_xavier,
    my_init,
)

INITIALIZERS = [init_normal, init_constant, init_xavier, init_42, my_init]
all_initializers = pytest.mark.parametrize("initialize", INITIALIZERS)


class Subclass(nn.Linear):
    """A subclass of Linear, which `type(module) == nn.Linear` would miss."""


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def net(bias: bool = True) -> nn.Sequential:
    return nn.Sequential(nn.Linear(4, 8, bias), nn.ReLU(), nn.Linear(8, 1, bias))


def values(module: nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in module.state_dict().items()}


def has_the_values_of(initialize, weight: torch.Tensor) -> bool:
    """Whether these (fan_out, fan_in) weights can come from this initializer alone.

    The default of Linear(100, 50) lies within ±0.1, and fits none of the five.
    """
    size = weight.abs()
    return {
        init_normal: 0 < weight.std() < 0.02,
        init_constant: (weight == 1).all(),
        init_xavier: 0.15 < size.max() <= math.sqrt(6 / 150),
        init_42: (weight == 42).all(),
        my_init: 5 < size.max() <= 10 and ((size == 0) | (size >= 5)).all(),
    }[initialize]


@all_initializers
def test_no_initializer_matches_the_default_or_another(initialize):
    layer = nn.Linear(100, 50)
    assert not any(has_the_values_of(each, layer.weight) for each in INITIALIZERS)
    initialize(layer)
    fits = [each for each in INITIALIZERS if has_the_values_of(each, layer.weight)]
    assert fits == [initialize]


def test_init_normal_draws_n_0_0001_and_zeroes_the_bias():
    layer = nn.Linear(400, 500)
    init_normal(layer)
    drawn = layer.weight.detach().flatten()
    # 200 000 draws: five standard errors of the mean and of the standard deviation.
    assert abs(drawn.mean()) < 5 * 0.01 / math.sqrt(200_000)
    assert abs(drawn.std() - 0.01) < 5 * 0.01 / math.sqrt(2 * 200_000)
    assert stats.kstest(drawn.numpy(), stats.norm(0, 0.01).cdf).pvalue > 1e-4
    assert torch.equal(layer.bias, torch.zeros(500))


def test_init_constant_sets_weight_1_and_bias_0():
    layer = nn.Linear(4, 8)
    init_constant(layer)
    assert torch.equal(layer.weight, torch.ones(8, 4))
    assert torch.equal(layer.bias, torch.zeros(8))


def test_init_xavier_draws_the_uniform_law_of_glorot():
    layer = nn.Linear(400, 500)
    bias = layer.bias.detach().clone()
    init_xavier(layer)
    bound = math.sqrt(6 / (400 + 500))
    drawn = layer.weight.detach().flatten()
    assert drawn.abs().max() <= bound
    law = stats.uniform(-bound, 2 * bound)
    assert stats.kstest(drawn.numpy(), law.cdf).pvalue > 1e-4
    assert torch.equal(layer.bias, bias)


def test_init_42_sets_the_weight_alone():
    layer = nn.Linear(4, 8)
    bias = layer.bias.detach().clone()
    init_42(layer)
    assert torch.equal(layer.weight, torch.full((8, 4), 42.0))
    assert torch.equal(layer.bias, bias)


@all_initializers
def test_apply_reaches_nested_layers(initialize):
    nested = nn.Sequential(nn.Sequential(nn.Linear(100, 50)), nn.Linear(100, 50))
    assert nested.apply(initialize) is nested
    assert has_the_values_of(initialize, nested[0][0].weight)
    assert has_the_values_of(initialize, nested[1].weight)


@all_initializers
def test_subclasses_of_linear_are_initialized(initialize):
    layer = Subclass(100, 50)
    initialize(layer)
    assert has_the_values_of(initialize, layer.weight)


@all_initializers
def test_output_projection_of_attention_is_initialized(initialize):
    attention = nn.MultiheadAttention(100, 2)
    assert type(attention.out_proj) is not nn.Linear
    before = values(attention)
    attention.apply(initialize)
    assert not torch.equal(attention.out_proj.weight, before["out_proj.weight"])
    assert torch.equal(attention.in_proj_weight, before["in_proj_weight"])


@all_initializers
def test_a_layer_without_a_bias_is_initialized(initialize):
    layer = nn.Linear(100, 50, bias=False)
    initialize(layer)
    assert has_the_values_of(initialize, layer.weight)
    assert layer.bias is None


@all_initializers
def test_other_layers_are_left_alone(initialize):
    others = nn.Sequential(
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4),
        nn.Embedding(5, 6),
        nn.LSTM(3, 4),
        nn.Bilinear(2, 3, 4),
    )
    before = values(others)
    others.apply(initialize)
    after = others.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before)


@all_initializers
def test_parameters_stay_the_same_trainable_objects(initialize):
    sequence = net()
    parameters = list(sequence.parameters())
    sequence.apply(initialize)
    assert all(
        after is before and after.is_leaf and after.requires_grad and after.grad is None
        for after, before in zip(sequence.parameters(), parameters, strict=True)
    )
    sequence(torch.rand(2, 4)).sum().backward()
    assert all(parameter.grad is not None for parameter in parameters)


def test_each_layer_can_have_its_own_initializer():
    sequence = nn.Sequential(nn.Linear(100, 50), nn.ReLU(), nn.Linear(50, 10))
    sequence[0].apply(init_xavier)
    sequence[2].apply(init_42)
    assert has_the_values_of(init_xavier, sequence[0].weight)
    assert has_the_values_of(init_42, sequence[2].weight)


@pytest.fixture
def draw() -> torch.Tensor:
    """One million weights by `my_init`."""
    layer = nn.Linear(1000, 1000, bias=False)
    my_init(layer)
    return layer.weight.detach().flatten()


def test_my_init_has_the_three_masses(draw):
    count = draw.numel()
    for hit, mass in [(draw >= 5, 0.25), (draw == 0, 0.5), (draw <= -5, 0.25)]:
        # Five standard deviations of a binomial share: a right sampler fails one seed
        # in 1.7 million.
        bound = 5 * math.sqrt(mass * (1 - mass) / count)  # at most 0.0025
        assert abs(hit.double().mean().item() - mass) < bound


def test_my_init_is_uniform_in_both_arms(draw):
    upper, lower = draw[draw > 0], draw[draw < 0]
    assert stats.kstest(upper.numpy(), stats.uniform(5, 5).cdf).pvalue > 1e-4
    assert stats.kstest(lower.numpy(), stats.uniform(-10, 5).cdf).pvalue > 1e-4


def test_my_init_draws_nothing_else_between_minus_5_and_5(draw):
    inside = draw[draw.abs() < 5]
    assert torch.equal(inside, torch.zeros_like(inside))
    assert not inside.signbit().any()  # a page would print -0.
    assert draw.abs().max() <= 10


def test_my_init_draws_its_weights_independently(draw):
    pair = torch.stack([draw[:-1], draw[1:]])
    # The correlation of n independent pairs has a standard deviation of 1 / √n.
    assert abs(torch.corrcoef(pair)[0, 1]) < 5 / math.sqrt(draw.numel())


def test_my_init_says_which_parameter_of_which_shape_it_set(capsys):
    net().apply(my_init)
    assert capsys.readouterr().out == (
        "Init weight torch.Size([8, 4])\nInit weight torch.Size([1, 8])\n"
    )
    nn.ReLU().apply(my_init)
    assert capsys.readouterr().out == ""


def test_my_init_leaves_the_bias():
    layer = nn.Linear(4, 8)
    bias = layer.bias.detach().clone()
    my_init(layer)
    assert torch.equal(layer.bias, bias)


def test_the_seed_decides_the_draw():
    def weight(initialize) -> torch.Tensor:
        torch.manual_seed(3)
        return nn.Linear(4, 8).apply(initialize).weight

    for initialize in (init_normal, init_xavier, my_init):
        assert torch.equal(weight(initialize), weight(initialize))


@all_initializers
def test_initializers_can_be_pickled_and_imported(initialize):
    assert pickle.loads(pickle.dumps(initialize)) is initialize
    assert getattr(parameter_initialization, initialize.__name__) is initialize
