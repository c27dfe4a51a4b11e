import type { Finding } from '../findings/finding.ts'
import { LineIndex } from '../findings/position.ts'

/** From 1; columns in UTF-16 units, `endColumn` is the one after the last. */
export interface Region {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** Where a finding points. */
export interface Place {
  readonly file: string
  /** Null where no statement of the file can be named. */
  readonly region: Region | null
}

/** Tells where findings point, by the texts of their files; null for what stands in no file. */
export function placesIn(texts: ReadonlyMap<string, string>): (finding: Finding) => Place | null {
  const indexes = new Map<string, LineIndex>()
  const indexOf = (file: string): LineIndex | undefined => {
    const text = texts.get(file)
    const index = indexes.get(file) ?? (text === undefined ? undefined : new LineIndex(text))
    if (index !== undefined) indexes.set(file, index)
    return index
  }
  return ({ file, source }) => {
    if (source === null) return file === null ? null : { file, region: null }
    const index = indexOf(source.file)
    if (index === undefined) return { file: source.file, region: null }
    const from = index.positionOf(source.start)
    const to = index.positionOf(source.end)
    const region = { line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
    return { file: source.file, region }
  }
}
