"""One source in several languages: the code's comments and docstrings, and the prose.

Read `languages.py` for what languages there are, `messages.py` for what of a module is
translated, `catalog.py` for the .po files, `rewrite.py` for the localized copy,
`reviewed.py` for prose that was written from other prose, `typesetting.py` and
`glossary.py` for Chinese as it should be set and worded. Needs no torch.
"""
