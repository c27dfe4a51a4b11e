import type { Node } from 'libpg-query'
import { as } from '../../sql/node.ts'
import { parseStatements, type ScriptStatement } from '../../sql/parse.ts'

/** A piece of SQL in PL/pgSQL code, parsed when it is asked for. */
export class Sql {
  readonly text: string
  readonly #prefix: string
  #statements: readonly ScriptStatement[] | undefined

  /** `expression`: the text is one, and is parsed as what SELECT selects. */
  constructor(text: string, kind: 'statement' | 'expression') {
    this.text = text
    this.#prefix = kind === 'expression' ? 'SELECT ' : ''
  }

  /** As it is parsed. */
  get source(): string {
    return this.#prefix + this.text
  }

  get statements(): readonly ScriptStatement[] {
    this.#statements ??= parseStatements(this.source)
    return this.#statements
  }

  /** The expression, or what the query selects first; undefined where it can't be parsed. */
  get expression(): Node | undefined {
    const [statement] = this.statements
    const select =
      statement !== undefined && 'node' in statement ? as(statement.node, 'SelectStmt') : undefined
    return as(select?.targetList?.[0], 'ResTarget')?.val
  }
}

/** Where a value goes: a variable or a field of one. */
export interface TargetVariable {
  readonly path: readonly string[]
  readonly hasSubscript: boolean
}

/** Where a row goes: into one record, or column by column. */
export type Target = { readonly record: TargetVariable } | { readonly columns: readonly TargetVariable[] }

export interface Declaration {
  readonly name: string
  /** As written; null for a cursor. */
  readonly type: string | null
  readonly value: Sql | null
  /** The variable that it is another name for. */
  readonly aliasOf: readonly string[] | null
}

export interface Arm {
  readonly test: Sql | null
  readonly steps: readonly Step[]
}

export interface ExceptionHandler {
  /** Names of conditions, lower case, or their SQLSTATE: `duplicate_object`, `others`. */
  readonly conditions: readonly string[]
  readonly steps: readonly Step[]
}

/** What a loop goes over. */
export type Over =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'while'; readonly test: Sql }
  | {
      readonly kind: 'integers'
      readonly variable: string
      readonly from: Sql
      readonly to: Sql
      readonly step: Sql | null
      readonly isReverse: boolean
    }
  | { readonly kind: 'query'; readonly target: Target; readonly query: Sql }
  | {
      readonly kind: 'execute'
      readonly target: Target
      readonly query: Sql
      readonly params: readonly Sql[]
    }
  | { readonly kind: 'array'; readonly target: Target; readonly array: Sql; readonly isSliced: boolean }
  | { readonly kind: 'unknown'; readonly target: Target }

export type Leave =
  | { readonly how: 'return'; readonly value: Sql | null; readonly paths: readonly (readonly string[])[] }
  | { readonly how: 'exit' | 'continue'; readonly label: string | null }

/** One step of PL/pgSQL code. Lines count from 1 in the body. */
export type Step = { readonly line: number } & (
  | { readonly kind: 'statement'; readonly sql: Sql; readonly into: Target | null }
  | { readonly kind: 'assign'; readonly sql: Sql; readonly target: TargetVariable }
  /** A value that is computed for nothing that matters here. */
  | { readonly kind: 'expression'; readonly sql: Sql }
  | {
      readonly kind: 'execute'
      readonly sql: Sql
      readonly params: readonly Sql[]
      readonly into: Target | null
    }
  | { readonly kind: 'branch'; readonly construct: 'IF' | 'CASE'; readonly arms: readonly Arm[] }
  /** CASE with a value that is held against others: `variable` has it in the tests of the arms. */
  | { readonly kind: 'subject'; readonly variable: string; readonly sql: Sql }
  | {
      readonly kind: 'loop'
      readonly construct: string
      readonly label: string | null
      readonly over: Over
      readonly steps: readonly Step[]
    }
  | {
      readonly kind: 'block'
      readonly label: string | null
      readonly declarations: readonly Declaration[]
      readonly steps: readonly Step[]
      readonly handlers: readonly ExceptionHandler[]
    }
  | { readonly kind: 'leave'; readonly leave: Leave; readonly test: Sql | null }
  /** RETURN NEXT and RETURN QUERY. */
  | {
      readonly kind: 'emit'
      readonly sql: Sql | null
      readonly of: 'value' | 'outputs' | 'query' | 'computed query'
    }
  /** RAISE EXCEPTION; `condition` null where it raises again what a handler caught. */
  | { readonly kind: 'raise'; readonly condition: string | null }
  /** Something that gives variables a value that is not known. */
  | { readonly kind: 'forget'; readonly target: Target }
  | { readonly kind: 'unknown'; readonly construct: string }
)
