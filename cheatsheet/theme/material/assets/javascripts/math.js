// MathJax comes with the site, and is loaded on the first page that has a formula.
const mathjaxUrl = new URL("../mathjax/tex-svg.js", document.currentScript.src).href

window.MathJax = {
  startup: { typeset: false },
  tex: {
    inlineMath: [["\\(", "\\)"]],
    displayMath: [["\\[", "\\]"]],
    // A formula that TeX rejects must look like an error, not like text.
    packages: { "[-]": ["noundefined", "noerrors"] },
  },
  options: {
    enableMenu: false, // its explorer would load further files
    ignoreHtmlClass: ".*|",
    processHtmlClass: "arithmatex",
  },
}

// Instant navigation replaces the page without a load: document$ speaks for both.
document$.subscribe(async () => {
  if (!document.querySelector(".arithmatex")) return
  if (!document.querySelector(`script[src="${mathjaxUrl}"]`)) {
    const script = document.createElement("script")
    script.src = mathjaxUrl
    document.body.append(script)
    await new Promise((resolve) => script.addEventListener("load", resolve))
  }
  await MathJax.startup.promise
  MathJax.typesetClear()
  MathJax.texReset()
  await MathJax.typesetPromise()
})
