"""The localized module: the same program, other words, formatted as code should be."""

from itertools import pairwise
from pathlib import Path

import pytest

from cheatsheet.words.messages import fault, localize_module, program, read_passages, wrap
from cheatsheet.words.text import width
from tests.words.test_messages import MODULE, PATH

LONG = (
    "参数在前向传播时读取，在反向传播时得到梯度，而优化器随后按学习率更新它们；"
    "缓冲区则不同，既没有梯度，也不参与更新（见 `register_buffer` 的说明）。"
)
TRANSLATIONS = {
    "A module.": "一个模块。",
    "More of it, broken over two lines.": "更多内容，" + LONG,
    "Hold a value.": "存放一个值。",
    "Raises:\n    ValueError: the value is too large, and goes on in a second line.\n"
    "    TypeError: it is no number.": "异常：\n    ValueError：值太大，" + LONG + "\n"
    "    TypeError：不是数。",
    "in metres": "单位是米",
    "Twice, which is a comment of two lines.": "两倍，" + LONG,
    "Another comment.": "另一条注释。",
    "One that a blank line parts.": "被空行隔开的一条。",
}
LOCALIZED = '''\
"""一个模块。

更多内容，参数在前向传播时读取，在反向传播时得到梯度，而优化器随后按学习率更新它们；缓冲
区则不同，既没有梯度，也不参与更新（见 `register_buffer` 的说明）。
"""

import math  # noqa: F401


class Box:
    """存放一个值。

    异常：
        ValueError：值太大，参数在前向传播时读取，在反向传播时得到梯度，而优化器随后按学
            习率更新它们；缓冲区则不同，既没有梯度，也不参与更新（见 `register_buffer`
            的说明）。
        TypeError：不是数。
    """

    size = 3  # 单位是米

    def double(self) -> int:
        # 两倍，参数在前向传播时读取，在反向传播时得到梯度，而优化器随后按学习率更新它
        # 们；缓冲区则不同，既没有梯度，也不参与更新（见 `register_buffer` 的说明）。
        text = "# not a comment"
        # 另一条注释。

        # 被空行隔开的一条。
        return 2 * self.size + len(text)
'''


def test_a_module_is_rewritten():
    result = localize_module(PATH, MODULE, TRANSLATIONS)
    assert result == LOCALIZED
    assert program(result) == program(MODULE)


def test_the_same_words_give_the_same_module():
    same = {
        message.text: message.text
        for passage in read_passages(PATH, MODULE)
        for message in passage.messages
    }
    result = localize_module(PATH, MODULE, same)
    rejoined = MODULE.replace("broken\nover two lines", "broken over two lines")
    rejoined = rejoined.replace("is\n        # a comment", "is a comment")
    rejoined = rejoined.replace("on\n            in a second", "on in a second")
    assert result == rejoined


def test_another_program_is_seen():
    for old, new in (("2 *", "3 *"), ('"# not', '"# no'), ("size = 3", "size = 4")):
        assert program(MODULE) != program(MODULE.replace(old, new))
    assert program(MODULE) == program(MODULE.replace("Hold a", "Keep a"))


@pytest.mark.parametrize(
    ("message", "translation", "words"),
    [
        ("in metres", "单位是米" * 12, "112 columns wide; shorten it by 24 columns"),
        ("A module.", 'Ends """ here.', 'a docstring holds no """'),
        ("Hold a value.", "反斜杠 \\n", "no backslash"),
    ],
    ids=["too wide", "quotes", "backslash"],
)
def test_a_translation_that_cannot_stand_there_is_named(message, translation, words):
    (source,) = (
        one
        for passage in read_passages(PATH, MODULE)
        for one in passage.messages
        if one.text == message
    )
    assert words in fault(source, translation)
    assert fault(source, TRANSLATIONS[message]) is None


def test_a_missing_translation_is_never_replaced_by_english():
    translations = dict(TRANSLATIONS)
    del translations["in metres"]
    with pytest.raises(KeyError):
        localize_module(PATH, MODULE, translations)


TEXTS = {
    "no comma begins a line": "参" * 43 + "，数",
    "no bracket ends a line": "参" * 42 + "（数）",
    "names stay whole": "参" * 40 + " `load_state_dict(assign=True, strict=False)` 数",
    "words stay whole": "参" * 42 + " parameters",
    "English breaks at spaces": "word " * 30,
    "one long name": "`" + "x" * 120 + "`",
}


@pytest.mark.parametrize("case", TEXTS)
def test_lines_break_where_they_may(case):
    text = TEXTS[case].strip()
    lines = wrap(text, "# ", "# ")
    assert "".join(line[2:] for line in lines).replace(" ", "") == text.replace(" ", "")
    if case != "one long name":
        assert all(width(line) <= 88 for line in lines)
    for line, following in pairwise(lines):
        assert following[2] not in "，。）"
        assert line[-1] not in "（ "
        assert line.count("`") % 2 == 0
        assert not (line[-1].isascii() and following[2].isascii()) or " " in text
    assert len(lines) == (1 if case == "one long name" else 2)


def test_widths():
    assert width("参数 = 1") == 8
    assert width(str(Path("a"))) == 1
