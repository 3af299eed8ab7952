"""Modules of one's own, made of the layers that PyTorch has."""

import torch
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    """Two linear layers with a ReLU in between.

    Shapes: `(batch, 20)` in, inside `(batch, 256)`, `(batch, 10)` out.
    """

    def __init__(self) -> None:
        # First of all: it makes the dicts in which layers are registered.
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.out(F.relu(self.hidden(X)))
