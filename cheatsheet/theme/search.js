// The search. Material asks a worker; this one answers with sections instead of pages, in
// the order in which they answer the question.
//
// A site of this size is read through in a few milliseconds, so every question is held
// against every section: no index is built, and the rules stand in one place. What it reads
// is sections.json, written by cheatsheet/forms/search.py: the sections as Material found
// them (in Chinese text, jieba has left a zero-width space between words), and the words of
// the language. It is fetched when the first question comes.

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3] // Material's messages
const SECTIONS = new URL("../../../search/sections.json", location.href)
const MARK = /\u200b/g
const HAN = /\p{Script=Han}/u
const WORD = /\p{Script=Han}+|[\p{L}\p{N}_]+/gu
const SHOWN = 10

let loaded // a promise, from the first question on
let language // { ignored, synonyms, simplified, far }
let sections = []
let vocabulary = new Map() // each word of the site, with its stem
let newest // the question that was asked last

addEventListener("message", async ({ data: { type, data: query } }) => {
  if (type === SETUP) postMessage({ type: READY }) // Material's own index is empty
  if (type !== QUERY) return
  const asked = (newest = { query })
  if (query.trim()) await (loaded ??= load())
  await new Promise((done) => setTimeout(done)) // the keys that wait come first
  if (asked !== newest) return
  const found = query.trim() ? answer(query) : { items: [] }
  postMessage({ type: RESULT, data: { query, ...found } })
})

async function load() {
  try {
    read(await (await fetch(SECTIONS)).json())
  } catch (error) {
    loaded = undefined // the next key tries again
    throw error
  }
}

// Reading

function read({ docs, ...words }) {
  language = words
  sections = docs.map(({ location, title, text }) => ({
    location,
    html: text,
    title: readText(title),
    text: readText(text),
  }))
  const pages = new Map(sections.map((section) => [section.location, section]))
  for (const section of sections) section.page = pages.get(section.location.split("#")[0])
  const all = sections.flatMap(({ title, text }) => [...title.words.keys(), ...text.words.keys()])
  vocabulary = new Map(all.map((word) => [word, stem(word)]))
  for (const { title } of sections)
    title.saying = [...title.words.keys()].filter((word) => !language.ignored.includes(word)).length || 1
  termOf.known = new Map()
}

// `plain` is the text as shown and `lower` what Chinese is looked up in; `words` counts each
// word, a name such as load_state_dict or ModuleList whole and in its parts, and `pairs` are
// the words that stand side by side.
function readText(html) {
  const marked = textOf(html)
  const words = new Map()
  const row = wordsOf(marked)
  for (const word of row)
    for (const part of new Set([word, ...partsOf(word)].map((name) => name.toLowerCase())))
      words.set(part, (words.get(part) ?? 0) + 1)
  const plain = marked.replace(MARK, "")
  return { marked, plain, lower: plain.toLowerCase(), words, pairs: new Set(pairsOf(row)) }
}

function textOf(html) {
  return html
    .replace(/<\/(?:p|li|pre|code)>(?=<)/g, " ")
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&")
    .replace(/\s+/g, " ").trim()
}

function wordsOf(text) {
  return text.replace(/\bin[- ]place\b/gi, "inplace").match(WORD) ?? []
}

function partsOf(word) {
  return HAN.test(word) ? [] : word.split(/_+|(?<=[a-z])(?=[A-Z])/).filter(Boolean)
}

function pairsOf(row) {
  return row.slice(1).map((word, n) => `${row[n]} ${word}`.toLowerCase())
}

// Asking

function answer(query) {
  const { terms, pairs } = readQuery(query)
  if (!terms.length) return { items: [] }
  for (const term of terms) {
    const found = sections.filter(({ title, text }) => strength(term, title) || strength(term, text))
    term.weight = found.length ? Math.log(1 + sections.length / found.length) : 0
    if (term.word.length === 1) term.weight /= 2 // a number, or a sign on its own
  }
  const ranked = sections
    .map((section) => ({ section, ...rate(section, terms, pairs) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  const items = ranked
    .filter(({ score }) => score > ranked[0].score / 20)
    .slice(0, SHOWN)
    .map(({ section, score }) => [show(section, score, terms)]) // a group of its own
  if (items.length && ranked.every(({ had }) => had < terms.length / 2)) warn(items[0][0])
  return { items, suggest: suggest(query, ranked) }
}

// The words of a question that say something, and all that stand side by side.
function readQuery(query) {
  const row = wordsOf(normalize(query)).flatMap((word) => (HAN.test(word) ? segment(word) : [word]))
  const asked = row.filter((word) => !language.ignored.includes(word))
  const terms = [...new Set(asked.length ? asked : row)].map((word) => ({ ...termOf(word) }))
  return { terms, pairs: pairsOf(row) }
}

function normalize(query) {
  const { signs, words } = language.simplified
  const simple = [...query.normalize("NFKC")].map((sign) => signs[sign] ?? sign).join("")
  return Object.keys(words)
    .filter((word) => simple.includes(word))
    .reduce((text, word) => text.replaceAll(word, words[word]), simple)
    .toLowerCase().replace(/["'“”‘’`「」]/g, "")
}

// Chinese is typed without spaces: the longest words that the site knows, from the left.
function segment(run) {
  const isKnown = (word) => vocabulary.has(word) || language.ignored.includes(word) || language.synonyms[word]
  const words = []
  for (let start = 0; start < run.length; ) {
    let end = run.length
    while (end > start + 1 && !isKnown(run.slice(start, end))) end--
    words.push(run.slice(start, end))
    start = end
  }
  return words
}

// A word that was asked for, with how well each word of the site is like it: 0.8 times as
// well where that is like another word for it. What was worked out is kept: a question is
// typed letter by letter.
function termOf(word) {
  if (!termOf.known.has(word)) {
    const likes = likesOf(word)
    for (const other of language.synonyms[word] ?? language.synonyms[stem(word)] ?? [])
      for (const [found, like] of likesOf(other))
        likes.set(found, Math.max(likes.get(found) ?? 0, 0.8 * like))
    const others = language.synonyms[word] ?? language.synonyms[stem(word)] ?? []
    termOf.known.set(word, { word, likes, others, parts: word.includes("_") ? partsOf(word) : [] })
  }
  return termOf.known.get(word)
}

function likesOf(word) {
  const likes = new Map()
  const root = stem(word)
  for (const [found, itsRoot] of vocabulary) {
    const like = likeness(word, root, found, itsRoot)
    if (like) likes.set(found, like)
  }
  if (!likes.size && word.length > 5 && !HAN.test(word))
    for (const found of vocabulary.keys()) if (isMistyped(word, found)) likes.set(found, 0.6)
  return likes
}

// Whether two words are one but for a letter too many, missing, wrong or at its neighbour's
// place.
function isMistyped(word, found) {
  if (Math.abs(word.length - found.length) > 1) return false
  let start = 0
  while (start < word.length && word[start] === found[start]) start++
  const [a, b] = [word.slice(start), found.slice(start)]
  return a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1) ||
    (a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2))
}

function likeness(word, root, found, itsRoot) {
  if (found === word) return 1
  if (word.length > 2 && itsRoot === root) return 0.9
  if (word.length > 1 && found.startsWith(word)) return 0.5 + (0.4 * word.length) / found.length
  return root.length > 3 && found.startsWith(root) ? 0.5 : 0
}

// English words as one: layer and layers, copy and copies, save and saving.
function stem(word) {
  if (HAN.test(word) || word.length < 4) return word
  const singular = word.replace(/ies$/, "y").replace(/([^su])s$/, "$1")
  return singular.length > 5 ? singular.replace(/(?:ation|ing|ed|er|e)$/, "") : singular.replace(/e$/, "")
}

// How well a text has a term, from 0 to 1.
function strength({ word, likes, parts }, { words, lower }) {
  let best = 0
  for (const [found, like] of likes) if (like > best && words.has(found)) best = like
  if (best < 0.9 && HAN.test(word) && lower.includes(word)) best = 0.9
  if (best < 0.8 && parts.length && parts.every((part) => words.has(part))) best = 0.8
  return best
}

// A heading weighs above a mention, a rare word above a common one, and all words of the
// question above some of them. The title of the page counts a little for its sections, and
// the page itself comes before a section that says as much.
function rate({ title, text, page, location }, terms, pairs) {
  const lead = page?.location === location
  let [sum, covered, all, inTitle, had] = [0, 0, 0, 0, 0]
  for (const term of terms) {
    const heading = strength(term, title)
    const mention = strength(term, text)
    const above = page && !lead ? strength(term, page.title) : 0
    const best = Math.max(heading, mention, 0.7 * above)
    sum += term.weight * (4 * heading + 2 * mention * often(term, text) + above)
    covered += term.weight * best
    all += term.weight
    inTitle += heading
    had += best >= 0.5
  }
  const share = Math.min(1, inTitle / title.saying)
  const whole = inTitle > 0.79 * terms.length ? 1.5 : 1 // a title that holds all the words
  const score = sum * (covered / all) ** 1.5 * (1 + share) * whole * likePhrase(title, text, pairs)
  return { score: score * (!lead ? 1 : inTitle ? 1.3 : 0.8), had }
}

// From 0.4 for a mention in passing to 1 for what the text is about.
function often({ likes }, { words, plain }) {
  let count = 0
  for (const [found, like] of likes) if (like > 0.7) count += like * (words.get(found) ?? 0)
  return 0.4 + (0.6 * count) / (count + 0.5 + plain.length / 600)
}

// Messages are pasted whole: with names and numbers of the reader's own, or cut off.
function likePhrase(title, text, pairs) {
  if (!pairs.length) return 1
  const shared = (side) => pairs.filter((pair) => side.pairs.has(pair)).length / pairs.length
  return 1 + 2 * shared(title) + shared(text)
}

// Showing

function show({ location, html, title, page }, score, terms) {
  const marks = terms.flatMap(({ word, parts, others }) => [word, ...parts, ...others]).filter((word) => word.length > 1)
  const where = page && page.location !== location ? `<span class="result-page">${escapeHtml(page.title.plain)}</span>` : ""
  const { sentence, line } = teaserOf(html, marks)
  return {
    location,
    score,
    text: "", // Material shows it in some places only; the title holds all
    title: `${where}<span class="result-title">${highlight(title.plain, marks)}</span>` +
      (sentence && `<span class="result-text">${highlight(sentence, marks)}</span>`) +
      (line && `<code class="result-code">${highlight(line, marks)}</code>`),
    terms: Object.fromEntries(marks.map((word) => [word, true])), // marked on the page
  }
}

// The sentence and the line of code that have most of the words, or else the first ones.
function teaserOf(html, marks) {
  const blocks = html.split(/<\/?pre>/) // prose and code by turns
  const prose = blocks.filter((_, n) => n % 2 === 0).flatMap((block) => block.split(/<\/(?:p|li)>/))
  const sentences = prose.flatMap((part) => textOf(part).replace(MARK, "").split(/(?<=[.?!])\s+(?=[A-Z])|(?<=[。？！])/))
  const code = blocks.filter((_, n) => n % 2).flatMap((block) => block.replace(MARK, "").split("\n")).map(textOf)
  return {
    sentence: cut(richest(sentences.filter((text) => text.length > (HAN.test(text) ? 8 : 30)), marks), HAN.test(html) ? 90 : 160),
    line: cut(richest(code.filter((text) => /\w/.test(text) && !/^(?:#|"|import |from |class |def |@)/.test(text)), marks), 72),
  }
}

function richest(texts, marks) {
  const rich = (text) => marks.filter((word) => text.toLowerCase().includes(stem(word))).length
  return texts.reduce((best, text) => (rich(text) > rich(best) ? text : best), texts[0] ?? "")
}

function cut(text, length) {
  return text.length > length ? `${text.slice(0, length).trimEnd()} …` : text
}

function warn(item) {
  item.title = `<span class="result-far">${escapeHtml(language.far)}</span>${item.title}`
}

function highlight(text, marks) {
  if (!marks.length) return escapeHtml(text)
  const words = marks.map((word) => (HAN.test(word) ? word : `(?<![\\p{L}\\p{N}])${stem(word)}[\\p{L}\\p{N}_]*`))
  const any = new RegExp(`(${words.sort((a, b) => b.length - a.length).join("|")})`, "giu")
  return text.split(any).map((part, n) => (n % 2 ? `<mark>${escapeHtml(part)}</mark>` : escapeHtml(part))).join("")
}

function escapeHtml(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
}

// What the last word in the box may become: a word from a heading, or else from the text,
// best answers first.
function suggest(query, ranked) {
  const last = query.split(/[\s-]+/).pop()
  if (!last) return []
  const texts = ["title", "text"].flatMap((part) => ranked.map(({ section }) => section[part]))
  for (const { marked } of texts) {
    for (const word of marked.match(/[\p{L}\p{N}_.\u200b]*[\p{L}\p{N}_]/gu) ?? []) {
      const plain = word.replace(MARK, "")
      const at = plain.toLowerCase().indexOf(last.toLowerCase())
      if (at < 0 || (at > 0 && !HAN.test(plain[at]))) continue
      const rest = restOfWord(word, at + last.length)
      if (rest) return [last + rest]
    }
  }
  return []
}

// From a place in a word, counted without marks, to the end of the part it stands in; at
// the end of a part, the next one.
function restOfWord(word, place) {
  let [plain, rest] = [0, ""]
  for (const sign of word) {
    if (sign === "\u200b") { if (rest) break } else if (plain++ >= place) rest += sign
  }
  return rest
}
