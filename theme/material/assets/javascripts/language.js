// The language switch stays on the page and on the anchor.
//
// The links in the header are right when a page is loaded, but instant navigation
// replaces the page and leaves the header, and no link can know the anchor beforehand.
// So the address is worked out from where the reader is when the link is used.
document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.(".language-switch__link")
    if (!link) return
    const here = document.querySelector("link[rel=canonical]")
    const there = document.querySelector(
      `link[rel~=alternate][hreflang="${link.hreflang}"]`,
    )
    if (!here || !there) return // the 404 page: the link leads to the front page
    // Both absolute addresses share the site's root; what they differ in is the way
    // from this page to the other, wherever the site is served.
    link.href = otherLanguage(here.href, there.href) + location.search + location.hash
  },
  true,
)

function otherLanguage(here, there) {
  const [a, b] = [here, there].map((href) => new URL(href).pathname.split("/"))
  let shared = 0
  while (shared < Math.min(a.length, b.length) - 1 && a[shared] === b[shared]) shared++
  const up = "../".repeat(a.length - 1 - shared)
  return new URL((up || "./") + b.slice(shared).join("/"), location.href).href
}
