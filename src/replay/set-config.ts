import type { FuncCall, Node } from 'libpg-query'
import { as, strings } from '../sql/node.ts'

/** Settings that say what later statements of the session mean. */
export function isSessionSetting(name: string): boolean {
  return ['search_path', 'role', 'session_authorization'].includes(name.toLowerCase())
}

/** A call of set_config whose arguments are written out. */
export interface SetConfigCall {
  readonly name: string
  readonly value: string
  readonly local: boolean
}

/** Null where the function is another; `name` is null where it is computed, `call` where any argument is. */
export function setConfigOf(call: FuncCall): { name: string | null; call: SetConfigCall | null } | null {
  const names = strings(call.funcname)
  if (names.at(-1) !== 'set_config' || (names.length > 1 && names[0] !== 'pg_catalog')) return null
  const [first, second, third] = (call.args ?? []).map(constant)
  if (first?.sval === undefined) return { name: null, call: null }
  const name = (first.sval.sval ?? '').toLowerCase()
  if (second?.sval === undefined || third?.boolval === undefined) return { name, call: null }
  return { name, call: { name, value: second.sval.sval ?? '', local: third.boolval.boolval ?? false } }
}

function constant(node: Node) {
  return as(node, 'A_Const') ?? as(as(node, 'TypeCast')?.arg, 'A_Const')
}
