"""A machine with accelerators that this one lacks, simulated."""

import torch


def simulate(monkeypatch, kind: str, count: int) -> None:
    """Make `torch.accelerator` say what it says on a machine with `count` of `kind`.

    PyTorch built for an accelerator names it even where none can be used; only
    `check_available=True` tells.
    """

    def current_accelerator(check_available: bool = False):
        return None if check_available and count == 0 else torch.device(kind)

    def device_count():
        # As older torch built for CUDA does where there is no driver.
        if count == 0:
            raise RuntimeError("Found no NVIDIA driver on your system.")
        return count

    accelerator = torch.accelerator
    monkeypatch.setattr(accelerator, "current_accelerator", current_accelerator)
    monkeypatch.setattr(accelerator, "device_count", device_count)
    monkeypatch.setattr(accelerator, "is_available", lambda: count > 0)
