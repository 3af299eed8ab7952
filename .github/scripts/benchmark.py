"""How fast the house is, as ratios in one run, and where the time of a build goes.

    PYTHONPATH=. python .github/scripts/benchmark.py > .github/benchmark.md
    PYTHONPATH=. python .github/scripts/benchmark.py --where

Each ratio is measured N times (5), its two sides in turn, on a copy of this checkout.
Without the command of Zensical, which has an environment of its own, its rows are left out.
What a person adds stands below the heading Notes, after the table.
"""

import argparse
import os
import platform
import pstats
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import visits
import yaml
from zensical import prepare

from cheatsheet.words.languages import read_languages

ROOT = Path(__file__).parents[2]
BUILD = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir"]
PYTEST = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "docs"]
# All fences of all pages in one process: what they cost without anything of ours.
BARE = """
import contextlib, io, sys
from pathlib import Path
from cheatsheet.page import load
for name in sorted(Path("docs").rglob("*.md")):
    space = {"__name__": "__main__"}
    for example in load(Path(), name).examples:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
            exec(compile(example.code.source, str(name), "exec"), space)
"""
PAGE = "custom-module"
CSS = "assets/stylesheets/site.css"
EDITS = {  # a file, what is replaced there, by what, what is shown then, and where
    "an English page": (f"docs/en/{PAGE}.md", "# Custom", "# Mine: custom", "Mine: ", f"{PAGE}/"),
    "a Chinese page": (f"docs/zh/{PAGE}.md", "# 自定义", "# 自己定义", "自己定义", f"zh/{PAGE}/"),
    "a snippet": (
        f"snippets/{PAGE.replace('-', '_')}.py",
        "nn.Linear(20, 256)",
        "nn.Linear(20, 258)",
        ">258<",
        f"zh/{PAGE}/",
    ),
    "a catalog": ("snippets/locales/zh.po", "中间夹一个", "中间隔一个", "中间隔", f"zh/{PAGE}/"),
    "a style": (f"cheatsheet/theme/material/{CSS}", "66rem; }", "67rem; }", "67rem", f"zh/{CSS}"),
}


def seconds(command: list, folder: Path, **environment: str) -> float:
    """How long a command runs; it must succeed."""
    start = time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"{command}: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - start


def wait_for(url: str, words: str) -> float:
    """How long it takes until an address shows some words."""
    start = time.perf_counter()
    while time.perf_counter() - start < 120:
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                if words in answer.read().decode("utf-8"):
                    return time.perf_counter() - start
        except OSError:
            time.sleep(0.02)
    sys.exit(f"{url} does not show {words!r}")


def serve(project: Path) -> dict[str, float]:
    """`mkdocs serve --dirty`: seconds to the first page, and of each edit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "mkdocs", "serve", "--dirty", "-a", url]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    server = subprocess.Popen(command, cwd=project, **quiet)
    try:
        found = {"the first page": wait_for(f"http://{url}/zh/{PAGE}/", "</html>")}
        for name, (file, old, new, shown, address) in EDITS.items():
            time.sleep(2)  # until the server has looked for changes once more
            path = project / file
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(old, new), encoding="utf-8")
            found[f"an edit of {name}"] = wait_for(f"http://{url}/{address}", shown)
            path.write_text(text, encoding="utf-8")
            time.sleep(3)  # until it is as before
    finally:
        server.terminate()
        server.wait(30)
    return found


def measure(project: Path, zensical: str | None) -> dict[str, float]:
    """One run: each ratio by its name."""
    site, labs = project / "site", project / ".cache/labs"
    build = seconds([*BUILD, site], project)
    found = {}
    if zensical:
        other = 0.0
        for language in read_languages(project):
            _, folder = prepare(project, language)
            other += seconds([zensical, "build", "--clean"], folder)
            if not language.code:
                plain = weigh_plain(folder, zensical)
        found["build of both languages / Zensical, the same pages"] = build / other
        for kind, weight in visits.weigh(site).items():
            found[f"weight of {kind} / Zensical's default site"] = weight / plain[kind]
        shutil.rmtree(labs)
        found["the same with the labs executed / Zensical"] = (
            seconds([*BUILD, site], project) / other
        )
    for name, spent in serve(project).items():
        found[f"serve: {name} / build"] = spent / build
    found |= visits.rows(project, site)
    bare = seconds([sys.executable, "-c", BARE], project)
    found["pytest docs / bare exec of the same fences"] = seconds(PYTEST, project) / bare
    return found


def weigh_plain(staged: Path, zensical: str) -> dict[str, float]:
    """First visits of the site that Zensical makes of the same Markdown by its defaults."""
    ours = ("extra", "extra_css", "extra_javascript")
    with TemporaryDirectory() as folder:
        shutil.copytree(staged, folder, dirs_exist_ok=True)
        file = Path(folder, "mkdocs.yml")
        settings = yaml.safe_load(file.read_text(encoding="utf-8"))
        settings = {key: value for key, value in settings.items() if key not in ours}
        file.write_text(yaml.safe_dump(settings | {"theme": {}}), encoding="utf-8")
        Path(folder, "pages/cheatsheet.md").unlink()  # of a template of ours
        seconds([zensical, "build", "--clean"], Path(folder))
        return visits.weigh(Path(folder, "site"))


def where() -> None:
    """Print the steps of a build of both languages by the time they take."""
    with TemporaryDirectory() as folder:
        profile = Path(folder, "profile")
        command = [sys.executable, "-m", "cProfile", "-o", profile, *BUILD[1:], folder]
        subprocess.run(command, cwd=ROOT, check=True)
        steps = "hooks.py|cheatsheet/|commands/build.py|search/plugin.py|markdown/core.py"
        pstats.Stats(str(profile)).sort_stats("cumtime").print_stats(steps, 40)


def machine() -> str:
    """What this runs on, and how busy that is."""
    model = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    said = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors "
    said += f"({model[1] if model else 'unknown'}), {memory:.0f} GiB,\nPython "
    return said + f"{platform.python_version()}; load before it {os.getloadavg()[0]:.1f}."


def main() -> None:
    """Measure, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--zensical")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--where", action="store_true")
    options = parser.parse_args()
    if options.where:
        return where()
    head = f"# Benchmark\n\nMade by `.github/scripts/benchmark.py`, {options.runs} runs, on\n"
    head += machine()  # its load is that of others
    with TemporaryDirectory() as folder:
        project = Path(folder, "project")
        shutil.copytree(ROOT, project, ignore=shutil.ignore_patterns(".git", ".venv"))
        seconds([*BUILD, project / "site"], project)  # labs run, and files are warm
        runs = []
        for number in range(options.runs):
            print(f"run {number + 1} of {options.runs}", file=sys.stderr)
            runs.append(measure(project, options.zensical))
    print(f"{head}\n\n| ratio | median | least | most |\n| --- | ---: | ---: | ---: |")
    for name in runs[0]:
        ratios = [run[name] for run in runs]
        print(f"| {name} | {median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} |")


if __name__ == "__main__":
    main()
