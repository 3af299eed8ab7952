"""Forward passes with a constant, a loop that depends on data, and branches."""

import torch
from torch import nn
from torch.nn import functional as F


class FixedHiddenMLP(nn.Module):
    """Use a constant, one layer twice, and a loop that depends on the data.

    Shapes: `(batch, 20)` in, `()` out.

    Raises:
        ValueError: nan or infinity reaches the loop, which halving cannot shrink.
    """

    def __init__(self) -> None:
        super().__init__()
        # A buffer moves and is saved with the net, and gets no gradient.
        self.register_buffer("rand_weight", torch.rand(20, 20))
        self.linear = nn.Linear(20, 20)

    def forward(self, X: torch.Tensor) -> torch.Tensor:
        X = self.linear(X)
        X = F.relu(X @ self.rand_weight + 1)
        X = self.linear(X)  # the same weights a second time
        finite = X.isfinite()
        if not finite.all():
            raise ValueError(
                f"cannot halve {X[~finite][0].item()} down to 1: look for nan, inf or "
                "huge values in the input and the weights (torch.isfinite)"
            )
        while X.abs().sum() > 1:
            X = X / 2
        return X.sum()


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
