import type { Node } from 'libpg-query'
import { as } from './node.ts'

/** Whether it is NULL, be it cast to a type or not: as a default the same as none. */
export function isNullConstant(node: Node): boolean {
  const cast = as(node, 'TypeCast')
  if (cast?.arg !== undefined) return isNullConstant(cast.arg)
  return as(node, 'A_Const')?.isnull === true
}
