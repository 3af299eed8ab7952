"""Count the parameters of a net, and the memory they take."""

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


def parameter_bytes(net: nn.Module) -> int:
    """Return the memory that the parameters of `net` take, in bytes.

    A shared parameter counts once; buffers, gradients and the optimizer's state
    do not count.

    Raises:
        ValueError: by PyTorch, while a lazy layer has not seen its first batch.
    """
    # Not nbytes: for a lazy layer's parameter it is 0 instead of an error.
    return sum(param.numel() * param.element_size() for param in net.parameters())
