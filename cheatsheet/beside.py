"""A function that runs beside this process, in one of its own that stays.

What it has read and worked out once is there for the next call.
"""

import multiprocessing
import tempfile
from collections.abc import Callable
from pathlib import Path


class Beside:
    """Calls of one function, one at a time; its first argument is `folder`.

    `folder` is for what it makes, and goes when this process ends. Where no process can
    fork, a call runs here when it is waited for.
    """

    def __init__(self, function: Callable[..., None]):
        self._function = function
        self._temporary = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._connection = None
        self._call: tuple | None = None  # the arguments of the call that nobody waited for
        self.folder = Path(self._temporary.name, "made")

    def start(self, *arguments) -> None:
        """Begin a call; one that was not waited for ends first."""
        self.wait()
        self._call = (self.folder, *arguments)
        if "fork" in multiprocessing.get_all_start_methods():
            if self._connection is None:
                context = multiprocessing.get_context("fork")
                self._connection, theirs = context.Pipe()
                context.Process(target=self._answer, args=(theirs,), daemon=True).start()
            self._connection.send(self._call)

    def wait(self) -> str:
        """Wait for the call that was begun; what went wrong in it, "" for nothing."""
        call, self._call = self._call, None
        if call is None:
            return ""
        if self._connection is None:
            return self._outcome(call)
        try:
            return self._connection.recv()
        except EOFError:
            self._connection = None
            return "its process ended"

    def _outcome(self, call: tuple) -> str:
        try:
            self._function(*call)
        except BaseException as error:  # also what ends a program
            return str(error) or type(error).__name__
        return ""

    def _answer(self, connection) -> None:
        self._connection.close()  # the end of the first process: that shows when it is gone
        tempfile.tempdir = self._temporary.name  # this one is ended, and cleans nothing up
        while True:
            try:
                connection.send(self._outcome(connection.recv()))
            except (EOFError, OSError, KeyboardInterrupt):
                return
