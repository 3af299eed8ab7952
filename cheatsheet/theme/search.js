// The search. Material asks a worker; this one answers with sections instead of pages, in
// the order in which they answer the question.
//
// It reads sections.json, written by cheatsheet/forms/search.py: of each section its heading,
// its prose, the line of code that answers, the names in the rest of its code, and the words
// by which other pages lead to it. It is fetched when the first question comes. A site of
// this size is held in memory, as what it is: no index is stored, and the rules stand in one
// place.

const [SETUP, READY, QUERY, RESULT] = [0, 1, 2, 3] // Material's messages
const SECTIONS = new URL("../../../search/sections.json", location.href)
const HAN = /\p{Script=Han}/u
const WORD = /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}_])+/gu
const LETTER = /[\p{L}\p{N}]/u
const SENTENCE = /\n|(?<=[.?!])\s+(?=[A-Z])|(?<=[。？！])/
const SHOWN = 10

let loaded // a promise, from the first question on
let language // { ignored, synonyms, simplified, far }
let sections = []
let fields = [] // the titles, links and texts of all sections
let vocabulary = new Map() // each word of the site: its stem, and the fields that have it
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

function read({ pages, ...words }) {
  language = {
    ...words,
    ignored: new Set(words.ignored),
    synonyms: new Map(Object.entries(words.synonyms)),
  }
  const known = [...words.ignored, ...language.synonyms.keys()].filter((word) => HAN.test(word))
  known.sort((a, b) => b.length - a.length)
  language.phrases = new RegExp(known.join("|") || "(?!)", "g")
  sections = Object.entries(pages).flatMap(([address, rows]) => {
    const own = rows.map(([id, title, links, text, line, names]) => ({
      location: address + (id && `#${id}`),
      title, text, line,
      heading: readField(title),
      links: readField(links),
      lead: readField(`${text.split(SENTENCE)[0]}\n${line}`),
      body: readField(`${text}\n${line}\n${names}`),
    }))
    for (const section of own) section.page = own[0]
    return own
  })
  fields = sections.flatMap(({ heading, links, lead, body }) => [heading, links, lead, body])
  for (const field of fields)
    for (const word of field.words.keys()) {
      if (!vocabulary.has(word)) vocabulary.set(word, { root: stem(word), fields: [] })
      vocabulary.get(word).fields.push(field)
    }
}

// `words` counts each word, a name such as load_state_dict or ModuleList whole and in its
// parts; `pairs` are the words that stand side by side, and `saying` those that say something.
function readField(text) {
  const words = new Map()
  const row = wordsOf(text)
  for (const word of row)
    for (const part of new Set([word, ...partsOf(word)].map((name) => name.toLowerCase())))
      words.set(part, (words.get(part) ?? 0) + 1)
  const saying = row.filter((word) => !language.ignored.has(word.toLowerCase())).length || 1
  return { lower: text.toLowerCase(), words, pairs: new Set(pairsOf(row)), saying }
}

// Chinese is written without spaces: its words are any two signs that stand side by side,
// but for those that the language's config names.
function wordsOf(text) {
  const row = text.replace(/\bin[- ]place\b/gi, "inplace").match(WORD) ?? []
  return row.flatMap((word) => (HAN.test(word) ? chineseOf(word) : [word]))
}

function chineseOf(run) {
  const words = []
  let start = 0
  for (const { 0: phrase, index } of run.matchAll(language.phrases)) {
    words.push(...twosOf(run.slice(start, index)), phrase)
    start = index + phrase.length
  }
  return [...words, ...twosOf(run.slice(start))]
}

function twosOf(run) {
  return run.length < 2 ? [...run] : [...run.slice(1)].map((sign, n) => run[n] + sign)
}

function partsOf(word) {
  return HAN.test(word) ? twosOf(word) : word.split(/_+|(?<=[a-z])(?=[A-Z])/).filter(Boolean)
}

function pairsOf(row) {
  return row.slice(1).map((word, n) => `${row[n]} ${word}`.toLowerCase())
}

// Asking

function answer(query) {
  const question = readQuery(query)
  const { asked } = question
  const ranked = rank(question)
  const marks = marksOf(asked)
  const items = ranked
    .filter(({ score }) => score > ranked[0].score / 20)
    .slice(0, SHOWN)
    .map(({ section, score }) => [show(section, score, asked, marks)]) // a group of its own
  if (items.length && ranked.every(({ had }) => had < asked.length / 2)) warn(items[0][0])
  return { items, suggest: suggest(query, ranked) }
}

function rank(question) {
  const totals = new Map()
  for (const { hits, weight } of question.asked)
    for (const [section, { says, best, title }] of hits) {
      const total = totals.get(section) ?? { sum: 0, covered: 0, inTitle: 0, had: 0 }
      total.sum += weight * says
      total.covered += weight * best
      total.inTitle += title
      total.had += best >= 0.5
      totals.set(section, total)
    }
  return sections
    .filter((section) => totals.get(section)?.sum)
    .map((section) => {
      const total = totals.get(section)
      return { section, had: total.had, score: rate(section, total, question) }
    })
    .sort((a, b) => b.score - a.score)
}

// The words of a question that say something, and how much in all; and all that stand side by side.
function readQuery(query) {
  const row = wordsOf(normalize(query))
  const saying = row.filter((word) => !language.ignored.has(word))
  const asked = [...new Set(saying.length ? saying : row)].map(termOf).map(tempered)
  const all = asked.reduce((all, { weight }) => all + weight, 0)
  return { asked, all, pairs: pairsOf(row) }
}

// Of two signs that stand side by side, but belong to two words, few sections know: they say
// no more than the words that they are parts of.
function tempered(term, n, all) {
  const [before, after] = [all[n - 1], all[n + 1]]
  const near = [term]
  if (HAN.test(term.word) && before?.word.at(-1) === term.word[0]) near.push(before)
  if (HAN.test(term.word) && after?.word[0] === term.word.at(-1)) near.push(after)
  const weights = near.map(({ weight }) => weight).filter(Boolean)
  return { ...term, weight: term.weight && Math.min(...weights) }
}

function normalize(query) {
  const { signs, words } = language.simplified
  const simple = [...query.normalize("NFKC")].map((sign) => signs[sign] ?? sign).join("")
  return Object.keys(words)
    .filter((word) => simple.includes(word))
    .reduce((text, word) => text.replaceAll(word, words[word]), simple)
    .toLowerCase().replace(/["'“”‘’`「」]/g, "")
}

// A word that was asked for: other words for it, its parts, what each section that has it says
// of it, and how much it says. A rare word says much; a number, or a sign on its own, half as much.
function termOf(word) {
  if (terms.has(word)) return terms.get(word)
  const others = language.synonyms.get(word) ?? language.synonyms.get(stem(word)) ?? []
  const parts = word.includes("_") ? partsOf(word) : []
  const held = heldBy(word, others, parts)
  const hits = new Map()
  for (const section of sections) {
    const { heading, links, body, page } = section
    if ([heading, links, body, page.heading].some((field) => held.has(field)))
      hits.set(section, hitOf(section, held))
  }
  const found = sections.filter((one) => held.has(one.heading) || held.has(one.body)).length
  const weight = (found && Math.log(1 + sections.length / found)) / (word.length > 1 ? 1 : 2)
  terms.set(word, { word, others, parts, hits, weight })
  return terms.get(word)
}

// How well the fields have a word, from 0 to 1, and how often: 0.8 times as well where they
// have another word for it.
function heldBy(word, others, parts) {
  const held = new Map()
  const hold = (field, like, count = 0) => {
    const known = held.get(field) ?? { like: 0, count: 0 }
    held.set(field, { like: Math.max(known.like, like), count: known.count + count })
  }
  const look = (word, most) => {
    for (const [found, like] of likesOf(word))
      for (const field of vocabulary.get(found).fields)
        hold(field, most * like, most * like > 0.7 ? field.words.get(found) : 0)
    if (HAN.test(word) && word.length !== 2)
      for (const field of fields)
        if (field.lower.includes(word)) hold(field, most, field.lower.split(word).length - 1)
  }
  look(word, 1)
  for (const other of others) look(other, 0.8)
  if (parts.length)
    for (const field of fields) if (parts.every((part) => field.words.has(part))) hold(field, 0.8)
  return held
}

function likesOf(word) {
  if (HAN.test(word)) return new Map(vocabulary.has(word) ? [[word, 1]] : [])
  const likes = new Map()
  const root = stem(word)
  for (const [found, { root: itsRoot }] of vocabulary) {
    const like = likeness(word, root, found, itsRoot)
    if (like) likes.set(found, like)
  }
  if (!likes.size && word.length > 5)
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

// A heading weighs above a mention; what opens a section, and the words by which the front page
// leads to it, come between. The title of the page counts for its sections.
function hitOf({ heading, links, lead, body, page, location }, held) {
  const likeIn = (field) => held.get(field)?.like ?? 0
  const [title, link] = [likeIn(heading), likeIn(links)]
  const above = page.location === location ? 0 : likeIn(page.heading)
  const { like: mention, count } = held.get(body) ?? { like: 0, count: 0 }
  // From 0.4 for a mention in passing to 1 for what the text is about.
  const often = 0.4 + (0.6 * count) / (count + 0.5 + body.lower.length / 600)
  const says = 4 * title + 2 * link + likeIn(lead) + 2 * mention * often + 1.2 * above
  return { says, best: Math.max(title, link, mention, above), title }
}

// A rare word weighs above a common one, and all words of the question above some of them. A page
// comes before a section that says as much, if it has code: a section without answers less.
function rate(section, { sum, covered, inTitle }, { asked, all, pairs }) {
  const { heading, body, page, location, line } = section
  const share = Math.min(1, inTitle / heading.saying)
  const whole = inTitle > 0.79 * asked.length ? 2.5 : 1 // a title that holds all the words
  const coverage = (covered / (all || 1)) ** 1.5
  const place = (page.location !== location ? 1 : inTitle ? 1.3 : 0.3) * (line ? 1 : 0.3)
  return sum * coverage * (1 + 0.7 * share) * whole * place * likePhrase(heading, body, pairs)
}

// Messages are pasted whole: with names and numbers of the reader's own, or cut off.
function likePhrase(heading, body, pairs) {
  if (!pairs.length) return 1
  const shared = (field) => pairs.reduce((n, pair) => n + field.pairs.has(pair), 0) / pairs.length
  return 1 + 1.7 * shared(heading) + 1.1 * shared(body)
}

// Showing

function show({ location, title, text, line, page }, score, asked, marks) {
  const row = (name, text, tag = "span") =>
    text && `<${tag} class="result-${name}">${highlight(text, marks)}</${tag}>`
  const where = page.location !== location ? escapeHtml(page.title) : ""
  return {
    location,
    score,
    text: "", // Material shows it in some places only; the title holds all
    title: (where && `<span class="result-page">${where}</span>`) + row("title", title) +
      row("text", sentenceOf(text, asked)) + row("code", cut(line, 72), "code"),
    terms: Object.fromEntries( // marked on the page
      asked.filter(({ word }) => word.length > 1).map(({ word }) => [word, true]),
    ),
  }
}

// The sentence that has most of the words, or else the first one.
function sentenceOf(text, asked) {
  const words = asked.map(({ word }) => stem(word))
  const rich = (text) => words.filter((word) => text.toLowerCase().includes(word)).length
  const han = HAN.test(text)
  const best = text
    .split(SENTENCE)
    .filter((text) => (han ? text.length > 8 : text.split(" ").length > 5))
    .reduce((best, text) => (rich(text) > rich(best) ? text : best), "")
  return cut(best || text.split(SENTENCE)[0], han ? 90 : 160)
}

function cut(text, length) {
  return text.length > length ? `${text.slice(0, length).trimEnd()} …` : text
}

function warn(item) {
  item.title = `<span class="result-far">${escapeHtml(language.far)}</span>${item.title}`
}

// What is marked in results: a Chinese word anywhere, another one from where a word begins.
function marksOf(asked) {
  return asked
    .flatMap(({ word, parts, others }) => [word, ...parts, ...others])
    .filter((word) => word.length > 1)
    .map((word) => stem(word).toLowerCase())
}

function highlight(text, marks) {
  const lower = text.toLowerCase()
  const on = new Uint8Array(text.length) // by their places: Chinese words of two signs overlap
  for (const word of marks)
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      let end = at + word.length
      if (!HAN.test(word)) {
        if (LETTER.test(lower[at - 1] ?? "")) continue
        while (end < lower.length && (lower[end] === "_" || LETTER.test(lower[end]))) end++
      }
      on.fill(1, at, end)
    }
  let html = ""
  for (let start = 0, end; start < text.length; start = end) {
    end = start + 1
    while (end < text.length && on[end] === on[start]) end++
    const part = escapeHtml(text.slice(start, end))
    html += on[start] ? `<mark>${part}</mark>` : part
  }
  return html
}

function escapeHtml(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
}

// What the last word in the box may become: a word from a heading, or else from the text,
// best answers first; Chinese, which has no words to see, up to one that says nothing.
function suggest(query, ranked) {
  const last = query.split(/[\s-]+/).pop()
  if (!last) return []
  const best = ranked.slice(0, 3 * SHOWN).map(({ section }) => section)
  for (const text of [...best.map(({ title }) => title), ...best.map(({ text }) => text)]) {
    for (const word of text.match(/[\p{L}\p{N}_.]*[\p{L}\p{N}_]/gu) ?? []) {
      const at = word.toLowerCase().indexOf(last.toLowerCase())
      if (at < 0 || (at > 0 && !HAN.test(word[at]))) continue
      const rest = word.slice(at + last.length)
      const end = HAN.test(rest) ? rest.search(language.phrases) : -1
      if (end && rest) return [last + (end < 0 ? rest : rest.slice(0, end))]
    }
  }
  return []
}
