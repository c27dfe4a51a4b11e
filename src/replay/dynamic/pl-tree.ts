/** A node of PL/pgSQL's tree, which has fields that are zero, false or empty left out. */
export interface PlNode {
  readonly [key: string]: unknown
}

/** What a tagged node holds if it has this tag. */
export function inner(node: unknown, tag: string): PlNode | undefined {
  return ((node ?? {}) as PlNode)[tag] as PlNode | undefined
}

export function array(node: unknown, key: string): readonly unknown[] {
  const value = ((node ?? {}) as PlNode)[key]
  return Array.isArray(value) ? value : []
}

export function numeric(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
