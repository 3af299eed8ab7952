"""The publish job's step, run as it is written against a repository on this machine."""

import os
import signal
import subprocess
import time

import pytest

from tests.faults.gate import REPOSITORY
from tests.github.conftest import run, script

PUBLISH = script("publish", "Publish")


class Server:
    """The repository on the server: bare, with a branch main at the commit of the job."""

    def __init__(self, folder, environment, job):
        self.folder = folder / f"{REPOSITORY}"
        self.environment = environment
        self.folder.mkdir(parents=True)
        self.git("init", "--quiet", "--bare", "--initial-branch=main")
        self.main = job.commit
        job.run("git", "push", "--quiet", str(self.folder), "main")

    def git(self, *arguments, **environment) -> str:
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def commit(self, tree: str, branch: str, *parents: str) -> str:
        who = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        options = [option for parent in parents for option in ("-p", parent)]
        new = self.git(*who, "commit-tree", tree, *options, "-m", "by hand")
        self.git("update-ref", branch, new)
        return new

    def commits(self) -> list[str]:
        listed = self.git("for-each-ref", "--format=%(refname)", "refs/heads/gh-pages")
        return self.git("rev-list", "gh-pages").split() if listed else []

    def files(self) -> dict[str, str]:
        """The names of what is published, and the ids of what they hold."""
        listed = self.git("ls-tree", "-rz", "gh-pages").strip("\0").split("\0")
        return {line.partition("\t")[2]: line.split()[2] for line in listed}

    def hook(self, name: str, lines: str) -> None:
        file = self.folder / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{lines}\n", encoding="utf-8")
        file.chmod(0o755)


@pytest.fixture
def job(proved):
    """The checkout of the job, the site that was built, and what proves it."""
    # Such a file git leaves out unless told otherwise, and the names it says.
    (proved.site / ".gitignore").write_text("*\n", encoding="utf-8")
    (proved.site / "old.html").write_text("old", encoding="utf-8")
    proved.reseal()
    return proved


def toward(folder, environment: dict) -> dict:
    """Git finds in the folder what it asks of GitHub."""
    config = folder.with_name("gitconfig")
    config.write_text(f'[url "{folder}/"]\n  insteadOf = https://github.com/\n')
    return environment | {"GIT_CONFIG_GLOBAL": str(config)}


@pytest.fixture
def server(tmp_path, environment, job):
    server = Server(tmp_path / "server", environment, job)
    environment |= toward(tmp_path / "server", environment) | {"GITHUB_SHA": server.main}
    return server


def site_of(job) -> dict[str, str]:
    """What must be published: the names of the site's files, and git's ids of them."""
    names = [str(p.relative_to(job.site)) for p in job.site.rglob("*") if p.is_file()]
    ids = job.run("git", "hash-object", "--no-filters", *(f"site/{name}" for name in names)).stdout
    empty = job.run("git", "hash-object", "/dev/null").stdout.strip()
    return {**dict(zip(names, ids.split(), strict=True)), ".nojekyll": empty}


def change(job) -> None:
    (job.site / "old.html").unlink()
    job.change("site/index.html", "</title>", " </title>")
    job.reseal()


def test_the_first_publishing_makes_the_branch(server, job, environment):
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.files() == site_of(job)
    assert len(server.commits()) == 1
    assert server.git("log", "-1", "--format=%s", "gh-pages").endswith(server.main)
    assert server.git("rev-parse", "main") == server.main


def test_the_next_one_replaces_the_whole_site(server, job, environment):
    run(PUBLISH, job.root, environment)
    change(job)
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.files() == site_of(job)
    assert len(server.commits()) == 2


def test_a_custom_domain_stays(server, job, environment):
    """GitHub keeps it in a file of the branch, which no build knows."""
    run(PUBLISH, job.root, environment)
    name = server.folder / "CNAME"
    name.write_text("sheet.example.org\n", encoding="utf-8")
    blob = server.git("hash-object", "-w", str(name))
    index = {"GIT_INDEX_FILE": str(server.folder / "aside")}
    server.git("read-tree", "gh-pages", **index)
    server.git("update-index", "--add", "--cacheinfo", f"100644,{blob},CNAME", **index)
    tree = server.git("write-tree", **index)
    server.commit(tree, "refs/heads/gh-pages", server.git("rev-parse", "gh-pages"))
    change(job)
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.files() == {**site_of(job), "CNAME": blob}


def test_nothing_new_makes_no_commit(server, job, environment):
    run(PUBLISH, job.root, environment)
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "same already" in done.stdout
    assert len(server.commits()) == 1


def test_a_push_in_between_is_not_lost(server, job, environment, tmp_path):
    """Someone pushes after this job has read the branch and before its own push."""
    run(PUBLISH, job.root, environment)
    first = site_of(job)
    change(job)
    [old] = server.commits()
    tools = tmp_path / "tools"
    tools.mkdir()
    # A git that lets the other push happen right before it pushes itself.
    git = subprocess.run(["which", "git"], capture_output=True, text=True).stdout
    other = f"git --git-dir='{server.folder}' -c user.name=y -c user.email=y@example.org"
    tools.joinpath("git").write_text(
        f"#!/bin/bash\nexport PATH='{os.environ['PATH']}'\n"
        f'if [ "$1" = push ]; then (unset GIT_DIR; new=$({other} commit-tree '
        f"-p {old} -m other {old}^{{tree}}); {other} update-ref refs/heads/gh-pages "
        f'"$new"); fi\nexec {git.strip()} "$@"\n',
        encoding="utf-8",
    )
    tools.joinpath("git").chmod(0o755)
    raced = environment | {"PATH": f"{tools}:{environment['PATH']}"}
    done = run(PUBLISH, job.root, raced)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "::error::The branch gh-pages refused the site" in done.stdout
    assert server.files() == first
    assert len(server.commits()) == 2
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.files() == site_of(job)
    assert len(server.commits()) == 3


def test_a_refusal_of_the_server_fails(server, job, environment):
    run(PUBLISH, job.root, environment)
    first = site_of(job)
    change(job)
    server.hook("pre-receive", "echo protected >&2; exit 1")
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 1
    assert "protected" in done.stderr
    assert server.files() == first


def test_an_interruption_leaves_the_old_site(server, job, environment, tmp_path):
    run(PUBLISH, job.root, environment)
    first = site_of(job)
    change(job)
    # All has arrived at the server, and the branch is not moved yet.
    server.hook("pre-receive", f"touch '{tmp_path}/arrived'; sleep 60")
    process = subprocess.Popen(
        ["bash", "-e", "-c", PUBLISH],
        cwd=job.root,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while not (tmp_path / "arrived").exists():
        assert process.poll() is None, "the push ended before it was interrupted"
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert server.files() == first
    server.git("fsck", "--strict", "--connectivity-only")
    server.hook("pre-receive", "exit 0")
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert server.files() == site_of(job)
    assert len(server.commits()) == 2


def test_an_older_commit_leaves_the_site_to_the_newer(server, job, environment):
    tree = server.git("rev-parse", "main^{tree}")
    newer = server.commit(tree, "refs/heads/main", server.main)
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"::notice::main is at {newer}" in done.stdout
    assert server.commits() == []


@pytest.mark.parametrize("what", ["site", "site/zh", "evidence"])
def test_what_is_not_proved_is_not_published(server, job, environment, what):
    """By evidence.py: tests/faults has the faults."""
    run(PUBLISH, job.root, environment)
    first = site_of(job)
    (job.root / what).rename(job.root / "elsewhere")
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 1
    assert "Nothing is published." in done.stderr
    assert server.files() == first


def test_no_server(job, environment, tmp_path):
    nowhere = toward(tmp_path / "nowhere", environment) | {"GITHUB_SHA": job.commit}
    done = run(PUBLISH, job.root, nowhere)
    assert done.returncode != 0
    assert "does not appear to be a git repository" in done.stderr


def test_the_token_is_given_by_gh_and_is_on_no_command_line(server, job, environment, tmp_path):
    """Git asks gh for the token; the only place that holds it is the environment."""
    tools = tmp_path / "tools"
    tools.mkdir()
    log = tmp_path / "commands.txt"
    git = subprocess.run(["which", "git"], capture_output=True, text=True).stdout
    tools.joinpath("git").write_text(
        f'#!/bin/bash\necho "$@" >> {log}\nexec {git.strip()} "$@"\n', encoding="utf-8"
    )
    tools.joinpath("git").chmod(0o755)
    environment |= {"PATH": f"{tools}:{environment['PATH']}", "GH_TOKEN": "t0p-secret"}
    done = run(PUBLISH, job.root, environment)
    assert done.returncode == 0, done.stdout + done.stderr
    commands = log.read_text(encoding="utf-8")
    assert "credential.helper !gh auth git-credential" in commands
    assert "t0p-secret" not in commands + done.stdout + done.stderr
