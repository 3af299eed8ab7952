"""How heavy the pages are, and how much of that is what the copy button gives.

    python .github/scripts/page_weight.py FOLDER

FOLDER is a built site (`mkdocs build -d FOLDER`). Sizes are those of each page's HTML,
as it is and after gzip; the ratios compare a page with itself without the copies.
"""

import gzip
import re
import sys
from pathlib import Path
from statistics import median

COPY = re.compile(r' data-copy="[^"]*"')


def main(folder: Path) -> None:
    pages = sorted(folder.rglob("index.html"))
    if not pages:
        raise SystemExit(f"{folder}: no index.html here; build the site into it first.")
    print(f"{'page':40} {'kB':>6} {'gzip kB':>8} {'ratio':>6} {'gzip ratio':>11}")
    ratios, zipped_ratios = [], []
    for page in pages:
        html = page.read_bytes()
        without = COPY.sub("", html.decode("utf-8")).encode("utf-8")
        zipped = len(gzip.compress(html, 9))
        ratios.append(len(html) / len(without))
        zipped_ratios.append(zipped / len(gzip.compress(without, 9)))
        name = page.parent.relative_to(folder).as_posix()
        sizes = f"{len(html) / 1000:6.0f} {zipped / 1000:8.1f}"
        print(f"{name:40} {sizes} {ratios[-1]:6.2f} {zipped_ratios[-1]:11.2f}")
    print(f"{'median':56} {median(ratios):6.2f} {median(zipped_ratios):11.2f}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
