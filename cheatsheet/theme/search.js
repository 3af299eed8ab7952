// The search. Material asks a worker; this one answers with sections instead of pages, in
// the order in which they answer the question.
//
// A site of this size is read through in a few milliseconds, so every question is held
// against every section: no index is built, and the rules stand in one place. What Material
// gives is search_index.json (in Chinese text, jieba has left a zero-width space between
// words); cheatsheet/forms/search.py writes words.js, which knows the words of the language.
importScripts("words.js") // IGNORED, SYNONYMS, SIMPLIFIED

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3] // Material's messages
const MARK = /\u200b/g
const HAN = /\p{Script=Han}/u
const WORD = /\p{Script=Han}+|[\p{L}\p{N}_]+/gu
const SHOWN = 30

let sections = []
let vocabulary = new Set() // the Chinese words of the site

addEventListener("message", ({ data: { type, data } }) => {
  if (type === SETUP) {
    sections = data.docs.map(readSection)
    const pages = new Map(sections.map((section) => [section.location, section]))
    for (const section of sections) section.page = pages.get(section.location.split("#")[0])
    vocabulary = new Set(sections.flatMap(({ title, text }) => [...title.words.keys(), ...text.words.keys()]))
    postMessage({ type: READY })
  } else if (type === QUERY) postMessage({ type: RESULT, data: answer(data) })
})

// Reading

function readSection({ location, title, text }) {
  return { location, title: readText(title), text: readText(text) }
}

// `plain` is the text as shown, `lower` what phrases are looked up in, and `words` counts
// each word; a name such as load_state_dict or ModuleList counts whole and in its parts.
function readText(html) {
  const marked = html
    .replace(/<\/(?:p|li|pre|code)>(?=<)/g, " ")
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&")
  const words = new Map()
  for (const word of marked.match(WORD) ?? [])
    for (const part of new Set([word, ...partsOf(word)]))
      words.set(part.toLowerCase(), (words.get(part.toLowerCase()) ?? 0) + 1)
  const plain = marked.replace(MARK, "").replace(/\s+/g, " ").trim()
  return { marked: marked.replace(/\s+/g, " ").trim(), plain, lower: plain.toLowerCase(), words }
}

function partsOf(word) {
  return HAN.test(word) ? [] : word.split(/_+|(?<=[a-z])(?=[A-Z])/).filter(Boolean)
}

// Asking

function answer(query) {
  const phrase = normalize(query)
  const terms = readQuery(phrase)
  if (!terms.length) return { items: [] }
  for (const term of terms) {
    const found = sections.filter((section) => strength(term, section.title) || strength(term, section.text))
    term.weight = found.length ? Math.log(1 + sections.length / found.length) : Math.log(1 + sections.length)
  }
  const ranked = sections
    .map((section) => ({ section, score: score(section, terms, phrase) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
  const items = ranked
    .filter(({ score }) => score > ranked[0].score / 20)
    .slice(0, SHOWN)
    .map(({ section, score }) => [show(section, score, terms)]) // a group of its own
  return { items, suggest: suggest(query, ranked) }
}

function normalize(query) {
  const simple = [...query.normalize("NFKC")].map((sign) => SIMPLIFIED.signs[sign] ?? sign).join("")
  const words = Object.keys(SIMPLIFIED.words).filter((word) => simple.includes(word))
  return words
    .reduce((text, word) => text.replaceAll(word, SIMPLIFIED.words[word]), simple)
    .toLowerCase().replace(/["'“”‘’`「」]/g, "").replace(/\s+/g, " ").trim()
}

// The terms of a question, each with the other words for it.
function readQuery(phrase) {
  const words = (phrase.match(WORD) ?? []).flatMap((word) => (HAN.test(word) ? segment(word) : [word]))
  const asked = words.filter((word) => !IGNORED.includes(word))
  return [...new Set(asked.length ? asked : words)].map((word) => ({
    word,
    stem: stem(word),
    parts: word.includes("_") ? partsOf(word) : [],
    others: (SYNONYMS[word] ?? SYNONYMS[stem(word)] ?? []).map((other) => ({ word: other, stem: stem(other), parts: [] })),
  }))
}

// Chinese is typed without spaces: the longest words that the site knows, from the left.
function segment(run) {
  const words = []
  for (let start = 0; start < run.length; ) {
    let end = run.length
    while (end > start + 1 && !vocabulary.has(run.slice(start, end)) && !IGNORED.includes(run.slice(start, end)) && !SYNONYMS[run.slice(start, end)]) end--
    words.push(run.slice(start, end))
    start = end
  }
  return words
}

// English words as one: layer and layers, copy and copies, save and saving.
function stem(word) {
  if (HAN.test(word) || word.length < 4) return word
  const singular = word.replace(/ies$/, "y").replace(/([^su])s$/, "$1")
  return singular.length > 5 ? singular.replace(/(?:ation|ing|ed|er|e)$/, "") : singular.replace(/e$/, "")
}

// How well a text has a term, from 0 to 1.
function strength(term, text) {
  let best = 0
  for (const word of text.words.keys()) best = Math.max(best, likeness(term, word))
  if (best < 0.9 && HAN.test(term.word) && text.lower.includes(term.word)) best = 0.9
  if (best < 0.8 && term.parts.length && term.parts.every((part) => text.words.has(part))) best = 0.8
  for (const other of term.others) best = Math.max(best, 0.8 * strength({ ...other, others: [] }, text))
  return best
}

function likeness({ word, stem: root }, candidate) {
  if (candidate === word) return 1
  if (word.length > 2 && stem(candidate) === root) return 0.9
  if (word.length > 1 && candidate.startsWith(word)) return 0.5 + (0.4 * word.length) / candidate.length
  return root.length > 3 && candidate.startsWith(root) ? 0.5 : 0
}

// A heading weighs above a mention, a rare word above a common one, and all words of the
// question above some of them. The title of the page counts a little for its sections, and
// the page itself comes before a section that says as much.
function score({ title, text, page, location }, terms, phrase) {
  const lead = page?.location === location
  let [sum, covered, all, inTitle] = [0, 0, 0, 0]
  for (const term of terms) {
    const heading = strength(term, title)
    const mention = strength(term, text)
    const above = page && !lead ? strength(term, page.title) : 0
    sum += term.weight * (4 * heading + 2 * mention * often(term, text) + above)
    covered += term.weight * Math.max(heading, mention, 0.7 * above)
    all += term.weight
    inTitle += heading
  }
  const share = Math.min(1, inTitle / Math.max(1, title.words.size))
  const coverage = (covered / all) ** 1.5
  return sum * coverage * (1 + share) * likePhrase(title, text, phrase) * (lead ? 1.3 : 1)
}

// From 0.4 for a mention in passing to 1 for what the text is about.
function often({ word }, { words, plain }) {
  const count = words.get(word) ?? 0
  return 0.4 + (0.6 * count) / (count + 0.5 + plain.length / 600)
}

// Messages are pasted whole: with names and numbers of the reader's own, or cut off.
function likePhrase(title, text, phrase) {
  if (phrase.length < 4) return 1
  const asked = new Set(phrase.match(WORD))
  const said = new Set(title.lower.match(WORD))
  const shared = [...said].filter((word) => asked.has(word)).length
  const likeness = shared > 3 && shared / said.size > 0.75 ? 1 + (3 * shared) / asked.size : 1
  if (title.lower.includes(phrase)) return Math.max(2, likeness)
  return Math.max(text.lower.includes(phrase) ? 1.5 : 1, likeness)
}

// Showing

function show({ location, title, text, page }, score, terms) {
  const marks = terms.flatMap((term) => [term.word, ...term.parts, ...(term.others.map(({ word }) => word))])
  const where = page && page.location !== location ? `<span class="result-page">${escapeHtml(page.title.plain)}</span>` : ""
  const teaser = teaserOf(text, marks)
  return {
    location,
    score,
    text: "", // Material shows it in some places only; the title holds all
    title: `${where}<span class="result-title">${highlight(title.plain, marks)}</span>` +
      (teaser && `<span class="result-text">${highlight(teaser, marks)}</span>`),
    terms: Object.fromEntries(terms.map(({ word }) => [word, true])), // marked on the page
  }
}

// About 160 signs of the text, from shortly before the first word that was asked for.
function teaserOf({ plain, lower }, marks) {
  const places = marks.map((word) => lower.indexOf(word)).filter((place) => place >= 0)
  const first = places.length ? Math.max(0, Math.min(...places) - 40) : 0
  const start = first && plain.slice(first).search(/[\s，。；：]/) + first + 1
  const end = start + (HAN.test(plain) ? 90 : 160)
  return (start ? "… " : "") + plain.slice(start, end).trim() + (end < plain.length ? " …" : "")
}

function highlight(text, marks) {
  const words = marks.map((word) => (HAN.test(word) ? word : `(?<!\\p{L})${stem(word)}[\\p{L}\\p{N}_]*`))
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
    for (const word of marked.match(/[\p{L}\p{N}_.\u200b]+/gu) ?? []) {
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
