"""Plant every fault, and print by kind how many were caught: python -m tests.faults"""

import sys
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.faults import FAULTS
from tests.faults.harness import clean, missed


def main() -> int:
    """Print the table, and what was not caught; return the status."""
    kinds: dict[str, list[str]] = defaultdict(list)
    with TemporaryDirectory() as kept:

        def share(name: str, make) -> Path:
            folder = Path(kept, name)
            if not folder.exists():
                make(folder)
            return folder

        for fault in FAULTS:
            with TemporaryDirectory() as folder:
                problem = missed(fault, clean(fault.check, Path(folder), share))
            kinds[f"{fault.check}: {fault.kind}"].append(problem and f"{fault.name}\n{problem}")
    print("| check: kind of fault | planted | caught |\n| --- | ---: | ---: |")
    for kind, found in sorted(kinds.items()):
        print(f"| {kind} | {len(found)} | {found.count('')} |")
    every = [problem for found in kinds.values() for problem in found]
    print(f"| all | {len(every)} | {every.count('')} |\n")
    print("\n\n".join(filter(None, every)))
    return 0 if not any(every) else 1


if __name__ == "__main__":
    sys.exit(main())
