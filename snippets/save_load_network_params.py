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
        FileNotFoundError: There is no such file.
        ValueError: The file is damaged, or `torch.save` did not write it.
        pickle.UnpicklingError: The file needs classes that `weights_only` refuses.
    """
    with open(path, "rb") as file:
        known = file.read(4) == b"PK\x03\x04"  # torch.save writes a zip archive
    damaged = False
    if known:
        try:
            with zipfile.ZipFile(path) as archive:
                known = any(name.endswith("/data.pkl") for name in archive.namelist())
                damaged = archive.testzip() is not None  # torch.load does not look
        except Exception:  # damage makes zipfile raise errors of many types
            damaged = True
    if damaged:
        raise ValueError(f"{path} is cut off or damaged; copy or save it again.")
    if not known:
        raise ValueError(f"{path} was not written by torch.save; check the path.")
    return torch.load(path, map_location="cpu", weights_only=True)


def load_weights(net: nn.Module, path: str | Path) -> None:
    """Load the state dict in a file into a net; a net it does not fit stays as it was.

    Raises:
        ValueError: The file holds no state dict (see also `load_checked`).
        RuntimeError: The net has other names or shapes.
    """
    weights = load_checked(path)
    if not isinstance(weights, dict):
        kind = type(weights).__name__
        raise ValueError(f"{path} holds a {kind}, not a state dict; check the path.")
    # load_state_dict copies what fits before it raises, so a copy of the net tries it.
    copy.deepcopy(net).load_state_dict(weights)
    net.load_state_dict(weights)


def save_checkpoint(path: str | Path, epoch: int, **parts: Any) -> None:
    """Save what training needs to go on: parts, epoch, torch's random states.

    `parts` are objects with a `state_dict()`: model, optimizer, scheduler, ...
    """
    states = {name: part.state_dict() for name, part in parts.items()}
    random = {"cpu": torch.get_rng_state(), "cuda": torch.cuda.get_rng_state_all()}
    save_atomically(dict(epoch=epoch, random=random, **states), path)


def load_checkpoint(path: str | Path, **parts: Any) -> int:
    """Load a checkpoint into the same parts, under the same names; return its epoch.

    Raises:
        ValueError: The file holds other parts (see also `load_checked`).
        RuntimeError: A part does not fit; the parts before it are loaded.
    """
    checkpoint = load_checked(path)
    wanted = {"epoch", "random", *parts}
    if not isinstance(checkpoint, dict) or checkpoint.keys() != wanted:
        is_dict = isinstance(checkpoint, dict)
        found = sorted(map(str, checkpoint)) if is_dict else type(checkpoint).__name__
        cure = "pass the parts that it was saved with."
        raise ValueError(f"{path} holds {found}, not {sorted(wanted)}; {cure}")
    for name, part in parts.items():
        part.load_state_dict(checkpoint[name])
    torch.set_rng_state(checkpoint["random"]["cpu"])
    devices = range(torch.cuda.device_count())
    for device, state in zip(devices, checkpoint["random"]["cuda"], strict=False):
        torch.cuda.set_rng_state(state, device)
    return checkpoint["epoch"]
