"""The nested net's structure and values, and layers replaced by type."""

import copy
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from snippets.nested_network_params import block1, block2, replace_modules


def make_rgnet() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(block2(), nn.Linear(4, 1))


def test_block1_layers():
    kinds = [type(layer) for layer in block1()]
    assert kinds == [nn.Linear, nn.ReLU, nn.Linear, nn.ReLU]


def test_block1_computes_relu_of_two_affine_maps():
    torch.manual_seed(0)
    net, X = block1(), torch.randn(3, 4)
    inside = F.relu(X @ net[0].weight.T + net[0].bias)
    assert inside.shape == (3, 8)
    Y = F.relu(inside @ net[2].weight.T + net[2].bias)
    torch.testing.assert_close(net(X), Y)


def test_block2_names_and_order():
    net = block2()
    names = [name for name, _ in net.named_children()]
    assert names == ["block 0", "block 1", "block 2", "block 3"]
    X = torch.rand(2, 4)
    Y = X
    for name in names:
        Y = net.get_submodule(name)(Y)
    assert torch.equal(net(X), Y)
    assert Y.shape == (2, 4)


def test_blocks_share_nothing():
    params = list(block2().parameters())
    assert len(params) == 16
    assert len({param.data_ptr() for param in params}) == 16


def test_rgnet_paths():
    rgnet = make_rgnet()
    names = [name for name, _ in rgnet.named_parameters()]
    assert names == [
        f"0.block {i}.{j}.{kind}" for i in range(4) for j in (0, 2) for kind in ("weight", "bias")
    ] + ["1.weight", "1.bias"]
    assert rgnet.get_parameter("0.block 1.0.bias") is rgnet[0][1][0].bias
    assert rgnet(torch.rand(2, 4)).shape == (2, 1)


def test_blocks_are_picklable():
    net = block2()
    clone = pickle.loads(pickle.dumps(net))
    X = torch.rand(2, 4)
    assert torch.equal(clone(X), net(X))


def test_replace_every_relu():
    rgnet = make_rgnet()
    X = torch.randn(5, 4)
    state = copy.deepcopy(rgnet.state_dict())
    paths = replace_modules(rgnet, nn.ReLU, lambda old: nn.Tanh())
    assert paths == [f"0.block {i}.{j}" for i in range(4) for j in (1, 3)]
    assert not any(isinstance(module, nn.ReLU) for module in rgnet.modules())
    assert all(isinstance(rgnet.get_submodule(path), nn.Tanh) for path in paths)
    Y = X
    for i in range(4):
        for j in (0, 2):
            name = f"0.block {i}.{j}"
            Y = F.linear(Y, state[f"{name}.weight"], state[f"{name}.bias"]).tanh()
    Y = F.linear(Y, state["1.weight"], state["1.bias"])
    torch.testing.assert_close(rgnet(X), Y)


def test_replacements_are_separate_modules():
    rgnet = make_rgnet()
    paths = replace_modules(rgnet, nn.ReLU, lambda old: nn.PReLU())
    assert len({rgnet.get_submodule(path) for path in paths}) == 8


def test_factory_gets_the_old_module():
    net = nn.Sequential(nn.Linear(4, 8), nn.Sequential(nn.Linear(8, 2)))
    replace_modules(
        net,
        nn.Linear,
        lambda old: nn.Linear(old.in_features, old.out_features, bias=False),
    )
    assert [(name, tuple(p.shape)) for name, p in net.named_parameters()] == [
        ("0.weight", (8, 4)),
        ("1.0.weight", (2, 8)),
    ]


def test_subclasses_are_replaced_too():
    class Gate(nn.ReLU):
        pass

    net = nn.Sequential(Gate())
    assert replace_modules(net, nn.ReLU, lambda old: nn.Tanh()) == ["0"]


def test_nothing_to_replace_returns_no_path():
    rgnet = make_rgnet()
    before = list(rgnet.modules())
    assert replace_modules(rgnet, nn.Conv2d, lambda old: nn.Identity()) == []
    assert list(rgnet.modules()) == before


def test_shared_module_is_replaced_at_each_place_by_one():
    relu = nn.ReLU()
    net = nn.Sequential(relu, nn.Linear(4, 4), relu)
    made = []

    def factory(old: nn.Module) -> nn.Module:
        made.append(nn.PReLU())
        return made[-1]

    assert replace_modules(net, nn.ReLU, factory) == ["0", "2"]
    assert len(made) == 1
    assert net[0] is net[2] is made[0]


def test_shared_container_is_handled():
    block = nn.Sequential(nn.ReLU())
    net = nn.Sequential(block, block)
    assert replace_modules(net, nn.ReLU, lambda old: nn.Tanh()) == ["0.0", "1.0"]
    assert isinstance(block[0], nn.Tanh)


def test_wrapping_does_not_recurse():
    net = nn.Sequential(nn.Linear(4, 4), nn.ReLU())
    old = net[0]
    paths = replace_modules(net, nn.Linear, lambda m: nn.Sequential(m, nn.Dropout()))
    assert paths == ["0"]
    assert net[0][0] is old


def test_what_is_inside_a_replaced_module_is_left_alone():
    inner = nn.Sequential(nn.Sequential(nn.ReLU()), nn.ReLU())
    net = nn.ModuleDict({"body": inner, "body2": nn.Sequential(nn.ReLU())})
    paths = replace_modules(net, nn.Sequential, lambda old: nn.Identity())
    assert paths == ["body", "body2"]
    assert isinstance(inner[0], nn.Sequential)


@pytest.mark.parametrize("training", [True, False])
def test_replacement_takes_over_the_training_mode(training):
    net = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5)).train(training)
    replace_modules(net, nn.Dropout, lambda old: nn.Sequential(nn.Dropout(0.1)))
    assert [module.training for module in net.modules()] == [training] * 4


ITSELF = "^net is itself a ReLU: it cannot be replaced inside itself, use net = factory\\(net\\)$"


def test_net_of_the_type_itself_raises():
    with pytest.raises(ValueError, match=ITSELF):
        replace_modules(nn.ReLU(), nn.ReLU, lambda old: nn.Tanh())


def test_functions_are_picklable():
    for function in (block1, block2, replace_modules):
        assert pickle.loads(pickle.dumps(function)) is function
