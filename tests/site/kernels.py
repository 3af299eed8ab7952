"""Jupyter kernels that know nothing of this project, each forked in a moment."""

import asyncio
import copy
import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock

from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.connect import write_connection_file
from nbclient import NotebookClient

SERVER = Path(__file__).with_name("kernel_server.py")
LIMIT_SECONDS = 120  # a cell that takes longer hangs


class Kernels:
    """Runs notebooks, each in a kernel of its own; use as a context manager.

    In threads, two at a time; a test's own thread may have the browser's event loop.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.lock = Lock()
        self.pool = ThreadPoolExecutor(2)
        server = folder / "server"
        server.mkdir(parents=True)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        environment["IPYTHONDIR"] = str(folder / "ipython")
        self.server = subprocess.Popen(
            # -P: the folder of the script is not on the path.
            [sys.executable, "-P", str(SERVER)],
            cwd=server,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.server.stdout.readline() == "ready\n"

    def __enter__(self) -> "Kernels":
        return self

    def __exit__(self, *_error) -> None:
        self.pool.shutdown(cancel_futures=True)
        self.server.stdin.close()
        self.server.wait(30)
        self.server.stdout.close()

    def execute(self, notebook) -> Future:
        """The notebook with the outputs of a run from top to bottom, as a future.

        Raises, from its `result`:
            CellExecutionError: a cell raised that is not tagged for it.
        """
        return self.pool.submit(self._execute, notebook)

    def _execute(self, notebook):
        folder = Path(mkdtemp(dir=self.folder))
        file, _ = write_connection_file(str(folder / "kernel.json"))
        with self.lock:
            self.server.stdin.write(f"{folder}\n")
            self.server.stdin.flush()
        return asyncio.run(_execute(copy.deepcopy(notebook), file))


async def _execute(notebook, connection_file: str):
    kernel = AsyncKernelClient(connection_file=connection_file)
    kernel.load_connection_file()
    kernel.start_channels()
    try:
        await kernel.wait_for_ready(timeout=LIMIT_SECONDS)
        # nbclient asks it to interrupt a cell that hangs, and for nothing else.
        manager = AsyncKernelManager(connection_file=connection_file)
        client = NotebookClient(notebook, km=manager, timeout=LIMIT_SECONDS, coalesce_streams=True)
        client.kc = kernel
        for number, cell in enumerate(notebook.cells):
            await client.async_execute_cell(cell, number)
    finally:
        kernel.shutdown()
        kernel.stop_channels()
    return notebook
