"""Compare the output a page shows with the output a run gave."""

import difflib
import math
import re
from functools import partial

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
    same_count = len(wanted_lines) == len(got_lines)
    same_line = partial(_same_line, gpu=gpu)
    if same_count and all(map(same_line, wanted_lines, got_lines)):
        return None
    # A line that agrees within the tolerance is no part of the difference.
    if same_count:
        got_lines = [
            wanted if same_line(wanted, got) else got
            for wanted, got in zip(wanted_lines, got_lines, strict=True)
        ]
    diff = difflib.ndiff(wanted_lines, got_lines)
    return "\n".join(line.rstrip() for line in diff if not line.startswith("?"))


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.rstrip().split("\n")]


def _same_line(wanted: str, got: str, gpu: bool) -> bool:
    if wanted == got:
        return True
    wanted_words, got_words = FLOAT.split(wanted), FLOAT.split(got)
    # Spaces before a number go with its sign and width, so they are not compared.
    if [word.rstrip(" ") for word in wanted_words] != [word.rstrip(" ") for word in got_words]:
        return False
    same_number = partial(_same_number, gpu=gpu)
    return all(map(same_number, FLOAT.findall(wanted), FLOAT.findall(got)))


def _same_number(wanted: str, got: str, gpu: bool) -> bool:
    a, b = float(wanted), float(got)
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    relative, absolute = (GPU_RELATIVE, GPU_ABSOLUTE) if gpu else (RELATIVE, ABSOLUTE)
    return math.isclose(a, b, rel_tol=relative, abs_tol=absolute)
