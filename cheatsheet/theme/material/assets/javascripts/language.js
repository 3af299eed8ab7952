// The language switch, and the offer of the page in the reader's language. Nobody is
// sent anywhere: a language changes when the reader says so.

// Links to the other language stay on the page, its anchor and its query.
//
// The links in the header are right when a page is loaded, but instant navigation
// replaces the page and leaves the header, and no link can know the anchor beforehand.
// So the address is worked out from where the reader is when the link is used: by a
// click or a key, by the middle button (auxclick), or from the menu of the right one.
for (const type of ["pointerdown", "click", "auxclick"])
  document.addEventListener(
    type,
    (event) => {
      const link = event.target.closest?.(".language-switch__link, .language-offer__link")
      if (!link) return
      link.href = addressIn(link.hreflang) ?? link.href
      // Not when the button goes down: what hides then is not there when it comes up.
      const middle = event.type === "auxclick" && event.button === 1
      if (event.type === "click" || middle) chooseLanguage()
    },
    true,
  )

function addressIn(language) {
  const here = document.querySelector("link[rel=canonical]")
  const there = document.querySelector(`link[rel~=alternate][hreflang="${language}"]`)
  if (!here || !there) return // the 404 page: the link leads to the front page
  // Both absolute addresses share the site's root; what they differ in is the way
  // from this page to the other, wherever the site is served.
  const [a, b] = [here, there].map(({ href }) => new URL(href).pathname.split("/"))
  let shared = 0
  while (shared < Math.min(a.length, b.length) - 1 && a[shared] === b[shared]) shared++
  const up = "../".repeat(a.length - 1 - shared)
  const address = new URL((up || "./") + b.slice(shared).join("/"), location.href)
  return address.href + location.search + location.hash
}

// One line offers the page in the language that the reader's browser prefers, until the
// reader has chosen: by that line, by closing it, or by the switch.
const choice = "language-chosen"

document$.subscribe(() => {
  const offer = preferredOffer()
  if (offer && !localStorage.getItem(choice)) offer.hidden = false
})

document.addEventListener("click", (event) => {
  if (event.target.closest?.(".language-offer__close")) chooseLanguage()
})

function preferredOffer() {
  const offers = [...document.querySelectorAll(".language-offer")]
  const own = primary(document.documentElement.lang)
  for (const wanted of navigator.languages.map(primary)) {
    if (wanted === own) return
    const offer = offers.find(({ lang }) => primary(lang) === wanted)
    if (offer) return offer
  }
}

// zh-TW, zh-CN and zh-Hans are all zh.
function primary(tag) {
  return tag.toLowerCase().split("-")[0]
}

function chooseLanguage() {
  localStorage.setItem(choice, "yes")
  // Not at once: a browser does not follow a link that its own click hides.
  setTimeout(() => {
    for (const offer of document.querySelectorAll(".language-offer")) offer.hidden = true
  })
}
