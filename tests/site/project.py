"""Builds of the site, and copies of the project that tests may spoil."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from cheatsheet.build import Staged, stage
from cheatsheet.words.languages import read_languages

ROOT = Path(__file__).parents[2]
REPOSITORY = os.environ.get("REPO_URL", "https://github.com/example/cheatsheet")
SOURCES = ("docs", "snippets", "mkdocs.yml", "mkdocs.zh.yml")
PROGRAM = ("cheatsheet", "hooks.py")
LINK = re.compile(r"\[((?:`[^`]+`|[^\]`])+)\]\((?:\.\./)*([\w/-]+)\.md(?:#[\w-]+)?\)")


def environment(**settings: str | None) -> dict[str, str]:
    """That of a build: what a lab gave is kept, and what is None is not set."""
    own = {"REPO_URL": REPOSITORY, "NO_MKDOCS_2_WARNING": "1", "CI": None}
    # One commit is one day, however long the tests run.
    own |= {"SOURCE_DATE_EPOCH": "1767225600"} | settings
    found = os.environ | own
    return {key: value for key, value in found.items() if value is not None}


def build(
    root: Path, folder: Path, url: str, **settings: str | None
) -> subprocess.CompletedProcess:
    """Run `mkdocs build --strict` as a reader or a publishing job would."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)],
        cwd=root,
        env=environment(SITE_URL=url, **settings),
        capture_output=True,
        text=True,
        timeout=300,
    )


def copy_project(folder: Path, *names: str, program: bool = False) -> Path:
    """The sources; with names, those of few pages; with the program, to be built.

    Runs of labs are kept where those of the project are.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for part in SOURCES + PROGRAM if program else SOURCES:
        source = ROOT / part
        ignore = shutil.ignore_patterns("__pycache__")
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=ignore)
        else:
            shutil.copy(source, folder)
    (ROOT / ".cache").mkdir(exist_ok=True)
    (folder / ".cache").symlink_to(ROOT / ".cache")
    if names:
        _keep(folder, names)
    return folder


def _keep(folder: Path, names: tuple[str, ...]) -> None:
    """Keep these pages, and no link to another one."""

    def without(link: re.Match) -> str:
        known = (*names, *(name.rpartition("/")[2] for name in names), "cheatsheet")
        return link[0] if link[2] in known else link[1]

    for docs, config in (("docs/en", "mkdocs.yml"), ("docs/zh", "mkdocs.zh.yml")):
        for page in (folder / docs).rglob("*.md"):
            name = page.relative_to(folder / docs).with_suffix("").as_posix()
            if name not in names:
                page.unlink()
                continue
            text = LINK.sub(without, page.read_text("utf-8"))
            drawn = r"(?m)^!\[[^\]]*\]\((labs/[\w-]+)\.md#[\w-]+\)$"
            text = re.sub(drawn, lambda one: one[0] if one[1] in names else "", text)
            page.write_text(text, "utf-8")
        file = folder / config
        head, _, nav = file.read_text(encoding="utf-8").partition("\nnav:\n")
        titles = re.findall(r"(?m)^ +- ([^:\n]+): ([\w/-]+)\.md$", nav)
        kept = [f"  - {title}: {name}.md\n" for title, name in titles if name in names]
        assert len(kept) == len(names)
        file.write_text(f"{head}\nnav:\n{''.join(kept)}", encoding="utf-8")
    sheet = folder / "docs/cheatsheet.yml"
    lines = sheet.read_text(encoding="utf-8").splitlines(keepends=True)
    chosen = [line for line in lines if line.partition(":")[0] in names]
    sheet.write_text("".join(chosen) or "{}\n", encoding="utf-8")


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def end_of(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n") + 1


def append(path: Path, text: str) -> int:
    """Add text at the end of a page; return the line on which it begins."""
    line = end_of(path) + 1
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" + text)
    return line


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").split("\n")
    return next(n for n, line in enumerate(lines, 1) if words in line)


def stage_all(project: Path) -> list[Staged]:
    """Every language of a project, staged as a build of it does."""
    return [stage(project, language) for language in read_languages(project)]
