"""What counts as the same output."""

import pytest

from cheatsheet.run.compare import difference

SAME = [
    ("tensor([0.4963, 0.7682])", "tensor([0.4963, 0.7682])"),
    ("tensor([ 0.4963, -0.7682])", "tensor([ 0.4964, -0.7681])"),
    ("损失0.1234，之后0.123", "损失0.1235，之后0.122"),
    ("loss 1.0000", "loss 0.9999"),
    ("[1.2345e-05, 3.000e+20]", "[1.2346e-05, 2.999e+20]"),
    # All digits: of float32, the next value; of float64, one more in the last place.
    ("-0.15679916739463806", "-0.15679918229579926"),
    ("0.30000000000000004", "0.3000000000000001"),
    ("1.1102230246251565e+300", "1.1102230246251567e+300"),
    ("tensor([nan, inf, -inf])", "tensor([nan, inf, -inf])"),
    ("trailing spaces  \n", "trailing spaces"),
]
DIFFERENT = [
    ("8.0e-20", "3.1e-06"),
    ("8.0e-20", "-9.9e-06"),
    ("8.0e-20", "0.0"),
    ("8.0e-20", "8.1e-20"),
    ("3e-08", "9e-06"),
    ("LayerNorm((3,), eps=1e-05)", "LayerNorm((3,), eps=1e-06)"),
    ("momentum=0.1000", "momentum=0.1001"),
    ("lambda=-0.1000", "lambda=-0.1001"),
    ("270000.", "270026."),
    ("270000", "270001"),
    ("32.0078125", "32.01"),
    ("32.0078125", "32.0078"),
    ("-0.15679916739463806", "-0.15671111111111111"),
    ("-0.15679916739463806", "-0.15679916739461111"),  # is no value of float32
    ("-0.15679916739463806", "-0.1568"),
    ("0.30000000000000004", "0.3"),
    ("2.10", "2.1"),
    ("2.10", "2.11"),
    ("0.5", "0.6"),
    ("0.001", "0.002"),
    ("nan", "NaN"),
    ("inf", "INF"),
    ("inf", "-inf"),
    ("nan", "1.0"),
    ("0.", "-0."),
    ("0.0000", "-0.0000"),
    ("0.0000", "0.0001"),
    ("0.5000", "-0.5000"),
    ("1e-07", "0.0000001"),
    ("1.2345e-05", "0.000012345"),
    ("1.2345e-05", "1.2345e-06"),
    ("1.2345e-05", "1.2345E-05"),
    ("9.999e-05", "1.000e-04"),
    ("0.1234   0.5678", "0.1234 0.5678"),
    ("weight   1", "weight 1"),
    ("[ 0.1234]", "[0.1234]"),
    ("tensor(1)\n\n", "tensor(1)\n"),
    ("tensor(1)\n", "tensor(1)\n\n"),
    ("\ntensor(1)", "tensor(1)"),
    ("0.1234", "０.1234"),
    ("3", "３"),
    ("tensor([0.4963, 0.7682])", "tensor([0.4963, 0.7684])"),
    ("loss 2.0000", "loss 2.0002"),
    ("torch.Size([2, 10])", "torch.Size([2, 11])"),
    ("1", "1.0"),
    ("weight", "bias"),
    ("torch 2.13.0", "torch 2.13.1"),
    ("torch 2.131.1234", "torch 2.131.1235"),
    ("cuda:0", "cuda:1"),
    ("one line", "one line\nand another"),
    ("weight bias", "bias weight"),
    ("0.1234 0.5678", "0.1234"),
]


@pytest.mark.parametrize(("wanted", "got"), SAME)
def test_same(wanted, got):
    assert difference(wanted, got) is None
    assert difference(got, wanted) is None


@pytest.mark.parametrize(("wanted", "got"), DIFFERENT)
def test_different(wanted, got):
    assert difference(wanted, got) is not None
    assert difference(got, wanted) is not None


def test_the_difference_shows_only_lines_beyond_the_tolerance():
    diff = difference("0.5000\nbias 1.0", "0.5001\nbias 2.0")
    assert diff.split("\n") == ["  0.5000", "- bias 1.0", "+ bias 2.0"]


def test_numbers_of_a_gpu_may_be_further_away():
    assert difference("loss 2.0000", "loss 2.0002") is not None
    assert difference("loss 2.0000", "loss 2.0002", gpu=True) is None
    assert difference("loss 2.0000", "loss 2.0003", gpu=True) is not None
    assert difference("0.0000", "0.0001", gpu=True) is not None
    assert difference("cuda:0", "cuda:1", gpu=True) is not None
