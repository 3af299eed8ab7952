"""`--device`: it cannot be used, it is used, it breaks.

No test here needs a GPU. Where a GPU is needed, the emulated accelerator plays it: the
project's copy is told so in SIMULATED, and what that shows is how the runner behaves
there, nothing of a GPU.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cheatsheet.page import Shell, load, read
from cheatsheet.run import devices
from cheatsheet.run.devices import moves_to_accelerator
from cheatsheet.run.shell import run_shell
from tests.run.planted import ROOT, emulates, fence, plant, run_pytest

PAGES = [load(ROOT, path.relative_to(ROOT)) for path in sorted((ROOT / "docs").rglob("*.md"))]


# It cannot be used. What torch says in each case is simulated, in torch's own words.


def test_cuda_is_refused_with_the_words_of_torch(monkeypatch):
    def no_driver(*_arguments, **_options):
        raise RuntimeError("Found no NVIDIA driver on your system.\nCheck that ...")

    monkeypatch.setattr(torch, "ones", no_driver)
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    said = devices.why_unusable("cuda")
    assert (
        "Found no NVIDIA driver on your system. Check that ...; CUDA_VISIBLE_DEVICES is 7" in said
    )
    assert torch.__version__ in said


def test_a_device_breaks_in_clear_words():
    broken = devices.failure("cuda", torch.OutOfMemoryError("CUDA out of memory.\nx"))
    assert broken == "the GPU is out of memory: CUDA out of memory."
    broken = devices.failure("cuda", RuntimeError("CUDA error: device lost\nx"))
    assert broken == "the GPU failed or is gone: CUDA error: device lost"
    assert devices.failure("cuda", ValueError("x")) == ""
    assert devices.failure("cpu", RuntimeError("CUDA error: x")) == ""


# It is used.


def test_numbers_on_cuda_are_full_float32_and_deterministic():
    """Settings alone: they can be made and read without a GPU."""
    code = """
import os, torch
from cheatsheet.run import devices
devices.set_up("cuda")
assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
assert torch.are_deterministic_algorithms_enabled()
assert torch.is_deterministic_algorithms_warn_only_enabled()
assert torch.get_float32_matmul_precision() == "highest"
assert not torch.backends.cudnn.allow_tf32
assert not torch.backends.cuda.matmul.allow_tf32
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_a_record_of_cuda_names_the_driver(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda i: "GPU")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="nvidia-smi does not tell the driver"):
        devices.describe("cuda")


MOVING = {  # the code of a page, and at which of its fences it moves
    "device = try_gpu()\nprint(device)": 0,
    "X.to(device)": 0,
    "device = try_gpu()|X.to(device)": 2,
    "device = torch.accelerator.current_accelerator()|x|net.to_empty(device=device)": 3,
    "X = torch.ones(2, device=try_all_gpus()[-1])": 1,
    "with device:\n    X = torch.ones(2)|device = try_gpu()": 1,
    "from snippets.gpu_device import try_gpu|X.to('meta')": 0,
}


@pytest.mark.parametrize("code", MOVING)
def test_a_page_that_asks_for_the_accelerator_and_moves(code):
    page = read(Path("page.md"), "".join(map(fence, code.split("|"))))
    found = moves_to_accelerator(page.examples)
    assert (found.number if found else 0) == MOVING[code]


def test_the_pages_about_gpus_move_to_them():
    """So that a run on the CPU cannot pass for one on a GPU."""
    pages = {page.path for page in PAGES if moves_to_accelerator(page.examples)}
    for language in ("en", "zh"):
        for name in ("network-on-gpu", "gpu-device", "gpu-info"):
            assert Path(f"docs/{language}/{name}.md") in pages


def test_shell_blocks_of_the_pages_run():
    """All but nvidia-smi, which only a machine with a GPU has."""
    blocks = {
        part.code.source
        for page in PAGES
        for part in page.parts
        if isinstance(part, Shell) and "nvidia-smi" not in part.code.source
    }
    assert len(blocks) >= 2
    for source in blocks:
        assert run_shell(source) == "", source


def test_what_a_shell_block_does_wrong():
    assert run_shell("false\ntrue").startswith("this block ended with exit code 1")
    assert "exit code 127" in run_shell("no-such-command | cat")


# The plugin, on a machine whose GPU is played by the emulated accelerator.

SIMULATED = """

# A machine with a GPU, played by the emulated accelerator, for a test.
_set_up, _allocations, _describe = set_up, allocations, describe


def why_unusable(device):
    return ""


def set_up(device):
    _set_up("emulated" if device == "cuda" else device)


def allocations(device):
    return _allocations("emulated" if device == "cuda" else device)
"""
GPU = "import torch\n\nfrom snippets.gpu_device import try_gpu"
OUT_OF_MEMORY = 'raise torch.OutOfMemoryError("CUDA out of memory. Tried ...")'
WHERE = "print(torch.ones(2, device=try_gpu()).device)"
PLANTED = {
    "right": fence(GPU)
    + f'```python\n{WHERE}\n```\n\n```text title="CPU"\ncpu\n```\n\n'
    + '```text title="GPU"\nemulated:0\n```\n\n',
    "missing": fence(GPU) + f'```python\n{WHERE}\n```\n\n```text title="CPU"\ncpu\n```\n\nEnd.\n',
    "untitled": fence(GPU) + fence(WHERE, "cpu"),
    "stayed": fence("import torch\n\n\ndef try_gpu():\n    return 'cpu'")
    + fence("torch.ones(2, device=try_gpu()).sum().item()", "2.0"),
    # Even where the page shows the very error.
    "full": fence("import torch") + fence(OUT_OF_MEMORY, OUT_OF_MEMORY[6:], " { .raises }"),
    "gone": fence("raise RuntimeError('CUDA error: unspecified launch failure')") + fence("1", "1"),
    "shell": "```bash\nnvidia-smi\n```\n\n```bash\nnvidia-smi --query -l 1\n```\n\n"
    "```bash\nnvidia-smi --fail\n```\n\n" + fence("1", "1"),
}
NVIDIA_SMI = """\
#!/bin/sh
echo "$@"
case "$*" in *-l*) sleep 100;; *--fail*) exit 9;; esac
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    pages = {f"en/{name}": text for name, text in PLANTED.items()}
    pages["zh/missing"] = PLANTED["missing"]
    root = plant(tmp_path_factory.mktemp("project"), pages)
    with (root / "cheatsheet/run/devices.py").open("a", encoding="utf-8") as file:
        file.write(SIMULATED)
    shell = root / "cheatsheet/run/shell.py"  # one second is endless enough here
    text = shell.read_text(encoding="utf-8")
    assert "ENDLESS_SECONDS = 5\n" in text
    shell.write_text(text.replace("ENDLESS_SECONDS = 5\n", "ENDLESS_SECONDS = 1\n"))
    command = root / "bin/nvidia-smi"
    command.parent.mkdir()
    command.write_text(NVIDIA_SMI)
    command.chmod(0o755)
    return root


def on_cuda(project: Path, *arguments: str):
    path = os.pathsep.join([str(project / "bin"), os.environ["PATH"]])
    return run_pytest(project, *arguments, "--device", "cuda", PATH=path)


@pytest.fixture(scope="module")
def output(project) -> str:
    done = on_cuda(project, "docs/en")
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@emulates
@pytest.mark.parametrize(
    "words",
    [
        "docs/en/missing.md:11: no GPU output recorded; run: "
        "pytest docs --device cuda --update-outputs",
        "docs/en/untitled.md:11: the page shows other output (-) than this code gave",
        "title this output CPU, and run: pytest docs --device cuda --update-outputs",
        "docs/en/stayed.md:9: this page asks for the accelerator and moves to it, but "
        "no tensor was put on GPU",
        "docs/en/full.md:5: the GPU is out of memory: CUDA out of memory. Tried ...",
        "docs/en/gone.md:1: the GPU failed or is gone: CUDA error: unspecified launch",
        "docs/en/gone.md:5: not run: the GPU failed or is gone",
        "docs/en/shell.md:9: this block ended with exit code 9",
        "FAILED docs/en/stayed.md::[CodeFence#2]",
        "PASSED docs/en/right.md::[CodeFence#2]",
        "PASSED docs/en/shell.md::[Shell line:1]",
        "PASSED docs/en/shell.md::[Shell line:5]",
    ],
)
def test_a_run_on_cuda_says(output, words):
    assert words in output


@emulates
def test_the_first_run_on_cuda_writes_what_is_missing_in_both_languages(project):
    pages = [project / f"docs/{language}/missing.md" for language in ("en", "zh")]
    others = project / "docs/en/untitled.md"
    done = on_cuda(project, *map(str, pages), str(others), "--update-outputs")
    got = [page.read_text(encoding="utf-8") for page in pages]
    for page in pages:
        page.write_text(PLANTED["missing"], encoding="utf-8")
    gpu = '\n```text title="GPU"\nemulated:0\n```\n'
    wanted = PLANTED["missing"].replace("cpu\n```\n", "cpu\n```\n" + gpu)
    assert got == [wanted, wanted]
    assert "updated docs/en/missing.md:11" in done.stdout
    assert others.read_text(encoding="utf-8") == PLANTED["untitled"]
    assert done.returncode == 1  # the output that needs a title
