"""Modules of one's own, made of the layers that PyTorch has."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F


class MLP(nn.Module):
    """Two linear layers with a ReLU in between.

    Shapes: `(batch, 20)` in, inside `(batch, 256)`, `(batch, 10)` out.
    """

    def __init__(self) -> None:
        # First of all: it makes the tables in which layers register themselves.
        super().__init__()
        self.hidden = nn.Linear(20, 256)
        self.out = nn.Linear(256, 10)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return self.out(F.relu(self.hidden(X)))


class DeepMLP(nn.Module):
    """Linear layers of the given sizes, with a ReLU between each two.

    Shapes: `(batch, sizes[0])` in, `(batch, sizes[-1])` out.

    Raises:
        ValueError: `sizes` has fewer than two entries, so there is no layer.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if len(sizes) < 2:
            raise ValueError(
                f"sizes is {list(sizes)}: give at least two, "
                "the size of the input and that of the output"
            )
        # A plain list would hold the layers and register none of them.
        self.layers = nn.ModuleList(
            nn.Linear(sizes[i], sizes[i + 1], device=device, dtype=dtype)
            for i in range(len(sizes) - 1)
        )

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        for layer in self.layers[:-1]:
            X = F.relu(layer(X))
        return self.layers[-1](X)
