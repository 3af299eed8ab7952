"""Refuse to publish a site that was not proved:

    python .github/scripts/evidence.py SITE COMMIT EVIDENCE

Nothing is believed that a job could have left out: what counts is in the files. SITE, the
folder of the site, must hold records of this commit, made in this workflow run on the CPU, on a
GPU and with the oldest torch, of every block; a manifest that agrees with every file of it and
with the sources of the commit; and every page. EVIDENCE, the folder of what the tests wrote,
must name every test of the commit as passed, those of tests/site on this very site.

Needs the checkout that it lies in, and Python alone. tests/conftest.py writes the evidence,
cheatsheet/folder.py the manifest, cheatsheet/run/records.py the records.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections import Counter
from hashlib import sha256
from html import unescape
from pathlib import Path

ROOT = Path(__file__).parents[2]
REPLACE = Path(__file__).with_name("replace-torch.sh")
SOURCES = ("docs", "snippets", "cheatsheet", "mkdocs*.yml", "hooks.py")
RUNS = "docs/runs/"
FENCE = re.compile(r"^(`{3,})(python|bash|text)\b(.*)\n((?:.*\n)*?)\1`*$", re.M)
AGAIN = "run the whole workflow again"
BUILD = "build the site again"


def demand(right: object, file: Path | str, problem: str, what: str = "") -> None:
    """End here with what is wrong with a file where it names `what`, and the cure, unless that
    is right."""
    if not right:
        text = Path(file).read_text(encoding="utf-8") if what and Path(file).is_file() else ""
        line = f":{text.partition(json.dumps(what))[0].count(chr(10)) + 1}" if text else ""
        sys.exit(f"::error::{file}{line}: {problem}. Nothing is published.")


def git(*arguments: str) -> str:
    """What git says of the checkout."""
    command = ["git", "-C", str(ROOT), "-c", "core.quotePath=false", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def read(file: Path, job: str) -> dict:
    """A JSON file that must be there, for a job makes it."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        demand(False, file, f"cannot be read ({error}): see the job {job}, and {AGAIN}")


def digest(file: Path) -> str:
    """The SHA-256 of what a file holds; a link holds nothing."""
    return "a link" if file.is_symlink() else sha256(file.read_bytes()).hexdigest()


def compare(file: Path, says: dict, now: dict, cure: str) -> None:
    """A table of digests in a file is what they are now."""
    for name in sorted(says.keys() | now.keys()):
        said, found = says.get(name, "nothing"), now.get(name, "not there")
        problem = f"it says {said} of {name}, which is {found}; {cure}"
        demand(said == found, file, problem, name)


def agree(file: Path, says: dict, commit: str, **right: str) -> None:
    """A file was made of the commit alone, in this run of the workflow, and says what is right."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, number = (os.environ.get(name, f"(no {name})") for name in names)
    run = f"{server}/{repository}/actions/runs/{number}"
    for what, value in {"commit": commit, "dirty": False, "workflow": run, **right}.items():
        found = says.get(what)
        demand(found == value, file, f"its {what} is {found}, not {value}; {AGAIN}", what)


def check_checkout(commit: str) -> None:
    """The checkout is the commit, and nothing else."""
    head = git("rev-parse", "HEAD")
    demand(head == commit, ROOT, f"this is {head}, not {commit}; check that out")
    paths = (*SOURCES, "tests", "requirements.txt", ".github", f":(exclude){RUNS}")
    changed = git("status", "--porcelain", "--", *paths).split()
    demand(not changed, " ".join(changed[1:2]), f"is not as in the commit; check out {commit}")


def check_pages(site: Path, pages: list[str]) -> None:
    """Each page of each language is there, can be found, and is on the map of the site."""
    sitemap = site / "sitemap.xml"
    demand(sitemap.is_file(), sitemap, f"there is none; {BUILD}")
    listed = re.findall(r"<loc>(.*?)</loc>", sitemap.read_text(encoding="utf-8"))
    address = min(listed, key=len, default="")
    for page in pages:
        _, language, name = page.removesuffix(".md").split("/", 2)
        folder = site if language == "en" else site / language
        place = "" if name == "index" else f"{name}/"
        file = folder / place / "index.html"
        demand(file.is_file(), file, f"there is none; {BUILD}")
        text = (ROOT / page).read_text(encoding="utf-8")
        says = re.search(r"^description: (.*\S)$", text, re.M)[1]
        shown = says in unescape(file.read_text(encoding="utf-8"))
        demand(shown, file, f"it is not {page}, whose description it lacks; {BUILD}")
        index = folder / "search/sections.json"
        demand(
            place in read(index, "Build")["pages"],
            index,
            f"the page {place} cannot be found; {BUILD}",
        )
        url = address + file.parent.relative_to(site).as_posix().removeprefix(".")
        demand(url.rstrip("/") + "/" in listed, sitemap, f"it does not name {url}; {BUILD}")


def short(*parts: bytes) -> str:
    """A hash as the records have it."""
    return sha256(b"".join(parts)).hexdigest()[:32]


def code_hash(language: str, source: str) -> str:
    """Of a block, and of the modules of the commit that it imports from."""
    files, sources = set(), [source] if language == "python" else []
    while sources:
        for module in re.findall(r"^\s*from ([\w.]+) import", sources.pop(), re.M):
            file = ROOT.joinpath(*module.split(".")).with_suffix(".py")
            if file not in files and file.is_file():
                files.add(file)
                sources.append(file.read_text(encoding="utf-8"))
    return short(source.encode(), *(file.read_bytes() for file in sorted(files)))


def read_blocks(pages: list[str]) -> dict[tuple[str, int, str], tuple[str, list]]:
    """Each block of the pages, by its place: the hash of its code, and those of its outputs
    with their titles."""
    found: dict[tuple[str, int, str], tuple[str, list]] = {}
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        outputs = []  # of the block above
        for fence in FENCE.finditer(text):
            _, language, header, source = fence.groups()
            if language == "text":
                outputs.append((header, short(source.encode())))
            else:
                line, outputs = text.count("\n", 0, fence.start()) + 1, []
                found[page, line, language] = code_hash(language, source), outputs
    return found


def check_records(site: Path, commit: str, pages: list[str]) -> None:
    """Each block, as it is now, ran with the pinned torch on a GPU; Python on the CPU, and with
    the oldest torch."""
    blocks = read_blocks(pages)
    pins = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    pinned = re.search(r"^torch==(\S+)", pins, re.M)[1]
    oldest = re.search(r"torch==(\S+)", REPLACE.read_text(encoding="utf-8"))[1]
    for torch, kind in ((pinned, "cpu"), (pinned, "cuda"), (oldest, "cpu")):
        release = ".".join(torch.split(".")[:2])
        file = site / f"runs/torch-{release}-{kind}.json"
        record = read(file, "CPU" if kind == "cpu" else "GPU")
        said = {key: value for key, value in record.items() if key != "digest"}
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        own = sha256(text.encode()).hexdigest()
        facts = record | record["device"] | {"torch": record["torch"].partition("+")[0]}
        agree(file, facts, commit, kind=kind, torch=torch, digest=own)
        ran = Counter()
        for block in record["blocks"]:
            key = block["page"], block["line"], block["language"]
            place, result = f"{key[0]}:{key[1]}", block["result"]
            demand(result == "passed", place, f"{file} says {result} of it; mend that block")
            code, outputs = blocks.get(key, (None, ()))
            other = "CPU" if kind == "cuda" else "GPU"
            shown = {text for title, text in outputs if other not in title} or {None}
            same = code == block["code"] and block["output"] in shown
            demand(same, place, f"{file} is of another block; {AGAIN}")
            ran[key] += 1
        for key in blocks:
            times = int(kind == "cuda" or key[2] == "python")
            problem = f"{file} says that it ran {ran[key]} times, not {times}; see the job that "
            demand(ran[key] == times, f"{key[0]}:{key[1]}", f"{problem}made it, and {AGAIN}")


def check_manifest(site: Path) -> str:
    """The site is what was built, of the sources of the commit; the manifest's digest."""
    file = site / "manifest.json"
    manifest = read(file, "Build")
    files = {
        path.relative_to(site).as_posix(): digest(path)
        for path in site.rglob("*")
        if path != file and (path.is_symlink() or not path.is_dir())
    }
    changed = f"the site was changed after it was built; {AGAIN}"
    compare(file, manifest.get("files", {}), files, changed)
    names = git("ls-files", "--", *SOURCES).split("\n")
    sources = {name: digest(ROOT / name) for name in names if not name.startswith(RUNS)}
    compare(file, manifest.get("sources", {}), sources, f"build the very commit; {AGAIN}")
    return digest(file)


def check_tests(folder: Path, commit: str, manifest: str) -> None:
    """Every test of the commit passed; those of tests/site on this very site."""
    passed = set()
    for file in folder.glob("*.json"):
        evidence = read(file, "of it")
        agree(file, evidence, commit)
        tested = evidence["manifest"]
        demand(tested in (None, manifest), file, f"another site was tested than this; {AGAIN}")
        passed |= {(test, tested) for test, times in evidence["passed"].items() if times}
    for file in sorted(ROOT.glob("tests/**/test_*.py")):
        name = file.relative_to(ROOT).as_posix()
        needed = manifest if name.startswith("tests/site/") else None
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                test = f"{name}::{node.name}"
                problem = f"nothing in {folder} says that {test} passed; see the job of it, and "
                demand((test, needed) in passed, f"{name}:{node.lineno}", problem + AGAIN)


def main(site: Path, commit: str, evidence: Path) -> None:
    check_checkout(commit)
    pages = [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("docs/*/**/*.md"))]
    check_pages(site, pages)
    check_records(site, commit, pages)
    check_tests(evidence, commit, check_manifest(site))
    print(f"Proved: {len(pages)} pages of {commit}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
