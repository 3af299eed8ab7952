"""Layers that own parameters, made from tensors."""

import math

import torch
from torch import nn
from torch.nn import functional as F


class LinearReLU(nn.Module):
    """A linear layer followed by a ReLU: `relu(X @ weight + bias)`.

    Shapes: `(..., in_units)` in, `(..., units)` out; `weight` is
    `(in_units, units)` and `bias` is `(units,)`.

    Raises:
        ValueError: `in_units` or `units` is less than 1.
    """

    def __init__(
        self,
        in_units: int,
        units: int,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if in_units < 1 or units < 1:
            raise ValueError(
                f"in_units is {in_units} and units is {units}: give at least 1 for each"
            )
        self.in_units = in_units
        self.units = units
        weight = torch.empty(in_units, units, device=device, dtype=dtype)
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(torch.empty(units, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight with variance 2 / in_units; set the bias to zero.

        The scale keeps the size of the signal through a ReLU (He et al., 2015).
        """
        # Not kaiming_normal_: it takes the fan-in from size(1), which is units here.
        nn.init.normal_(self.weight, std=math.sqrt(2 / self.in_units))
        nn.init.zeros_(self.bias)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return F.relu(X @ self.weight + self.bias)

    def extra_repr(self) -> str:
        return f"in_units={self.in_units}, units={self.units}"
