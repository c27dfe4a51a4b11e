import { skipBlank } from '../../sql/lexer.ts'
import type { Span } from '../../sql/split.ts'
import type { FilePart } from './layout.ts'

type MarkerKind = 'up' | 'down'

/** How a tool marks the up and the down part of one file. */
export interface SectionMarkers {
  readonly tool: string
  /** A line without this is no marker. */
  readonly sign: string
  /** What a line that holds the sign marks; also where the tool would refuse the line for how it is written. */
  kindOf(line: string): MarkerKind | null
  /** Why the tool refuses a file for a line that holds the sign. */
  refusal?(line: string): string | null
  /** The orders in which markers may stand: `u` and `d`. */
  readonly order: RegExp
}

/**
 * A comment that holds `+goose` and nothing else but an annotation, in any case, from the line's beginning; Up once, then
 * Down once (pressly/goose, internal/sqlparser/parser.go). goose cuts at such a line wherever it stands, within strings too.
 */
export const gooseMarkers: SectionMarkers = {
  tool: 'goose',
  sign: '+goose',
  kindOf(line) {
    const annotation = gooseAnnotation(line)
    return annotation === 'up' || annotation === 'down' ? annotation : null
  },
  refusal(line) {
    const annotation = gooseAnnotation(line)
    if (annotation === null) return null
    if (/^[ \t]/.test(line)) return `"${line.trim()}" is indented`
    return gooseAnnotations.has(annotation) ? null : `"${line.trim()}" is no annotation`
  },
  order: /^ud?$/,
}

const gooseAnnotations: ReadonlySet<string> = new Set([
  'up',
  'down',
  'statementbegin',
  'statementend',
  'no transaction',
  'envsub on',
  'envsub off',
])

/** The annotation that a line holds, lower case; null for a line that is none to goose. */
export function gooseAnnotation(line: string): string | null {
  if (!line.trimStart().startsWith('--') || !line.includes(gooseMarkers.sign)) return null
  return line.replaceAll('--', '').replace(gooseMarkers.sign, '').trim().toLowerCase()
}

/**
 * `-- migrate:up`, options after it, lower case, from the line's beginning; up and down by turns, as often as one likes
 * (amacneil/dbmate, pkg/dbmate/migration.go). dbmate cuts at such a line wherever it stands, within strings too. It refuses
 * an up part without a down part only in its later versions.
 */
export const dbmateMarkers: SectionMarkers = {
  tool: 'dbmate',
  sign: 'migrate:',
  kindOf: either(/^--\s*migrate:up(?:\s|$)/, /^--\s*migrate:down(?:\s|$)/),
  order: /^(?:ud?)+$/,
}

/** Tools that have no layout of their own here: their files are numbered ones, and may hold a down part all the same. */
const otherMarkers: readonly SectionMarkers[] = [
  {
    tool: 'sql-migrate',
    sign: '+migrate',
    kindOf: either(/^\s*--\s*\+migrate\s+up\b/i, /^\s*--\s*\+migrate\s+down\b/i),
    order: /^u/,
  },
  {
    tool: 'node-pg-migrate',
    sign: 'igration',
    kindOf: either(/^\s*--[\s-]*up\s+migration/i, /^\s*--[\s-]*down\s+migration/i),
    order: /^u+d*$/,
  },
  {
    tool: 'rambler',
    sign: 'rambler',
    kindOf: either(/^\s*--\s*rambler\s+up\s*$/i, /^\s*--\s*rambler\s+down\s*$/i),
    order: /^u/,
  },
]

function either(up: RegExp, down: RegExp): (line: string) => MarkerKind | null {
  return (line) => (up.test(line) ? 'up' : down.test(line) ? 'down' : null)
}

/** The markers that a file of any layout holds; null for none. */
export function markersOf(text: string): SectionMarkers | null {
  for (const markers of [gooseMarkers, dbmateMarkers, ...otherMarkers]) {
    if (text.includes(markers.sign) && markerLines(text, markers).length > 0) return markers
  }
  return null
}

interface Marker extends Span {
  readonly kind: MarkerKind
}

/** The up part of a file. What the tool would refuse is unreadable, not left out. */
export function upSections(text: string, markers: SectionMarkers): FilePart[] {
  const beginning = skipBlank(text, 0)
  const lines = markerLines(text, markers)
  const refusal = whyRefused(text, markers, lines)
  if (refusal !== null) {
    const reason = `${markers.tool} refuses the file: ${refusal}`
    return beginning === text.length
      ? []
      : [{ kind: 'unreadable', start: beginning, end: text.length, reason }]
  }
  const parts: FilePart[] = []
  const first = lines[0]?.start ?? 0
  if (beginning < first) {
    const reason = `${markers.tool} does not run what stands before its first marker`
    parts.push({ kind: 'unreadable', start: beginning, end: first, reason })
  }
  for (const [at, { kind, end }] of lines.entries()) {
    if (kind === 'up') parts.push({ kind: 'sql', start: end, end: lines[at + 1]?.start ?? text.length })
  }
  return parts
}

function whyRefused(text: string, markers: SectionMarkers, lines: readonly Marker[]): string | null {
  const { refusal = () => null, order } = markers
  for (const { start, end } of linesWith(text, markers.sign)) {
    const reason = refusal(text.slice(start, end))
    if (reason !== null) return reason
  }
  if (lines[0] === undefined) return 'no up part is marked'
  if (lines[0].kind === 'down') return 'no up part is marked before the down part'
  if (order.test(lines.map(({ kind }) => kind.charAt(0)).join(''))) return null
  return 'a part is marked twice'
}

function markerLines(text: string, { sign, kindOf }: SectionMarkers): Marker[] {
  return linesWith(text, sign).flatMap(({ start, end }) => {
    const kind = kindOf(text.slice(start, end))
    return kind === null ? [] : [{ kind, start, end }]
  })
}

/** The lines that hold a sign, without the line feed that ends them. */
export function linesWith(text: string, sign: string): Span[] {
  const lines: Span[] = []
  for (let at = text.indexOf(sign); at >= 0; ) {
    const newLine = text.indexOf('\n', at)
    const end = newLine < 0 ? text.length : newLine
    lines.push({ start: text.lastIndexOf('\n', at) + 1, end })
    at = text.indexOf(sign, end)
  }
  return lines
}
