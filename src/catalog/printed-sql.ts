import type { FuncCall, Node, TypeCast } from 'libpg-query'
import { InputError } from '../findings/input-error.ts'
import type { Expression } from '../model/schema-model.ts'
import { displayId, readName } from '../sql/identifiers.ts'
import { as, strings, walk } from '../sql/node.ts'
import { parseStatements } from '../sql/parse.ts'
import { formatType } from '../sql/types.ts'
import { SchemaChanged } from './refusal.ts'

/**
 * Reads SQL that the server prints while nothing is in its search path, so that every name outside of `pg_catalog` is
 * qualified. Equal texts are parsed once and share their trees.
 */
export class PrintedSql {
  readonly #expressions = new Map<string, readonly Expression[]>()
  readonly #types = new Map<string, string>()

  /** What `pg_get_expr` prints of one expression. */
  expression(text: string): Expression
  expression(text: string | null): Expression | null
  expression(text: string | null): Expression | null {
    if (text === null) return null
    const [first, ...rest] = this.expressions(text)
    if (first === undefined || rest.length > 0) throw unreadable(text, 'it is not one expression')
    return first
  }

  /** What `pg_get_expr` prints of a list of expressions: those of an index or of a partition key. */
  expressions(text: string | null): readonly Expression[] {
    if (text === null) return []
    const known = this.#expressions.get(text)
    if (known !== undefined) return known
    const targets = as(statement(text, 'SELECT '), 'SelectStmt')?.targetList ?? []
    const found = targets.flatMap((target) => as(target, 'ResTarget')?.val ?? [])
    this.#expressions.set(text, found)
    return found
  }

  /** What `pg_get_viewdef` prints. */
  query(text: string): Expression {
    return statement(text)
  }

  /** What `pg_get_function_sqlbody` prints: the statements of a body in standard SQL. */
  body(text: string): readonly Expression[] {
    const routine = as(statement(text, 'CREATE FUNCTION body() RETURNS void '), 'CreateFunctionStmt')
    const body = routine?.sql_body
    if (body === undefined) throw unreadable(text, 'it is no body of a routine')
    const blocks = as(body, 'List')?.items
    return blocks?.flatMap((block) => as(block, 'List')?.items ?? []) ?? [body]
  }

  /** What `format_type` prints, with names as the model writes them. */
  type(text: string): string {
    if (!text.includes('.')) return text
    const known = this.#types.get(text)
    if (known !== undefined) return known
    const type = as(this.expressions(`NULL::${text}`)[0], 'TypeCast')?.typeName ?? {}
    const spelt = formatType(type, (names) => displayId(names.at(-2) ?? '', names.at(-1) ?? ''))
    this.#types.set(text, spelt)
    return spelt
  }
}

/** `before`: what makes a statement of it. */
function statement(text: string, before = ''): Node {
  if (text === '') throw new SchemaChanged('an expression can no longer be printed')
  const [first, ...rest] = parseStatements(before + text)
  if (first === undefined || rest.length > 0) throw unreadable(text, 'it is not one statement')
  if (!('node' in first)) throw unreadable(text, first.error)
  if (text.includes('regclass')) respellRegclass(first.node)
  return first.node
}

/** The server quotes keywords in the name of a relation that a constant holds; the model doesn't. */
function respellRegclass(tree: Node): void {
  walk(tree, (kind, value) => {
    if (kind !== 'TypeCast') return true
    const { arg, typeName }: TypeCast = value
    const constant = as(arg, 'A_Const')?.sval
    if (constant?.sval === undefined || strings(typeName?.names).at(-1) !== 'regclass') return true
    const names = readName(constant.sval)
    if (names?.length === 2) constant.sval = displayId(names[0] ?? '', names[1] ?? '')
    return true
  })
}

function unreadable(text: string, reason: string): InputError {
  const shown = text.length > 200 ? `${text.slice(0, 200)}...` : text
  return new InputError(`the server printed SQL that can't be read (${reason}): ${shown}`)
}

/** The relations that a query names, each once, in order of appearance, those of WITH first; catalogs are left out. */
export function relationsRead(query: Expression): string[] {
  const found = new Set<string>()
  visit(query, (kind, value) => {
    if (kind !== 'RangeVar') return
    const { schemaname, relname = '' } = value as { schemaname?: string; relname?: string }
    if (schemaname !== undefined && !systemNamespaces.includes(schemaname)) {
      found.add(displayId(schemaname, relname))
    }
  })
  return [...found]
}

const systemNamespaces = ['pg_catalog', 'information_schema']

/** The routines that a query calls by name, as `namespace.name`, arguments before the call that they are for. */
export function routinesNamed(query: Expression): string[] {
  const found = new Set<string>()
  visit(query, (kind, value) => {
    if (kind !== 'FuncCall') return
    const names = strings((value as FuncCall).funcname)
    if (names.length === 2) found.add(displayId(names[0] ?? '', names[1] ?? ''))
  })
  return [...found]
}

/** Shows every node below a tree, what is inside of it before itself, and WITH before the rest of its query. */
function visit(tree: unknown, show: (kind: string, value: object) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) visit(item, show)
    return
  }
  if (typeof tree !== 'object' || tree === null) return
  const { withClause, ...rest } = tree as { withClause?: unknown }
  visit(withClause, show)
  for (const [key, value] of Object.entries(rest)) {
    if (typeof value !== 'object' || value === null) continue
    visit(value, show)
    show(key, value)
  }
}
