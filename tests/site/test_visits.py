"""The benchmark knows the index of the search; how long an answer takes is for the benchmark."""

import runpy
import threading
from types import SimpleNamespace

from tests.site.conftest import ROOT

visits = SimpleNamespace(**runpy.run_path(str(ROOT / ".github/scripts/visits.py")))


def test_questions_are_answered_of_more_content(site, browser):
    found = []

    def visit() -> None:  # in a thread: this one may have the browser's event loop
        with visits.reader(site.folder) as come:
            found.extend(visits.answer_times(come, ROOT, "en", 1, times=2, most=3))

    thread = threading.Thread(target=visit)
    thread.start()
    thread.join()
    assert len(found) == 3
    assert min(found) > 0
