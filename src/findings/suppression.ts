import { displayName } from '../sql/identifiers.ts'
import { suggestion } from './nearest.ts'

/**
 * What a comment accepts. One line of a comment:
 *
 *     ringfence: accept CHECK on SUBJECT because REASON [until YYYY-MM-DD]
 *     ringfence: accept unmodelled-statement here because REASON [until YYYY-MM-DD]
 *
 * Words stand apart by spaces or tabs; those of the grammar are read in any case, CHECK and SUBJECT as findings write them.
 */
export interface Suppression {
  readonly check: string
  /** As `canonicalSubject` writes it; null for `here`, the statement that the comment stands at. */
  readonly subject: string | null
  readonly reason: string
  /** The last day on which it holds, `2027-06-30`; null for every day. */
  readonly until: string | null
}

/** What is wrong with a line that means to accept something. */
export interface Misspelt {
  readonly problem: string
}

/** The check that `here` is for: its subjects are no names that one would write. */
export const acceptedHere = 'unmodelled-statement'

const grammar = 'ringfence: accept CHECK on SUBJECT because REASON [until YYYY-MM-DD]'

/** Whether a text may hold such a comment at all. */
export function mentionsRingfence(text: string): boolean {
  return /ringfence/i.test(text)
}

/** Reads a line of a comment, its signs taken off; null where it is not addressed to ringfence. `checks`: the known ids. */
export function readSuppression(line: string, checks: readonly string[]): Suppression | Misspelt | null {
  const text = line.trim()
  if (!/^ringfence\s*:/i.test(text)) {
    return /^ringfence\s+accept\s/i.test(text)
      ? { problem: `a colon is missing after "ringfence"; write ${grammar}` }
      : null
  }
  const words = new Words(text.slice(text.indexOf(':') + 1))
  const verb = words.next()
  if (verb?.toLowerCase() !== 'accept') {
    return verb === null
      ? { problem: `nothing follows; write ${grammar}` }
      : { problem: `"${verb}" is nothing that ringfence is told; ${suggestion(verb, ['accept'])}` }
  }
  const check = words.next()
  if (check === null || isWord(check, 'on', 'here', 'because')) {
    return { problem: `no check is named; write ${grammar}` }
  }
  if (!checks.includes(check)) return { problem: `"${check}" is no check; ${suggestion(check, checks)}` }
  const subject = subjectIn(words, check)
  if (typeof subject === 'object' && subject !== null) return subject
  const reason = reasonIn(words.rest)
  return 'problem' in reason ? reason : { check, subject, ...reason }
}

/** The line that says it, as `readSuppression` reads it. */
export function writtenSuppression({ check, subject, reason, until }: Suppression): string {
  const place = subject === null ? 'here' : `on ${subject}`
  return `ringfence: accept ${check} ${place} because ${reason}${until === null ? '' : ` until ${until}`}`
}

/** A subject with its quoted names as findings write them: quoted where they must be. */
export function canonicalSubject(subject: string): string {
  if (!subject.includes('"')) return subject
  return subject.replace(/"((?:[^"]|"")+)"/g, (_, name: string) => displayName(name.replaceAll('""', '"')))
}

function subjectIn(words: Words, check: string): string | null | Misspelt {
  const place = words.next()
  if (place !== null && isWord(place, 'here')) {
    if (check !== acceptedHere)
      return { problem: `"here" is for ${acceptedHere} alone; name the subject with "on"` }
    const next = words.next()
    if (next !== null && isWord(next, 'because')) return null
    return { problem: next === null ? noReason : `"because" is expected, not "${next}"` }
  }
  if (place === null || !isWord(place, 'on')) {
    const found = place === null ? '' : `, not "${place}"`
    return { problem: `it does not say on what: "on" is expected after the check${found}` }
  }
  const start = words.at
  for (let end = start; ; end = words.at) {
    const word = words.next()
    if (word !== null && !isWord(word, 'because')) continue
    const subject = words.text.slice(start, end).trim()
    if (subject === '') return { problem: 'no subject is named after "on"' }
    if (word === null) return { problem: noReason }
    return canonicalSubject(subject)
  }
}

const noReason = 'no reason is given: write "because" and why it is right to live with it'

function reasonIn(text: string): Pick<Suppression, 'reason' | 'until'> | Misspelt {
  const { before, after } = atLastUntil(text.trim())
  const isLimited = after !== null && (after === '' || /\d/.test(after))
  const reason = (isLimited ? before : text).trim()
  if (!/[\p{L}\p{N}]/u.test(reason)) return { problem: noReason }
  if (!isLimited) return { reason, until: null }
  if (isDay(after)) return { reason, until: after }
  return { problem: `"${after}" is no day: after "until" stands YYYY-MM-DD, and nothing more` }
}

/** What stands before and after the last word `until`; `after` is null where there is none. */
function atLastUntil(text: string): { readonly before: string; readonly after: string | null } {
  const match = /^(|.*\s)until(|\s.*)$/isu.exec(text)
  return match === null
    ? { before: text, after: null }
    : { before: match[1] ?? '', after: (match[2] ?? '').trim() }
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

function isWord(word: string, ...words: readonly string[]): boolean {
  return words.includes(word.toLowerCase())
}

/** Words that white space divides, outside of double quotes. */
class Words {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  /** What no word was made of yet. */
  get rest(): string {
    return this.text.slice(this.at)
  }

  next(): string | null {
    const { text } = this
    while (this.at < text.length && isBlank(text[this.at])) this.at++
    const start = this.at
    let quoted = false
    for (; this.at < text.length && (quoted || !isBlank(text[this.at])); this.at++) {
      if (text[this.at] === '"') quoted = !quoted
    }
    return this.at === start ? null : text.slice(start, this.at)
  }
}

function isBlank(character: string | undefined): boolean {
  return character === ' ' || character === '\t'
}
