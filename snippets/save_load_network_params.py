"""Files of tensors and state dicts: written whole or not at all, checked when read."""

import copy
import os
import zipfile
from pathlib import Path
from typing import Any

import torch
from torch import nn


def save_atomically(obj: object, path: str | Path) -> None:
    """Save with `torch.save`; when that fails, the old file stays as it was."""
    path = Path(path)
    # In the same folder: os.replace is atomic only within one file system.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "wb") as file:
            torch.save(obj, file)
            file.flush()
            os.fsync(file.fileno())  # the data reach the disk before the name does
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def load_checked(path: str | Path) -> Any:
    """Load tensors and plain values onto the CPU; read the file once more to check it.

    Raises:
        ValueError: The file is cut off or damaged, or `torch.save` did not write it.
    """
    with open(path, "rb") as file:
        try:
            damaged = zipfile.ZipFile(file).testzip() is not None
        except Exception:  # damage makes zipfile raise errors of many types
            damaged = True
    if damaged:
        raise ValueError(f"{path} is damaged, or torch.save did not write it.")
    return torch.load(path, map_location="cpu", weights_only=True)


def load_weights(net: nn.Module, path: str | Path) -> None:
    """Load a file's state dict into a net; a net it does not fit stays as it was."""
    weights = load_checked(path)
    # load_state_dict copies what fits before it raises, so a copy of the net tries it.
    copy.deepcopy(net).load_state_dict(weights)
    net.load_state_dict(weights)


def save_checkpoint(path: str | Path, epoch: int, **parts: Any) -> None:
    """Save parts that have a `state_dict()`, the epoch, and torch's random states."""
    states = {name: part.state_dict() for name, part in parts.items()}
    random = {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all()}
    save_atomically(dict(epoch=epoch, random=random, **states), path)


def load_checkpoint(path: str | Path, **parts: Any) -> int:
    """Load a checkpoint into the same parts, under the same names; return its epoch."""
    checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    if checkpoint.keys() != {"epoch", "random", *parts}:
        raise ValueError(f"{path} holds {sorted(checkpoint)}; pass the same parts.")
    for name, part in parts.items():
        part.load_state_dict(checkpoint[name])
    random = checkpoint["random"]
    torch.set_rng_state(random["cpu"])
    torch.cuda.set_rng_state_all(random["cuda"][: torch.cuda.device_count()])
    return checkpoint["epoch"]
