"""What a code fence of a page is: how it is read, run, compared and updated.

Needs torch, pytest and pytest-markdown-docs (which brings markdown-it-py), nothing
of the site: the same fences must run on a bare machine that has only these.
"""
