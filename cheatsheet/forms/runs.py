"""What the runs of labs leave for the next build in the same process, and then not."""

import tempfile

# `mkdocs serve` loads its hooks anew for each build; this module it loads once.
CACHE = tempfile.TemporaryDirectory(prefix="labs-")
