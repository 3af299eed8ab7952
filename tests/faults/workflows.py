"""Workflows that prove less than they seem to, or could do more than they should.

Each kind: the file, the job that the messages name, what they say of it, and what stands for what.
"""

SITE, WEEKLY, MORE = (f".github/workflows/{name}.yml" for name in ("site", "weekly", "more"))
ACTION = ".github/actions/install/action.yml"
# The lines that test.
ELSEWHERE = "run: .venv/bin/python -m pytest docs --elsewhere"
EMULATED = "run: .venv/bin/python -m pytest docs --device emulated"
TESTS = "pytest docs tests --ignore=tests/site\n          --device cpu --record record"
ANY = "tests/standalone\n          --device cpu --record record"
CUDA = "run: .venv/bin/python -m pytest docs --device cuda --record record"
BROWSER = "run: .venv/bin/python -m pytest docs tests/site --device cpu"
FAULTS = "run: PYTHONPATH=. .venv/bin/python -m tests.faults"
BUILD = "          .venv/bin/python -m mkdocs build --strict --site-dir site\n"
PUBLISH = '          "$GITHUB_SHA" evidence\n'
OPEN = "      - name: Open or update the pull request\n"
NEEDS = "needs: [cpu, gpu-runner, gpu, build, browser]"
CONDITION = "if: github.event_name != 'pull_request' && github.ref == 'refs/heads/main'"
FORKS = (
    "    if: >-\n      github.event_name != 'pull_request' ||\n"
    "      github.event.pull_request.head.repo.full_name == github.repository\n"
)
ON_GPU = "    runs-on: ${{ vars.GPU_RUNNER }}\n"
IF = "        if: matrix.torch"
READ = "nobody has read this"


def then(line: str, *texts: str) -> list[tuple[str, str]]:
    """Each text right after that line."""
    return [(line, line + text) for text in texts]


def step(line: str, *keys: str) -> list[tuple[str, str]]:
    """The step that ends so has one key more."""
    return then(line, *(f"\n        {key}" for key in keys))


def job(name: str, *keys: str) -> list[tuple[str, str]]:
    return then(f"\n  {name}:", *(f"\n    {key}" for key in keys))


def second(*jobs: str, head: str = "permissions: {}\n") -> list[tuple[str, str]]:
    """A second workflow, with a job that has these lines."""
    start = "jobs:\n  more:\n    runs-on: ubuntu-24.04\n    steps: []\n"
    return [("", f"{head}{start}    {job}\n") for job in jobs]


PAGES = f"      - uses: peaceiris/actions-gh-pages@{'4' * 40}\n        with: {{branch: x}}\n"
SCRIPT = f"      - uses: actions/github-script@{'6' * 40}\n        with: {{script: x}}\n"
KINDS = [
    (
        "a step that passes and proves nothing",
        *(SITE, "cpu: ", READ),
        *then(ELSEWHERE, " || true", " ||true", " || exit 0", " || exit  0"),
        *then(ELSEWHERE, " || echo failed", " || printf no", " | cat", "; true", " &"),
        *then(ELSEWHERE, " -k nothing", " --deselect docs/en/index.md", " --collect-only"),
        *then(TESTS, " || :", " || exit 0", " | cat", " &", " -k nothing", " --collect-only"),
        *then(ANY, " || exit 0", " | cat", " &", " -k nothing", " --collect-only"),
        *then(EMULATED, " || exit 0", " | cat", " &", " -k nothing", " --collect-only"),
        (ELSEWHERE, ELSEWHERE.replace("run: ", "run: echo ")),
        (ELSEWHERE, ELSEWHERE.replace("run: ", "run: cd empty; ")),
        (ELSEWHERE, "run: true"),
        (EMULATED, EMULATED.replace("run: ", "run: echo ")),
        (EMULATED, EMULATED.replace("emulated", "cpu")),
        ("        run: >-\n          .venv/bin", "        run: >-\n          echo .venv/bin"),
    ),
    (
        "a step that does not run, or elsewhere",
        *(SITE, "cpu: ", READ),
        *step(ELSEWHERE, "if: false", "shell: 'true {0}'", "continue-on-error: true"),
        *step(ELSEWHERE, "working-directory: empty", "env: {PYTEST_ADDOPTS: --collect-only}"),
        *step(TESTS, "working-directory: empty", "shell: 'true {0}'", "continue-on-error: true"),
        *step(ANY, "working-directory: empty", "timeout-minutes: 1"),
        *step(EMULATED, "working-directory: empty", "timeout-minutes: 1"),
        *((f"{IF} {how} 'pinned'\n", f"{IF} == 'none'\n") for how in ("==", "!=")),
    ),
    (
        "a job that proves nothing",
        *(SITE, "cpu: ", READ),
        *job("cpu", "if: github.event_name != 'pull_request'", "continue-on-error: true"),
        *job("cpu", "env: {PYTEST_ADDOPTS: --collect-only}", "env: {PIP_INDEX_URL: https://x}"),
        *job("cpu", "defaults: {run: {shell: 'true {0}'}}", "container: evil/image"),
        ('run: .github/scripts/replace-torch.sh "$TORCH"', "run: true"),
        *then("run: .github/scripts/replace-torch.sh", "; echo PYTHONOPTIMIZE=1 >> $GITHUB_ENV;"),
        ("          persist-credentials: false", "          ref: v1"),
    ),
    (
        "a leg that is gone",
        *(SITE, "cpu: ", READ),
        *then("        torch: [pinned]", '\n        exclude: [{python: "3.12"}]'),
        ("        torch: [pinned]\n", "        torch: [newest]\n"),
        ('"3.12", "3.13", "3.14"]', '"3.12", "3.13"]'),
        ('          - {python: "3.11", torch: oldest}\n', ""),
        ('          - {python: "3.14", torch: newest}\n', ""),
    ),
    (
        "a step that passes and proves nothing",
        *(SITE, "gpu: ", READ),
        *then(CUDA, " || exit 0", " | cat", " &", " -k nothing"),
        *step(CUDA, "env: {PYTEST_ADDOPTS: --collect-only}", "env: {BASH_ENV: x.sh}"),
        ("--device cuda", "--device emulated"),
        (CUDA, CUDA.replace("run: ", "run: .venv/bin/pip install --index-url https://x torch; ")),
        *job("gpu", "env: {PIP_INDEX_URL: https://x}"),
        ("          lock: .github/requirements.gpu.lock\n", ""),
    ),
    (
        "a build of something else",
        *(SITE, "build: ", READ),
        *then(BUILD, "          sed -i s/1/2/ site/index.html\n"),
        *then("    needs: [cpu, gpu]", "\n    env: {PYTHONPATH: x}"),
        ("          pattern: record-*\n", "          pattern: none-*\n"),
        ("          fetch-depth: 0 # a record of", "          # a record of"),
        (
            "      # Chrome, which the runner has,",
            "      - run: rm -r docs/runs\n      # Chrome, which the runner has,",
        ),
        (
            "      - name: Keep the site\n",
            "      - run: sed -i s/1/2/ site/index.html\n      - name: Keep the site\n",
        ),
    ),
    (
        "a step that passes and proves nothing",
        *(SITE, "browser: ", READ),
        *then(BROWSER, " || exit 0", " | cat", " -k nothing"),
        (BROWSER, BROWSER.replace("run: ", "run: sed -i s/assert/0,/ tests/site/*.py; ")),
        (BROWSER, BROWSER.replace("run: ", "run: echo ")),
    ),
    (
        "what holds for all jobs",
        *(SITE, "", READ),
        *then("permissions: {}\n", "env: {PYTEST_ADDOPTS: --collect-only}\n"),
        *then("permissions: {}\n", "defaults: {run: {shell: 'true {0}'}}\n"),
        *then("permissions: {}\n", "defaults: {run: {working-directory: empty}}\n"),
        ("  push:\n    branches: [main]\n", ""),
        ("  pull_request:\n", ""),
        ("  pull_request:\n", "  pull_request_target:\n"),
        ("cancel-in-progress: ${{", "cancel-in-progress: ${{ true ||"),
    ),
    (
        "what holds for all jobs",
        *(ACTION, "", READ),
        *then('--require-hashes -r "$LOCK"', " || true", " --index-url https://x"),
        (" --isolated --require-hashes", ""),
        *then("        LOCK: ${{ inputs.lock }}", "\n        PIP_INDEX_URL: https://x"),
    ),
    (
        "a weekly job that proves nothing",
        *(WEEKLY, "faults: ", READ),
        *then(FAULTS, " || true", " | cat", "\n        if: false"),
        (FAULTS, FAULTS.replace("run: ", "run: echo ")),
        ("\n  faults:\n", "\n  fewer:\n"),
    ),
    (
        "a weekly job that proves nothing",
        *(WEEKLY, "mutation: ", READ),
        *then("-m tests.mutation", " || true"),
    ),
    (
        "what publishes does more",
        *(SITE, "publish: ", READ),
        *then(PUBLISH, PAGES, SCRIPT, "      - run: git push\n", "        if: always()\n"),
        *then(PUBLISH, "        working-directory: site\n", "        shell: bash -c 'true' {0}\n"),
        (PUBLISH, PUBLISH.replace("evidence", "evidence || gh api x")),
        ("          .github/scripts/publish.sh", "          git push; .github/scripts/publish.sh"),
        *then("          GH_TOKEN: ${{ github.token }}", "\n          BASH_ENV: site/x.sh"),
        *job("publish", "container: evil/image", "services: {x: {image: evil/image}}"),
        ("      group: publish\n", "      group: publish-${{ github.run_id }}\n"),
        ("      cancel-in-progress: false\n", "      cancel-in-progress: true\n"),
        ("    timeout-minutes: 10\n", ""),
    ),
    (
        "what proposes does more",
        *(WEEKLY, "propose: ", READ),
        *((OPEN, more + OPEN) for more in (PAGES, SCRIPT, "      - run: git push\n")),
    ),
    (
        "publishing without a job",
        *(SITE, "publish: ", "does not wait for"),
        *((NEEDS, NEEDS.replace(f"{one}, ", "")) for one in ("cpu", "gpu-runner", "gpu", "build")),
        (NEEDS, NEEDS.replace(", browser", "")),
    ),
    (
        "publishing without the condition",
        *(SITE, "publish: its condition is ", ""),
        (f"    {CONDITION}\n", ""),
        (CONDITION, "if: always()"),
        (CONDITION, "if: ${{ !cancelled() && github.ref == 'refs/heads/main' }}"),
        (CONDITION, "if: github.ref == 'refs/heads/main'"),
        (CONDITION, "if: github.event_name != 'pull_request'"),
    ),
    (
        "a right too many",
        *(SITE, "", "may write "),
        ("permissions: {}\n", "permissions: write-all\n"),
        ("permissions: {}\n", "permissions: {contents: write}\n"),
        ("permissions: {}\n", ""),
        ("      contents: read # to check out\n", "      contents: write\n"),
        *then("      contents: write # to push the branch gh-pages\n", "      issues: write\n"),
    ),
    (
        "a right too many",
        *(MORE, "", "may write "),
        *second("permissions: {contents: write}", "permissions: {pages: write, id-token: write}"),
        *second("permissions: write-all"),
        *second("name: x", head="permissions: write-all\n"),
        *second("name: x", head=""),
    ),
    (
        "a workflow that nobody read",
        *(MORE, "more: ", READ),
        *second("name: x", "uses: owner/x/.github/workflows/x.yml@main"),
    ),
    (
        "a token too many",
        *(MORE, "", "sees a token"),
        *second("env: {X: '${{ secrets.X }}'}", "env: {X: '${{ SECRETS.X }}'}", "secrets: inherit"),
        *second("env: {X: '${{ github.token }}'}", "env: {X: \"${{ github['token'] }}\"}"),
        *second("name: x", head="permissions: {}\nenv: {X: '${{ secrets.X }}'}\n"),
    ),
    (
        "a token too many",
        *(SITE, "gpu: sees a token", ""),
        *step(CUDA, "env: {X: '${{ secrets.X }}'}", "env: {GH_TOKEN: '${{ github.token }}'}"),
    ),
    (
        "a token too many",
        *(SITE, "sees a token", ""),
        *then("permissions: {}\n", "env: {X: '${{ secrets.X }}'}\n"),
    ),
    (
        "who reaches the GPU runner",
        *(SITE, "gpu: code of a fork reaches", ""),
        (FORKS + ON_GPU, ON_GPU),
        (FORKS + ON_GPU, "    if: always()\n" + ON_GPU),
    ),
    (
        "who reaches the GPU runner",
        *(SITE, "gpu: no reviewer", ""),
        ("    environment:\n      name: gpu\n", "    environment:\n      name: free\n"),
    ),
    (
        "who reaches the GPU runner",
        *(SITE, "cpu: runs on the GPU runner", ""),
        ("runs-on: ubuntu-24.04", "runs-on: ${{ vars.GPU_RUNNER }}"),
        ("runs-on: ubuntu-24.04", "runs-on: \"${{ vars['gpu_runner'] }}\""),
    ),
]
