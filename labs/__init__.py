"""A lab: a page whose fences are run when the site is built, plots and all.

It is written as every page is, with one more convention: the text alternative of a
plot stands after the code that draws it, `![what it shows](plot)`. `notebook.py` makes
the notebook that is run and offered for download, `plots.py` puts what it drew into
the page.
"""
