"""The standalone form of a block: what a reader has to paste for it to run alone.

Read `statements.py` for what one statement does to names, `slices.py` for which earlier
statements a block needs, `definitions.py` for what stands in for an import from
`snippets`, and `compose.py` for how all of that becomes one text. Needs no torch.
"""
