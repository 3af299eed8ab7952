// The copy button says what it copies, and a second one copies the lines shown alone.
// Delegated: Material makes its buttons when it likes, and pages come without a load.
for (const kind of ["pointerover", "focusin"])
  document.addEventListener(kind, ({ target }) => {
    const button = target.closest?.(".md-code__button[data-md-type=copy]")
    const label = button?.closest("[data-copy-label]")?.dataset.copyLabel
    if (label) button.title = label
  })

// Before Material's own listener, which copies this attribute.
document.addEventListener(
  "click",
  ({ target }) => {
    const button = target.closest?.(".copy-shown")
    if (button)
      button.dataset.clipboardText = button
        .closest("[data-copy]")
        .querySelector("pre > code").textContent
  },
  { capture: true },
)

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
