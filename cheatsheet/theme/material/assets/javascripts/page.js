// What neither Markdown nor a template says of each element, and what keyboards and screen
// readers miss in Material. document$ speaks for a load and for instant navigation.
const labelled = (element, label) => element?.setAttribute("aria-label", label)

const query = document.querySelector(".md-search__input")
const openSearch = () => {
  const toggle = document.getElementById("__search")
  if (!toggle.checked) toggle.click()
  query.focus()
}

document$.subscribe(() => {
  // A browser's translator leaves code alone, in blocks and in sentences.
  for (const code of document.querySelectorAll("code")) code.translate = false
  // Material lets keys scroll code where there is a mouse; there are phones with keys.
  const wide = (code) => code.scrollWidth > code.clientWidth
  for (const code of [...document.querySelectorAll("pre > code")].filter(wide)) code.tabIndex = 0
  for (const link of document.querySelectorAll(".headerlink")) labelled(link, link.title)
  // The buttons of a block come after its code, and are no landmark of the page.
  for (const nav of document.querySelectorAll(".md-code__nav")) {
    nav.setAttribute("role", "presentation")
    nav.parentElement.append(nav)
  }
  for (const output of document.querySelectorAll("[data-label]")) {
    output.setAttribute("role", "group")
    labelled(output, output.dataset.label)
  }
  document.querySelector(".search-box")?.addEventListener("click", openSearch)
  // "Report a mistake": of the section that the address names when it is pressed.
  for (const link of document.querySelectorAll(".report a")) {
    const address = link.href
    link.addEventListener("pointerdown", () => (link.href = address + encodeURIComponent(location.hash)))
  }
})

// On paper, the address of a link that leaves the site is written out. With instant
// navigation, Material makes those of the site absolute too.
addEventListener("beforeprint", () => {
  for (const link of document.links)
    link.classList.toggle("internal", link.origin === location.origin)
})
// These stand outside of what instant navigation replaces.
document.querySelector(".md-dialog").setAttribute("role", "status")
if (query) {
  labelled(document.querySelector(".md-search"), query.placeholder)
  labelled(document.querySelector(".md-search__scrollwrap"), query.placeholder)
  // Escape leads back to where the reader was.
  let before
  query.addEventListener("focus", ({ relatedTarget }) => (before = relatedTarget))
  query.addEventListener("keydown", ({ key }) => key === "Escape" && setTimeout(() => before?.focus()))
  // On a phone, the closed search is no stop on the way; "/" leads there nevertheless.
  const [opened, narrow] = [document.getElementById("__search"), matchMedia("(max-width: 59.98em)")]
  const stop = () => (query.tabIndex = narrow.matches && !opened.checked ? -1 : 0)
  for (const one of [opened, narrow]) one.addEventListener("change", stop)
  stop()
}
// The menu and the search of a phone open by labels, which no key reaches: by buttons instead.
for (const label of document.querySelectorAll(".md-header__button:is([for=__drawer], [for=__search])")) {
  const button = document.createElement("button")
  button.className = label.className
  button.setAttribute("for", label.htmlFor) // what the style of the theme goes by
  button.append(...label.childNodes)
  const opens = label.htmlFor === "__drawer" ? ".md-nav--primary" : ".md-search"
  labelled(button, document.querySelector(opens).getAttribute("aria-label"))
  const toggle = document.getElementById(label.htmlFor)
  button.addEventListener("click", toggle.id === "__search" ? openSearch : () => toggle.click())
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !toggle.checked || opens === ".md-search") return
    toggle.click()
    button.focus()
  })
  label.replaceWith(button)
}
