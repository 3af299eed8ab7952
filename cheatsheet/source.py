"""The files that people write: read whole, written in one step, and what is wrong in them."""

import os
import re
from pathlib import Path

# Signs of letters and marks that nobody sees. Python knows those of all other kinds.
UNSEEN = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


class SourceError(Exception):
    """Something in a source file is wrong: "file:line: what; the cure", one a line."""

    def __init__(self, path: Path | str, line: int, problem: str):
        super().__init__(f"{path}:{line}: {problem}")
        self.path, self.line = Path(path), line

    @classmethod
    def of(cls, problems: list["SourceError | str"]) -> "SourceError":
        """One error that says several problems, each with its place."""
        error = cls("", 0, "")
        error.args = ("\n".join(map(str, problems)),)
        return error


def read_text(root: Path, name: Path | str) -> str:
    """The text of a source file, its line ends as on Unix; errors call it `name`.

    Raises:
        SourceError: the file cannot be read, is not UTF-8, or has a character that nobody sees.
    """
    try:
        text = (root / name).read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(name, 1, f"cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problem = f"byte {error.object[error.start]:#04x} is not UTF-8; save the file as UTF-8."
        raise SourceError(name, line, problem) from error
    check_visible(name, text)
    return text


def check_visible(name: Path | str, text: str) -> None:
    """Raises a SourceError where a character of a text can be seen by nobody."""
    for sign in sorted({*text} - {"\n", "\r", "\t"}):
        if not sign.isprintable() or UNSEEN.match(sign):
            line = text.count("\n", 0, text.index(sign)) + 1
            problem = f"the invisible character U+{ord(sign):04X} stands here; remove it."
            raise SourceError(name, line, problem)


def write_text(root: Path, name: Path | str, text: str) -> None:
    """Write a source file in one step: whoever is killed here leaves the old one or the new.

    Its line ends stay what they are. Its folder is made where there is none.

    Raises:
        SourceError: the file cannot be written, and is what it was.
    """
    file = root / name
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        crlf = file.exists() and b"\r\n" in file.read_bytes()
        try:
            draft.write_text(text, encoding="utf-8", newline="\r\n" if crlf else "\n")
            os.replace(draft, file)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}; it is as it was. Mend that, and run again."
        raise SourceError(name, 1, problem) from error
