import { skipBlank } from '../../sql/lexer.ts'
import type { FilePart } from './layout.ts'

/** How a tool marks the up and the down part of one file. */
export interface SectionMarkers {
  readonly tool: string
  /** A file without this holds no marker. */
  readonly sign: string
  /** Matched against a line. */
  readonly up: RegExp
  readonly down: RegExp
  /** Whether the parts may come in any order and more than once. */
  readonly repeats: boolean
}

/**
 * `-- +goose Up`, in any case (pressly/goose, internal/sqlparser). goose refuses an annotation that is indented;
 * here it counts, so that what follows an indented `Down` is not replayed.
 */
export const gooseMarkers: SectionMarkers = {
  tool: 'goose',
  sign: '+goose',
  up: /^\s*--\s*\+goose\s+up\s*$/i,
  down: /^\s*--\s*\+goose\s+down\s*$/i,
  repeats: false,
}

/** `-- migrate:up`, options after it (amacneil/dbmate, pkg/dbmate/migration.go): lower case, from the line's beginning. */
export const dbmateMarkers: SectionMarkers = {
  tool: 'dbmate',
  sign: 'migrate:',
  up: /^--\s*migrate:up(?:\s|$)/,
  down: /^--\s*migrate:down(?:\s|$)/,
  repeats: false,
}

/** Tools that have no layout of their own here: their files are numbered ones, and may hold a down part all the same. */
const otherMarkers: readonly SectionMarkers[] = [
  {
    tool: 'sql-migrate',
    sign: '+migrate',
    up: /^\s*--\s*\+migrate\s+up\b/i,
    down: /^\s*--\s*\+migrate\s+down\b/i,
    repeats: true,
  },
  {
    tool: 'node-pg-migrate',
    sign: 'igration',
    up: /^\s*--[\s-]*up\s+migration/i,
    down: /^\s*--[\s-]*down\s+migration/i,
    repeats: false,
  },
  {
    tool: 'rambler',
    sign: 'rambler',
    up: /^\s*--\s*rambler\s+up\s*$/i,
    down: /^\s*--\s*rambler\s+down\s*$/i,
    repeats: true,
  },
]

/** The markers that a file of any layout holds; null for none. */
export function markersOf(text: string): SectionMarkers | null {
  for (const markers of [gooseMarkers, dbmateMarkers, ...otherMarkers]) {
    if (text.includes(markers.sign) && markerLines(text, markers).length > 0) return markers
  }
  return null
}

interface Marker {
  readonly kind: 'up' | 'down'
  readonly start: number
  readonly end: number
}

/** The up part of a file. What the tool would refuse is unreadable, not left out. */
export function upSections(text: string, markers: SectionMarkers): FilePart[] {
  const found = markerLines(text, markers)
  const lines = markers.repeats ? found : onceEach(found)
  const first = lines[0]
  const beginning = skipBlank(text, 0)
  if (first === undefined || first.kind === 'down') {
    const reason = `${markers.tool} refuses the file: no up part is marked${first ? ' before the down part' : ''}`
    return beginning === text.length
      ? []
      : [{ kind: 'unreadable', start: beginning, end: text.length, reason }]
  }
  const parts: FilePart[] = []
  if (beginning < first.start) {
    const reason = `${markers.tool} does not run what stands before its first marker`
    parts.push({ kind: 'unreadable', start: beginning, end: first.start, reason })
  }
  for (const [at, { kind, end }] of lines.entries()) {
    if (kind === 'up') parts.push({ kind: 'sql', start: end, end: lines[at + 1]?.start ?? text.length })
  }
  return parts
}

/** The first of each kind: all that follows the first `down` is the down part. */
function onceEach(lines: readonly Marker[]): Marker[] {
  return lines.filter((line, at) => lines.findIndex(({ kind }) => kind === line.kind) === at)
}

function markerLines(text: string, { sign, up, down }: SectionMarkers): Marker[] {
  const lines: Marker[] = []
  for (let at = text.indexOf(sign); at >= 0; at = text.indexOf(sign, at + sign.length)) {
    const start = text.lastIndexOf('\n', at) + 1
    const newLine = text.indexOf('\n', at)
    const end = newLine < 0 ? text.length : newLine
    const line = text.slice(start, end)
    if (up.test(line)) lines.push({ kind: 'up', start, end })
    else if (down.test(line)) lines.push({ kind: 'down', start, end })
    at = end - sign.length
  }
  return lines
}
