// What neither Markdown nor a template says of each element. document$ speaks for a load
// and for instant navigation.
document$.subscribe(() => {
  // A browser's translator leaves code alone, in blocks and in sentences.
  for (const code of document.querySelectorAll("code")) code.translate = false
  // On paper, the address of a link that leaves the site is written out. With instant
  // navigation, Material makes those of the site absolute too.
  for (const link of document.links)
    link.classList.toggle("internal", link.origin === location.origin)
})
