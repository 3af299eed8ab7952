"""What a visit of the built site costs a reader, in Chromium, each as a share of its goal.

A first visit is a cold one, over the network of a phone (slow 4G) at a quarter of a laptop's
speed, and the files come packed, as GitHub Pages sends them. The laptop is one that runs LOOP
in LAPTOP milliseconds: the speed of a shared machine changes by a factor of three within hours.
"""

import gzip
import json
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles

import yaml

from cheatsheet.forms.pdf import chromium

KB = 1024
# A page, and how much its first visit may weigh: the heaviest of its kind.
PAGES = {
    "the front page": ("zh/", 90 * KB),
    "a section page": ("zh/custom-forward-function/", 90 * KB),
    "a page with a formula": ("parameter-initialization/", 130 * KB),
    "the names": ("zh/names/", 100 * KB),
    # Its own HTML is 60 KB at most, as tests/site/test_visits.py holds, and the rest is shared.
    "a lab": ("zh/labs/initialization-through-depth/", 100 * KB),
}
SECONDS = {"largest paint": 1.8, "quiet": 2.5}
SLOW_4G = {"offline": False, "latency": 562, "downloadThroughput": 180_000}
SLOW_4G |= {"uploadThroughput": 84_000}
QUESTIONS = "tests/site/questions.{}.yml"
LIMITS = {1: 50, 4: 120}  # milliseconds from a key to the results, by how much slower it is
LAPTOP = 30
LOOP = """() => {
  let least = Infinity
  for (let n = 0; n < 2; n++) {
    const start = performance.now()
    const counts = new Map()
    for (let i = 0; i < 3e5; i++) counts.set("w" + (i % 5e3), i)
    let sum = 0
    for (let i = 0; i < 5e7; i++) sum = (sum + i) | 0
    least = Math.min(least, performance.now() - start)
  }
  return least
}"""
WATCH = """
window.seen = {"largest paint": 0, quiet: 0, shift: 0}
const watch = (type, take) => new PerformanceObserver((list) =>
  list.getEntries().forEach(take)).observe({ type, buffered: true })
watch("largest-contentful-paint", (e) => (seen["largest paint"] = e.startTime))
watch("longtask", (e) => (seen.quiet = e.startTime + e.duration))
watch("layout-shift", (e) => (seen.shift += e.hadRecentInput ? 0 : e.value))
window.answers = []
const post = Worker.prototype.postMessage
Worker.prototype.postMessage = function (message) {
  const asked = performance.now()
  if (message.type === 2)
    this.addEventListener("message", () => {
      const answered = performance.now()
      requestAnimationFrame(() => setTimeout(() =>
        answers.push([answered - asked, performance.now() - answered])))
    }, { once: true })
  return post.call(this, message)
}
"""


class Packed(SimpleHTTPRequestHandler):
    """Files as GitHub Pages sends them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path.partition("?")[0]))
        file = file / "index.html" if file.is_dir() else file
        if not file.is_file():
            return self.send_error(404)
        body = gzip.compress(file.read_bytes())
        self.send_response(200)
        kind = self.guess_type(file)
        for header in (("Content-Type", kind), ("Content-Encoding", "gzip")):
            self.send_header(*header)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments) -> None:
        pass


@contextmanager
def reader(site: Path):
    """A function that gives a tab of a reader who was never there, and its line to the browser;
    and one that says how much slower than this machine the laptop is now, for a worker."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Packed, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with chromium() as browser:
        other = browser.new_page()

        def pace() -> float:
            return LAPTOP / other.evaluate(LOOP)

        def come(slower: int, viewport: dict):
            url = f"http://127.0.0.1:{server.server_port}/"
            tab = browser.new_context(viewport=viewport, base_url=url).new_page()
            tab.add_init_script(WATCH)
            line = tab.context.new_cdp_session(tab)
            rate = max(1, slower * median(pace() for _ in range(5)))
            line.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            return tab, line

        yield come, pace
    server.shutdown()
    server.server_close()


def first_visit(come, page: str) -> dict[str, float]:
    """Bytes, and what the page saw."""
    tab, line = come(4, {"width": 390, "height": 844})
    sizes = []
    line.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", SLOW_4G)
    tab.goto(page)
    tab.wait_for_load_state("networkidle")
    tab.wait_for_timeout(1000)
    found = tab.evaluate("seen") | {"weight": sum(sizes)}
    tab.context.close()
    return found


def answer_times(
    reading, root: Path, language: str, slower: int, times: int, most: int = 40
) -> list[float]:
    """Milliseconds from the last key of each question to its results, of `times` the content."""
    (come, pace), paces = reading, []
    tab, _ = come(slower, {"width": 1366, "height": 768})
    text = (root / QUESTIONS.format(language)).read_text(encoding="utf-8")
    questions = [one["types"] for one in yaml.safe_load(text) if "types" in one][:most]

    def more(route) -> None:
        answer = route.fetch()
        content = answer.json()
        pages = content["pages"].items()
        content["pages"] = {n * "more/" + name: rows for n in range(times) for name, rows in pages}
        route.fulfill(response=answer, body=json.dumps(content))

    tab.route("**/sections.json", more)
    tab.goto("zh/" if language == "zh" else "")
    box = tab.locator(".md-search__input")
    for question in questions:
        for part in (question[:-1], question):
            count = tab.evaluate("answers.length")
            box.fill(part)
            tab.wait_for_function("(n) => answers.length > n", arg=count)
        paces.append(pace())
    found = tab.evaluate("answers")[1::2]
    tab.context.close()
    # Chromium slows a page down, and no worker.
    speed = slower * median(paces)
    return [worker * speed + page * min(1, speed) for worker, page in found]


def weigh(site: Path) -> dict[str, float]:
    """Bytes of a first visit, by the kind of page; the English pages."""
    with reader(site) as (come, _):
        pages = {kind: page.removeprefix("zh/") for kind, (page, _) in PAGES.items()}
        return {kind: first_visit(come, page)["weight"] for kind, page in pages.items()}


def rows(root: Path, site: Path) -> dict[str, float]:
    """Each by its name, as a share of its goal: at most 1."""
    found = {}
    with reader(site) as reading:
        for kind, (page, weight) in PAGES.items():
            seen = first_visit(reading[0], page)
            found[f"first visit of {kind}: weight / {weight // KB} KB"] = seen["weight"] / weight
            for what, goal in SECONDS.items():
                found[f"first visit of {kind}: {what} / {goal} s"] = seen[what] / 1000 / goal
            found[f"first visit of {kind}: layout shift"] = seen["shift"]
        for language in ("en", "zh"):
            index = site / language.replace("en", "") / "search/sections.json"
            packed = len(gzip.compress(index.read_bytes()))
            found[f"index of the search, {language} / 60 KB"] = packed / (60 * KB)
            for slower, goal in LIMITS.items():
                for times in (1, 10):
                    spent = answer_times(reading, root, language, slower, times)
                    name = f"key to results, {language}, {slower}x slower, {times}x the content"
                    cuts = quantiles(spent, n=20)
                    found[f"{name}: p50 / {goal} ms"] = cuts[9] / goal
                    found[f"{name}: p95 / {goal} ms"] = cuts[18] / goal
    return found
