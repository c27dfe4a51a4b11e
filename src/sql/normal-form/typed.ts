import type { Node } from 'libpg-query'
import { as } from '../node.ts'

/** What the normal form asks of those who know the schema. Types are as `format_type` prints them. */
export interface KnownNames {
  /** Columns by name, in order, with their types; undefined for a relation that is not known. */
  columnsOf(namespace: string | undefined, name: string): ReadonlyMap<string, string> | undefined
  /** Whether a routine of the name is known: what is called and not known is an extension's. */
  hasRoutine(namespace: string, name: string): boolean
  /** The one routine of the name; undefined where there is none or more than one. */
  routine(
    namespace: string,
    name: string,
  ): { readonly parameters: readonly string[]; readonly returns: string | null } | undefined
}

/** An expression in its normal form, with its type as far as it can be told. */
export interface Typed {
  readonly node: Node
  readonly type: string | null
  /** Of a cast: the type of what is cast. */
  readonly from?: string | null
}

/** The type of a string constant without a cast, and of NULL. */
export const unknownType = 'unknown'

export function typed(node: Node, type: string | null = null): Typed {
  return { node, type }
}

/** A string constant or NULL, which takes whatever type is asked of it. */
export function isPliable(node: Node | undefined): boolean {
  const constant = as(node, 'A_Const')
  return constant !== undefined && (constant.sval !== undefined || constant.isnull === true)
}

/** Whether the expression's type comes from a constant alone, so that nothing else may take its type from it. */
export function isConstant(node: Node): boolean {
  const cast = as(node, 'TypeCast')
  return as(cast === undefined ? node : cast.arg, 'A_Const') !== undefined
}

export function operator(name: string, left: Node, right: Node): Node {
  return { A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval: name } }], lexpr: left, rexpr: right } }
}
