"""Refuse to publish a site that was not proved:

    python .github/scripts/evidence.py SITE COMMIT EVIDENCE

Nothing is believed that a job could have left out: what counts is in the files. SITE, the
folder of the site, must hold records of this commit, made in this workflow run on the CPU
and on a GPU, of every Python block; a manifest that agrees with every file of it and with
the sources of the commit; and every page. EVIDENCE, the folder of what the tests wrote, must
name every test of the commit as passed, those of tests/site on the site of this manifest.

Needs the checkout that it lies in, and Python alone. tests/conftest.py writes the evidence,
cheatsheet/build.py the manifest, cheatsheet/run/records.py the records.
"""

import ast
import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("docs", "snippets", "cheatsheet", "mkdocs*.yml", "hooks.py")
RUNS = "docs/runs/"
FENCE = re.compile(r"`{3,}python\b")
AGAIN = "run the whole workflow again"


def refuse(file: Path | str, problem: str) -> None:
    """End with what is wrong with a file, and the cure."""
    sys.exit(f"::error::{file}: {problem}. Nothing is published.")


def git(*arguments: str) -> str:
    """What git says of the checkout."""
    command = ["git", "-C", str(ROOT), "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def read(file: Path, made_by: str) -> dict:
    """A JSON file that must be there."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        refuse(file, f"cannot be read ({error}): {made_by} makes it; see there, and {AGAIN}")


def digest(file: Path) -> str:
    """The SHA-256 of what a file holds; a link holds nothing."""
    return "a link" if file.is_symlink() else sha256(file.read_bytes()).hexdigest()


def compare(file: Path, says: dict, now: dict, cure: str) -> None:
    """Two tables of digests are the same."""
    for name in sorted(says.keys() | now.keys()):
        if says.get(name) != now.get(name):
            what = (
                "lacks"
                if name not in says
                else "names, and there is not,"
                if name not in now
                else ""
            )
            refuse(file, f"it {what or 'was made of another'} {name}; {cure}")


def check_origin(file: Path, says: dict, commit: str) -> None:
    """A file was made of the commit, in this run of the workflow."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, number = (os.environ.get(name, f"(no {name})") for name in names)
    run = f"{server}/{repository}/actions/runs/{number}"
    for what, wanted in (("commit", commit), ("workflow", run)):
        if says.get(what) != wanted:
            refuse(file, f"its {what} is {says.get(what)}, not {wanted}; {AGAIN}")


def check_checkout(commit: str) -> None:
    """The checkout is the commit, and nothing else."""
    if (head := git("rev-parse", "HEAD")) != commit:
        refuse(ROOT, f"the checkout is at {head}, not at {commit}; check that out")
    paths = (*SOURCES, "tests", "requirements.txt", ".github", f":(exclude){RUNS}")
    if changed := git("status", "--porcelain", "--", *paths):
        refuse(changed.split()[-1], f"it is not as in the commit; check out {commit} afresh")


def check_records(site: Path, commit: str, pages: list[str]) -> None:
    """A CPU and a GPU ran each Python block of each page as it is now, with the pinned torch."""
    wanted = sorted(
        [page, number]
        for page in pages
        for number, line in enumerate((ROOT / page).read_text(encoding="utf-8").split("\n"), 1)
        if FENCE.match(line)
    )
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    torch = re.search(r"^torch==(\S+)", pins, re.M)[1]
    for kind, job in (("cpu", "CPU"), ("cuda", "GPU")):
        file = site / f"runs/{kind}.json"
        record = read(file, f"the job {job}")
        check_origin(file, record, commit)
        facts = {"dirty": record["dirty"], "device": record["device"]["kind"]}
        facts["torch"] = record["torch"].partition("+")[0]
        for name, right in (("dirty", False), ("device", kind), ("torch", torch)):
            if facts[name] != right:
                refuse(file, f"its {name} is {facts[name]!r}, not {right!r}; {AGAIN}")
        blocks = record["blocks"]
        for block in blocks:
            if block["result"] != "passed":
                refuse(file, f"{block['page']}:{block['line']} {block['result']}; mend the block")
        ran = sorted([b["page"], b["line"]] for b in blocks if b["language"] == "python")
        if ran != wanted:
            odd = [one for one in wanted if one not in ran] or [
                one for one in ran if one not in wanted
            ]
            place = ":".join(map(str, (odd or ran)[0]))
            problem = f"{len(ran)} Python blocks ran, the pages have {len(wanted)}; see {place}"
            refuse(file, f"{problem}, and {AGAIN}")


def check_manifest(site: Path) -> str:
    """The site is what was built, of the sources of the commit; the manifest's digest."""
    file = site / "manifest.json"
    manifest = read(file, "the build")
    files = {
        path.relative_to(site).as_posix(): digest(path)
        for path in site.rglob("*")
        if path != file and (path.is_symlink() or not path.is_dir())
    }
    compare(file, manifest["files"], files, f"the site was changed after it was built; {AGAIN}")
    names = [
        name for name in git("ls-files", "--", *SOURCES).split("\n") if not name.startswith(RUNS)
    ]
    sources = {name: digest(ROOT / name) for name in names}
    compare(file, manifest["sources"], sources, f"build the commit that is published; {AGAIN}")
    return digest(file)


def check_tests(folder: Path, commit: str, manifest: str) -> None:
    """Every test of the commit passed; those of tests/site on this very site."""
    passed = set()
    for file in folder.glob("*.json"):
        evidence = read(file, "the tests")
        check_origin(file, evidence, commit)
        if evidence["manifest"] not in (None, manifest):
            refuse(file, f"another site was tested; test the one that was built, and {AGAIN}")
        on_site = evidence["manifest"] == manifest
        passed |= {
            one for one in evidence["passed"] if on_site or not one.startswith("tests/site/")
        }
    for file in sorted(ROOT.glob("tests/**/test_*.py")):
        name = file.relative_to(ROOT).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            test = f"{name}::{getattr(node, 'name', '')}"
            if (
                isinstance(node, ast.FunctionDef)
                and node.name.startswith("test_")
                and test not in passed
            ):
                refuse(
                    folder, f"nothing here says that {test} passed; see the job of it, and {AGAIN}"
                )


def check_pages(site: Path, pages: list[str]) -> None:
    """Each page of each language is there, can be found, and is on the map of the site."""
    places = {}
    for page in pages:
        _, language, name = page.removesuffix(".md").split("/", 2)
        prefix = "" if language == "en" else f"{language}/"
        places.setdefault(prefix, []).append("" if name == "index" else f"{name}/")
    sitemap = site / "sitemap.xml"
    if not sitemap.exists():
        refuse(sitemap, "there is none; build the site again")
    listed = re.findall(r"<loc>(.*?)</loc>", sitemap.read_text(encoding="utf-8"))
    address = min(listed, key=len, default="")
    for prefix, own in places.items():
        index = site / prefix / "search/sections.json"
        found = {one["location"] for one in read(index, "the build")["docs"]}
        for place in own:
            if not (site / prefix / place / "index.html").is_file():
                refuse(site / prefix / place / "index.html", "there is none; build the site again")
            if place not in found:
                refuse(index, f"the page {prefix}{place} cannot be found; build the site again")
            if f"{address}{prefix}{place}" not in listed:
                refuse(sitemap, f"it does not name {prefix}{place}; build the site again")


def main(site: Path, commit: str, evidence: Path) -> None:
    check_checkout(commit)
    pages = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("docs/*/**/*.md"))]
    check_pages(site, pages)
    check_records(site, commit, pages)
    check_tests(evidence, commit, check_manifest(site))
    print(f"Proved: {len(pages)} pages of {commit}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
