"""Fences are run, judged, recorded and updated, by torch, pytest and pytest-markdown-docs alone."""
