"""One source in several languages: the code's comments and docstrings, and the prose.

Read `languages.py` for what languages there are, `messages.py` for what of a module is
translated, `catalog.py` for the .po files, `rewrite.py` for the localized copy, and
`reviewed.py` for prose that was written from other prose. Needs no torch.
"""
