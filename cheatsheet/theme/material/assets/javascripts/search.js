{
  // Material reads the search box when a key is pressed and released. Text that is pasted
  // with the mouse or comes from an input method brings no such key.
  const box = document.querySelector("[data-md-component=search-query]")
  const read = () => {
    box.dispatchEvent(new Event("keydown")) // for the suggestion
    box.dispatchEvent(new Event("keyup")) // for the question
  }
  box?.addEventListener("input", (event) => event.isComposing || read())
  box?.addEventListener("compositionend", read)

  // The worker reads the sections when the first question comes. Who reaches for the box
  // will ask one: by then, the browser has them.
  const { base } = JSON.parse(document.getElementById("__config").textContent)
  const sections = new URL("search/sections.json", new URL(base, location))
  const reach = ({ target }) => {
    if (!target.closest?.(".md-search, [for=__search]")) return
    for (const event of REACHES) removeEventListener(event, reach)
    fetch(sections).catch(() => {}) // the worker says what goes wrong
  }
  const REACHES = ["focusin", "pointerover"]
  for (const event of REACHES) addEventListener(event, reach)

  // On a phone, the open search holds the page behind it, and Material lets go of it a moment
  // after a result was pressed: where the next page is there at once, it could not scroll to
  // its section.
  document.querySelector(".md-search__output")?.addEventListener("click", ({ target }) => {
    if (!target.closest("a")) return
    document.body.removeAttribute("data-md-scrolllock")
    document.body.style.top = ""
  })

  // A result's link names the words to mark on its page. Once Material has read them, they
  // go: an address is passed on.
  document$.subscribe(() => {
    const address = new URL(location)
    if (!address.searchParams.has("h")) return
    address.searchParams.delete("h")
    history.replaceState(history.state, "", address)
  })
}
