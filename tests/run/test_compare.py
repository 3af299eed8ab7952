"""What counts as the same output."""

import pytest

from cheatsheet.run.compare import difference

SAME = [
    ("tensor([0.4963, 0.7682])", "tensor([0.4963, 0.7682])"),
    ("tensor([ 0.4963, -0.7682])", "tensor([ 0.4964, -0.7681])"),
    ("损失0.1234，之后0.1231", "损失0.1235，之后0.1230"),
    ("loss 1.0001", "loss 1.0002"),
    ("[1.2345e-05, 3.0012e+20]", "[1.2346e-05, 3.0011e+20]"),
    # All digits: of float32, the next value; of float64, one more in the last place.
    ("-0.15679916739463806", "-0.15679918229579926"),
    ("0.30000000000000004", "0.3000000000000001"),
    ("1.1102230246251565e+300", "1.1102230246251567e+300"),
    ("tensor([nan, inf, -inf])", "tensor([nan, inf, -inf])"),
    ("trailing spaces  \n", "trailing spaces"),
]


@pytest.mark.parametrize(("wanted", "got"), SAME)
def test_same(wanted, got):
    assert difference(wanted, got) is None
    assert difference(got, wanted) is None


def test_the_difference_shows_only_lines_beyond_the_tolerance():
    diff = difference("0.5123\nbias 1.0", "0.5124\nbias 2.0")
    assert diff.split("\n") == ["  0.5123", "- bias 1.0", "+ bias 2.0"]


def test_numbers_of_a_gpu_may_be_further_away():
    assert difference("loss 2.0120", "loss 2.0122") is not None
    assert difference("loss 2.0120", "loss 2.0122", gpu=True) is None
    assert difference("loss 2.0120", "loss 2.0123", gpu=True) is not None
    assert difference("0.0000", "0.0001", gpu=True) is not None
    assert difference("cuda:0", "cuda:1", gpu=True) is not None
