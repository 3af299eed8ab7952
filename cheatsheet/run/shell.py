"""Run the shell blocks of a page, such as `nvidia-smi`, on a machine with a GPU."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_SECONDS = 120
# A command that repeats until it is stopped. It has run when it still runs after this
# time and has printed something; that it can end by itself is a mistake here.
ENDLESS = re.compile(r"^nvidia-smi\b.*\s(-l|-lms|--loop|dmon|pmon)\b", re.M)
ENDLESS_SECONDS = 5


def run_shell(source: str) -> str:
    """Run a block by bash, in an empty folder. Returns what went wrong, "" if nothing.

    Every line must succeed (`bash -e`), and `python` is the one that runs this.
    """
    endless = ENDLESS.search(source) is not None
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    with tempfile.TemporaryDirectory() as folder:
        try:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", source],
                cwd=folder,
                env=os.environ | {"PATH": os.pathsep.join(folders)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that all it starts can be stopped
            )
        except FileNotFoundError:
            return "there is no bash on this machine to run this block"
        try:
            limit = ENDLESS_SECONDS if endless else LIMIT_SECONDS
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            if not endless:
                return f"this block did not end within {limit} seconds"
            return "" if output.strip() else f"this block printed nothing in {limit} s"
    text = output.decode("utf-8", errors="backslashreplace").strip()
    if endless or process.returncode:
        return f"this block ended with exit code {process.returncode}:\n{text}"
    return ""
