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
  /** The up part of a file, where the tool does not simply read from one marker to the next. */
  upSpans?(text: string): readonly Span[]
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

/**
 * `-- +migrate Up`, options after it, written just so; up and down as often as one likes, in any order (rubenv/sql-migrate,
 * sqlparse/sqlparse.go). A line that is nearly a marker is a comment to sql-migrate, and its author meant more by it.
 */
export const sqlMigrateMarkers: SectionMarkers = {
  tool: 'sql-migrate',
  sign: '+migrate',
  kindOf: either(/^\s*--\s*\+migrate\s+up\b/i, /^\s*--\s*\+migrate\s+down\b/i),
  refusal: (line) =>
    /^\s*--\s*\+migrate\s+(?:up|down)\b/i.test(line) && !/^-- \+migrate\s+(?:Up|Down)(?:\s|$)/.test(line)
      ? `"${line.trim()}" is no annotation`
      : null,
  order: /^[ud]+$/,
}

/**
 * The first `-- Up Migration` and the first `-- Down Migration` count, in any case, with more after them; what stands before both is
 * not run, and without an up marker the whole file is (salsita/node-pg-migrate, src/sqlMigration.ts).
 */
export const nodePgMigrateMarkers: SectionMarkers = {
  tool: 'node-pg-migrate',
  sign: 'igration',
  kindOf: either(/^\s*--[\s-]*up\s+migration/i, /^\s*--[\s-]*down\s+migration/i),
  order: /^[ud]+$/,
  upSpans(text) {
    const up = /^\s*--[\s-]*up\s+migration.*$/im.exec(text)
    const down = text.search(/^\s*--[\s-]*down\s+migration/im)
    if (up === null) return [{ start: 0, end: text.length }]
    return [{ start: up.index + up[0].length, end: down < up.index ? text.length : down }]
  },
}

const ramblerMarkers: SectionMarkers = {
  tool: 'rambler',
  sign: 'rambler',
  kindOf: either(/^\s*--\s*rambler\s+up\s*$/i, /^\s*--\s*rambler\s+down\s*$/i),
  order: /^u/,
}

const allMarkers = [
  gooseMarkers,
  dbmateMarkers,
  sqlMigrateMarkers,
  nodePgMigrateMarkers,
  ramblerMarkers,
] as const

function either(up: RegExp, down: RegExp): (line: string) => MarkerKind | null {
  return (line) => (up.test(line) ? 'up' : down.test(line) ? 'down' : null)
}

/** The markers that a file of any layout holds; null for none. */
export function markersOf(text: string): SectionMarkers | null {
  for (const markers of allMarkers) {
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
  const spans = markers.upSpans?.(text) ?? afterUpMarkers(text, lines)
  const first = Math.min(...[...lines, ...spans].map(({ start }) => start))
  const up = spans.map((span): FilePart => ({ kind: 'sql', ...span }))
  if (beginning >= first) return up
  const reason = `${markers.tool} does not run what stands before its first marker`
  return [{ kind: 'unreadable', start: beginning, end: first, reason }, ...up]
}

function afterUpMarkers(text: string, lines: readonly Marker[]): Span[] {
  return lines.flatMap(({ kind, end }, at) =>
    kind === 'up' ? [{ start: end, end: lines[at + 1]?.start ?? text.length }] : [],
  )
}

function whyRefused(text: string, markers: SectionMarkers, lines: readonly Marker[]): string | null {
  const { refusal = () => null, order } = markers
  for (const { start, end } of linesWith(text, markers.sign)) {
    const reason = refusal(text.slice(start, end))
    if (reason !== null) return reason
  }
  if (lines[0] === undefined) return markers.upSpans === undefined ? 'no up part is marked' : null
  if (order.test(lines.map(({ kind }) => kind.charAt(0)).join(''))) return null
  return lines[0].kind === 'down' ? 'no up part is marked before the down part' : 'a part is marked twice'
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
