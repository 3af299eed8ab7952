"""Publish MathJax with the site; math.js of the theme loads it where it is needed."""

from importlib.resources import files as package_files

from mkdocs.structure.files import File


def on_files(files, *, config):
    # One file with all of TeX input and SVG output in it: no fonts to publish.
    script = package_files("mathjax") / "static/mathjax/es5/tex-svg.js"
    files.append(
        File.generated(config, "assets/mathjax/tex-svg.js", abs_src_path=str(script))
    )
    return files
