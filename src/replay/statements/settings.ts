import type { VariableSetStmt } from 'libpg-query'
import { searchPathOf } from '../../sql/search-path.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { dropRelation } from '../drop.ts'
import { settingValue } from '../setting-values.ts'
import type { State } from '../state.ts'

/** SET, RESET and DISCARD. The search path is kept as a JSON array; a role of `none` is the default. */
export const settingStatements = {
  VariableSetStmt(statement, context) {
    setVariable(statement, context)
  },

  DiscardStmt({ target }, context) {
    const { state } = context
    if (target === 'DISCARD_ALL') state.session.discard()
    if (target !== 'DISCARD_ALL' && target !== 'DISCARD_TEMP') return
    for (const relation of [...state.relations.values()]) {
      if (relation.persistence === 'temporary') dropRelation(context, relation.id, true)
    }
  },
} satisfies Partial<Handlers>

function setVariable(statement: VariableSetStmt, context: StatementContext): void {
  const { state } = context
  const name = (statement.name ?? '').toLowerCase()
  const local = statement.is_local ?? false
  switch (statement.kind) {
    case 'VAR_SET_VALUE':
      setSetting(state, name, settingValue(statement), local)
      return
    case 'VAR_RESET_ALL':
      state.session.resetAll()
      return
    case 'VAR_SET_DEFAULT':
    case 'VAR_RESET':
      setSetting(state, name, undefined, local)
      return
    default:
      return
  }
}

/** What SET and set_config do; `value` undefined goes back to the default. */
export function setSetting(state: State, name: string, value: string | undefined, local: boolean): void {
  const { session } = state
  if (name === 'search_path') {
    const path = value === undefined ? undefined : JSON.stringify(searchPathOf(value))
    session.set(name, path, local)
    return
  }
  if (name === 'session_authorization') session.set('role', undefined, local)
  const isDefault = value === undefined || (name === 'role' && value === 'none')
  session.set(name, isDefault ? undefined : value, local)
}
