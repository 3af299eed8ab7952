"""Halving without a loop that depends on the data, and parallel branches."""

import torch
from torch import nn


def halve_in_one_step(X: torch.Tensor) -> torch.Tensor:
    """Halve `X` until its absolute sum is at most 1, without a loop.

    The shape stays. Where the absolute sum is not finite, all of the result is nan.
    """
    total = X.detach().abs().sum()
    mantissa, exponent = torch.frexp(total)  # total == mantissa * 2**exponent
    # Powers of two have the mantissa 0.5; one halving less leaves exactly 1.
    halvings = torch.where(mantissa == 0.5, exponent - 1, exponent).clamp(min=0)
    # Not ldexp(X, -halvings): its gradient is 0 for negative integer exponents.
    scale = torch.exp2(-halvings.to(X.dtype))
    return torch.where(total.isfinite(), X * scale, torch.nan)


class ParallelBranches(nn.Module):
    """Give every branch the same input, and join their outputs side by side.

    Shapes: `(batch, in_features)` in, `(batch, features)` out, where `features` is the
    sum of what the branches give.

    Raises:
        ValueError: there is no branch.
    """

    def __init__(self, *branches: nn.Module, dim: int = 1) -> None:
        super().__init__()
        if not branches:
            raise ValueError("no branch to join: pass at least one module")
        self.branches = nn.ModuleList(branches)
        self.dim = dim

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        return torch.cat([branch(X) for branch in self.branches], dim=self.dim)
