"""What counts as the same output."""

import pytest

from cheatsheet.run.compare import (
    ABSOLUTE,
    GPU_ABSOLUTE,
    GPU_RELATIVE,
    RELATIVE,
    difference,
)

SAME = [
    ("tensor([0.4963, 0.7682])", "tensor([0.4963, 0.7682])"),
    ("tensor([ 0.4963, -0.7682])", "tensor([ 0.49632, -0.7682])"),
    ("loss 2.0000", f"loss {2 * (1 + 0.9 * RELATIVE):.6f}"),
    ("tensor(0.)", f"tensor({0.9 * ABSOLUTE:.7f})"),
    ("tensor([ 0., 1.])", "tensor([-0., 1.])"),
    ("1e-07", "2.5e-07"),
    ("tensor([nan, inf, -inf])", "tensor([nan, inf, -inf])"),
    ("trailing spaces  \n", "trailing spaces"),
]
DIFFERENT = [
    ("tensor([0.4963, 0.7682])", "tensor([0.4963, 0.7692])"),
    ("loss 2.0000", f"loss {2 * (1 + 1.2 * RELATIVE):.6f}"),
    ("tensor(0.)", f"tensor({1.2 * ABSOLUTE:.7f})"),
    ("torch.Size([2, 10])", "torch.Size([2, 11])"),
    ("270000", "270001"),  # a count is compared to the letter, however large
    ("1", "1.0"),
    ("weight", "bias"),
    ("tensor([nan])", "tensor([1.0])"),
    ("tensor([1.0])", "tensor([nan])"),
    ("tensor(inf)", "tensor(-inf)"),
    ("torch 2.13.0", "torch 2.13.1"),
    ("cuda:0", "cuda:1"),
    ("one line", "one line\nand another"),
    ("weight bias", "bias weight"),
    ("tensor(0.5000)", "tensor(-0.5000)"),
]


@pytest.mark.parametrize(("wanted", "got"), SAME)
def test_same(wanted, got):
    assert difference(wanted, got) is None


@pytest.mark.parametrize(("wanted", "got"), DIFFERENT)
def test_different(wanted, got):
    assert difference(wanted, got) is not None


def test_the_difference_shows_only_lines_beyond_the_tolerance():
    diff = difference("0.50000\nbias 1.0", "0.50001\nbias 2.0")
    assert diff.split("\n") == ["  0.50000", "- bias 1.0", "+ bias 2.0"]


def test_numbers_of_a_gpu_may_be_further_away():
    near, far = f"{2 * (1 + 0.9 * GPU_RELATIVE):.6f}", f"{2 * (1 + 1.2 * GPU_RELATIVE)}"
    assert difference("loss 2.0000", f"loss {near}") is not None
    assert difference("loss 2.0000", f"loss {near}", gpu=True) is None
    assert difference("loss 2.0000", f"loss {far}", gpu=True) is not None
    assert difference("tensor(0.)", f"tensor({0.9 * GPU_ABSOLUTE:.7f})", gpu=True) is None
    assert difference("cuda:0", "cuda:1", gpu=True) is not None
