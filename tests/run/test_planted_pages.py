"""Whole runs of pytest over planted pages: what passes, what fails, in which words."""

import re
import time

import pytest
import torch

from tests.run.planted import fence, plant, run_pytest

RAISES = " { .raises }"
GOOD = {
    # Of an output titled by releases, the last one that this torch, or this Python, reached.
    "releases": fence("1 + 1", "1")
    + '```text title="torch 2.1+"\n2\n```\n\n'
    + '```text title="torch 2.99+"\n3\n```\n\n'
    + fence("1 + 2", "1")
    + '```text title="Python 3.1+"\n3\n```\n\n'
    + '```text title="Python 3.99+"\n4\n```\n\n',
    "value": fence("1 + 1", "2"),
    "printed_and_value": fence("print('a')\n'b'", "a\n'b'"),
    "silent": fence("x = 1") + fence("x", "1"),
    "raises": fence("print('before')\n1 / 0", "before\nZeroDivisionError: division by zero", RAISES)
    + fence("'the page goes on'", "'the page goes on'"),
    "message_of_two_lines": fence("raise ValueError('a\\nb')", "ValueError: a\nb", RAISES),
    "system_exit": fence("raise SystemExit(3)", "SystemExit: 3", RAISES),
    "warning_shown": fence("import warnings\nwarnings.warn('old')", "UserWarning: old"),
    "stderr_and_subprocess": fence(
        "import os, sys\nprint('a', file=sys.stderr)\n_ = os.system('echo b')", "a\nb"
    ),
    # Classes of a page are those of a script: they can be pickled, saved, and used by
    # worker processes, forked or not.
    "pickle": fence("import io, pickle, torch\n\n\nclass Point:\n    x = 1\n")
    + fence("pickle.loads(pickle.dumps(Point())).x", "1")
    + fence(
        "file = io.BytesIO()\ntorch.save(Point(), file)\nfile.seek(0)\n"
        "torch.load(file, weights_only=False).x",
        "1",
    )
    + fence(
        "from multiprocessing import get_context\n\n\n"
        "def double(x):\n    return 2 * x\n\n\n"
        "for method in 'fork', 'spawn':\n"
        "    with get_context(method).Pool(1) as pool:\n"
        "        print(pool.map(double, [1, 2]))",
        "[2, 4]\n[2, 4]",
    ),
    # What one page sets is gone on the next; `b_` runs after `a_`.
    "a_sets_everything": fence(
        "import os, torch\n\n"
        "torch.manual_seed(0)\n"
        "torch.set_default_dtype(torch.float64)\n"
        "torch.set_default_device('meta')\n"
        "torch.set_num_threads(1)\n"
        "torch.set_printoptions(precision=1)\n"
        "torch.use_deterministic_algorithms(True)\n"
        "torch.set_grad_enabled(False)\n"
        "torch.nn.Linear.leak = True\n"
        "os.environ['LEAK'] = 'yes'\n"
        "open('leak.txt', 'w').close()\n"
        "seed, threads = torch.initial_seed(), torch.get_num_threads()\n"
        "seed, threads",
        "(0, 1)",
    ),
    "b_is_clean": fence(
        "import os, torch\n\n"
        "print(torch.initial_seed() != 0, torch.get_num_threads() == "
        f"{torch.get_num_threads()})\n"
        "print(torch.get_default_dtype(), torch.get_default_device())\n"
        "print(torch.are_deterministic_algorithms_enabled(), torch.is_grad_enabled())\n"
        "print(torch.tensor(0.12345), hasattr(torch.nn.Linear, 'leak'))\n"
        "os.environ.get('LEAK'), os.listdir()",
        "True True\ntorch.float32 cpu\nFalse True\ntensor(0.1235) False\n(None, [])",
    ),
    # What need not run: methods where the fence raises, what follows an error that ended the
    # function, what does nothing; what asks the machine cannot be shown.
    "unused_parts": fence(
        "class Net:\n    def forward(self):\n        return 1\n\n\nNet(1)",
        "TypeError: Net() takes no arguments",
        RAISES,
    )
    + fence(
        "def check(x):\n    'Docstring.'\n    global seen\n    mark: int\n"
        "    if x:\n        raise ValueError('x')\n    return 2\n\n\n"
        "try:\n    with open('a', 'w'):\n        pass\n    check(1)\nexcept ValueError as error:\n"
        "    print(error)\nfor i in range(2):\n    if i > 5:\n        break",
        "x",
    )
    + fence("import torch\n\nversion = torch.version.cuda")
    + fence("for i in range(torch.cuda.device_count()):\n    print(i)"),
    "asserts": fence("x = len('abc')\nassert x == 3\nx", "3"),
    "passes_a_file_on": fence("with open('a.txt', 'w') as file:\n    _ = file.write('x')")
    + fence("print(open('a.txt').read())", "x"),
    "temporary": fence(
        "import os, tempfile\n\nfolder = tempfile.gettempdir()\nprint(os.listdir(folder))\n"
        "open(folder + '/left', 'w').close()",
        "[]",
    ),
    "temporary_again": fence("import os, tempfile\n\nos.listdir(tempfile.gettempdir())", "[]"),
    # The cost of a page is linear: each fence runs once, however many follow it.
    "each_runs_once": fence("with open('count.txt', 'a') as file:\n    _ = file.write('x')\n") * 9
    + fence("len(open('count.txt').read())", "9"),
}
# Each page, with the line at which it fails and words of the message. What else fails, stands in
# tests/faults.
BAD = {
    "wrong_number": (fence("0.5", "0.6"), 5, "- 0.6\n    + 0.5"),
    "no_output_fence": (fence("x = 1\nx"), 4, "the page does not show it"),
    "empty_output": (fence("1", ""), 5, "this output fence is empty"),
    "raises_unmarked": (fence("x = 1\n1 / 0", "1"), 3, "ZeroDivisionError"),
    "does_not_raise": (fence("1", "1", RAISES), 1, "meant to raise"),
    "raises_too_early": (
        fence("1 / 0\nx = 1", "ZeroDivisionError: division by zero", RAISES),
        3,
        "never ran; let it run, or remove it",
    ),
    "proves_nothing": (fence("x = 1") + fence("y = x"), 5, "this fence shows nothing, whatever"),
    "after_a_failure": (fence("1 / 0") + fence("1", "1"), 5, "not run: line 2"),
    "ends_the_process": (fence("import os\nos._exit(3)"), 1, "exit code 3"),
    "unseeded": (
        fence("import torch\ntorch.rand(2)", "tensor([0.4963, 0.7682])"),
        6,
        "other output",
    ),
    "syntax": (fence("x = (", "1"), 2, "this is not Python"),
    "no_id": ("# Title\n\n" + fence("1", "1"), 1, "this heading has no id"),
}


UPDATED = (
    "# 标题 { #title }\r\n\r\n```python\r\n1 + 1\r\n```\r\n\r\n```text\r\n3\r\n```"
    "\r\n\r\ntrailing spaces  \r\n\r\n```python\r\n'same'\r\n```\r\n\r\n```text\r\n"
    "'same'  \r\n```\r\n\r\n```python\r\nprint('a\\nb')\r\n```\r\n\r\n```text\r\n```"
    "\r\nno end"
)
CHANGED = fence(
    "import os\n\nimport snippets\n\n"
    "_ = os.system(f'echo More. >> {snippets.__path__[0]}/../docs/new/changed.md')\n1",
    "2",
)
UPDATES = {  # each page before and after --update-outputs
    "updated": (
        UPDATED,
        UPDATED.replace("\r\n3\r\n", "\r\n2\r\n").replace("text\r\n```", "text\r\na\r\nb\r\n```"),
    ),
    "changed": (CHANGED, CHANGED + "More.\n"),  # while it ran
    # What no output can mend stays.
    "broken": (fence("x = 1", "1") + fence("1 / 0", "2"),) * 2,
    "en/split": (fence("1 + 1", "3"), fence("1 + 1", "2")),
    "zh/split": (fence("1 + 1", "3"), fence("1 + 1", "2")),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The planted pages below docs/en, and those to be updated below docs/new."""
    pages = {f"en/{name}": text for name, text in GOOD.items()}
    pages |= {f"en/{name}": text for name, (text, _line, _words) in BAD.items()}
    pages |= {f"new/{name}": before for name, (before, _after) in UPDATES.items()}
    return plant(tmp_path_factory.mktemp("project"), pages)


@pytest.fixture(scope="module")
def output(project) -> str:
    done = run_pytest(project, "docs/en", bare=True)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", GOOD)
def test_good_page_passes(output, name):
    count = GOOD[name].count("```python")
    assert output.count(f"PASSED docs/en/{name}.md::[CodeFence#") == count
    assert f"FAILED docs/en/{name}.md" not in output


@pytest.mark.parametrize("name", BAD)
def test_bad_page_fails_with_its_line(output, name):
    _text, line, words = BAD[name]
    assert f"FAILED docs/en/{name}.md::" in output
    messages = re.split(r"\n(?=docs/en/|____)", output)
    mine = [one for one in messages if one.startswith(f"docs/en/{name}.md:")]
    assert any(one.startswith(f"docs/en/{name}.md:{line}: ") and words in one for one in mine), mine


def test_the_report_counts_what_ran_on_a_bare_machine(output):
    """All of this ran with torch, pytest and pytest-markdown-docs alone."""
    pages = [*GOOD.values(), *(text for text, _line, _words in BAD.values())]
    count = "".join(pages).count("```python") - 2  # "syntax" and "no_id" are no pages
    assert f"fences run on CPU: {count}\n" in output


def test_a_single_fence_can_be_run(project):
    """The fences before it run first, so that it finds its names."""
    done = run_pytest(project, "docs/en/silent.md", "-k", "line:5")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.fixture(scope="module")
def update(project) -> str:
    """A run that updates pages, each of them in one of two workers of pytest-xdist."""
    arguments = ["-n", "2", "--dist", "loadfile", "--update-outputs"]
    done = run_pytest(project, "docs/new", *arguments)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", UPDATES)
def test_update_rewrites_the_outputs_that_differ_and_no_other_byte(project, update, name):
    got = (project / f"docs/new/{name}.md").read_bytes().decode()
    assert got == UPDATES[name][1]


def test_the_workers_of_xdist_tell_what_ran(update):
    for line in 7, 25:
        assert f"updated docs/new/updated.md:{line}\n" in update
    for language in ("en", "zh"):
        assert f"updated docs/new/{language}/split.md:5\n" in update
    assert "fences run on CPU: 8\n" in update
    assert "docs/new/changed.md:1: the page changed during the run; run --update" in update
    assert "broken.md:5: this output follows code that prints nothing" in update
    failed = [line for line in update.split("\n") if line.startswith("FAILED ")]
    assert len(failed) == 2
    assert all("docs/new/broken.md::" in line for line in failed)


def test_a_fence_that_changes_the_project_is_named(tmp_path):
    code = "import os, snippets\n\nos.system(f'echo >> {snippets.__path__[0]}/../{name}')"
    pages = {"page": "conftest.py", "other": "docs/z.md"}
    planted = {page: fence(code.replace("{name}", name), "0") for page, name in pages.items()}
    done = run_pytest(plant(tmp_path, planted | {"z": fence("1", "1")}), "docs")
    assert done.returncode == 1
    # All that ran meanwhile are named: each page runs while the one before it is judged.
    for name in pages.values():
        assert f"{name}:1: this file changed while the fences of docs/" in done.stdout


HERE = {  # code, and what it shows here and now alone
    "year": ("import datetime\n\ndatetime.date.today().year", str(time.localtime().tm_year)),
    "seed": ("import os\n\nprint(os.environ.get('PYTHONHASHSEED'))", "None"),
}


def test_elsewhere_what_depends_on_the_surroundings_fails(tmp_path):
    pages = {f"en/{name}": fence(*both) for name, both in HERE.items()}
    code = "import datetime\n\nprint(type(datetime.datetime.now()), datetime.datetime(2000, 1, 2))"
    pages["en/same"] = fence(code, "<class 'datetime.datetime'> 2000-01-02 00:00:00")
    root = plant(tmp_path, pages)
    done = run_pytest(root, "docs", "--elsewhere", "-v", bare=True)
    for name in HERE:
        assert f"FAILED docs/en/{name}.md::[CodeFence#1]" in done.stdout
    assert "PASSED docs/en/same.md::[CodeFence#1]" in done.stdout
    ran = re.findall(r"^docs/en/(\w+)\.md::\[struct", done.stdout, re.M)
    assert ran == sorted([*HERE, "same"], reverse=True)


REFUSED = {  # options, with the one line of stderr
    "--update-outputs": "--update-outputs is refused where CI is set.",
    "--update-outputs --device emulated": "refused with --device emulated: what an ",
    "--record docs": "pages are there; write the option last: pytest docs --record",
    "--update-outputs --record x": "update first, then record.",
    "--elsewhere --record x": "--elsewhere only compares; run it alone.",
    "--elsewhere --update-outputs": "--elsewhere only compares; run it alone.",
    "--device cuda": "--device cuda cannot run here: ",
}


@pytest.mark.parametrize("options", REFUSED)
def test_what_cannot_be_is_refused_at_once(project, options):
    ci = {"CI": "true"} if options == "--update-outputs" else {}
    hidden = {"CUDA_VISIBLE_DEVICES": ""}  # where there is a GPU
    page = project / "docs/en/wrong_number.md"
    done = run_pytest(project, str(page), *options.split(), **ci, **hidden)
    assert done.returncode == 4
    assert REFUSED[options] in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1
    assert "passed" not in done.stdout
    assert page.read_text() == BAD["wrong_number"][0]
    assert not (project / "x").exists()
