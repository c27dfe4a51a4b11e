import type { DefineStmt } from 'libpg-query'
import { as, strings } from '../../sql/node.ts'
import type { StatementContext } from '../context.ts'
import { typeName } from '../names.ts'

/** Operators whose meaning is taken for PostgreSQL's own wherever an expression has them. */
const understood: ReadonlySet<string> = new Set([
  ...['=', '<>', '<', '>', '<=', '>=', '~', '~~', '~~*', '->', '->>', '#>', '#>>', '@>', '<@', '?'],
])

/** CREATE OPERATOR: of no matter but where expressions of the model may mean it, as they do not if a type is the history's own. */
export function createOperator({ defnames, definition }: DefineStmt, context: StatementContext): void {
  const name = strings(defnames).at(-1) ?? ''
  if (!understood.has(name)) return
  const types = (definition ?? []).flatMap((node) => {
    const { defname = '', arg } = as(node, 'DefElem') ?? {}
    const type = as(arg, 'TypeName')
    return (defname === 'leftarg' || defname === 'rightarg') && type !== undefined
      ? typeName(context.state, type)
      : []
  })
  if (types.some((type) => context.state.types.has(type))) return
  context.unmodelled(`what ${name} means for ${types.join(' and ')} is changed`, null)
}
