import type { Node } from 'libpg-query'
import { as } from '../sql/node.ts'
import { parseStatements } from '../sql/parse.ts'

/** SQL that mends one defect. */
export interface Mend {
  /** What the defect hangs on: mends of the same stand together. */
  readonly place: string
  readonly check: string
  readonly message: string
  readonly sql: string
}

/** What may have to come before what, within one place: first who may do what, last who the owner is. */
const order = ['privileges', 'data', 'policies', 'row security', 'rest', 'owner'] as const

type Kind = (typeof order)[number]

/** Statements that stay together, and why they are there. */
interface Block {
  readonly place: string
  readonly sql: string
  readonly kind: Kind
  /** It reads another table, and so comes before row security of that one is forced. */
  readonly isConstraint: boolean
  readonly hints: readonly string[]
  readonly reasons: string[]
}

/**
 * One migration of all mends, each statement once: what binds tables to one another, then table by table. A comment before each names the
 * check and what it found.
 */
export function fixMigration(mends: readonly Mend[]): string {
  const blocks = new Map<string, Block>()
  for (const mend of mends) {
    for (const block of blocksOf(mend)) {
      const known = blocks.get(block.sql) ?? block
      blocks.set(block.sql, known)
      const reason = `-- ${mend.check}: ${oneLine(mend.message)}`
      if (!known.reasons.includes(reason)) known.reasons.push(reason)
    }
  }
  const all = [...blocks.values()]
  const constraints = all.filter(({ isConstraint }) => isConstraint)
  const others = all.filter(({ isConstraint }) => !isConstraint)
  return [constraints, ...byPlace(others)]
    .filter((group) => group.length > 0)
    .map(written)
    .join('\n')
}

function byPlace(blocks: readonly Block[]): Block[][] {
  const places = new Map<string, Block[]>()
  for (const block of blocks) places.set(block.place, [...(places.get(block.place) ?? []), block])
  return [...places.values()].map((group) =>
    group.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind)),
  )
}

/** Statements that have the same reasons stand under one comment. */
function written(blocks: readonly Block[]): string {
  let before = ''
  let text = ''
  for (const { reasons, hints, sql } of blocks) {
    const said = [...reasons, ...hints].join('\n')
    text += said === before ? `${sql}\n` : `${said}\n${sql}\n`
    before = said
  }
  return text
}

/** The statements one by one where they switch row security on, else all of them as they stand. */
function blocksOf({ place, sql }: Mend): Block[] {
  const statements = parseStatements(sql).flatMap((statement) =>
    'error' in statement
      ? []
      : [{ node: statement.node, sql: `${sql.slice(statement.start, statement.end)};` }],
  )
  const kinds = statements.map(({ node }) => kindOf(node))
  if (kinds.every((kind) => kind === 'row security') && statements.every(({ node }) => isProtecting(node)))
    return statements.map((one) => ({
      ...one,
      place,
      kind: 'row security',
      isConstraint: false,
      hints: [],
      reasons: [],
    }))
  return [
    {
      place,
      sql: sql.trim(),
      kind: kinds.find((kind) => kind !== 'row security') ?? 'rest',
      isConstraint: statements.some(({ node }) => actionsOf(node).includes('AT_AddConstraint')),
      hints: [...new Set(statements.flatMap(({ node }) => hintsOf(node)))],
      reasons: [],
    },
  ]
}

function kindOf(node: Node): Kind {
  const actions = actionsOf(node)
  if (actions.some((action) => action.endsWith('RowSecurity'))) return 'row security'
  if (actions.includes('AT_ChangeOwner')) return 'owner'
  if (actions.length > 0 || as(node, 'IndexStmt') !== undefined) return 'data'
  if (as(node, 'CreatePolicyStmt') !== undefined || as(node, 'AlterPolicyStmt') !== undefined)
    return 'policies'
  const isPrivilege =
    as(node, 'GrantStmt') !== undefined ||
    as(node, 'GrantRoleStmt') !== undefined ||
    as(node, 'AlterRoleStmt') !== undefined
  return isPrivilege ? 'privileges' : 'rest'
}

function isProtecting(node: Node): boolean {
  return actionsOf(node).every(
    (action) => action === 'AT_EnableRowSecurity' || action === 'AT_ForceRowSecurity',
  )
}

function hintsOf(node: Node): string[] {
  const actions = actionsOf(node)
  if (actions.includes('AT_SetNotNull'))
    return ['-- Reads all rows, and fails where one has none: fill it in first.']
  if (actions.includes('AT_AddConstraint')) return ['-- Checks all rows; nobody writes meanwhile.']
  if (as(node, 'CreatePolicyStmt') !== undefined)
    return ['-- As other tables, or the tenancy, have it: see whether it is what these rows need.']
  const index = as(node, 'IndexStmt')
  if (index === undefined || index.concurrent === true) return []
  return [
    '-- Nobody writes while it is built. For a large table: create it CONCURRENTLY, in a migration without a transaction.',
  ]
}

/** What ALTER TABLE does to a table; nothing for other statements, and for those that alter a view. */
function actionsOf(node: Node): string[] {
  const alter = as(node, 'AlterTableStmt')
  if (alter === undefined || alter.objtype === 'OBJECT_VIEW') return []
  return (alter.cmds ?? []).flatMap((command) => as(command, 'AlterTableCmd')?.subtype ?? [])
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ')
}
