"""Write the lock files, which CI installs from, anew from requirements.txt:

    .venv/bin/python .github/scripts/lock.py      (needs network, and `pip install uv==0.13.9`)

PyPI has only the CUDA build for Linux, with gigabytes of CUDA; the CPU build comes from
PyTorch's own index, and nothing else does: PyPI is asked first.
"""

import re
import subprocess
import sys
from pathlib import Path

GITHUB = Path(__file__).parents[1]
PYPI = "https://pypi.org/simple"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
# What the fences need on a machine that has nothing else.
FENCES = re.compile(
    r"(torch|numpy|safetensors|matplotlib|pytest(-markdown-docs)?|markdown-it-py)=="
)
# The last that installs from PyPI alone.
ZENSICAL = "zensical==0.0.73"
MUTMUT = "mutmut==3.8.1"
SNIPPETS = re.compile(r"(torch|numpy|pytest|scipy|PyYAML)==")
HEADER = "# Made by .github/scripts/lock.py from requirements.txt; do not edit.\n"


def main() -> None:
    pins = (GITHUB.parent / "requirements.txt").read_text(encoding="utf-8")
    cpu = re.sub(r"^torch==\S+", r"\g<0>+cpu", pins, flags=re.M)
    write("requirements.lock", f"--extra-index-url {CPU_INDEX}\n" + compile_(cpu, CPU_INDEX))
    few = [line for line in pins.split("\n") if FENCES.match(line)]
    write("requirements.gpu.lock", compile_("\n".join(few)))
    few = [line for line in cpu.split("\n") if SNIPPETS.match(line)]
    lock = compile_("\n".join([MUTMUT, *few]), CPU_INDEX)
    write("requirements.mutmut.lock", f"--extra-index-url {CPU_INDEX}\n{lock}")
    handler = re.findall(r"^mkdocstrings.*", pins, re.M)
    write("requirements.zensical.lock", compile_("\n".join([ZENSICAL, *handler])))


def compile_(pins: str, last_index: str = PYPI, *more: str) -> str:
    """A lock of `pins`, with all that they need; what PyPI lacks is asked of `last_index`."""
    options = "-m uv pip compile - --quiet --universal --python-version=3.11.5 --generate-hashes"
    options += f" --no-annotate --no-header --index={PYPI} --index-strategy=unsafe-first-match"
    command = [sys.executable, *options.split(), f"--default-index={last_index}", *more]
    done = subprocess.run(command, input=pins, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"No lock. If uv is missing, run: {sys.executable} -m pip install uv==0.13.9")
    return done.stdout


def write(name: str, entries: str) -> None:
    """Write a lock file beside the workflows."""
    (GITHUB / name).write_text(HEADER + entries, encoding="utf-8")


if __name__ == "__main__":
    main()
