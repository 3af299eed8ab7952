"""Plant every fault, and print by kind how many were caught: python -m tests.faults"""

import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.faults import FAULTS
from tests.faults.gate import make_proved
from tests.faults.harness import clean, missed


def ask(kept: Path, number: int) -> str:
    """What is not caught of a fault; `kept` holds what took long to make."""
    fault = FAULTS[number]
    with TemporaryDirectory() as folder:
        problem = missed(fault, clean(fault.check, Path(folder), lambda name, _: kept / name))
    return problem and f"{fault.name}\n{problem}"


def main() -> int:
    """Print the table, and what was not caught; return the status."""
    kinds: dict[str, list[str]] = defaultdict(list)
    with TemporaryDirectory() as folder, ProcessPoolExecutor() as pool:
        make_proved(Path(folder, "proved"))
        problems = pool.map(partial(ask, Path(folder)), range(len(FAULTS)), chunksize=8)
        for fault, problem in zip(FAULTS, problems, strict=True):
            kinds[f"{fault.check}: {fault.kind}"].append(problem)
    print("| check: kind of fault | planted | caught |\n| --- | ---: | ---: |")
    for kind, found in sorted(kinds.items()):
        print(f"| {kind} | {len(found)} | {found.count('')} |")
    every = [problem for found in kinds.values() for problem in found]
    print(f"| all | {len(every)} | {every.count('')} |\n")
    print("\n\n".join(filter(None, every)))
    return 0 if not any(every) else 1


if __name__ == "__main__":
    sys.exit(main())
