"""Starts Jupyter kernels by forking, so that torch is imported once for all of them.

A program of its own: run in an empty folder, without PYTHONPATH, it can import nothing
of this project. Each line that it reads names a folder with a kernel.json; a kernel
starts there, in a fresh process.
"""

import os
import signal
import sys

# What an optimizer imports when it is first used; it takes seconds.
import torch._dynamo  # noqa: F401
from ipykernel.kernelapp import IPKernelApp

if __name__ == "__main__":
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no one waits for the kernels
    print("ready", flush=True)
    for line in sys.stdin:
        if os.fork() == 0:
            os.chdir(line.strip())
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            log = os.open("kernel.log", os.O_WRONLY | os.O_CREAT)
            os.dup2(log, 1)
            os.dup2(log, 2)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            IPKernelApp.launch_instance(argv=["-f", "kernel.json"])
            os._exit(0)
