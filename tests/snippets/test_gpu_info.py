"""The facts, on this machine and on simulated ones."""

import json
import pickle
from types import SimpleNamespace

import pytest
import torch

from snippets.gpu_info import device_report
from tests.accelerators import simulate as simulate_devices

GIB = 2**30


def simulate(monkeypatch, kind: str, count: int) -> None:
    """Simulate `count` accelerators of `kind`, with names and memory."""
    simulate_devices(monkeypatch, kind, count)

    def get_device_properties(i):
        assert 0 <= i < count
        return SimpleNamespace(name=f"{kind} GPU {i}", total_memory=(i + 1) * GIB)

    if kind == "mps":
        monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 8 * GIB)
    else:
        module = torch.get_device_module(kind)
        monkeypatch.setattr(module, "get_device_properties", get_device_properties)


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])
def test_machine_with_none(monkeypatch, kind):
    """Simulated: a build for an accelerator, on a machine that has none."""
    simulate(monkeypatch, kind, 0)
    assert device_report() == {
        "torch": torch.__version__,
        "built_for": kind,
        "accelerator": None,
        "count": 0,
        "names": [],
        "total_bytes": [],
    }


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("kind", ["cuda", "xpu"])
def test_machine_with_some(monkeypatch, kind, count):
    """Simulated: one and two accelerators, their properties too."""
    simulate(monkeypatch, kind, count)
    assert device_report() == {
        "torch": torch.__version__,
        "built_for": kind,
        "accelerator": kind,
        "count": count,
        "names": [f"{kind} GPU 0", f"{kind} GPU 1"][:count],
        "total_bytes": [GIB, 2 * GIB][:count],
    }


@pytest.mark.parametrize("count", [1, 2])
def test_mps_has_no_properties(monkeypatch, count):
    """Simulated: MPS, of which a real machine has one."""
    simulate(monkeypatch, "mps", count)
    report = device_report()
    assert report["accelerator"] == "mps"
    assert report["names"] == ["mps"] * count
    assert report["total_bytes"] == [8 * GIB] * count


def test_cpu_build(monkeypatch):
    """Simulated: a build of PyTorch that knows no accelerator."""

    def no_accelerator(check_available: bool = False):
        return None

    monkeypatch.setattr(torch.accelerator, "current_accelerator", no_accelerator)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 0)
    report = device_report()
    assert report["built_for"] is None
    assert report["accelerator"] is None
    assert report["count"] == 0
    assert report["names"] == report["total_bytes"] == []


def test_this_machine():
    report = device_report()
    assert report["torch"] == torch.__version__
    available = torch.accelerator.is_available()
    count = torch.accelerator.device_count() if available else 0
    assert report["count"] == count
    assert len(report["names"]) == len(report["total_bytes"]) == report["count"]
    assert (report["accelerator"] is not None) == available
    if torch.cuda.is_available():
        assert report["accelerator"] == report["built_for"] == "cuda"
        assert report["names"][0] == torch.cuda.get_device_name(0)
        assert report["total_bytes"][0] >= torch.cuda.mem_get_info(0)[0]
    for name, total in zip(report["names"], report["total_bytes"], strict=True):
        assert name
        assert total > 0


@pytest.mark.parametrize("count", [0, 2])
def test_ready_for_json(monkeypatch, count):
    """Simulated: only plain values, so that a log can hold them."""
    simulate(monkeypatch, "cuda", count)
    report = device_report()
    assert json.loads(json.dumps(report)) == report
    assert pickle.loads(pickle.dumps(report)) == report
    # torch.__version__ is a subclass of str that drags torch into a pickle.
    assert type(report["torch"]) is str


def test_importable_and_picklable():
    assert pickle.loads(pickle.dumps(device_report)) is device_report


# What the page says of PyTorch's own functions

ZERO = ["memory_allocated", "memory_reserved", "max_memory_allocated", "device_count"]
RAISING = ["mem_get_info", "get_device_name", "get_device_capability", "synchronize"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("name", ZERO)
def test_without_cuda_some_functions_return_0(name):
    assert getattr(torch.cuda, name)() == 0


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize("name", RAISING)
def test_without_cuda_others_raise(name):
    with pytest.raises((AssertionError, RuntimeError), match=r"not compiled|NVIDIA driver"):
        getattr(torch.cuda, name)()


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_cuda_there_is_no_bf16():
    assert not torch.cuda.is_bf16_supported(including_emulation=False)


@pytest.mark.skipif(torch.accelerator.is_available(), reason="this machine has an accelerator")
def test_without_an_accelerator_its_functions_raise():
    words = "Cannot access accelerator device when none is|NVIDIA driver"  # of a CUDA build
    with pytest.raises(RuntimeError, match=words):
        torch.accelerator.synchronize()


@pytest.mark.skipif(torch.backends.cuda.is_built(), reason="this is a CUDA build")
def test_a_cpu_build_refuses_cuda():
    with pytest.raises(AssertionError, match=r"^Torch not compiled with CUDA enabled$"):
        torch.ones(2, device="cuda")
