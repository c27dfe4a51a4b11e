import type { Node, VariableSetStmt } from 'libpg-query'
import { printName } from '../sql/expression.ts'
import { as } from '../sql/node.ts'

/** Settings that are lists of names, each quoted by itself. */
const lists = new Set([
  'search_path',
  'temp_tablespaces',
  'local_preload_libraries',
  'session_preload_libraries',
  'shared_preload_libraries',
])

/** The value that SET gives, as the server keeps it: names of a list quoted where they must be, joined by commas. */
export function settingValue(statement: VariableSetStmt): string {
  const quoted = lists.has(statement.name?.toLowerCase() ?? '')
  return (statement.args ?? []).map((arg) => constantText(arg, quoted)).join(', ')
}

function constantText(arg: Node, quoted: boolean): string {
  const constant = as(arg, 'A_Const') ?? as(as(arg, 'TypeCast')?.arg, 'A_Const')
  if (constant?.sval !== undefined) {
    const text = constant.sval.sval ?? ''
    return quoted ? printName(text) : text
  }
  if (constant?.ival !== undefined) return String(constant.ival.ival ?? 0)
  if (constant?.boolval !== undefined) return constant.boolval.boolval ? 'true' : 'false'
  return constant?.fval?.fval ?? ''
}

/** The list of `name=value` with one setting set, or taken out where `value` is null. */
function withSetting(settings: readonly string[], name: string, value: string | null): string[] {
  const kept = settings.filter((setting) => !setting.startsWith(`${name}=`))
  return value === null ? kept : [...kept, `${name}=${value}`]
}

/** What ALTER ... SET and RESET do to a list of `name=value`. `current`: what SET ... FROM CURRENT takes. */
export function applySetting(
  settings: readonly string[],
  statement: VariableSetStmt | undefined,
  current: (name: string) => string | null,
): string[] {
  const name = statement?.name ?? ''
  switch (statement?.kind) {
    case 'VAR_SET_VALUE':
      return withSetting(settings, name, settingValue(statement))
    case 'VAR_SET_CURRENT':
      return withSetting(settings, name, current(name))
    case 'VAR_RESET_ALL':
      return []
    default:
      return withSetting(settings, name, null)
  }
}
