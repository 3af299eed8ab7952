"""Initial values for linear layers; pass each function to `net.apply`."""

import torch
from torch import nn


def init_normal(module: nn.Module) -> None:
    """Draw the weight of a linear layer from N(0, 0.01²) and set its bias to 0."""
    if isinstance(module, nn.Linear):
        nn.init.normal_(module.weight, mean=0, std=0.01)
        if module.bias is not None:  # Linear(..., bias=False)
            nn.init.zeros_(module.bias)


def init_constant(module: nn.Module) -> None:
    """Set the weight of a linear layer to 1 and its bias to 0."""
    if isinstance(module, nn.Linear):
        nn.init.constant_(module.weight, 1)
        if module.bias is not None:
            nn.init.zeros_(module.bias)


def init_xavier(module: nn.Module) -> None:
    """Draw the weight of a linear layer from U(-a, a), a = √(6 / (fan_in + fan_out)).

    The bias keeps its values.

    Source: Glorot and Bengio, 2010, https://proceedings.mlr.press/v9/glorot10a.html
    """
    if isinstance(module, nn.Linear):
        nn.init.xavier_uniform_(module.weight)


def init_42(module: nn.Module) -> None:
    """Set the weight of a linear layer to 42; the bias keeps its values."""
    if isinstance(module, nn.Linear):
        nn.init.constant_(module.weight, 42)


def my_init(module: nn.Module) -> None:
    """Draw the weight of a linear layer from a law of our own, and say so.

    w ~ U(5, 10) with probability 1/4, 0 with 1/2, U(-10, -5) with 1/4.
    """
    if isinstance(module, nn.Linear):
        print("Init weight", module.weight.shape)
        nn.init.uniform_(module.weight, -10, 10)
        with torch.no_grad():
            # Half of (-10, 10) lies below 5 in absolute value: that half becomes 0.
            module.weight[module.weight.abs() < 5] = 0
