// Material reads the search box when a key is pressed and released. Text that is pasted
// with the mouse or comes from an input method brings no such key.
{
  const box = document.querySelector("[data-md-component=search-query]")
  const read = () => {
    box.dispatchEvent(new Event("keydown")) // for the suggestion
    box.dispatchEvent(new Event("keyup")) // for the question
  }
  box?.addEventListener("input", (event) => event.isComposing || read())
  box?.addEventListener("compositionend", read)
}
