"""What a code fence of a page does: how it is run, judged, recorded and updated.

Needs torch, pytest and pytest-markdown-docs (which brings markdown-it-py), and of the
program `cheatsheet.page` alone: the same fences must run on a bare machine with a GPU.
"""
