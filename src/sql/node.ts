import type { Node } from 'libpg-query'

type KeysOf<T> = T extends unknown ? keyof T : never

/** The tag of a parse tree node: `CreateStmt`, `FuncCall`, ... */
export type NodeKind = KeysOf<Node>

/** What a tag holds: `NodeOf<'CreateStmt'>` is the interface CreateStmt. */
export type NodeOf<K extends NodeKind> =
  Extract<Node, Record<K, unknown>> extends infer T ? (T extends Record<K, infer V> ? V : never) : never

/** Nodes named like a statement that never stand at the top of a script. */
type InnerStatement = 'RawStmt' | 'PLAssignStmt' | 'SetOperationStmt' | 'ReturnStmt' | 'ReplicaIdentityStmt'

/** The tags that a statement of a script can have. */
export type StatementKind = Exclude<Extract<NodeKind, `${string}Stmt`>, InnerStatement>

/** The tag of a node. */
export function kindOf(node: Node): NodeKind {
  return Object.keys(node)[0] as NodeKind
}

/** What the node holds if it has this tag. */
export function as<K extends NodeKind>(node: Node | undefined, kind: K): NodeOf<K> | undefined {
  return node === undefined
    ? undefined
    : ((node as { readonly [key: string]: unknown })[kind] as NodeOf<K> | undefined)
}

/** The strings of a list of String nodes: a dotted name, a list of columns. */
export function strings(nodes: readonly Node[] | undefined): string[] {
  const found: string[] = []
  for (const node of nodes ?? []) found.push(as(node, 'String')?.sval ?? '')
  return found
}

/** Calls `visit` for each node below (and including) `root` with its tag, parents first; false from it skips what is below. */
export function walk(root: unknown, visit: (kind: NodeKind, value: never) => boolean | undefined): void {
  if (Array.isArray(root)) {
    for (const item of root) walk(item, visit)
    return
  }
  if (typeof root !== 'object' || root === null) return
  for (const key in root) {
    const value: unknown = (root as { readonly [key: string]: unknown })[key]
    if (typeof value !== 'object' || value === null) continue
    const tagged = key.charCodeAt(0) >= 65 && key.charCodeAt(0) <= 90
    if (tagged && visit(key as NodeKind, value as never) === false) continue
    if (key !== 'A_Const' && key !== 'String') walk(value, visit)
  }
}
