"""Compare the output a page shows with the output a run gave.

Both are compared to the letter, spaces between columns, blank lines at the end and all.
What may differ is the last digit of a number that was rounded, for threads and processors
sum in different orders:

- a float of four or more decimals, as a tensor prints it (`0.4963`, `1.2345e-05`): by one
  unit of its last printed place, two on a GPU, which has other algorithms;
- a float with all its digits (12 or more, as `.item()` gives): relatively, by 1e-6 where it is
  a value of float32, which the other must be, too; else by 1e-12.

Whatever else says more than size stands as it is: the sign, the exponent, the number of
decimals, numbers of fewer than three digits before zeros (`1.0000`), whole numbers (`3.` too),
settings (`eps=1e-05`, `lr: 0.125`, `betas=(0.9, 0.999)`), nan and inf. Where machines differ by
more, the page prints fewer digits, or what is compared (`torch.allclose(…)`), not the number.
"""

import difflib
import re
import struct
from decimal import Decimal

UNITS, GPU_UNITS = 1, 2
ALL_DIGITS = 12
RELATIVE_32, RELATIVE_64 = Decimal("1e-6"), Decimal("1e-12")

# ASCII: a digit of another script is text. Not within a word or a version.
FLOAT = re.compile(r"(?<![\w.+-])([-+]?)(\d+\.\d{4,})((?:e[-+]\d+)?)(?![\w.])", re.ASCII)
SETTING = re.compile(r"(?:=|(?<=[\w'\"]): )(?:\([^()]*\)|[-+.\w]+)")


def difference(wanted: str, got: str, *, gpu: bool = False) -> str | None:
    """None when the two agree, else a line diff of wanted (-) and got (+).

    With `gpu`, `got` comes from a GPU, and its numbers may be further away.
    """
    wanted_lines, got_lines = _lines(wanted), _lines(got)
    # A line that agrees within the tolerance is no part of the difference.
    if len(wanted_lines) == len(got_lines):
        pairs = zip(wanted_lines, got_lines, strict=True)
        got_lines = [one if _same_line(one, other, gpu) else other for one, other in pairs]
    if wanted_lines == got_lines:
        return None
    diff = difflib.ndiff(wanted_lines, got_lines)
    return "\n".join(line.rstrip() for line in diff if not line.startswith("?"))


def _lines(text: str) -> list[str]:
    """Without spaces at their ends, which nobody sees."""
    return [line.rstrip() for line in text.removesuffix("\n").split("\n")]


def _same_line(wanted: str, got: str, gpu: bool) -> bool:
    parts, got_parts = FLOAT.split(wanted), FLOAT.split(got)
    numbers = zip(_take_numbers(parts), _take_numbers(got_parts), strict=False)
    same = parts == got_parts and SETTING.findall(wanted) == SETTING.findall(got)
    return same and all(_same_number(*pair, gpu) for pair in numbers)


def _take_numbers(parts: list[str]) -> list[Decimal]:
    """The numbers of a split line without their signs; signs, exponents and text remain."""
    numbers = [Decimal(m + e) for m, e in zip(parts[2::4], parts[3::4], strict=True)]
    del parts[2::4]
    return numbers


def _same_number(wanted: Decimal, got: Decimal, gpu: bool) -> bool:
    away = abs(wanted - got)
    digits = min(len(one.normalize().as_tuple().digits) for one in (wanted, got))
    if digits >= ALL_DIGITS:
        single = _is_float32(wanted)
        bound = RELATIVE_32 if single else RELATIVE_64
        return single == _is_float32(got) and away <= bound * max(wanted, got)
    unit = wanted.as_tuple().exponent
    if digits < 3 or unit != got.as_tuple().exponent:
        return wanted.compare_total(got) == 0
    return away <= Decimal(GPU_UNITS if gpu else UNITS).scaleb(unit)


def _is_float32(number: Decimal) -> bool:
    try:
        return struct.unpack("f", struct.pack("f", number))[0] == float(number)
    except OverflowError:
        return False
