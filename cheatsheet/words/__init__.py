"""One source in several languages: the code's comments and docstrings, and the prose. Read text,
settings, languages, messages, catalog, compare, reviewed and sync, in this order. No torch."""
