"""Whole runs of pytest over planted pages: what passes, what fails, in which words."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def fence(code: str, output: str | None = None, flags: str = "") -> str:
    text = f"```python{flags}\n{code}\n```\n\n"
    return text if output is None else text + f"```text\n{output}\n```\n\n"


RAISES = " { .raises }"
GOOD = {
    "value": fence("1 + 1", "2"),
    "printed_and_value": fence("print('a')\n'b'", "a\n'b'"),
    "silent": fence("x = 1") + fence("x", "1"),
    "raises": fence(
        "print('before')\n1 / 0", "before\nZeroDivisionError: division by zero", RAISES
    )
    + fence("'the page goes on'", "'the page goes on'"),
    "message_of_two_lines": fence(
        "raise ValueError('a\\nb')", "ValueError: a\nb", RAISES
    ),
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
        f"{__import__('torch').get_num_threads()})\n"
        "print(torch.get_default_dtype(), torch.get_default_device())\n"
        "print(torch.are_deterministic_algorithms_enabled(), torch.is_grad_enabled())\n"
        "print(torch.tensor(0.12345), hasattr(torch.nn.Linear, 'leak'))\n"
        "os.environ.get('LEAK'), os.listdir()",
        "True True\ntorch.float32 cpu\nFalse True\ntensor(0.1235) False\n(None, [])",
    ),
}
# Each page, with the line at which it fails and words of the message.
BAD = {
    "wrong_number": (fence("0.5", "0.6"), 5, "- 0.6\n    + 0.5"),
    "nan": (fence("float('nan')", "1.0"), 5, "- 1.0\n    + nan"),
    "no_output_fence": (fence("x = 1\nx"), 4, "the page does not show it"),
    "output_of_nothing": (fence("x = 1", "1"), 5, "follows code that prints nothing"),
    "empty_output": (fence("1", ""), 5, "this output fence is empty"),
    "raises_unmarked": (fence("x = 1\n1 / 0", "1"), 3, "ZeroDivisionError"),
    "does_not_raise": (fence("1", "1", RAISES), 1, "meant to raise"),
    "other_error": (
        fence("1 / 0", "ValueError: x", RAISES),
        5,
        "+ ZeroDivisionError: division by zero",
    ),
    "raises_too_early": (
        fence("1 / 0\nx = 1", "ZeroDivisionError: division by zero", RAISES),
        3,
        "the lines after line 2, which raises, never run",
    ),
    "error_not_shown": (fence("1 / 0", None, RAISES), 3, "does not show it"),
    "warning_not_shown": (
        fence("import warnings\nwarnings.warn('old')"),
        4,
        "UserWarning: old",
    ),
    "warning_not_in_output": (
        fence("import warnings\nwarnings.warn('old')\n1", "1"),
        7,
        "+ UserWarning: old",
    ),
    "type_error": (fence("len(1)", "1"), 2, "TypeError: object of type 'int'"),
    "after_a_failure": (fence("1 / 0") + fence("1", "1"), 5, "not run: line 2"),
    "ends_the_process": (fence("import os\nos._exit(3)"), 1, "exit code 3"),
    "ordered_dict": (
        fence("from collections import OrderedDict\nOrderedDict(a=1)", "x"),
        3,
        "repr of an OrderedDict differs",
    ),
    "long_container": (fence("list(range(50))", "x"), 2, "long container"),
    "unseeded": (
        fence("import torch\ntorch.rand(2)", "tensor([0.4963, 0.7682])"),
        6,
        "other output",
    ),
    "syntax": (fence("x = (", "1"), 2, "this is not Python"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the runner with the planted pages, as a project of its own."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "fences", root / "fences")
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    docs = root / "docs" / "en"
    docs.mkdir(parents=True)
    for name, text in GOOD.items():
        (docs / f"{name}.md").write_text(text, encoding="utf-8")
    for name, (text, _line, _words) in BAD.items():
        (docs / f"{name}.md").write_text(text, encoding="utf-8")
    return root


def run_pytest(root: Path, *arguments: str, **environment: str):
    environ = {key: value for key, value in os.environ.items() if key != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments],
        cwd=root,
        env=environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture(scope="module")
def output(project) -> str:
    done = run_pytest(project, "docs")
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
    message = output.partition(f"docs/en/{name}.md:{line}: ")[2]
    assert words in message.partition("\ndocs/en/")[0].partition("\n____")[0]


def test_a_single_fence_can_be_run(project):
    """The fences before it run first, so that it finds its names."""
    done = run_pytest(project, "docs/en/silent.md", "-k", "line:5")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


def test_the_cost_of_a_page_is_linear(project):
    """Each fence runs once, however many follow it."""
    page = project / "docs" / "count.md"
    code = "with open('count.txt', 'a') as file:\n    _ = file.write('x')\n"
    page.write_text(fence(code) * 9 + fence("len(open('count.txt').read())", "9"))
    done = run_pytest(project, str(page))
    page.unlink()
    assert done.returncode == 0, done.stdout


UPDATED = (
    "# 标题\r\n\r\n```python\r\n1 + 1\r\n```\r\n\r\n```text\r\n3\r\n```\r\n\r\n"
    "trailing spaces  \r\n\r\n```python\r\n'same'\r\n```\r\n\r\n```text\r\n'same'  \r\n"
    "```\r\n\r\n```python\r\nprint('a\\nb')\r\n```\r\n\r\n```text\r\n```\r\nno end"
)


def test_update_rewrites_the_outputs_that_differ_and_no_other_byte(project):
    page = project / "docs" / "updated.md"
    page.write_bytes(UPDATED.encode())
    done = run_pytest(project, str(page), "--update-outputs")
    got = page.read_bytes().decode()
    page.unlink()
    assert done.returncode == 0, done.stdout
    assert "updated docs/updated.md: line 7, 25" in done.stdout
    assert got == UPDATED.replace("\r\n3\r\n", "\r\n2\r\n").replace(
        "text\r\n```", "text\r\na\r\nb\r\n```"
    )


def test_update_leaves_what_no_output_can_mend(project):
    page = project / "docs" / "broken.md"
    text = fence("x = 1", "1") + fence("1 / 0", "2")
    page.write_text(text)
    done = run_pytest(project, str(page), "--update-outputs")
    got = page.read_text()
    page.unlink()
    assert done.returncode == 1
    assert got == text


def test_update_is_refused_where_ci_is_set(project):
    page = project / "docs" / "refused.md"
    page.write_text(fence("1", "2"))
    done = run_pytest(project, str(page), "--update-outputs", CI="true")
    got = page.read_text()
    page.unlink()
    assert done.returncode == 4
    assert "--update-outputs is refused where CI is set." in done.stderr
    assert got == fence("1", "2")
