"""Stands at the root because it must be above both `docs/` and `tests/`."""

pytest_plugins = ["fences.plugin"]
