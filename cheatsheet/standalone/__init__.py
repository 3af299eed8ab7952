"""The standalone form of a block: what a reader has to paste for it to run alone.

Read `statements.py` for the names that one statement reads and binds, `effects.py` for
what it may change, `slices.py` for which earlier statements a block needs, `prints.py`
for what is left out of them, `definitions.py` for what stands in for an import from
`snippets`, `program.py` for how all of that becomes copies and cells, `tidy.py` for how
ruff ends it, and `prompt.py` for what the prompt asks of it. Needs ruff, and no torch.
"""
