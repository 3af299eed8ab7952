"""The benchmark knows the index of the search; how long an answer takes is for the benchmark."""

import runpy
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

from tests.site.conftest import ROOT

visits = SimpleNamespace(**runpy.run_path(str(ROOT / ".github/scripts/visits.py")))


def test_questions_are_answered_of_more_content(site, browser):
    def visit() -> list[float]:
        with visits.reader(site.folder) as come:
            return visits.answer_times(come, ROOT, "en", 1, times=2, most=3)

    with ThreadPoolExecutor(1) as thread:  # this one may have the browser's event loop
        found = thread.submit(visit).result()
    assert len(found) == 3
    assert min(found) > 0
