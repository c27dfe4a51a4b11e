import type { DefElem } from 'libpg-query'
import { as, type NodeOf } from './node.ts'

/** What a DO statement runs. */
export interface Block {
  /** As written. */
  readonly language: string
  readonly isPlPgSql: boolean
  readonly body: string
  /** The literal that the body stands in. */
  readonly code: DefElem | undefined
}

export function blockOf({ args = [] }: NodeOf<'DoStmt'>): Block {
  const options = args.flatMap((arg) => as(arg, 'DefElem') ?? [])
  const language = as(options.find(({ defname }) => defname === 'language')?.arg, 'String')?.sval ?? 'plpgsql'
  const code = options.find(({ defname }) => defname === 'as')
  return {
    language,
    isPlPgSql: language.toLowerCase() === 'plpgsql',
    body: as(code?.arg, 'String')?.sval ?? '',
    code,
  }
}

/** The DO statement that PL/pgSQL's parser is given for a body. */
export function doStatement(body: string): string {
  let tag = '$body$'
  while (body.includes(tag)) tag = `${tag.slice(0, -1)}_$`
  return `DO ${tag}${body}${tag}`
}
