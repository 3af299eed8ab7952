"""Which device is chosen, on this machine and on simulated ones."""

import pickle

import numpy as np
import pytest
import torch

from snippets.gpu_device import try_all_gpus, try_gpu
from tests.accelerators import simulate

CPU = torch.device("cpu")


kinds = pytest.mark.parametrize("kind", ["cuda", "mps", "xpu"])


@kinds
def test_machine_with_none(monkeypatch, kind):
    """Simulated: a build for an accelerator, on a machine that has none."""
    simulate(monkeypatch, kind, 0)
    assert try_gpu() == CPU
    assert try_gpu(1) == CPU
    assert try_all_gpus() == [CPU]


@kinds
def test_machine_with_one(monkeypatch, kind):
    """Simulated: one accelerator."""
    simulate(monkeypatch, kind, 1)
    assert try_gpu() == torch.device(kind, 0)
    assert try_gpu(0) == torch.device(f"{kind}:0")
    assert try_gpu(1) == CPU
    assert try_all_gpus() == [torch.device(kind, 0)]


@kinds
def test_machine_with_two(monkeypatch, kind):
    """Simulated: two accelerators."""
    simulate(monkeypatch, kind, 2)
    assert try_gpu() == torch.device(kind, 0)
    assert try_gpu(1) == torch.device(kind, 1)
    assert try_gpu(2) == CPU
    assert try_gpu(10) == CPU
    assert try_all_gpus() == [torch.device(kind, 0), torch.device(kind, 1)]


def test_cpu_build(monkeypatch):
    """Simulated: a build of PyTorch that knows no accelerator."""

    def no_accelerator(check_available: bool = False):
        return None

    monkeypatch.setattr(torch.accelerator, "current_accelerator", no_accelerator)
    monkeypatch.setattr(torch.accelerator, "device_count", lambda: 0)
    assert try_gpu() == CPU
    assert try_all_gpus() == [CPU]


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("i", [-1, -10])
def test_negative_index(monkeypatch, count, i):
    """Simulated: a negative index never counts from the end."""
    simulate(monkeypatch, "cuda", count)
    with pytest.raises(ValueError, match=f"0 or more, not {i}; .* from 0"):
        try_gpu(i)


@pytest.mark.parametrize("count", [0, 2])
@pytest.mark.parametrize("i", [0.0, 1.5, "0", None, True, False, CPU])
def test_index_that_is_no_int(monkeypatch, count, i):
    """Simulated: the index is refused whether there are accelerators or not."""
    simulate(monkeypatch, "cuda", count)
    with pytest.raises(TypeError, match="must be an int such as 0, not ") as info:
        try_gpu(i)
    assert repr(i) in str(info.value)


def test_this_machine():
    devices = try_all_gpus()
    available = torch.accelerator.is_available()
    count = torch.accelerator.device_count() if available else 0
    assert len(devices) == max(count, 1)
    assert [try_gpu(i) for i in range(len(devices))] == devices
    assert try_gpu(len(devices)) == CPU
    for device in devices:
        X = torch.ones(2, 3, device=device)
        # Equal to the letter, index included: a device can be compared with a tensor's.
        assert X.device == device
        assert X.sum().item() == 6.0
    if count == 0:
        assert devices == [CPU]
    else:
        kind = torch.accelerator.current_accelerator().type
        assert {device.type for device in devices} == {kind}


def test_importable_and_picklable():
    for definition in (try_gpu, try_all_gpus):
        assert pickle.loads(pickle.dumps(definition)) is definition


# What the page says of PyTorch's own settings


def test_the_default_device_lasts_until_it_is_set_again():
    try:
        torch.set_default_device("meta")
        assert torch.ones(2).device == torch.get_default_device() == torch.device("meta")
        assert torch.from_numpy(np.ones(2)).device == CPU
        torch.set_default_device(None)
        assert torch.ones(2).device == CPU
    finally:
        torch.set_default_device(None)


def test_a_string_is_no_device():
    assert torch.ones(2, device="cpu").device == CPU
    assert CPU != "cpu"
