"""What PyTorch knows about the accelerators of this machine."""

import torch


def device_report() -> dict[str, object]:
    """Return facts about PyTorch and this machine's accelerators, ready for JSON.

    The keys:
        torch: the version of PyTorch.
        built_for: the type of accelerator this build can use, None for a CPU build.
        accelerator: the same type if it can be used now, else None.
        count: how many there are.
        names, total_bytes: one entry for each. For MPS, whose memory is the
            machine's own, the memory that it is advised to use.
    """
    built_for = torch.accelerator.current_accelerator()
    accelerator = torch.accelerator.current_accelerator(check_available=True)
    count = 0 if accelerator is None else torch.accelerator.device_count()
    names, total_bytes = [], []
    for i in range(count):
        if accelerator.type == "mps":  # it has no get_device_properties
            names.append("mps")
            total_bytes.append(torch.mps.recommended_max_memory())
        else:
            module = torch.get_device_module(accelerator)
            properties = module.get_device_properties(i)
            names.append(properties.name)
            total_bytes.append(properties.total_memory)
    return {
        "torch": str(torch.__version__),
        "built_for": None if built_for is None else built_for.type,
        "accelerator": None if accelerator is None else accelerator.type,
        "count": count,
        "names": names,
        "total_bytes": total_bytes,
    }
