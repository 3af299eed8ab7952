"""One source in several languages: the code's comments and docstrings, and the prose.

`languages.py` says what languages there are (`settings.py` reads YAML), `compare.py`
what a machine can see of the same words in two of them; `reviewed.py` is for the rest, which a
person compares, and `sync.py` for what a machine does of all that. Of code, `messages.py` says
what is translated and puts translations in its place, and `catalog.py` keeps the .po
files. `typesetting.py` and `glossary.py` know how Chinese is set and worded; `text.py`
is below all of them. Needs no torch.
"""
