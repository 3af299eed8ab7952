"""The devices that fences run on: can it be used, how is it set up, was it used.

Torch is imported inside: pytest reads this file even where no fence will run.
"""

import importlib
import os
import platform
import re
import subprocess
import sys
import warnings
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from cheatsheet.page import Example, release_of

# Each device, and the title of the outputs that are right there alone. What the
# emulated one prints is right nowhere else: no page shows it.
TITLES = {"cpu": "CPU", "cuda": "GPU", "emulated": None}
NAMES = {"cpu": "CPU", "cuda": "GPU", "emulated": "an emulated accelerator, no GPU"}
ASKS = re.compile(r"\b(?:try_gpu|try_all_gpus|current_accelerator)\(")
MOVES = re.compile(r"\.to(?:_empty)?\(|\bdevice=|\bwith device\b")


@lru_cache
def running() -> dict[str, tuple[int, ...]]:
    """The releases that code runs on here, such as (2, 13), as `Example.output` takes them."""
    return {"torch": release_of(version("torch")), "Python": sys.version_info[:2]}


def why_unusable(device: str) -> str:
    """Why no fence can run on `device` here, in one line; "" where it can."""
    if device != "cuda":
        return ""
    import torch

    try:
        torch.ones(1, device="cuda").item()  # an answer, which a broken driver does not give
        return ""
    except Exception as error:  # of many kinds, in torch's own words
        hidden = os.environ.get("CUDA_VISIBLE_DEVICES", "not set")
        words = f"torch {torch.__version__} says: {error}; CUDA_VISIBLE_DEVICES is {hidden}"
        return " ".join(words.split())


def set_up(device: str) -> None:
    """Make this process, that of a page, ready for the device."""
    if device == "emulated":  # equipment of the tests
        importlib.import_module("tests.emulated").install()
    if device == "cuda":
        import torch

        # Read by cuBLAS when CUDA starts, which it has not yet in this process.
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
        # An operation that has no deterministic algorithm only warns: no page's output.
        warnings.filterwarnings("ignore", "(?s).*deterministic")
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.set_float32_matmul_precision("highest")  # no TF32
        torch.backends.cudnn.allow_tf32 = False


def moves_to_accelerator(examples: list[Example]) -> Example | None:
    """The first example of a page that moves something somewhere, if the page asks for
    the accelerator; None where it need not have put anything there."""
    if not any(ASKS.search(one.code.source) for one in examples):
        return None
    return next((one for one in examples if MOVES.search(one.code.source)), None)


def allocations(device: str) -> int:
    """How many tensors this process has put on the accelerator so far."""
    if device == "cpu":
        return 0
    import torch

    module = torch.get_device_module(device)
    stats = map(module.memory_stats, range(module.device_count()))
    return sum(one.get("allocation.all.allocated", 0) for one in stats)


def failure(device: str, error: BaseException | None = None) -> str:
    """What broke the device, rather than the code: "" if nothing did.

    `error` is what a fence raised. Waits for the device: work that it was given without
    waiting may fail after the fence that gave it.
    """
    if device != "cuda":
        return ""
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        return f"the GPU is out of memory: {_first_line(error)}"
    if not _first_line(error).startswith(("CUDA error", "CUDA driver error", "cuDNN error")):
        try:
            if torch.cuda.is_initialized():
                torch.cuda.synchronize()
            return ""
        except RuntimeError as broken:
            error = broken
    return f"the GPU failed or is gone: {_first_line(error)}"


def _first_line(error: BaseException | None) -> str:
    return str(error).partition("\n")[0]


def describe(device: str) -> dict:
    """The device of a recorded run: its name, its driver, how many there are.

    Raises:
        RuntimeError: the driver cannot be asked for its version.
    """
    if device == "emulated":
        return {"kind": device, "name": NAMES[device], "driver": None, "count": 2}
    if device == "cpu":
        return {"kind": device, "name": _processor(), "driver": None, "count": 1}
    import torch

    name, count = torch.cuda.get_device_name(0), torch.cuda.device_count()
    return {"kind": device, "name": name, "driver": _driver(), "count": count}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    text = info.read_text() if info.exists() else ""
    model = re.search(r"^model name\s*:\s*(.*\S)", text, re.M)
    return model[1] if model else platform.processor() or platform.machine()


def _driver() -> str:
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise RuntimeError(f"nvidia-smi does not tell the driver: {error}") from error
    return done.stdout.split("\n")[0].strip()
