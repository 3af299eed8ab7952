"""The emulated accelerator: what it does as a GPU does, in a process of its own."""

import subprocess
import sys
import textwrap

import pytest

from tests.run.planted import ROOT, emulates

BEGIN = """
import copy, io, pytest, torch
from collections import Counter
from torch import nn
from tests import emulated
from snippets.gpu_device import try_all_gpus, try_gpu
emulated.install()
first, second = torch.device("emulated:0"), torch.device("emulated:1")
x = torch.arange(6.0).reshape(2, 3)
"""
CASES = {
    "it is found": """
        found = torch.accelerator.current_accelerator(check_available=True)
        assert found.type == "emulated"
        assert torch.accelerator.device_count() == 2
        assert try_all_gpus() == [first, second]
        assert (try_gpu(), try_gpu(1)) == (first, second)
        assert try_gpu(2) == torch.device("cpu")
        assert not torch.cuda.is_available()
        with pytest.raises(RuntimeError, match="there is no emulated:2"):
            torch.ones(2, device="emulated:2")
    """,
    "tensors say where they are": """
        for device in first, second:
            y = x.to(device)
            for z in y, y + 1, y.T, y[0], y.sum(), y.to(torch.float64), y.clone():
                assert z.device == device
            for make in torch.zeros_like, torch.rand_like, torch.empty_like:
                assert make(y).device == device
            assert y.new_zeros(2).device == y.new_ones(2).device == device
            assert y.sort().values.device == y.topk(2).indices.device == device
            assert torch.tensor([1.0], device=device).device == device
        assert repr(x.to(second)[0]) == "tensor([0., 1., 2.], device='emulated:1')"
        assert x.device.type == "cpu"
    """,
    "tensors move": """
        y, z = x.to(first), x.to(second)
        for moved in y, z, y.to(second), z.to(first):
            assert torch.equal(moved.cpu(), x)
        assert x.to(first).to(second).device == second
        assert x.to(second).to(first).device == first
        assert x.to("emulated").device == first
        y = x.to(first)
        assert y.to(first) is y
        z = torch.zeros(2, 3)
        z.copy_(y)
        assert torch.equal(z, x)
    """,
    "autocast computes in another type": """
        net, y = nn.Linear(3, 2).to(first), x.to(first)
        with torch.autocast("emulated", dtype=torch.bfloat16):
            out = net(y)
            assert (out.dtype, out.device) == (torch.bfloat16, first)
            loss = nn.functional.mse_loss(out, out.detach() + 1)
            assert loss.dtype == torch.float32
        loss.backward()
        assert net.weight.dtype == net.weight.grad.dtype == torch.float32
        assert net(y).dtype == torch.float32
    """,
    "views share memory, and out= gets its size": """
        y = x.to(second)
        y.t()[1:].zero_()
        assert y.cpu().tolist() == [[0, 0, 0], [3, 0, 0]]
        out = torch.empty(0, device=second)
        torch.add(y, 1, out=out)
        assert out.shape == (2, 3)
        assert torch.equal(out.cpu(), y.cpu() + 1)
    """,
    "a default device": """
        with second:
            assert torch.ones(2).device == nn.Linear(2, 2).weight.device == second
        torch.set_default_device(first)
        assert torch.ones(2).device == first
        torch.set_default_device(None)
        assert torch.ones(2).device.type == "cpu"
    """,
    "tensors of two devices raise": """
        same = "Expected all tensors to be on the same device, but found at least two"
        for a, b in (x.to(first), x), (x, x.to(second)), (x.to(first), x.to(second)):
            with pytest.raises(RuntimeError, match=same):
                a + b
            with pytest.raises(RuntimeError, match=same):
                a @ b.T
        with pytest.raises(RuntimeError, match=same):
            nn.Linear(3, 1).to(first)(x)
        assert (x.to(first) * torch.tensor(2.0)).sum().item() == 30  # a number may come
        with pytest.raises(TypeError, match="can't convert emulated:0 device"):
            x.to(first).numpy()
    """,
    "modules train as on the CPU": """
        def train(device):
            torch.manual_seed(0)
            net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
            weight = net[0].weight
            assert net.to(device)[0].weight is weight
            X, y = torch.rand(8, 3).to(device), torch.rand(8, 1).to(device)
            optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
            for _ in range(5):
                optimizer.zero_grad()
                nn.functional.mse_loss(net(X), y).backward()
                optimizer.step()
            assert weight.device == weight.grad.device == torch.device(device)
            for value in net.state_dict().values():
                assert value.device == torch.device(device)
            return net(X).detach().cpu()
        wanted = train("cpu")
        for device in first, second:
            torch.testing.assert_close(train(device), wanted)
    """,
    "modules are copied, saved and loaded": """
        net = nn.Linear(3, 1).to(second)
        assert copy.deepcopy(net).weight.device == second
        file = io.BytesIO()
        torch.save(net.state_dict(), file)
        for location, device in (None, "emulated:1"), ("cpu", "cpu"):
            file.seek(0)
            state = torch.load(file, map_location=location)
            assert state["weight"].device == torch.device(device), location
            assert torch.equal(state["weight"].cpu(), net.weight.cpu())
    """,
    "tied parameters stay tied": """
        net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
        net[1].weight = net[0].weight
        net.to(first)
        assert net[0].weight is net[1].weight
        net.to("meta")
        assert net[0].weight is not net[1].weight  # as from any device
    """,
    "it counts its tensors": """
        before = emulated.allocations.copy()
        torch.ones(2, device="cpu") + 1
        assert emulated.allocations == before
        y = torch.ones(2, device=second)
        assert emulated.allocations == before + Counter({1: 1})
    """,
}


@pytest.fixture(scope="module")
def results() -> dict[str, str]:
    """All cases in one process, which would not be fit for anything else after it."""
    lines = ["import traceback", *BEGIN.strip().split("\n")]
    for name, code in CASES.items():
        body = textwrap.indent(textwrap.dedent(code).strip(), "    ")
        lines += ["def case():", body, "try:", "    case()"]
        lines += [f"    print('{name}: good', flush=True)", "except BaseException:"]
        lines += [f"    print('{name}:', traceback.format_exc(), flush=True)"]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    said = {name: done.stdout.partition(f"{name}: ")[2] for name in CASES}
    return {
        name: words or done.stderr for name, words in said.items() if not words.startswith("good\n")
    }


@emulates
@pytest.mark.parametrize("name", CASES)
def test_emulated(results, name):
    assert name not in results, results[name]
