"""Run a text as whoever pasted it does: alone, in a fresh process, in an empty folder.

The process is forked from one that has imported torch only, and has no `snippets`.
"""

import sys
import tempfile
from pathlib import Path

from cheatsheet.run import process as page_process
from cheatsheet.run.process import Outcome
from cheatsheet.run.judge import LIMIT_SECONDS, _context

NAME = Path("copy.py")


def run_alone(text: str) -> Outcome:
    """What the text printed, the value of its last expression included, or raised."""
    context = _context()
    connection, theirs = context.Pipe()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "work").mkdir()
        process = context.Process(target=_main, args=(theirs, Path(folder)))
        process.start()
        theirs.close()
        connection.send((0, text))
        assert connection.poll(LIMIT_SECONDS), f"this did not end:\n{text}"
        try:
            outcome = connection.recv()
            connection.send(None)
        except EOFError:
            outcome = None
        process.join()
    assert outcome, f"this ended the process (exit code {process.exitcode}):\n{text}"
    return outcome


def _main(connection, folder: Path) -> None:
    root = str(Path(__file__).parents[1])
    sys.path[:] = [path for path in sys.path if path not in ("", root)]
    for name in [name for name in sys.modules if name.split(".")[0] == "snippets"]:
        del sys.modules[name]
    sys.modules["snippets"] = None  # what Python takes for a module that is not there
    page_process.main(connection, NAME, folder, "cpu")
