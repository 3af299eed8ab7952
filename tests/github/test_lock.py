"""The locks hold what requirements.txt pins, each file with its hash."""

import re
import runpy
from types import SimpleNamespace

import pytest

from tests.github.flows import ROOT

lock = SimpleNamespace(**runpy.run_path(str(ROOT / ".github/scripts/lock.py")))
PIN = re.compile(r"^(?P<name>[A-Za-z][\w-]*)==(?P<version>\S+)", re.M)
HASH = re.compile(r"(?: \\\n    --hash=sha256:[0-9a-f]{64})+\n")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for match in PIN.finditer((ROOT / file).read_text(encoding="utf-8")):
        found.setdefault(normal(match["name"]), set()).add(match["version"])
    return found


def test_the_lock_has_every_pin():
    """After a change of requirements.txt: python .github/scripts/lock.py"""
    locked = pins(".github/requirements.lock")
    for name, [version] in pins("requirements.txt").items():
        wanted = f"{version}+cpu" if name == "torch" else version
        assert locked.get(name) == {wanted}, f"{name}: run python .github/scripts/lock.py"


def test_the_gpu_lock_has_every_pin_of_the_fences():
    locked, wanted = pins(".github/requirements.gpu.lock"), pins("requirements.txt")
    names = [name for name in wanted if lock.FENCES.match(f"{name}==")]
    assert len(names) == 7
    for name in names:
        assert locked.get(name) == wanted[name], f"{name}: run python .github/scripts/lock.py"
    assert any(name.startswith("nvidia-") for name in locked)


def test_the_lock_of_mutmut_has_every_pin_of_the_snippets():
    locked, wanted = pins(".github/requirements.mutmut.lock"), pins(".github/requirements.lock")
    for pin in lock.SNIPPETS.pattern.partition("(")[2].partition(")")[0].split("|"):
        assert locked[normal(pin)] == wanted[normal(pin)], f"{pin}: run .github/scripts/lock.py"
    assert f"mutmut=={locked['mutmut'].pop()}" == lock.MUTMUT


LOCKS = ["requirements.lock", "requirements.gpu.lock", "requirements.mutmut.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_each_entry_has_hashes_and_public_addresses_alone(name):
    text = (ROOT / ".github" / name).read_text(encoding="utf-8")
    assert text.startswith(lock.HEADER)
    entries = re.split(r"^(?=[A-Za-z])", text.removeprefix(lock.HEADER), flags=re.M)
    entry = re.compile(r"[a-z\d-]+==[\w.+]+(?: ; [^\\\n]+?)?" + HASH.pattern)
    wrong = [one for one in entries[1:] if not entry.fullmatch(one)]
    assert wrong == []
    option = f"--extra-index-url {lock.CPU_INDEX}\n"
    assert entries[0] == ("" if name == "requirements.gpu.lock" else option)
    assert set(re.findall(r"\w+://[^\s/]+", text)) <= {"https://download.pytorch.org"}


def test_the_cpu_lock_has_no_cuda_and_torch_for_every_python():
    text = (ROOT / ".github/requirements.lock").read_text(encoding="utf-8")
    names = pins(".github/requirements.lock")
    assert not [name for name in names if name.startswith(("nvidia", "cuda", "triton"))]
    [torch] = re.findall(r"^torch==.*\n(?: .*\n)+", text, re.M)
    assert torch.count("--hash=sha256:") >= 4
