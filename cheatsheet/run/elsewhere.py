"""Other surroundings for the fences of a run: what a page shows must not depend on them.

Another hash seed, number of threads and processors, instruction set, user, time zone, day and
year, and the pages in the other order. A temporary folder of its own, each page has in every run.
What shows rounded numbers runs twice there, of other seeds, and prints the same to the letter: a
draw may be below the tolerance.
"""

import datetime
import os
import platform
import socket
import sys
import time

LATER = (3 * 366 + 45) * 86400.0  # another year, month, day, and day of the week


def move() -> None:
    """Set what a Python that starts from here finds in its environment."""
    os.environ |= {
        "CHEATSHEET_ELSEWHERE": "1",
        "PYTHONHASHSEED": "11",
        "USER": "else",
        "OMP_NUM_THREADS": "1",
        "ATEN_CPU_CAPABILITY": "default",
        "TZ": "ELSE-13:45",
    }


def here() -> bool:
    """Was `move` called?"""
    return "CHEATSHEET_ELSEWHERE" in os.environ


def turn(items: list) -> list:
    """The items of pytest, those of one file in their order, the last file first."""
    order = {item.path: number for number, item in enumerate(items)}
    return sorted(items, key=lambda item: -order[item.path])


def arrive() -> None:
    """Let this process, if `move` was called, be another machine's, some years ahead.

    Files and other programs keep today's time: they have it from the system.
    """
    if not here():
        return
    import torch

    count, interop = os.cpu_count() or 1, torch.get_num_interop_threads()
    os.cpu_count = lambda: count + 1
    os.sched_getaffinity = lambda _process: set(range(count + 1))
    torch.get_num_interop_threads = lambda: interop + 1
    socket.gethostname = platform.node = lambda: "elsewhere"
    sys.executable = f"/{sys.executable}"
    now = time.time
    time.time = lambda: now() + LATER  # date.today() asks it, too
    time.time_ns = lambda: int(time.time() * 1e9)
    for name in "localtime", "gmtime", "ctime":
        _default(name, lambda: time.time())
    _default("asctime", lambda: time.localtime())
    strftime = time.strftime
    time.strftime = lambda form, at=None: strftime(form, at or time.localtime())

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) + datetime.timedelta(seconds=LATER)

    Later.__name__ = Later.__qualname__ = "datetime"
    Later.__module__, datetime.datetime = "datetime", Later


def _default(name: str, make) -> None:
    """Give a function of `time` that takes one value another default for it."""
    real = getattr(time, name)
    setattr(time, name, lambda at=None: real(make() if at is None else at))
