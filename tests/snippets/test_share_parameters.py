"""What is shared, and that it stays so."""

import copy
import pickle

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from snippets.share_parameters import (
    TiedAutoencoder,
    TiedLanguageModel,
    shared_parameters,
)


def is_tied(net: TiedLanguageModel) -> bool:
    return net.head.weight is net.embedding.weight


@pytest.fixture
def model() -> TiedLanguageModel:
    torch.manual_seed(0)
    return TiedLanguageModel(vocab_size=11, hidden_size=6)


def test_a_layer_at_two_places_is_found_under_both_names():
    shared = nn.Linear(8, 8)
    net = nn.Sequential(nn.Linear(4, 8), shared, nn.ReLU(), shared)
    assert shared_parameters(net) == [["1.weight", "3.weight"], ["1.bias", "3.bias"]]


def test_nothing_shared_gives_an_empty_list():
    assert shared_parameters(nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 1))) == []
    assert shared_parameters(nn.ReLU()) == []


def test_equal_values_and_shared_memory_are_not_a_shared_parameter():
    layer = nn.Linear(2, 2)
    equal = copy.deepcopy(layer)
    alias = nn.Linear(2, 2)
    alias.weight = nn.Parameter(layer.weight.detach())
    assert alias.weight.data_ptr() == layer.weight.data_ptr()
    assert shared_parameters(nn.Sequential(layer, equal, alias)) == []


def test_three_uses_are_one_group():
    shared = nn.Linear(2, 2, bias=False)
    nested = nn.Sequential(shared, nn.Sequential(shared, shared))
    assert shared_parameters(nested) == [["0.weight", "1.0.weight", "1.1.weight"]]


def test_language_model_shapes_and_tie(model):
    tokens = torch.randint(11, (2, 5))
    assert model(tokens).shape == (2, 5, 11)
    assert is_tied(model)
    assert shared_parameters(model) == [["embedding.weight", "head.weight"]]
    assert "head.weight" in model.state_dict()
    assert "head.weight" not in dict(model.named_parameters())


def test_language_model_logits_are_products_with_the_embedding(model):
    tokens = torch.randint(11, (2, 5))
    hidden, _ = model.rnn(model.embedding(tokens))
    torch.testing.assert_close(model(tokens), hidden @ model.embedding.weight.T)


def test_language_model_starts_with_small_logits():
    torch.manual_seed(0)
    model = TiedLanguageModel(vocab_size=1000, hidden_size=64)
    assert model.embedding.weight.std().item() == pytest.approx(64**-0.5, rel=0.02)
    assert model(torch.randint(1000, (4, 5))).std() < 1


def test_language_model_gradient_is_the_sum_over_both_uses(model):
    torch.manual_seed(0)
    tokens, targets = torch.randint(11, (2, 5)), torch.randint(11, (2, 5))
    untied = copy.deepcopy(model)
    untied.head.weight = nn.Parameter(untied.head.weight.detach().clone())
    for net in model, untied:
        F.cross_entropy(net(tokens).flatten(0, 1), targets.flatten()).backward()
    parts = untied.embedding.weight.grad, untied.head.weight.grad
    assert all(part.abs().sum() > 0 for part in parts)
    torch.testing.assert_close(model.embedding.weight.grad, sum(parts))


@pytest.mark.parametrize(
    "change",
    [
        copy.deepcopy,
        lambda net: pickle.loads(pickle.dumps(net)),
        lambda net: net.to(torch.float64),
        lambda net: net.requires_grad_(False),
        lambda net: net.load_state_dict(net.state_dict()) and net,
        lambda net: net.load_state_dict(net.state_dict(keep_vars=True), assign=True) and net,
    ],
)
def test_tie_survives(model, change):
    assert is_tied(change(model))


def test_tie_weights_restores_what_assign_lost(model):
    values = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict(values, assign=True)
    assert not is_tied(model)
    model.tie_weights()
    assert is_tied(model)
    assert torch.equal(model.head.weight, values["embedding.weight"])


def test_tie_weights_restores_what_meta_and_to_empty_lost():
    with torch.device("meta"):
        model = TiedLanguageModel(11, 6)
    assert is_tied(model)
    model.to_empty(device="cpu")
    assert not is_tied(model)
    model.tie_weights()
    assert is_tied(model)
    assert model.head.weight.device == torch.device("cpu")


def test_autoencoder_decodes_with_the_transpose():
    torch.manual_seed(0)
    net = TiedAutoencoder(in_units=6, code_units=2)
    with torch.no_grad():
        net.decoder_bias.fill_(0.5)
    X = torch.rand(3, 6)
    code = torch.sigmoid(X @ net.encoder.weight.T + net.encoder.bias)
    torch.testing.assert_close(net.encode(X), code)
    torch.testing.assert_close(net(X), code @ net.encoder.weight + 0.5)
    assert net.encode(X).shape == (3, 2)
    assert net(X).shape == (3, 6)


def test_autoencoder_holds_one_weight():
    net = TiedAutoencoder(in_units=6, code_units=2)
    shapes = {name: tuple(value.shape) for name, value in net.state_dict().items()}
    assert shapes == {
        "decoder_bias": (6,),
        "encoder.weight": (2, 6),
        "encoder.bias": (2,),
    }


def test_autoencoder_gradient_is_the_sum_over_both_uses():
    torch.manual_seed(0)
    net = TiedAutoencoder(in_units=6, code_units=2)
    X = torch.rand(3, 6)
    F.mse_loss(net(X), X).backward()
    down, up = (net.encoder.weight.detach().clone().requires_grad_() for _ in "ab")
    code = torch.sigmoid(F.linear(X, down, net.encoder.bias))
    F.mse_loss(F.linear(code, up.T, net.decoder_bias), X).backward()
    assert up.grad.abs().sum() > 0
    torch.testing.assert_close(net.encoder.weight.grad, down.grad + up.grad)


def test_autoencoder_loses_no_tie_by_assign():
    torch.manual_seed(0)
    net, other = TiedAutoencoder(6, 2), TiedAutoencoder(6, 2)
    net.load_state_dict(other.state_dict(), assign=True)
    X = torch.rand(3, 6)
    assert torch.equal(net(X), other(X))
    assert sum(param.numel() for param in net.parameters()) == 12 + 2 + 6


def test_a_shared_layer_keeps_its_tie_where_a_tied_parameter_loses_it():
    def build() -> nn.Sequential:
        shared = nn.Linear(2, 2)
        return nn.Sequential(shared, nn.Sequential(nn.ReLU(), shared))

    names = [["0.weight", "1.1.weight"], ["0.bias", "1.1.bias"]]
    net = build()
    net.load_state_dict(build().state_dict(), assign=True)
    assert shared_parameters(net) == names
    assert shared_parameters(build().to("meta")) == names
    with torch.device("meta"):
        blank = build()
    assert shared_parameters(blank.to_empty(device="cpu")) == names


def test_memory_may_stay_shared_after_assign_but_gradients_are_not_summed(model):
    other = TiedLanguageModel(11, 6)
    model.load_state_dict(other.state_dict(), assign=True)
    assert model.head.weight.data_ptr() == model.embedding.weight.data_ptr()
    assert not is_tied(model)
    model.head(torch.ones(1, 6)).sum().backward()
    assert model.head.weight.grad is not None
    assert model.embedding.weight.grad is None


def test_saved_file_holds_shared_values_once(model, tmp_path):
    torch.save(model.state_dict(), tmp_path / "tied.pt")
    loaded = torch.load(tmp_path / "tied.pt", weights_only=True)
    pointers = [loaded[f"{name}.weight"].data_ptr() for name in ("embedding", "head")]
    assert pointers[0] == pointers[1]


def test_language_model_reads_steps_in_order_and_rows_apart(model):
    tokens = torch.zeros(2, 5, dtype=torch.long)
    changed = tokens.clone()
    changed[1, 3] = 7
    same = (model(tokens) == model(changed)).all(dim=2)
    assert same.tolist() == [[True] * 5, [True] * 3 + [False] * 2]
