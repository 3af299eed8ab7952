"""Measure what an initialization does to a net, layer by layer."""

import torch
from torch import nn


def std_through_depth(
    net: nn.Sequential, X: torch.Tensor
) -> tuple[list[float], list[float]]:
    """Send a batch forward through `net` and a gradient of standard deviation 1 back.

    Shapes:
        X: `(batch, in_features)`

    Returns:
        the standard deviations of the output of each linear layer, and those of the
        gradient with respect to it, both from the first layer to the last.
    """
    outputs = []
    for module in net:
        X = module(X)
        if isinstance(module, nn.Linear):
            X.retain_grad()  # autograd keeps gradients of parameters only
            outputs.append(X)
    X.backward(torch.randn_like(X))
    return (
        [output.std().item() for output in outputs],
        [output.grad.std().item() for output in outputs],
    )
