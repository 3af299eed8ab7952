// The search. Material asks a worker; this one answers with sections instead of pages, in
// the order in which they answer the question.
//
// It reads sections.json, written by cheatsheet/forms/search.py: the sections as Material
// found them (in Chinese text, jieba has left a zero-width space between words), and the words
// of the language. It is fetched when the first question comes. A site of this size is held
// in memory, as what it is: no index is stored, and the rules stand in one place.

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3] // Material's messages
const SECTIONS = new URL("../../../search/sections.json", location.href)
const MARK = /\u200b/g
const HAN = /\p{Script=Han}/u
const WORD = /\p{Script=Han}+|[\p{L}\p{N}_]+/gu
const DOCSTRING = /"""[^]*?"""|&quot;&quot;&quot;[^]*?&quot;&quot;&quot;/g
const NO_ANSWER = /^\s*(?:#|import |from |class |def |@|\w+: )|[([{,:]$/ // of lines of code
const PREPARES = /^\s|^[\w, .[\]]+ = (?:nn\.|torch\.(?:rand|tensor|ones|zeros)|[A-Z])/
const SHOWN = 10

let loaded // a promise, from the first question on
let language // { ignored, synonyms, simplified, far }
let sections = []
let texts = [] // titles and texts of all sections
let vocabulary = new Map() // each word of the site: its stem, and the texts that have it
let terms = new Map() // what was asked for: a question is typed letter by letter
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
  language = { ...words, synonyms: new Map(Object.entries(words.synonyms)) }
  sections = docs.map(({ location, title, text }) => ({
    location,
    html: text,
    title: readText(title),
    text: readText(text),
  }))
  const pages = new Map(sections.map((section) => [section.location, section]))
  for (const section of sections) section.page = pages.get(section.location.split("#")[0])
  texts = sections.flatMap(({ title, text }) => [title, text])
  for (const text of texts)
    for (const word of text.words.keys()) {
      if (!vocabulary.has(word)) vocabulary.set(word, { root: stem(word), texts: [] })
      vocabulary.get(word).texts.push(text)
    }
  const says = (word) => !words.ignored.includes(word)
  for (const { title } of sections) title.saying = [...title.words.keys()].filter(says).length || 1
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
  const { asked, pairs } = readQuery(query)
  if (!asked.length) return { items: [] }
  const ranked = sections
    .map((section) => ({ section, ...rate(section, asked, pairs) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  const items = ranked
    .filter(({ score }) => score > ranked[0].score / 20)
    .slice(0, SHOWN)
    .map(({ section, score }) => [show(section, score, asked)]) // a group of its own
  if (items.length && ranked.every(({ had }) => had < asked.length / 2)) warn(items[0][0])
  return { items, suggest: suggest(query, ranked) }
}

// The words of a question that say something, and all that stand side by side.
function readQuery(query) {
  const row = wordsOf(normalize(query)).flatMap((word) => (HAN.test(word) ? segment(word) : [word]))
  const saying = row.filter((word) => !language.ignored.includes(word))
  return { asked: [...new Set(saying.length ? saying : row)].map(termOf), pairs: pairsOf(row) }
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
  const { ignored, synonyms } = language
  const isKnown = (word) => vocabulary.has(word) || ignored.includes(word) || synonyms.has(word)
  const words = []
  for (let start = 0; start < run.length; ) {
    let end = run.length
    while (end > start + 1 && !isKnown(run.slice(start, end))) end--
    words.push(run.slice(start, end))
    start = end
  }
  return words
}

// A word that was asked for: other words for it, its parts, how well each text has it, and
// how much it says. A rare word says much; a number, or a sign on its own, half as much.
function termOf(word) {
  if (terms.has(word)) return terms.get(word)
  const others = language.synonyms.get(word) ?? language.synonyms.get(stem(word)) ?? []
  const parts = word.includes("_") ? partsOf(word) : []
  const held = heldBy(word, others, parts)
  const found = sections.filter(({ title, text }) => held.has(title) || held.has(text)).length
  const weight = (found && Math.log(1 + sections.length / found)) / (word.length > 1 ? 1 : 2)
  terms.set(word, { word, others, parts, held, weight })
  return terms.get(word)
}

// How well the texts have a word, from 0 to 1, and how often: 0.8 times as well where they
// have another word for it.
function heldBy(word, others, parts) {
  const held = new Map()
  const hold = (text, like, count = 0) => {
    const known = held.get(text) ?? { like: 0, count: 0 }
    held.set(text, { like: Math.max(known.like, like), count: known.count + count })
  }
  const likes = likesOf(word)
  for (const other of others)
    for (const [found, like] of likesOf(other))
      likes.set(found, Math.max(likes.get(found) ?? 0, 0.8 * like))
  for (const [found, like] of likes)
    for (const text of vocabulary.get(found).texts)
      hold(text, like, like > 0.7 ? like * text.words.get(found) : 0)
  if (HAN.test(word)) for (const text of texts) if (text.lower.includes(word)) hold(text, 0.9)
  if (parts.length)
    for (const text of texts) if (parts.every((part) => text.words.has(part))) hold(text, 0.8)
  return held
}

function likesOf(word) {
  const likes = new Map()
  const root = stem(word)
  for (const [found, { root: itsRoot }] of vocabulary) {
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

// A heading weighs above a mention, a rare word above a common one, and all words of the
// question above some of them. The title of the page counts a little for its sections, and
// the page itself comes before a section that says as much.
function rate({ title, text, page, location }, asked, pairs) {
  const lead = page?.location === location
  let [sum, covered, all, inTitle, had] = [0, 0, 0, 0, 0]
  for (const { held, weight } of asked) {
    const heading = held.get(title)?.like ?? 0
    const { like: mention, count } = held.get(text) ?? { like: 0, count: 0 }
    const above = (page && !lead && held.get(page.title)?.like) || 0
    // From 0.4 for a mention in passing to 1 for what the text is about.
    const often = 0.4 + (0.6 * count) / (count + 0.5 + text.plain.length / 600)
    const best = Math.max(heading, mention, 0.7 * above)
    sum += weight * (4 * heading + 2 * mention * often + above)
    covered += weight * best
    all += weight
    inTitle += heading
    had += best >= 0.5
  }
  const share = Math.min(1, inTitle / title.saying)
  const whole = inTitle > 0.79 * asked.length ? 1.5 : 1 // a title that holds all the words
  const coverage = (covered / (all || 1)) ** 1.5
  const place = !lead ? 1 : inTitle ? 1.3 : 0.8
  return { score: sum * coverage * (1 + share) * whole * place * likePhrase(title, text, pairs), had }
}

// Messages are pasted whole: with names and numbers of the reader's own, or cut off.
function likePhrase(title, text, pairs) {
  if (!pairs.length) return 1
  const shared = (side) => pairs.filter((pair) => side.pairs.has(pair)).length / pairs.length
  return 1 + 2 * shared(title) + shared(text)
}

// Showing

function show({ location, html, title, page }, score, asked) {
  const marks = asked
    .flatMap(({ word, parts, others }) => [word, ...parts, ...others])
    .filter((word) => word.length > 1)
  const row = (name, text, tag = "span") =>
    text && `<${tag} class="result-${name}">${highlight(text, marks)}</${tag}>`
  const { sentence, line } = teaserOf(html, asked.map(({ word }) => word))
  const where = page && page.location !== location ? escapeHtml(page.title.plain) : ""
  return {
    location,
    score,
    text: "", // Material shows it in some places only; the title holds all
    title: (where && `<span class="result-page">${where}</span>`) +
      row("title", title.plain) + row("text", sentence) + row("code", line, "code"),
    terms: Object.fromEntries( // marked on the page
      asked.filter(({ word }) => word.length > 1).map(({ word }) => [word, true]),
    ),
  }
}

// Of a section, the sentence and the line of code that have most of the words, or else the
// first ones: of the code, the first that does more than prepare.
function teaserOf(html, words) {
  const blocks = html.replace(MARK, "").split(/<\/?pre>/) // prose and code by turns
  const han = HAN.test(html)
  const sentences = blocks
    .filter((_, n) => n % 2 === 0)
    .flatMap((block) => block.split(/<\/(?:p|li)>/))
    .flatMap((part) => textOf(part).split(/(?<=[.?!])\s+(?=[A-Z])|(?<=[。？！])/))
    .filter((text) => (han ? text.length > 8 : text.split(" ").length > 5))
  const lines = blocks
    .filter((_, n) => n % 2)
    .flatMap((block) => block.replace(DOCSTRING, "").split("\n"))
    .filter((line) => /\w/.test(line) && !NO_ANSWER.test(line))
    .sort((a, b) => PREPARES.test(a) - PREPARES.test(b))
    .map(textOf)
  const sentence = cut(richest(sentences, words), han ? 90 : 160)
  return { sentence, line: cut(richest(lines, words), 72) }
}

function richest(texts, words) {
  const rich = (text) => words.filter((word) => text.toLowerCase().includes(stem(word))).length
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
  const latin = (word) => `(?<![\\p{L}\\p{N}])${stem(word)}[\\p{L}\\p{N}_]*`
  const words = marks.map((word) => (HAN.test(word) ? word : latin(word)))
  const any = new RegExp(`(${words.sort((a, b) => b.length - a.length).join("|")})`, "giu")
  return text
    .split(any)
    .map((part, n) => (n % 2 ? `<mark>${escapeHtml(part)}</mark>` : escapeHtml(part)))
    .join("")
}

function escapeHtml(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
}

// What the last word in the box may become: a word from a heading, or else from the text,
// best answers first.
function suggest(query, ranked) {
  const last = query.split(/[\s-]+/).pop()
  if (!last) return []
  const best = ranked.slice(0, 3 * SHOWN).map(({ section }) => section)
  for (const { marked } of [...best.map(({ title }) => title), ...best.map(({ text }) => text)]) {
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
