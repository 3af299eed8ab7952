"""Find shared parameters, and two nets that live on them."""

import torch
from torch import nn
from torch.nn import functional as F


def shared_parameters(net: nn.Module) -> list[list[str]]:
    """List the names under which each shared parameter of `net` is registered.

    One list a parameter that has two names or more, in the order of registration.
    """
    names: dict[nn.Parameter, list[str]] = {}
    # Parameters hash by identity, so equal values do not count as shared.
    for name, param in net.named_parameters(remove_duplicate=False):
        names.setdefault(param, []).append(name)
    return [group for group in names.values() if len(group) > 1]


class TiedLanguageModel(nn.Module):
    """Predict the next token; the output layer reuses the embedding's weight.

    Shapes: token ids `(batch, steps)` in, logits `(batch, steps, vocab_size)` out.

    Source: Press and Wolf, 2017, https://arxiv.org/abs/1608.05859
    """

    def __init__(self, vocab_size: int, hidden_size: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.GRU(hidden_size, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, vocab_size, bias=False)
        # The embedding's default std of 1 would make the first logits too large.
        nn.init.normal_(self.embedding.weight, std=hidden_size**-0.5)
        self.tie_weights()

    def tie_weights(self) -> None:
        """Tie again after `load_state_dict(assign=True)` or a move off `meta`."""
        self.head.weight = self.embedding.weight  # both (vocab_size, hidden_size)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        hidden, _ = self.rnn(self.embedding(tokens))
        return self.head(hidden)


class TiedAutoencoder(nn.Module):
    """Decode with the transpose of the encoder's weight.

    Shapes: `(batch, in_units)` in and out, the code between `(batch, code_units)`.
    """

    def __init__(self, in_units: int, code_units: int) -> None:
        super().__init__()
        self.encoder = nn.Linear(in_units, code_units)
        self.decoder_bias = nn.Parameter(torch.zeros(in_units))

    def encode(self, X: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(self.encoder(X))

    def decode(self, code: torch.Tensor) -> torch.Tensor:
        # Transposed at every call: a stored transpose would be another parameter.
        return F.linear(code, self.encoder.weight.T, self.decoder_bias)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.decode(self.encode(X))
