// The copy button of a block gives it made whole, says how many lines that is, and so does
// the message when it is done.
const said = document.querySelector("meta[name=copied]").content.split("|")
let lines = 0

document$.subscribe(() => {
  for (const block of document.querySelectorAll("[data-copy-label]")) {
    const button = block.querySelector(".md-code__button")
    if (!button) continue
    button.title = block.dataset.copyLabel
    button.setAttribute("aria-label", button.title)
    button.addEventListener("click", () => (lines = block.dataset.copy.trimEnd().split("\n").length))
  }
})
alert$.subscribe(() => {
  const count = lines
  lines = 0
  if (count) setTimeout(() => alert$.next(said[Number(count > 1)].replace("{lines}", count)))
})

// "Copy page as Markdown"; where that cannot be, the link opens the Markdown.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.(".page-markdown")
  if (!link || !navigator.clipboard) return
  event.preventDefault()
  event.stopPropagation() // or instant navigation follows it
  try {
    await navigator.clipboard.writeText(await (await fetch(link.href)).text())
    alert$.next(link.dataset.copied)
  } catch {
    location.assign(link.href)
  }
}, { capture: true })
