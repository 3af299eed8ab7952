"""Saving that never spoils the old file, loading that says what is wrong."""

import argparse
import os
import pickle
import signal
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from torch import nn

from snippets import save_load_network_params
from snippets.save_load_network_params import (
    load_checked,
    load_checkpoint,
    load_weights,
    save_atomically,
    save_checkpoint,
)


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "net.pt"


def net(out: int = 1) -> nn.Sequential:
    """Parameters, buffers, and a layer that behaves differently in `eval()`."""
    return nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Dropout(), nn.Linear(8, out))


def same_state(a: nn.Module, b: nn.Module) -> bool:
    first, second = a.state_dict(), b.state_dict()
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


UNPICKLABLE = {"w": torch.ones(3), "batches": (batch for batch in range(3))}


# Saving


def test_a_saved_object_is_what_torch_load_reads(path):
    save_atomically({"w": torch.arange(3.0), "name": "first", "sizes": [1, 2]}, path)
    loaded = torch.load(path, weights_only=True)
    assert torch.equal(loaded.pop("w"), torch.arange(3.0))
    assert loaded == {"name": "first", "sizes": [1, 2]}


def test_a_later_save_replaces_the_file_and_leaves_nothing_else(path):
    save_atomically(torch.zeros(3), path)
    save_atomically(torch.ones(3), str(path))
    assert torch.equal(torch.load(path), torch.ones(3))
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_save_leaves_the_old_file(path):
    save_atomically(torch.zeros(3), path)
    old = path.read_bytes()
    with pytest.raises(TypeError, match="generator"):
        save_atomically(UNPICKLABLE, path)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_a_failed_first_save_leaves_no_file(path):
    with pytest.raises(TypeError, match="generator"):
        save_atomically(UNPICKLABLE, path)
    assert list(path.parent.iterdir()) == []


def test_torch_save_alone_spoils_the_old_file(path):
    # Why save_atomically exists; when this fails, the page's warning is out of date.
    torch.save(torch.zeros(3), path)
    with pytest.raises(TypeError, match="generator"):
        torch.save(UNPICKLABLE, path)
    with pytest.raises(RuntimeError):
        torch.load(path)


def test_a_saved_file_has_the_modes_of_any_new_file(path):
    save_atomically(torch.zeros(3), path)
    path.with_name("other").touch()
    modes = [stat.S_IMODE(os.stat(each).st_mode) for each in path.parent.iterdir()]
    assert len(set(modes)) == 1


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no-such-folder"):
        save_atomically(torch.zeros(3), tmp_path / "no-such-folder" / "net.pt")


# A mapped file, in a process that may die of it
SAVE_MAPPED = """
import sys
import torch
from torch import nn
from snippets.save_load_network_params import save_atomically

path, save = sys.argv[1], {"torch.save": torch.save, "atomic": save_atomically}[sys.argv[2]]
net = nn.Linear(64, 64, bias=False)
net.load_state_dict(torch.load(path, mmap=True, weights_only=True), assign=True)
save(net.state_dict(), path)
assert torch.equal(net.weight, torch.ones(64, 64))
"""


def save_mapped(path: Path, how: str) -> subprocess.CompletedProcess:
    torch.save({"weight": torch.ones(64, 64)}, path)
    command = [sys.executable, "-c", SAVE_MAPPED, str(path), how]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=100)


def test_a_mapped_file_can_be_saved_atomically(path):
    done = save_mapped(path, "atomic")
    assert done.returncode == 0, done.stderr
    assert torch.equal(torch.load(path)["weight"], torch.ones(64, 64))
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse, or fail elsewhere")
def test_torch_save_to_a_mapped_file_kills_python_and_loses_the_weights(path):
    # Why the page has a danger box; when this fails, the box is out of date.
    done = save_mapped(path, "torch.save")
    assert done.returncode == -signal.SIGBUS, done.stderr
    with pytest.raises((RuntimeError, EOFError)):
        torch.load(path)


# Loading

DAMAGED = r"net\.pt is damaged, or torch\.save did not write it\."


def test_load_checked_reads_tensors_and_plain_values(path):
    torch.save({"w": torch.arange(3.0), "epoch": 3}, path)
    loaded = load_checked(str(path))
    assert torch.equal(loaded.pop("w"), torch.arange(3.0))
    assert loaded == {"epoch": 3}


def test_every_cut_of_a_file_is_noticed(path):
    torch.save({"w": torch.arange(3.0)}, path)
    whole = path.read_bytes()
    for length in range(4, len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=DAMAGED):
            load_checked(path)


def test_a_changed_byte_is_noticed_which_torch_load_reads_as_other_numbers(path):
    torch.save({"w": torch.arange(3.0)}, path)
    data = bytearray(path.read_bytes())
    data[data.index(torch.arange(3.0).numpy().tobytes()) + 6] ^= 1
    path.write_bytes(data)
    assert not torch.equal(torch.load(path)["w"], torch.arange(3.0))
    with pytest.raises(ValueError, match=DAMAGED):
        load_checked(path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"P",
        b"epoch,loss\n1,0.5\n",
        b"<!DOCTYPE html>\n<title>404</title>",
        b"version https://git-lfs.github.com/spec/v1\n",
        pickle.dumps({"w": 1}),
    ],
)
def test_a_file_of_another_kind_is_named(path, content):
    path.write_bytes(content)
    with pytest.raises(ValueError, match=DAMAGED):
        load_checked(path)


def test_another_zip_archive_is_refused(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    with pytest.raises(RuntimeError):
        load_checked(path)


def test_a_missing_file_is_a_missing_file(path):
    with pytest.raises(FileNotFoundError, match=r"net\.pt"):
        load_checked(path)


def test_a_file_that_needs_other_classes_is_refused(path):
    torch.save(argparse.Namespace(lr=0.1), path)
    with pytest.raises(pickle.UnpicklingError, match=r"argparse\.Namespace"):
        load_checked(path)


@pytest.fixture
def saved_on_a_gpu(monkeypatch):
    """Files that are saved say that their tensors were on a GPU, as those of another machine."""
    monkeypatch.setattr(torch.serialization, "location_tag", lambda storage: "cuda:0")


def test_a_file_from_a_gpu_is_loaded_onto_the_cpu(path, saved_on_a_gpu):
    torch.save({"w": torch.arange(3.0)}, path)
    if not torch.cuda.is_available():  # the file is one that needs a place to go
        with pytest.raises(RuntimeError, match="on a CUDA device"):
            torch.load(path)
    w = load_checked(path)["w"]
    assert w.device.type == "cpu"
    assert torch.equal(w, torch.arange(3.0))


def test_a_checkpoint_from_a_gpu_is_loaded_where_there_is_none(path, saved_on_a_gpu):
    run, resumed = Run(), Run()
    save_checkpoint(path, 1, **run.parts)
    assert load_checkpoint(path, **resumed.parts) == 1
    assert same_state(resumed.net, run.net)


@pytest.mark.parametrize("load", [load_checked, load_checkpoint])
def test_no_setting_of_the_machine_lets_the_code_in_a_file_run(path, monkeypatch, load):
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")
    torch.save({"epoch": 1, "random": argparse.Namespace()}, path)
    with pytest.warns(UserWarning, match="forcing weights_only=False"):
        assert torch.load(path)["random"] == argparse.Namespace()
    with pytest.raises(pickle.UnpicklingError, match=r"argparse\.Namespace"):
        load(path)


def test_code_in_a_file_does_not_run(path, capsys):
    class Code:
        def __reduce__(self):
            return print, ("the file ran code",)

    torch.save(Code(), path)
    torch.load(path, weights_only=False)
    assert capsys.readouterr().out == "the file ran code\n"
    with pytest.raises(pickle.UnpicklingError):
        load_checked(path)
    assert capsys.readouterr().out == ""


# A state dict


def test_weights_come_back_and_give_the_same_outputs(path):
    trained = net()
    for _ in range(3):  # moves the running statistics of BatchNorm1d
        trained(torch.rand(16, 4))
    save_atomically(trained.state_dict(), path)
    clone = net()
    assert not same_state(trained, clone)
    load_weights(clone, path)
    assert same_state(trained, clone)
    X = torch.rand(5, 4)
    assert torch.equal(trained.eval()(X), clone.eval()(X))


def test_loading_keeps_the_parameters_an_optimizer_holds(path):
    save_atomically(net().state_dict(), path)
    clone = net()
    parameters = list(clone.parameters())
    load_weights(clone, path)
    assert all(
        after is before for after, before in zip(clone.parameters(), parameters, strict=True)
    )


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (nn.Linear(4, 8), r'Missing key\(s\) in state_dict: "0\.weight"'),
        (nn.Sequential(nn.Linear(4, 8)), r"Missing key\(s\)"),
        (nn.Sequential(*net(), nn.Linear(1, 1)), r'Unexpected key\(s\).*"4\.weight"'),
        (net(out=2), r"size mismatch for 3\.weight"),
    ],
)
def test_a_net_of_another_architecture_is_left_as_it_was(path, other, words):
    save_atomically(other.state_dict(), path)
    mine, before = net(), net()
    before.load_state_dict(mine.state_dict())
    with pytest.raises(RuntimeError, match=words):
        load_weights(mine, path)
    assert same_state(mine, before)


def test_load_state_dict_alone_leaves_a_net_half_loaded():
    # Why load_weights tries on a copy; when this fails, the page is out of date.
    other, mine = net(out=2), net()
    with pytest.raises(RuntimeError, match="size mismatch"):
        mine.load_state_dict(other.state_dict())
    assert torch.equal(mine[0].weight, other[0].weight)


@pytest.mark.parametrize("content", [torch.ones(3), [1, 2], 3])
def test_a_file_without_a_state_dict_is_refused(path, content):
    save_atomically(content, path)
    with pytest.raises(TypeError, match="Expected state_dict to be dict-like"):
        load_weights(net(), path)


# A checkpoint


class Run:
    """A training run that depends on all that a checkpoint keeps."""

    def __init__(self):
        self.net = net()
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=0.1)
        self.scheduler = torch.optim.lr_scheduler.StepLR(self.optimizer, step_size=2, gamma=0.5)

    @property
    def parts(self) -> dict:
        return {
            "model": self.net,
            "optimizer": self.optimizer,
            "scheduler": self.scheduler,
        }

    def losses(self, epochs: int) -> list[float]:
        losses = []
        for _ in range(epochs):
            X = torch.rand(16, 4)  # the data and the dropout are random
            loss = ((self.net(X) - X.sum(1, keepdim=True)) ** 2).mean()
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.scheduler.step()
            losses.append(loss.item())
        return losses


def test_a_resumed_run_gives_the_same_numbers(path):
    run = Run()
    run.losses(3)
    save_checkpoint(path, 3, **run.parts)
    losses = run.losses(5)

    torch.manual_seed(1)
    resumed = Run()
    assert load_checkpoint(path, **resumed.parts) == 3
    assert resumed.losses(5) == losses
    assert same_state(resumed.net, run.net)


@pytest.mark.parametrize("part", ["model", "optimizer", "scheduler", "random"])
def test_without_any_one_part_the_numbers_differ(path, part):
    """Each part matters to `Run`, so the test above would miss none of them."""
    run = Run()
    run.losses(3)
    save_checkpoint(path, 3, **run.parts)
    losses = run.losses(5)

    torch.manual_seed(1)
    resumed = Run()
    kept = {name: value.state_dict() for name, value in resumed.parts.items()}
    kept["random"] = torch.get_rng_state()
    kept = pickle.loads(pickle.dumps(kept))
    load_checkpoint(path, **resumed.parts)
    if part == "random":
        torch.set_rng_state(kept[part])
    else:
        resumed.parts[part].load_state_dict(kept[part])
    assert resumed.losses(5) != losses


def test_a_checkpoint_is_a_plain_dict_that_torch_load_reads(path):
    run = Run()
    save_checkpoint(path, 7, model=run.net)
    checkpoint = torch.load(path, weights_only=True)
    assert checkpoint.keys() == {"epoch", "model", "random"}
    assert checkpoint["epoch"] == 7
    clone = net()
    clone.load_state_dict(checkpoint["model"])
    assert same_state(clone, run.net)


def test_several_models_go_into_one_file(path):
    first, second = net(), net(out=2)
    save_checkpoint(path, 0, first=first, second=second)
    first_clone, second_clone = net(), net(out=2)
    load_checkpoint(path, first=first_clone, second=second_clone)
    assert same_state(first_clone, first)
    assert same_state(second_clone, second)


def test_a_failed_checkpoint_leaves_the_old_one(path):
    run = Run()
    save_checkpoint(path, 1, **run.parts)
    old = path.read_bytes()
    # A lambda in the options of the optimizer, a common way for a save to fail.
    run.optimizer.param_groups[0]["rule"] = lambda epoch: epoch
    with pytest.raises((AttributeError, pickle.PicklingError)):
        save_checkpoint(path, 2, **run.parts)
    assert path.read_bytes() == old
    assert list(path.parent.iterdir()) == [path]


def test_other_parts_than_saved_are_named_and_nothing_is_loaded(path):
    run = Run()
    save_checkpoint(path, 1, model=run.net, optimizer=run.optimizer)
    resumed, before = net(), net()
    before.load_state_dict(resumed.state_dict())
    with pytest.raises(ValueError) as failure:
        load_checkpoint(path, model=resumed)
    assert str(failure.value) == (
        f"{path} holds ['epoch', 'model', 'optimizer', 'random']; pass the same parts."
    )
    assert same_state(resumed, before)


def test_a_state_dict_is_no_checkpoint(path):
    save_atomically(nn.Linear(4, 8).state_dict(), path)
    with pytest.raises(ValueError, match=r"net\.pt holds \['bias', 'weight'\]; pass the"):
        load_checkpoint(path, model=net())


@pytest.mark.parametrize("length", [0, 100, -1])
def test_a_cut_or_empty_checkpoint_loads_nothing(path, length):
    run = Run()
    save_checkpoint(path, 1, **run.parts)
    path.write_bytes(path.read_bytes()[:length])
    resumed, state = Run(), torch.get_rng_state()
    before = net()
    before.load_state_dict(resumed.net.state_dict())
    torch.set_rng_state(state)
    with pytest.raises((RuntimeError, EOFError, OSError)):
        load_checkpoint(path, **resumed.parts)
    assert same_state(resumed.net, before)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_random_states_of_simulated_gpus_are_kept(path, monkeypatch):
    """Simulated: a machine with two GPUs saves, one with a single GPU loads."""
    states = [torch.ones(16, dtype=torch.uint8), torch.zeros(16, dtype=torch.uint8)]
    restored = []
    monkeypatch.setattr(torch.cuda, "get_rng_state_all", lambda: states)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "set_rng_state_all", restored.extend)
    model = net()
    save_checkpoint(path, 1, model=model)
    load_checkpoint(path, model=model)
    assert len(restored) == 1
    assert torch.equal(restored[0], states[0])


def test_a_name_that_the_checkpoint_uses_itself_is_refused(path):
    with pytest.raises(TypeError, match="random"):
        save_checkpoint(path, 1, random=net())
    assert not path.exists()


@pytest.mark.parametrize(
    "name",
    [
        "save_atomically",
        "load_checked",
        "load_weights",
        "save_checkpoint",
        "load_checkpoint",
    ],
)
def test_definitions_can_be_pickled_and_imported(name):
    definition = getattr(save_load_network_params, name)
    assert pickle.loads(pickle.dumps(definition)) is definition


# What the page says of PyTorch itself


def test_an_optimizer_matches_by_order_and_not_by_name():
    a, b = nn.Parameter(torch.zeros(2)), nn.Parameter(torch.zeros(2))
    first = torch.optim.SGD([a, b], lr=0.1, momentum=0.9)
    a.grad, b.grad = torch.ones(2), 2 * torch.ones(2)
    first.step()
    second = torch.optim.SGD([b, a], lr=0.1, momentum=0.9)
    second.load_state_dict(first.state_dict())  # no error
    assert torch.equal(second.state[b]["momentum_buffer"], torch.ones(2))


def test_an_empty_file_is_the_end_of_a_file(path):
    path.touch()
    with pytest.raises(EOFError):
        torch.load(path)


def test_a_git_lfs_pointer_is_an_unsupported_operand(path):
    path.write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(pickle.UnpicklingError, match="Unsupported operand 118"):
        torch.load(path)


def test_a_state_dict_has_the_extra_state():
    class Counter(nn.Module):
        def get_extra_state(self):
            return 3

        def set_extra_state(self, state):
            self.state = state

    assert Counter().state_dict() == {"_extra_state": 3}


def test_a_whole_model_needs_weights_only_false(path):
    torch.save(nn.Linear(2, 1), path)
    with pytest.raises(pickle.UnpicklingError, match=r"Unsupported global: GLOBAL torch\.nn"):
        torch.load(path)
    assert isinstance(torch.load(path, weights_only=False), nn.Linear)
