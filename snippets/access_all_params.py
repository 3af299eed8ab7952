"""Count the parameters of a net."""

from typing import NamedTuple

from torch import nn


class ParameterCount(NamedTuple):
    """How many numbers the parameters of a net hold."""

    total: int
    trainable: int


def count_parameters(net: nn.Module) -> ParameterCount:
    """Count the numbers in the parameters of `net`, all and trainable.

    A shared parameter counts once; buffers do not count.

    Raises:
        ValueError: by PyTorch, while a lazy layer has not seen its first batch.
    """
    # parameters() yields a shared parameter only once.
    params = list(net.parameters())
    return ParameterCount(
        total=sum(param.numel() for param in params),
        trainable=sum(param.numel() for param in params if param.requires_grad),
    )
