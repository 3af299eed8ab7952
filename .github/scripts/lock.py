"""Write the lock files, which CI installs from, anew from requirements.txt:

    python .github/scripts/lock.py        (needs network, and `pip install uv==0.13.9`)

- .github/requirements.lock: everything, with the CPU build of torch, for Linux x86_64.
- .github/requirements.gpu.lock: what the fences need, with the CUDA build of torch.
- .github/requirements.zensical.lock: the next generator, with the handler of snippets.

Every file has its hash, for each Python from 3.11 to 3.14. PyPI has only the CUDA build
for Linux, with gigabytes of CUDA; the CPU build comes from PyTorch's own index.
"""

import re
import subprocess
import urllib.request
from pathlib import Path

GITHUB = Path(__file__).parents[1]
PYPI = "https://pypi.org/simple"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PYTHONS = ("cp311", "cp312", "cp313", "cp314")
# What the fences need on a machine that has nothing else.
FENCES = re.compile(r"(torch|numpy|matplotlib|pytest(-markdown-docs)?|markdown-it-py)==")
# What only the CUDA build of torch needs.
CUDA = re.compile(r"(?:nvidia|cuda)-|triton==")
# The last that installs from PyPI alone.
ZENSICAL = "zensical==0.0.73"
HEADER = "# Made by .github/scripts/lock.py from requirements.txt; do not edit.\n"


def main() -> None:
    pins = (GITHUB.parent / "requirements.txt").read_text(encoding="utf-8")
    version = re.search(r"^torch==(\S+)$", pins, re.M)[1]
    with urllib.request.urlopen(f"{CPU_INDEX}/torch/", timeout=60) as answer:
        torch = cpu_entry(version, answer.read().decode())
    everything = [torch if e.startswith("torch==") else e for e in compile_(pins)]
    lines = [e for e in everything if not CUDA.match(e)]
    write("requirements.lock", [f"--extra-index-url {CPU_INDEX}\n", *lines])
    few = [line for line in pins.split("\n") if FENCES.match(line)]
    write("requirements.gpu.lock", compile_("\n".join(few)))
    handler = re.findall(r"^mkdocstrings.*", pins, re.M)
    write("requirements.zensical.lock", compile_("\n".join([ZENSICAL, *handler])))


def compile_(pins: str) -> list[str]:
    """The entries of a lock of `pins`: a requirement with the lines of its hashes."""
    command = ["uv", "pip", "compile", "-", "--universal", "--python-version=3.11.5"]
    command += ["--generate-hashes", "--no-annotate", "--no-header"]
    command += ["--default-index", PYPI, "--quiet"]
    text = subprocess.run(command, input=pins, capture_output=True, text=True, check=True).stdout
    return re.findall(r"^\S.*\n(?:[ \t].*\n)*", text, re.M)


def cpu_entry(version: str, page: str) -> str:
    """The entry of torch's CPU build.

    Args:
        version: the pinned version of torch.
        page: the HTML of PyTorch's CPU index that lists the files of torch.

    Raises:
        SystemExit: the index lacks the file of a Python, or its hash.
    """
    hashes = []
    for python in PYTHONS:
        name = rf"torch-{re.escape(version)}%2Bcpu-{python}-{python}-\w+_x86_64\.whl"
        found = re.search(rf"{name}#sha256=([0-9a-f]{{64}})", page)
        if found is None:
            raise SystemExit(
                f"{CPU_INDEX} has no torch {version} for {python} on Linux x86_64; "
                "pin a version in requirements.txt that it has."
            )
        hashes.append(f"    --hash=sha256:{found[1]}")
    return " \\\n".join([f"torch=={version}+cpu", *hashes]) + "\n"


def write(name: str, entries: list[str]) -> None:
    """Write a lock file beside the workflows."""
    (GITHUB / name).write_text(HEADER + "".join(entries), encoding="utf-8")


if __name__ == "__main__":
    main()
