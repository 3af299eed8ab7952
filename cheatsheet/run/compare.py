"""Compare the output a page shows with the output a run gave."""

import difflib
import math
import re

# The one place that says how far two printed numbers may be apart. Threads and
# processors sum in different orders; four printed digits hide most of that, not all.
RELATIVE = 1e-4
ABSOLUTE = 1e-5
# On a GPU too, in full float32 and without TF32, but by other algorithms: one step more
# in the last of four printed digits.
GPU_RELATIVE = 1e-3
GPU_ABSOLUTE = 1.5e-4

# Numbers with a point or an exponent, and inf and nan. Whole numbers (shapes, counts),
# versions such as 2.13.0 and digits in names are text: they are compared to the letter.
FLOAT = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*(?:e[-+]?\d+)?|\d+e[-+]?\d+|inf|nan)(?![\w.])", re.I)


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
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _same_line(wanted: str, got: str, gpu: bool) -> bool:
    # Spaces before a number go with its sign and width, so they are not compared.
    words, got_words = ([w.rstrip(" ") for w in FLOAT.split(line)] for line in (wanted, got))
    if words != got_words:
        return False
    numbers = zip(FLOAT.findall(wanted), FLOAT.findall(got), strict=True)
    return all(_same_number(one, other, gpu) for one, other in numbers)


def _same_number(wanted: str, got: str, gpu: bool) -> bool:
    a, b = float(wanted), float(got)
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    relative, absolute = (GPU_RELATIVE, GPU_ABSOLUTE) if gpu else (RELATIVE, ABSOLUTE)
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)
