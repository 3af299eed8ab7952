"""Ask a net where it lives."""

import torch
from torch import nn


def devices_of(net: nn.Module) -> list[torch.device]:
    """Return the devices on which the parameters and buffers of `net` are, sorted.

    One device for most nets, several for a net that is spread, none for a net
    without parameters and buffers. Plain tensor attributes are not seen, as `.to()`
    does not see them either.
    """
    tensors = [*net.parameters(), *net.buffers()]
    devices = {tensor.device for tensor in tensors}
    # By number, not by str: cuda:10 would stand before cuda:2.
    return sorted(devices, key=lambda device: (device.type, device.index or 0))
