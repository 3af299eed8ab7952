"""The faults, by the check that is meant for them, each planted on pages that are right.

What is planted stands for its whole kind.
"""

import os
import platform
import socket
import sys
import time
from dataclasses import replace

import torch

from tests.faults import gate, hosts, records, workflows
from tests.faults.harness import Fault
from tests.faults.project import CATALOG, NETS, PAGE, SEITE
from tests.run.planted import fence

GLOSSARY = "docs/glossary.yml"
SECTION = "## Several at once { #several }\n"
BLOCK = "```python\n1\n```\n"


def added(text: str) -> tuple[str, str]:
    """A text that is planted between the two sections of the page."""
    return SECTION, f"{text}\n{SECTION}"


def group(check: str, kind: str, file: str, *rows: tuple, named: str = "") -> list[Fault]:
    """Faults of one kind: what stands there, what is planted, what is said, the offset.

    `named`: where all of them are found, if it is not the line that was planted.
    """
    faults = [Fault(check, kind, file, *row) for row in rows]
    return [replace(fault, elsewhere=named) for fault in faults] if named else faults


STRAY = "a fence must start at the margin"
HTML = "raw HTML (a comment too) can hide code"
HIDES = "attributes and options can hide"
OPEN = "this fence is never closed"
HEADERS = ["Python", "py", "python3", "pycon", "{ .python }", "python notest", ""]
HEADERS += ["python continuation", "python { .skip }", "sh", "console", "text { .x }"]
HEADERS += ["python {.raises}", 'python title="a"', "bash { .no-copy }"]
OTHER = "the page shows other output (-) than this code gave (+)"

# What code prints, and what a page may not show instead.
OUTPUTS = [
    ("8.0e-20", "3.1e-06"),
    ("8.0e-20", "-9.9e-06"),
    ("8.0e-20", "0.0"),
    ("8.0e-20", "8.1e-20"),
    ("3e-08", "9e-06"),
    ("LayerNorm((3,), eps=1e-05)", "LayerNorm((3,), eps=1e-06)"),
    ("momentum=0.1000", "momentum=0.1001"),
    ("lambda=-0.1000", "lambda=-0.1001"),
    ("270000.", "270026."),
    ("270000", "270001"),
    ("32.0078125", "32.01"),
    ("32.0078125", "32.0078"),
    ("-0.15679916739463806", "-0.15671111111111111"),
    ("-0.15679916739463806", "-0.15679916739461111"),  # is no value of float32
    ("-0.15679916739463806", "-0.1568"),
    ("0.30000000000000004", "0.3"),
    ("2.10", "2.1"),
    ("2.10", "2.11"),
    ("0.5", "0.6"),
    ("0.001", "0.002"),
    ("nan", "NaN"),
    ("inf", "INF"),
    ("inf", "-inf"),
    ("nan", "1.0"),
    ("0.", "-0."),
    ("0.0000", "-0.0000"),
    ("0.0000", "0.0001"),
    ("0.5000", "-0.5000"),
    ("1e-07", "0.0000001"),
    ("1.2345e-05", "0.000012345"),
    ("1.2345e-05", "1.2345e-06"),
    ("1.2345e-05", "1.2345E-05"),
    ("9.999e-05", "1.000e-04"),
    ("0.1234   0.5678", "0.1234 0.5678"),
    ("weight   1", "weight 1"),
    ("[ 0.1234]", "[0.1234]"),
    ("tensor(1)\n\n", "tensor(1)\n"),
    ("tensor(1)\n", "tensor(1)\n\n"),
    ("\ntensor(1)", "tensor(1)"),
    ("0.1234", "０.1234"),
    ("3", "３"),
    ("tensor([0.4963, 0.7682])", "tensor([0.4963, 0.7684])"),
    ("loss 2.0000", "loss 2.0002"),
    ("torch.Size([2, 10])", "torch.Size([2, 11])"),
    ("1", "1.0"),
    ("weight", "bias"),
    ("torch 2.13.0", "torch 2.13.1"),
    ("torch 2.131.1234", "torch 2.131.1235"),
    ("cuda:0", "cuda:1"),
    ("one line", "one line\nand another"),
    ("weight bias", "bias weight"),
    ("0.1234 0.5678", "0.1234"),
    ("    lr: 0.125", "    lr: 0.126"),
    ("    lr: 0.1250", "    lr: 0.1251"),
    ("{'lr': 0.1234}", "{'lr': 0.1235}"),
    ("betas=(0.9, 0.999)", "betas=(0.9, 0.998)"),
    ("betas=(0.9, 0.9995)", "betas=(0.9, 0.9996)"),
    ("eps: 1.000e-05", "eps: 1.001e-05"),
    ("0.375", "0.376"),
    ("accuracy 1.0000", "accuracy 0.9999"),
    ("0.5000", "0.5001"),
]

STAGE = [
    *group(
        "stage",
        "a fence in a wrong place",
        PAGE,
        (*added("!!! note\n\n    ```python\n    1\n    ```\n"), STRAY, 2),
        (*added('=== "CPU"\n\n    ```python\n    1\n    ```\n'), STRAY, 2),
        (*added("- item\n\n    ```python\n    1\n    ```\n"), STRAY, 2),
        (*added("- ```python\n  1\n  ```\n"), STRAY),
        (*added("> ```python\n> 1\n> ```\n"), STRAY),
        (*added(" ```python\n 1\n ```\n"), STRAY),
        (*added("1. ```python\n   1\n   ```\n"), STRAY),
        (*added("~~~python\n1\n~~~\n"), STRAY),
        (*added("    import torch\n"), "an indented code block is not run"),
        (*added("```text\n1\n```\n"), "no Python fence stands right before this output"),
        (
            *added('```python\n1\n```\n\n```text title="torch 2.15+"\n1\n```\n'),
            "show before this",
            4,
        ),
        (
            "## Several",
            BLOCK + "\n```text\n1\n```\n\n```text\n1\n```\n\n## Several",
            "this code has an output fence already",
            8,
        ),
    ),
    *group(
        "stage",
        "a header",
        PAGE,
        *(
            (*added(f"```{one}\n1\n```\n"), f"a fence with the header {one!r} is not known")
            for one in HEADERS
        ),
        (*added('```python { hl_lines="3" }\n1\n```\n'), "hl_lines marks a line that is not there"),
        (*added('```python { hl_lines="0" }\n1\n```\n'), "hl_lines marks a line that is not there"),
    ),
    *group(
        "stage",
        "what hides code",
        PAGE,
        (*added("<details>\n\n" + BLOCK + "\n</details>\n"), HTML),
        (*added("<!--\n" + BLOCK + "-->\n"), HTML),
        (*added("text <!--\n\n" + BLOCK), HTML),
        (*added("text\n<pre>1</pre>\n"), HTML, 1),
        (*added("and <b>bold</b>\n"), HTML),
        (*added("- item <span>\n"), HTML),
        (*added("| a |\n| --- |\n| <br> |\n"), HTML, 2),
        (*added("<?php\n"), HTML),
        (*added("\x02" + BLOCK), "the invisible character U+0002"),
        (*added("a\u200bb\n"), "the invisible character U+200B"),
        (*added("\u202eabc\n"), "the invisible character U+202E"),
        (*added("a\u00adb\n"), "the invisible character U+00AD"),
        (*added("```python\nx = 'a\ufeffb'\n```\n"), "the invisible character U+FEFF", 1),
        *(
            (*added(f"a{sign}b\n"), f"the invisible character U+{ord(sign):04X}")
            for sign in "\xa0\u034f\u061c\u180e\u2000\u2800\u3000\u3164\ufe0f\ufff9\U000e0041"
        ),
        (*added("## A <!-- { #a }\n"), HTML),
        (*added("## A <style>pre { }</style> { #a }\n"), HTML),
        (*added("![a <!-- b](plot)\n"), HTML),
        (*added("/// note | x\n    attrs: {style: 'display: none'}\n\n///\n"), HIDES, 1),
        (*added("/// note | x\n    type: danger\n\n///\n"), HIDES, 1),
        (*added("Some *text*{ style='display: none' } here.\n"), HIDES),
        (*added("Some `code`{ hidden } here.\n"), HIDES),
        (*added("Some text.\n{ hidden='' }\n"), HIDES, 1),
        (*added("Some *text*{{ hidden }}\n"), HIDES),
        (*added('A [page](page.md#page "with a title").\n'), HIDES),
        ("## Several at once {", "## Several at once { .x } {", HIDES),
    ),
    *group(
        "stage",
        "what hides code",
        "mkdocs.yml",
        ("- Page: page.md", "- Page <script>x</script>: page.md", HTML),
        ("- Page: page.md", "- Pa\u202ege: page.md", "the invisible character U+202E"),
    ),
    *group(
        "stage",
        "what hides code",
        NETS,
        ("{net} by name", "{net} \u200bby name", "the invisible character U+200B"),
    ),
    *group(
        "stage",
        "what hides code",
        CATALOG,
        ("一层就够了。", "一层就够\u200b了。", "the invisible character U+200B"),
    ),
    *group(
        "stage",
        "what stays open",
        PAGE,
        (*added("```python\n1\n"), OPEN),
        (*added("```python\n1\n````\n"), OPEN),
        (*added("```python\n1\n\n```text\n1\n```\n"), OPEN),
        ("```text\n2 1\n```\n", "```text\n2 1\n````\n", OPEN),
        ("/// warning", "/// warnign", "a block 'warnign' is not known"),
        ("/// warning", "//// warning", "a block '' is not known", 4),
        (*added("///\n"), "a block '' is not known"),
        (*added("/// html | div\ntext\n///\n"), "a block 'html' is not known"),
    ),
    *group(
        "stage",
        "a heading",
        PAGE,
        ("## Several at once { #several }", "## Several at once", "this heading has no id"),
        ("## Several at once { #several }", "## Several { #Several }", "this heading has no id"),
        ("## Several at once { #several }", "## Several { #page }", "the id page stands at line 5"),
    ),
    *group(
        "stage",
        "a definition",
        PAGE,
        *(
            ("::: snippets.nets.make", f"::: {one}", f"{one} is not known")
            for one in (
                "snippets.nets.mke",
                "snippets.net.make",
                "torch.nn.Linear",
                "snippets.nets",
                "snippets.nets.make.x",
            )
        ),
    ),
    *group(
        "stage",
        "code that does not stand alone",
        PAGE,
        ("import torch\n", "from torch import *\n", "`from torch import *` hides what it brings"),
        ("import torch\n", "import torch; x = 1\n", "an import shares this line with other code"),
        ("from snippets.nets import make", "from snippets.nets import mke", "mke is not known", -1),
        ("from snippets.nets import make", "from snippets.nets import *", "hides what it brings"),
        ("from snippets.nets import make", "import snippets.nets", "snippets"),
        ("made = make(4)", "made = (make(4)", "this is not Python"),
        ("net.no_such\n", "net.(no_such\n", "this is not Python"),
        *(
            (f"```python\n{old}", f"```python\n{new}", "Undefined name `lost`")
            for old, new in (
                ("layers = [net,", "layers = [lost,"),
                ("print(net.out_features,", "print(lost.out_features,"),
            )
        ),
    ),
    *group(
        "stage",
        "a picture or a formula",
        PAGE,
        (*added("![](plot)\n"), "a plot needs words"),
        (*added("![A plot](labs/no-such.md#plot)\n"), "there is no lab that draws labs/no-such"),
        ("$$\ny = 2 x", "$$\ny = 3 x", "not typeset yet; run: python -m cheatsheet sync"),
    ),
    *group(
        "stage",
        "pages and navigation",
        "mkdocs.yml",
        ("  - Page: page.md\n", "", "the page page.md is not in nav", 0, "mkdocs.yml:"),
        ("  - Page: page.md\n", "  - Page: pag.md\n", "nav names pag.md, and there is no"),
        ("  - Page: page.md\n", "  - Page: page.md\n  - More: more.md\n", "nav names more.md", 1),
    ),
    *group(
        "stage",
        "pages and navigation",
        "docs/en/more.md",
        ("", "# More { #more }\n", "docs/zh/more.md is missing", 0, "docs/zh/more.md:1: "),
    ),
    *group(
        "stage",
        "the sheet",
        "docs/cheatsheet.yml",
        ("page: [page, several]", "page: [page, sevral]", "has no section sevral"),
        ("page: [page, several]", "pag: [page]", "there is no docs/en/pag.md"),
        ("page: [page, several]", "page: several", "each line is a page and the ids"),
        ("page: [page, several]", "[page]", "this is no mapping"),
        ("page: [page, several]", "page: [page\n", "not YAML", 2),
    ),
    *group(
        "stage",
        "marks of tables",
        "docs/en/verified.md",
        ("{{ runs }}", "", "write {{ runs }} once", 0, "docs/en/verified.md:1: "),
        (
            "{{ pages }}",
            "{{ pages }}\n\n{{ pages }}",
            "write {{ pages }} once",
            0,
            "docs/en/verified.md:1: ",
        ),
    ),
    *group(
        "stage",
        "the catalog",
        NETS,
        (
            "# One layer is enough.",
            "# One layer will do.",
            "this comment is not in snippets/locales/zh.po",
        ),
        ('"""A net of 1 layer', '"""A fine net of 1 layer', "is not in snippets/locales/zh.po"),
    ),
    *group(
        "stage",
        "the catalog",
        CATALOG,
        ('msgstr "一层就够了。"', 'msgstr ""', "", 0, f"{CATALOG}:"),
        ('msgid "Nets."', '#, fuzzy\nmsgid "Nets."', "fuzzy", 0, f"{CATALOG}:"),
        ("`width`。", "width。", "this name is missing, and snippets/", 0, f"{CATALOG}:"),
        ("`width`。", "`height`。", "this name is 'height', and snippets/", 0, f"{CATALOG}:"),
        (
            "`width`。",
            "`width`，`depth`。",
            "this name is 'depth', and snippets/",
            0,
            f"{CATALOG}:",
        ),
        ("只有 1 层", "只有 2 层", "this number is '2', and snippets/", 0, f"{CATALOG}:"),
        ("只有 1 层", "只有一层", "this number is missing, and snippets/", 0, f"{CATALOG}:"),
        ("一层就够", "10 层就够", "this number is '10', and snippets/", 0, f"{CATALOG}:"),
        ("{net} 是", "{name} 是", "this name is '{name}', and snippets/", 0, f"{CATALOG}:"),
        ("一层就够了。", "One layer will do here.", "this is English", 0, f"{CATALOG}:"),
        (
            "一层就够了。",
            "一层就够了。 You never ever have to ask for another.",
            "this is English",
            0,
            f"{CATALOG}:",
        ),
    ),
]
RUN = [
    *group(
        "run",
        "another output",
        PAGE,
        ("-0.0043", "-0.0143", OTHER, -2),
        ("-0.0043", "0.0043", OTHER, -2),
        ("0.3097", "0.3117", OTHER, -2),
        (" requires_grad=True)\n", ")\n", OTHER, -3),
        ("Parameter containing:\n", "", OTHER, -1),
        ("3 1e-05", "4 1e-05", OTHER, -4),
        ("3 1e-05", "3", OTHER, -4),
        ("\n2 1\n", "\n1 2\n", OTHER, 0),
        ("\n2 1\n", "\n2 1\n2 1\n", OTHER, 0),
        ("4 nan", "4 0.0", OTHER, -1),
        ("4 nan", "4 inf", OTHER, -1),
        ("[-0.4249, -0.2224,  0.1548]", "[-0.4249,  0.1548, -0.2224]", OTHER, -3),
        ("'Linear' object has no", "'Module' object has no", OTHER, -1),
        ("AttributeError: 'L", "KeyError: 'L", OTHER, -1),
    ),
    *group(
        "run",
        "an output that is none",
        PAGE,
        ("```text\n2 1\n```\n", "", "this fence prints, and the page does not show it", -2),
        ("```text\n2 1\n```\n", "```text\n```\n", OTHER),
        (
            "print(len(layers), layers[1].out_features)",
            "x = 1",
            "this output follows code that prints nothing",
            3,
        ),
        ("net.no_such\n", "1\n", "this fence is meant to raise", -1),
        (
            "net.no_such\n",
            "net.no_such\nx = 1\n",
            "never ran; let it run, or remove it",
            1,
        ),
        ("layers = [net,", "1 / 0\nlayers = [net,", "this fence raises"),
        ("layers = [net,", "import os\nos._exit(3)\nlayers = [net,", "exit code 3", -1),
        ("layers = [net,", "import warnings\nwarnings.warn('old')\nlayers = [net,", OTHER, 6),
    ),
    *group(
        "run",
        "what differs from run to run",
        PAGE,
        ("torch.manual_seed(0)\n", "_ = torch.seed()\n", OTHER, 6),
        ("print(len(layers), layers[1].out_features)", "print(object())", OTHER, 3),
        ("print(len(layers), layers[1].out_features)", "import time\nprint(time.time())", OTHER, 4),
        ("print(len(layers), layers[1].out_features)", "print(id(net))", OTHER, 3),
    ),
]
RAISES = " { .raises }"
ZERO = "ZeroDivisionError: division by zero"
UNRUN = "never ran; let it run, or remove it"
NOTHING = "this fence shows nothing, whatever it asserts"
OVER = "an error that is passed over shows nothing"
WARNINGS = "this hides warnings"
RUNNER = "this reaches for what runs the page"
OUTSIDE = "Name a file of the working folder"
TWO = "two statements share this line"


def code(line: int, said: str, *fences: tuple) -> tuple:
    """Fences, of which line `line` of all that is planted is at fault."""
    return *added("".join(fence(*one) for one in fences)), said, line - 1


STRUCTURE = (
    group(
        "structure",
        "code that proves nothing",
        PAGE,
        code(5, NOTHING, ("first = 1",), ("second = first",)),
        code(1, NOTHING, ("first = 1",), ("first = 2\nfirst", "2")),
        code(1, NOTHING, ("first = 1  # torch.cuda",)),
        code(1, NOTHING, ("assert len(layers) > -1",)),
        code(1, NOTHING, ("if len(layers) > 5:\n    assert layers == 3",)),
        *(
            code(2, "this is true whatever the code before it does", (f"{test}\n1", "1"))
            for test in (
                "assert len(layers) >= 0",
                "assert True",
                "assert 1 < 2",
                "assert net.training or True",
                "assert torch.equal(net.weight, net.weight)",
                "print(net.weight is net.weight)",
                "print('same:', isinstance(net, object))",
            )
        ),
        code(1, NOTHING, ("try:\n    net.no_such\nexcept AttributeError:\n    first = 1",)),
        code(4, OVER, ("try:\n    1 / 0\nexcept Exception:\n    pass\n1", "1")),
        code(
            4,
            OVER,
            ("import contextlib\n\nwith contextlib.suppress(Exception):\n    1 / 0\n1", "1"),
        ),
        code(2, TWO, ("first = 1; 1 / 0; first = 2", ZERO, RAISES)),
        code(2, TWO, ("for i in []: print(i)\n1", "1")),
        *(
            (*added(f'{fence("1")}```text title="GPU"\n2\n```\n{more}'), "none CPU", 4)
            for more in ("", '\n```text title="torch 2.99+"\n3\n```\n')
        ),
    )
    + group(
        "structure",
        "code that hides or leaves its place",
        PAGE,
        code(4, WARNINGS, ("import warnings\n\nwarnings.simplefilter('ignore')\n1", "1")),
        code(4, WARNINGS, ("import warnings\n\nwarnings.filters.clear()\n1", "1")),
        code(4, WARNINGS, ("import warnings\n\nwith warnings.catch_warnings():\n    1", "1")),
        code(2, RUNNER, ("import atexit\n\natexit.register(print, 1)\n1", "1")),
        *(
            code(2, "this asks the machine or the day", (asked, "1"))
            for asked in ("os.uname().release", "datetime.utcnow()", "time.clock_gettime(0)")
        ),
        code(2, OUTSIDE, ("os.environ['HOME']", "1")),
        code(
            4, OUTSIDE, ("import os\n\ntorch.save(net, os.path.join(os.sep, 'tmp', 'x'))\n1", "1")
        ),
        code(2, OUTSIDE, ("torch.save(net, f'{chr(47)}tmp{chr(47)}x')\n1", "1")),
        code(4, OUTSIDE, ("import pathlib\n\ntorch.save(net, pathlib.Path.cwd().parent)\n1", "1")),
        code(2, OUTSIDE, ("open('/tmp/cheatsheet', 'w').close()\n1", "1")),
        code(2, OUTSIDE, ("open(b'/tmp/cheatsheet', 'w').close()\n1", "1")),
        code(4, OUTSIDE, ("from pathlib import Path\n\nlen(str(Path.home())) > 0", "True")),
        code(4, OUTSIDE, ("from pathlib import Path\n\nPath('..', 'output.txt').exists()", "True")),
    )
    + group(
        "structure",
        "a command that is none",
        PAGE,
        *(
            (*added(f"```bash\n{line}\n```\n"), f"the command {name} is not known")
            for line, name in (
                ("A=1 python -m pip list | nvidia-smy -l", "nvidia-smy"),
                ("python -m no_such_module", "python -m no_such_module"),
                ("python -m torch.no_such", "python -m torch.no_such"),
                ("pip instal torch", "pip instal"),
                ("export A=`nvidia-smy`", "nvidia-smy"),
            )
        ),
    )
)
RUN += group(
    "run",
    "code that never runs",
    PAGE,
    code(3, UNRUN, ("1 / 0\nfirst = 1", ZERO, RAISES)),
    code(4, UNRUN, ("for i in 1, 2:\n    1 / 0\n    print(i)", ZERO, RAISES)),
    code(3, UNRUN, ("def f():\n    return 1\n\n\nprint(f.__name__)", "f")),
    code(4, UNRUN, ("class Net:\n    def forward(self):\n        return 1\n\n\nNet.x = 1",)),
    code(5, UNRUN, ("try:\n    first = 1\nexcept ValueError:\n    print('no')\nfirst", "1")),
    code(3, UNRUN, ("if False:\n    first = 2\n1", "1")),
    code(4, UNRUN, ("import sys\nif len(sys.argv) > 5:\n    undefined\n1", "1")),
    code(3, UNRUN, ("for i in []:\n    print(i)\n1", "1")),
    code(4, UNRUN, ("match 1:\n    case 9:\n        x = 9\n    case _:\n        print(1)", "1")),
    code(2, UNRUN, ("first = lambda: net.no_such\n1", "1")),
    code(2, UNRUN, ("first = [net.no_such for _ in []]\n1", "1")),
    code(2, UNRUN, ("first = {net.no_such: 1 for _ in []}\n1", "1")),
    code(2, UNRUN, ("first = 1 if net.training else net.no_such\n1", "1")),
    code(2, UNRUN, ("first = net.training or net.no_such\n1", "1")),
    code(2, UNRUN, ("first = not net.training and net.no_such\n1", "1")),
    code(3, UNRUN, ("def f():\n    return any(net.no_such for _ in [])\n\n\nf()", "False")),
    code(
        7,
        UNRUN,
        (
            "def f():\n    try:\n        1 / 0\n    except ArithmeticError:\n        return 1\n"
            "    return undefined\n\n\nf()",
            "1",
        ),
    ),
)
RUN += group(
    "run",
    "an assert of what is no truth",
    PAGE,
    *(
        code(2, f"this assert is about a {kind}", (f"assert {test}\nprint(1)", "1"))
        for test, kind in (
            ("net.weight.is_contiguous", "builtin_function_or_method"),
            ("torch.equal", "builtin_function_or_method"),
            ("(net.training == 7, 'message')", "tuple"),
            ("(one for one in net.children())", "generator"),
            ("net.in_features", "int"),
            ("net.weight.sum()", "float32"),
        )
    ),
)
RAISED = "this fence raises"
LATE = "a process that this fence started may print later"
HIDING = "this fence hides warnings"
PRINTING = "this fence changes how things are printed"
RUN += group(
    "run",
    "what outlives its fence, or works behind it",
    PAGE,
    code(4, "a thread that this", ("import threading\n\nthreading.Timer(5, print).start()",)),
    code(4, LATE, ("import subprocess\n\nchild = subprocess.Popen(['sleep', '1'])",)),
    code(4, LATE, ("import os\n\n_ = os.system('(sleep 1; echo late) &')",)),
    code(4, LATE, ("import multiprocessing\n\nmultiprocessing.Process(target=print).start()",)),
    code(4, HIDING, ("import warnings\n\nwarnings.warn = lambda text: None",)),
    code(4, HIDING, ("import logging\n\nlogging.disable()",)),
    code(4, PRINTING, ("import io, sys\n\nsys.stderr = io.StringIO()",)),
    code(4, PRINTING, ("import io, sys\n\nsetattr(sys, 'stdout', io.StringIO())",)),
    code(4, PRINTING, ("import os\n\nos.dup2(os.open(os.devnull, os.O_WRONLY), 2)", "2")),
    code(4, PRINTING, ("import builtins\n\nbuiltins.repr = lambda one: 'tensor(1)'",)),
    code(2, PRINTING, ("print = lambda text: sys.stdout.write('tensor(1)')",)),
    code(2, RAISED, ("from cheatsheet.run import process\nprocess._run = None",)),
    code(4, RAISED, ("import sys\n\nsys.modules['cheatsheet.run.process']._run = None",)),
    code(4, RAISED, ("import os\n\nopen(os.path.join(os.sep, 'tmp', 'x'), 'w').close()",)),
    code(4, RAISED, ("import os\n\nos.chdir(os.pardir)",)),
    code(4, RAISED, ("import os\n\nos.listdir(os.sep)",)),
)
RUN += group(
    "run",
    "an output in the wrong words or place",
    PAGE,
    code(5, "+ nan", ("float('nan')", "1.0")),
    code(5, "follows code that prints nothing", ("first = 1", "1")),
    code(5, "+ ZeroDivisionError: division by zero", ("1 / 0", "ValueError: x", RAISES)),
    code(3, "does not show it", ("1 / 0", None, RAISES)),
    code(4, "UserWarning: old", ("import warnings\nwarnings.warn('old')",)),
    code(7, "+ UserWarning: old", ("import warnings\nwarnings.warn('old')\n1", "1")),
    code(2, "TypeError: object of type 'int'", ("len(1)", "1")),
    code(
        3,
        "repr of an OrderedDict differs",
        ("import collections\ncollections.OrderedDict(a=1)", "x"),
    ),
    code(2, "long container", ("list(range(50))", "x")),
)
NOW = time.localtime()
HERE = (  # what is asked, and its value here and now
    ("datetime", "datetime.date.today().isoformat()", time.strftime("'%Y-%m-%d'", NOW)),
    ("datetime", "datetime.datetime.now().year", NOW.tm_year),
    ("datetime", "datetime.datetime.today().year", NOW.tm_year),
    ("time", "time.strftime('%Y')", f"'{NOW.tm_year}'"),
    ("time", "time.gmtime().tm_year", time.gmtime().tm_year),
    ("time", "time.strftime('%B')", time.strftime("'%B'", NOW)),
    ("time", "time.strftime('%A')", time.strftime("'%A'", NOW)),
    ("time", "time.ctime()[-4:]", f"'{NOW.tm_year}'"),
    ("time", "time.time_ns() // (366 * 86400 * 10**9)", int(time.time() // (366 * 86400))),
    ("time", "time.localtime(0).tm_hour", time.localtime(0).tm_hour),
    ("os", "os.cpu_count()", os.cpu_count()),
    ("os", "len(os.sched_getaffinity(0))", len(os.sched_getaffinity(0))),
    ("os", "os.environ.get('PYTHONHASHSEED', 'none')", "'none'"),
    ("torch", "torch.get_num_threads()", torch.get_num_threads()),
    ("torch", "torch.get_num_interop_threads()", torch.get_num_interop_threads()),
    ("socket", "socket.gethostname()", repr(socket.gethostname())),
    ("platform", "platform.node()", repr(platform.node())),
    ("sys", "sys.executable", repr(sys.executable)),
)
RUN += group(
    "elsewhere",
    "what depends on the surroundings",
    PAGE,
    *(code(6, OTHER, (f"import {module}\n{asked}", value)) for module, asked, value in HERE),
)
HALF = "0.5000002384185791"
NEAR_HALF = "print(*(torch.tensor(0.5000001 + 3e-7 * {}).item() for _ in range(9)))"
AGAIN = "a second run of this page prints other digits here"
RUN += group(
    "elsewhere",
    "a draw below the tolerance",
    PAGE,
    code(2, AGAIN, ("(0.5000001 + 3e-7 * torch.rand(1)).item()", HALF)),
    code(2, AGAIN, ("torch.tensor(0.4963) + 1e-4 * torch.rand(1)", "tensor([0.4964])")),
    # Nine, for each is one of six numbers, and two runs may well draw the same.
    *(
        code(4, AGAIN, (f"import {name}\n\n{NEAR_HALF.format(draw)}", " ".join([HALF] * 9)))
        for name, draw in (("random", "random.random()"), ("numpy", "numpy.random.rand()"))
    ),
)
RUN += group(
    "outputs",
    "an output that is not to the letter",
    PAGE,
    *(
        (*added(f"```python\nprint({got!r})\n```\n\n```text\n{shown}\n```\n"), OTHER, 4)
        for got, shown in OUTPUTS
    ),
)
OPTIMIZER = "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
APPENDED = """open("a.txt", "w").close()\nexec("open('a.txt', 'a').write('x')")"""


def unseen(change: str, use: str, left: str, flags: str = "") -> tuple:
    """A change that the slicer does not see, and a block that needs it."""
    first = f"```python{flags}\n{change}\n```\n\n"
    return *added(f"{first}```python\n{use}\n```\n"), left, first.count("\n")


COPIES = [
    *group(
        "copies",
        "a copy that leaves other values",
        PAGE,
        unseen(
            "nn.Module.eval(net)",
            "assert net is not None",
            "net.training: bool False on the page, bool True by",
        ),
        unseen(
            'exec("net.bias = None")',
            "assert net is not None",
            "net.bias: NoneType None on the page, Parameter",
        ),
        unseen(
            "torch.autograd.backward(net(torch.ones(1, 3)).sum())",
            "assert net is not None",
            "net.weight.grad: Tensor torch.float32 (2, 3) cpu [1.0, 1.0, 1.0, 1.0]",
        ),
        unseen(
            "import operator\n\noperator.setitem(vars(net), 'extra', [1])",
            "assert net is not None",
            "net.extra: list of 1 on the page, nothing by",
        ),
        unseen(
            "bn = nn.BatchNorm1d(3)\ntorch.func.functional_call(bn, {}, torch.ones(2, 3))",
            "assert bn is not None",
            "bn.num_batches_tracked: Tensor torch.int64 () cpu [1]",
        ),
        unseen(
            OPTIMIZER + "torch.optim.lr_scheduler.ConstantLR(optimizer)",
            "assert optimizer is not None",
            "optimizer.param_groups[0]['lr']: float 0.03",
        ),
        unseen(
            "class Net:\n    x = 1\n\n\nmade = Net()\ntype.__setattr__(Net, 'x', 2)",
            "assert made is not None",
            "class Net.x: int 2 on the page, int 1 by",
        ),
        unseen(
            "layer = nn.Linear(3, 2)\nexec('layer.register_forward_hook(print)')",
            "assert layer is not None",
            "layer._forward_hooks: OrderedDict of 1 on the page, OrderedDict of 0 by",
        ),
        unseen(
            'exec("torch.backends.cudnn.benchmark = True")',
            "assert net is not None",
            "torch.backends.cudnn.benchmark: bool True on the page, bool False by",
        ),
        unseen(
            'exec("net.weight.register_hook(print)")',
            "assert net is not None",
            "net.weight: Parameter torch.float32 (2, 3) cpu requires_grad _backward_hooks",
        ),
        unseen(
            'exec("net.weight.register_post_accumulate_grad_hook(print)")',
            "assert net is not None",
            "net.weight: Parameter torch.float32 (2, 3) cpu requires_grad _post_accumulate",
        ),
        unseen(
            f'{OPTIMIZER}exec("optimizer.register_step_post_hook(print)")',
            "assert optimizer is not None",
            "optimizer._optimizer_step_post_hooks: OrderedDict of 1 on the page",
        ),
        unseen(
            'exec("torch.__future__.set_swap_module_params_on_conversion(True)")',
            "assert net is not None",
            "torch.__future__",
        ),
        unseen(
            'exec("torch.serialization.set_default_mmap_options(1)")',
            "assert net is not None",
            "torch.serialization.get_default_mmap_options()",
        ),
        unseen('exec("nn.Linear.extra = 1")', "assert net is not None", "what torch.nn has: str"),
        unseen(
            'exec("torch.relu = torch.sigmoid")', "assert net is not None", "what torch has: str"
        ),
        unseen("import os", "os._exit(3)", "this block does not end: the code ended the process"),
        unseen(APPENDED, 'open("a.txt").close()', "file a.txt: file 1 bytes"),
        unseen(
            "net.eval().no_such",
            "assert net is not None",
            "net.training: bool False on the page",
            " { .raises }",
        ),
    ),
]
LANGUAGES = [
    *group(
        "languages",
        "code that is not the same",
        SEITE,
        ("net = nn.Linear(3, 2)", "net = nn.Linear(3, 4)", ""),
        ("torch.manual_seed(0)\n", "", ""),
        ("print(net.weight)\n", "print(net.bias)\n", ""),
        ("nvidia-smi -l 1", "nvidia-smi -l 2", ""),
        ("# 网络", "# the net here", "this is English"),
        ("# 每秒一次", "# every single second", "this is English"),
        ("```python { .raises }", "```python", ""),
        ("layers = [net,", "layers = [net, net,", ""),
    ),
    *group(
        "languages",
        "an output that is not the same",
        SEITE,
        ("-0.0043", "-0.0044", ""),
        ("3 1e-05", "3 1e-06", ""),
        ("\n2 1\n", "\n2 2\n", "", 1),
        ("'no_such'\n```", "'no_such' \n```", ""),
    ),
    *group(
        "languages",
        "the outline",
        SEITE,
        ("{ #several }", "{ #many }", ""),
        ("## 一次多个 {", "### 一次多个 {", ""),
        ("::: snippets.nets.make", "", "", 0, "docs/"),
        ("[前言](index.md#index)", "前言", "", 0, "docs/"),
        ("[前言](index.md#index)", "[前言](page.md#page)", ""),
        ("## 一次多个 { #several }\n", "", "", 0, "docs/"),
    ),
    *group(
        "languages",
        "a number or a shape",
        SEITE,
        ("20 层", "30 层", "this number is '30', and docs/en/page.md:40 has '20'"),
        ("网络有 2 个", "网络有 3 个", "this number is '3', and docs/en/page.md:7 has '2'"),
        ("网络有 2 个", "网络有几个", "this number is missing, and docs/en/page.md:7 has '2'"),
        ("这个名字写错了。", "这 3 个名字写错了。", "this number is '3', and docs/en/page.md:"),
        ("(2, 10)", "(10, 2)", "this number is '(10, 2)', and docs/en/page.md:"),
        ("| (2, 3) |", "| (3, 2) |", "this number is '(3, 2)', and docs/en/page.md:28"),
        ("| (2, 3) |", "| (２, 3) |", "and docs/en/page.md:28 has '(2, 3)'"),
        ("![2 层", "![3 层", "this number is '3', and docs/en/page.md:"),
        ('"3 次', '"4 次', "this number is '4', and docs/en/page.md:"),
        ("# 每秒一次", "# 每 2 秒一次", "this number is '2', and docs/en/page.md:"),
        ("按名字取得", "按 2 个名字取得", "this number is '2', and docs/en/page.md:2 has none"),
        ("## 一次多个 {", "## 一次 3 个 {", "this number is '3', and docs/en/page.md:"),
        ("列表什么也不注册", "列表注册 0 个", "this number is '0', and docs/en/page.md:"),
    ),
    *group(
        "languages",
        "a name",
        SEITE,
        (
            "`weight` 和 `bias`，",
            "`weight` 和 `bais`，",
            "this name is 'bais', and docs/en/page.md:7",
        ),
        ("`weight` 和 `bias`，", "`weight`，", "this name is missing, and docs/en/page.md:7"),
        ("一个也**", "`append` 一个也**", "this name is 'append', and docs/en/page.md:"),
        ("`torch.float32`", "`torch.float64`", "this name is 'torch.float64', and docs/en/"),
        ("| `net.weight` |", "| `net.bias` |", "this name is 'net.bias', and docs/en/page.md:28"),
        ("按名字取得参数", "按名字取得 net.weight", "this name is 'net.weight', and docs/en/"),
        ("这个名字写错了。", "抛出 KeyError，名字写错了。", "this name is 'KeyError', and docs/en"),
    ),
    *group(
        "languages",
        "the kinds and the order of blocks",
        SEITE,
        ("/// warning", "/// danger", "and docs/en/page.md:31 has /// warning 'A list"),
        (
            "/// warning | 列表什么也不注册\n\n普通列表可以存放层，但一个也**不会**注册。\n\n///",
            "普通列表可以存放层，但一个也**不会**注册。",
            "here is <p> '普通列表可以存放层，但一个也不会注册。', and docs/en/page.md:31 has ///",
        ),
        ("| `net.bias` | (2,) |\n", "", "and docs/en/page.md:29 has <tr><td> '`net.bias`'", 1),
        (
            "| `net.bias` | (2,) |",
            "| `net.bias` |",
            "this number is missing, and docs/en/page.md:29 has '(2,)'",
        ),
        ("- 第二项有 20 层。\n", "", "and docs/en/page.md:40 has <li><p> 'The second", 1),
        ("- 第二项", "\n第二项", "here is <p> '第二项", 1),
        ("1. 输入", "- 输入", "here is <ul><li><p> '输入"),
        ("2. 状态", "3. 状态", "here is <li3><p> '状态字典里"),
        ("这个名字写错了。改用存在的名字：\n", "", "The name is wrong.", 1),
        ("这个名字写错了。", "这个名字写错了。\n\n", "here is <p> '改用存在的名字：'", 2),
        (
            "y = 2 x",
            "y = 3 x",
            "here is $$ y = 3 x $$, and docs/en/page.md:51 has $$ y = 2 x $$",
            -1,
        ),
        ("![2 层的网络](net.svg)\n\n", "", "here is ```python, and docs/en/page.md:72 has <p>"),
        ("(net.svg)", "(nets.svg)", "this image is 'nets.svg', and docs/en/page.md:"),
        ("**不会**", "不会", "this emphasis is missing, and docs/en/page.md:"),
        ("**停下**", "*停下*", "this emphasis is '*', and docs/en/page.md:"),
        ("**停下**", "停下", "this emphasis is missing, and docs/en/page.md:"),
    ),
    *group(
        "languages",
        "titles and labels",
        "mkdocs.zh.yml",
        ("前面还有 {lines} 行", "前面还有几行", "1 has ['{parts}'], and in mkdocs.yml ['{lines}'"),
        ("{passed} / {total} 个", "全部 {total} 个", "short has ["),
        ("  - 前言: index.md\n", "", "here is page.md 'page.md', and mkdocs.yml:"),
        ("- 页面: page.md", "- 页面: pages.md", "and mkdocs.yml:"),
        ("- 页面: page.md", "- 第 2 页: page.md", "this number is '2', and mkdocs.yml:"),
        ("- 页面: page.md", "- 頁面: page.md", "write '页面'"),
        ("- 页面: page.md", "- The page with it: page.md", "this is English"),
        ("- 验证记录: verified.md", "", "here is nothing more, and mkdocs.yml:", -1),
    ),
    *group(
        "languages",
        "characters that are not simplified",
        SEITE,
        ("普通列表", "普通清單", "write "),
        ("网络有 2 个参数", "網路有 2 個參數", "write "),
        ("# 网络", "# 網絡", "write '网络'"),
        ("## 常见报错 {", "## 常見報錯 {", "write "),
        ("按名字取得参数。", "按名字取得參數。", "write "),
        ('"3 次运行', '"3 次運行', "write "),
        ("![2 层的网络]", "![2 層的網絡]", "write "),
    ),
    *group(
        "languages",
        "characters that are not simplified",
        CATALOG,
        ('msgstr "网络。"', 'msgstr "網絡。"', "write '网络", -1),
    ),
    *group(
        "languages",
        "English on a Chinese page",
        SEITE,
        (
            "普通列表可以存放层，但一个也**不会**注册。",
            "A plain list holds layers and registers **none** of them.",
            "this is English",
        ),
        ("按名字取得参数。", "How to reach a parameter by its name.", "this is English"),
        ("- 第一项有 1 层。", "- The first item has 1 layer.", "this is English"),
        (
            "这个名字写错了。",
            "这个名字写错了。 You have to ask for another name first.",
            "this is English",
        ),
    ),
    *group(
        "languages",
        "Chinese on an English page",
        PAGE,
        ("A plain list holds layers", "普通列表可以存放层", "this is Chinese"),
        ("# the net", "# 网络", "this is Chinese"),
        ("see [the preface]", "see，[the preface]", "this is Chinese"),
    ),
    *group(
        "languages",
        "the catalog",
        CATALOG,
        ('msgstr "网络。"', 'msgstr ""', "", 0, f"{CATALOG}:"),
        ('msgid "Nets."', 'msgid "Nest."', "", 0, f"{CATALOG}:"),
    ),
    *group(
        "languages",
        "what is left to write",
        SEITE,
        ("- 第一项有 1 层。", "- TODO: The first item has 1 layer.", "TODO, in 简体中文"),
        ("## 常见报错 {", "## TODO: Errors {", "TODO, in 简体中文"),
    ),
]
REVIEW = [
    *group(
        "review",
        "a change in English alone",
        PAGE,
        ("A net has 2 parameters", "A net has 3 parameters"),
        ("registers **none**", "registers **all**"),
        ("20 layers", "30 layers"),
        ("| `net.bias` | (2,) |\n", ""),
        ("/// warning", "/// note"),
        ("# the net", "# no net"),
        ("How to reach a parameter", "How to lose a parameter"),
        ("## Errors {", "## Mistakes {"),
        named=f"{SEITE}:",
    ),
    *group(
        "review",
        "a change in Chinese alone",
        SEITE,
        ("网络有 2 个参数", "网络有 3 个参数"),
        ("一个也**不会**注册", "全都**会**注册"),
        ("20 层", "30 层"),
        ("| `net.bias` | (2,) |\n", ""),
        ("/// warning", "/// danger"),
        ("列表什么也不注册", "列表都会注册"),
        ("# 网络", "# 不是网络"),
        ("按名字取得参数。", "按名字删除参数。"),
        ("## 常见报错 {", "## 常见问题 {"),
        ("这个名字写错了。", ""),
        ("**停下**", "**继续**"),
        ("[前言](index", "[序言](index"),
        ("- 第一项有 1 层。\n- 第二项", "- 第二项"),
        ("2 层的网络", "2 层的列表"),
        ("次运行的标准差", "次运行的方差"),
        ("# 每秒一次", "# 每天一次"),
        ("列表什么也不注册", "清单什么也不注册"),
        ("个参数：", "个形参："),
        ("普通列表可以存放层，但一个也**不会**注册。", "网络有 2 个参数：`weight` 和 `bias`。"),
        named=f"{SEITE}:",
    ),
    *group(
        "review",
        "one side of the catalog alone",
        CATALOG,
        ("一层就够了。", "一层不够。"),
        ("只有 1 层的网络", "不是 1 层的网络"),
        ("{net} 是网络", "{net} 不是网络"),
        named=f"{CATALOG}:",
    ),
]
REVIEW += [
    Fault("review", "what is no page, in Chinese alone", file, *row, elsewhere=f"{file}:")
    for file, *row in (
        ("README.zh.md", "都运行过", "都没有运行过"),
        ("mkdocs.zh.yml", "- 页面: page.md", "- 网页: page.md"),
        ("mkdocs.zh.yml", "已复制 1 行", "没有复制 1 行"),
        (GLOSSARY, "zh: 网络", "zh: 网"),
    )
]
WORDING = [
    *group(
        "wording",
        "Chinese as it is set",
        SEITE,
        ("网络有 2 个", "网络有2个"),
        ("2 个参数：", "2 个参数:"),
        ("，但一个也", ",但一个也"),
        ("这个名字写错了。", "这个名字写错了(真的)。"),
        ("这个名字写错了。", "这个 名字写错了。"),
        ("这个名字写错了。", '这个名字"写错"了。'),
        ("这个名字写错了。", "这个名字写错了..."),
        named=f"{SEITE}:",
    ),
    *group(
        "wording",
        "a term",
        SEITE,
        ("2 个参数：", "2 个参量：", "参量"),
        named=f"{SEITE}:",
    ),
    *group("wording", "a term", CATALOG, ('msgstr "网络。"', 'msgstr "层。"'), named=f"{CATALOG}:"),
    *group("wording", "a term", GLOSSARY, ("zh: 参数", "zh: "), named=f"{GLOSSARY}:"),
]
HOSTS = [
    Fault("hosts", kind, f"site/{file}", "", text, elsewhere=f"{file}:")
    for kind, files in hosts.LOADS.items()
    for file, text in files
]
FLOWS = [
    Fault("flows", kind, file, *row, job + said, elsewhere=f"{file}:")
    for kind, file, job, said, *rows in workflows.KINDS
    for row in rows
]
CODE = '<div class="language-python no-copy highlight"><pre><span></span><code>'
LABELLED = '<div class="language-text output no-copy highlight" data-label="Output · CPU">'
OUTPUT = "<code>usable: False"
CENSUS = group(
    "census",
    "a built page that shows something else",
    "site/gpu-info/index.html",
    (OUTPUT, "<code>usable: True", "mend what builds the page:\nusable: True"),
    (OUTPUT, f"{OUTPUT}\nmore", "the output that is shown is"),
    ('"usable:"</span>', '"useable:"</span>', "the code that is shown is"),
    (LABELLED, f"{CODE}1\n</code></pre></div>{LABELLED}", "the code that is shown is"),
    (CODE, f"<pre>1</pre>{CODE}", "code that is no block"),
    ("</article>", f"{CODE}1\n</code></pre></div></article>", "the code that is shown is"),
    named="docs/en/gpu-info.md:",
)
ACTS = [
    Fault(check, kind, "", "", name, said, act=act)
    for check, kinds in (("gate", gate.ACTS), ("records", records.ACTS))
    for kind, acts in kinds.items()
    for name, (act, said) in acts.items()
]
FAULTS = STAGE + RUN + STRUCTURE + COPIES + LANGUAGES + REVIEW + WORDING + HOSTS + CENSUS
FAULTS += FLOWS + ACTS
