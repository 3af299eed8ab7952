"""What a visit weighs; how long it takes, and how long an answer, is for the benchmark."""

import gzip
import runpy
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from tests.site.conftest import CODE, LANGUAGES, NAMES, ROOT

visits = SimpleNamespace(**runpy.run_path(str(ROOT / ".github/scripts/visits.py")))


def test_questions_are_answered_of_more_content(site, browser):
    def visit() -> list[float]:
        with visits.reader(site.folder) as reading:
            return visits.answer_times(reading, ROOT, "en", 1, times=2, most=3)

    with ThreadPoolExecutor(1) as thread:  # this one may have the browser's event loop
        found = thread.submit(visit).result()
    assert len(found) == 3
    assert min(found) > 0


def test_each_page_is_light(site):
    """Its HTML, packed. What it shares with all pages weighs 68 KB more on a first visit, so
    that this is 90 KB in all, and of a page with a formula 130 KB."""
    heavy = []
    for language in LANGUAGES:
        for name in [*NAMES, "cheatsheet"]:
            html = site.html(language, name)
            section = name in CODE and not name.startswith("labs/") and "<mjx-" not in html
            weight = len(gzip.compress(html.encode())) / 1024
            if weight > (22 if section else 60):
                heavy.append(f"{language}/{name}: {weight:.1f} KB")
    assert heavy == []
