"""Open or update one issue for each torch release that prints what no page shows.

    python .github/scripts/report_outputs.py FOLDER

FOLDER holds a folder for each run: `torch.txt`, its version, and `fences.xml`, the
JUnit report of its fences. The nightly builds of 2.16 and 2.16 itself are one cause and
have one issue. It is found by its label and a mark in its text, closed or open, so that
there is never a second one. Needs gh and, in the environment, GITHUB_REPOSITORY.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

LABEL = "torch outputs"
# GitHub takes 65,536 characters.
LIMIT = 60_000


def main(folder: Path) -> None:
    runs = sorted(file.parent for file in folder.glob("*/torch.txt"))
    if not runs:
        sys.exit(
            f"{folder}: no run left its outputs here; see the jobs before this one."
        )
    for release, found in failures(runs).items():
        report(release, found)


def failures(runs: list[Path]) -> dict[str, dict[str, list[str]]]:
    """By torch release ("2.16"), then by full version: what each failed fence says.

    Raises:
        SystemExit: a run's files are not what they should be.
    """
    found: dict[str, dict[str, list[str]]] = {}
    for run in runs:
        version = (run / "torch.txt").read_text(encoding="utf-8").strip()
        release = re.fullmatch(r"(\d+\.\d+)[\w.+]*", version)
        if release is None:
            sys.exit(f"{run / 'torch.txt'}: {version!r} is no version of torch.")
        try:
            tree = ElementTree.parse(run / "fences.xml")
        except (OSError, ElementTree.ParseError) as error:
            sys.exit(f"{run / 'fences.xml'}: cannot be read: {error}")
        cases = [*tree.iter("failure"), *tree.iter("error")]
        if cases:
            texts = [case.text or case.get("message") or "" for case in cases]
            found.setdefault(release[1], {})[version] = texts
    return found


def report(release: str, found: dict[str, list[str]]) -> None:
    title = f"Pages show other output than torch {release} prints"
    body = text(release, found)
    issue = existing(mark(release))
    if issue is None:
        new = {"title": title, "body": body, "labels": [LABEL]}
        print("opened", api("issues", new)["html_url"])
    elif issue["state"] != "open" or issue["body"] != body:
        api(f"issues/{issue['number']}", {"body": body, "state": "open"}, "PATCH")
        print("updated", issue["html_url"])
    else:
        print("up to date:", issue["html_url"])


def mark(release: str) -> str:
    return f"<!-- torch outputs: {release} -->"


def text(release: str, found: dict[str, list[str]]) -> str:
    parts = [
        mark(release),
        "A page shows the output of the pinned torch. Mend the page, so that every "
        "torch prints the same; what cannot be mended waits for the next pin.",
    ]
    for version, texts in found.items():
        parts.append(f"### torch {version}: {len(texts)} fences")
        for one in texts:
            # More backticks than the output can hold in a row.
            longest = max(map(len, re.findall(r"`+", one)), default=0)
            fence = "`" * max(3, longest + 1)
            parts.append(f"{fence}diff\n{one.strip()}\n{fence}")
    whole = "\n\n".join(parts)
    if len(whole) <= LIMIT:
        return whole
    left_out = "The rest is in the log of the job."
    kept = []
    for part in parts:
        if sum(map(len, kept)) + len(part) > LIMIT - 1_000:
            break
        kept.append(part)
    return "\n\n".join([*kept, left_out])


def existing(wanted: str) -> dict | None:
    """The oldest issue of ours with this mark."""
    query = "issues?state=all&sort=created&direction=asc&per_page=100"
    issues = api(f"{query}&labels={LABEL.replace(' ', '%20')}")
    return next((i for i in issues if wanted in (i["body"] or "")), None)


def api(path: str, fields: dict | None = None, method: str = "POST"):
    """Call GitHub. What issues hold goes through standard input, never a command line.

    Raises:
        SystemExit: GitHub refused; with its words.
    """
    command = ["gh", "api", f"repos/{os.environ['GITHUB_REPOSITORY']}/{path}"]
    if fields is None:
        command += ["--paginate", "--slurp"]
    else:
        command += ["--method", method, "--input", "-"]
    done = subprocess.run(
        command,
        input=json.dumps(fields) if fields is not None else None,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    answer = json.loads(done.stdout)
    return answer if fields is not None else [i for page in answer for i in page]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
