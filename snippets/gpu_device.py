"""Choose a device: an accelerator where there is one, else the CPU."""

import torch


def try_gpu(i: int = 0) -> torch.device:
    """Return accelerator `i`, or the CPU when there is no accelerator `i`.

    The accelerator is whatever this build of PyTorch was made for: CUDA, MPS or XPU.

    Raises:
        TypeError: `i` is not an int; a bool is refused too.
        ValueError: `i` is negative.
    """
    if not isinstance(i, int) or isinstance(i, bool):
        raise TypeError(f"i must be an int such as 0, not {i!r}")
    if i < 0:
        raise ValueError(f"i must be 0 or more, not {i}; devices are counted from 0")
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is None or i >= torch.accelerator.device_count():
        return torch.device("cpu")
    return torch.device(accelerator.type, i)


def try_all_gpus() -> list[torch.device]:
    """Return all accelerators, or `[torch.device("cpu")]` when there is none."""
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    if accelerator is None:
        return [torch.device("cpu")]
    count = torch.accelerator.device_count()
    return [torch.device(accelerator.type, i) for i in range(count)]
