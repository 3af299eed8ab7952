"""The devices that fences run on: can it be used, how is it set up, was it used.

Torch is imported inside: pytest reads this file even where no fence will run.
"""

import ast
import os
import platform
import shutil
import subprocess
import warnings
from pathlib import Path

from cheatsheet.page import Example

# Each device, and the title of the outputs that are right there alone. What the
# emulated one prints is right nowhere else: no page shows it.
TITLES = {"cpu": "CPU", "cuda": "GPU", "emulated": None}
NAMES = {"cpu": "CPU", "cuda": "GPU", "emulated": "an emulated accelerator, no GPU"}
ASK = {"try_gpu", "try_all_gpus", "current_accelerator"}


def why_unusable(device: str) -> str:
    """Why no fence can run on `device` here, in one line; "" where it can."""
    if device != "cuda":
        return ""
    import torch

    if not torch.backends.cuda.is_built():
        seen = " (nvidia-smi is here)" if shutil.which("nvidia-smi") else ""
        return (
            f"this torch, {torch.__version__}, is built without CUDA{seen}; install a "
            "CUDA build: https://pytorch.org/get-started/locally/"
        )
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            torch.cuda.init()
            if torch.cuda.device_count() > 0:
                # An answer from the GPU, which a broken driver does not give.
                torch.ones(1, device="cuda").item()
                return ""
            problem = "torch sees no GPU"
        except Exception as error:  # torch raises many kinds, and we pass them on
            problem = f"torch says: {error}"
    words = [problem, *(str(warning.message) for warning in caught)]
    if hidden is not None:
        words.append(f"CUDA_VISIBLE_DEVICES is {hidden!r}")
    return "; ".join(" ".join(one.split()) for one in words)


def set_up(device: str) -> None:
    """Make this process, that of a page, ready for the device."""
    if device == "emulated":
        from cheatsheet.run import emulated

        emulated.install()
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
    the accelerator; None where it need not have put anything there.

    To move is `.to(…)`, `device=…` or `with device`.
    """
    asks, moving = False, None
    for example in examples:
        for node in ast.walk(ast.parse(example.code.source)):
            match node:
                case (
                    ast.Call(func=ast.Attribute(attr="to" | "to_empty"))
                    | ast.keyword(arg="device")
                    | ast.withitem(context_expr=ast.Name(id="device"))
                ):
                    moving = moving or example
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
                    asks = asks or name in ASK
    return moving if asks else None


def allocations(device: str) -> int:
    """How many tensors this process has put on the accelerator so far."""
    if device == "emulated":
        from cheatsheet.run import emulated

        return sum(emulated.allocations.values())
    if device == "cuda":
        import torch

        return sum(
            torch.cuda.memory_stats(i).get("allocation.all.allocated", 0)
            for i in range(torch.cuda.device_count())
        )
    return 0


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
    lost = _first_line(error) if error else ""
    if not lost.startswith(("CUDA error", "CUDA driver error", "cuDNN error")):
        try:
            if torch.cuda.is_initialized():
                torch.cuda.synchronize()
            return ""
        except RuntimeError as broken:
            lost = _first_line(broken)
    return f"the GPU failed or is gone: {lost}"


def _first_line(error: BaseException) -> str:
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

    return {
        "kind": device,
        "name": torch.cuda.get_device_name(0),
        "driver": _driver(),
        "count": torch.cuda.device_count(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    words = [*models, platform.processor(), platform.machine()]
    return next(filter(None, map(str.strip, words)), "unknown")


def _driver() -> str:
    command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise RuntimeError(f"nvidia-smi does not tell the driver: {error}") from error
    return done.stdout.split("\n")[0].strip()
