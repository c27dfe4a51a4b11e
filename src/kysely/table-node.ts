import {
  ColumnDefinitionNode,
  ColumnNode,
  type ConstraintNode,
  type CreateTableNode,
  ForeignKeyConstraintNode,
  type OperationNode,
  PrimaryKeyConstraintNode,
  RawNode,
  TableNode,
  UniqueConstraintNode,
} from 'kysely'
import type { RelationName } from '../templates/blueprint.ts'
import {
  columnDefinition,
  type ForeignKeyPart,
  type TableParts,
  writePartitionBy,
} from '../templates/tables/parts.ts'
import { defaultNamespace } from './handle.ts'
import { tenantKeyHere, unnamed } from './place-holders.ts'

/** On a node: whether the table has a tenant key. One for all copies of this library that a process loads. */
const tenantKeyOf = Symbol.for('ringfence.hasTenantKey')

export function relationOfNode({ table: { table } }: CreateTableNode): RelationName {
  return { namespace: table.schema?.name ?? defaultNamespace, name: table.identifier.name }
}

/** What the user wrote, with the parts that isolate in front, under the table's whole name. */
export function withParts(
  node: CreateTableNode,
  table: RelationName,
  parts: TableParts,
  tenantKey: string,
): CreateTableNode {
  const columns = parts.columns.map((part) =>
    ColumnDefinitionNode.create(part.name, RawNode.createWithSql(columnDefinition(part))),
  )
  const own = (node.constraints ?? []).map((constraint) => inPlace(constraint, table.namespace, tenantKey))
  const { partitionBy } = parts
  const whole: CreateTableNode = {
    ...node,
    table: TableNode.createWithSchema(table.namespace, table.name),
    columns: [...columns, ...node.columns],
    constraints: [
      ...(parts.primaryKey.length === 0 ? [] : [PrimaryKeyConstraintNode.create([...parts.primaryKey])]),
      ...parts.foreignKeys.map(foreignKeyNode),
      ...own,
    ],
    endModifiers: [
      ...(partitionBy === null
        ? []
        : [RawNode.createWithSql(`partition by ${writePartitionBy(partitionBy)}`)]),
      ...(node.endModifiers ?? []),
    ],
  }
  return Object.assign(whole, { [tenantKeyOf]: parts.columns.some(({ name }) => name === tenantKey) })
}

/** Whether the table to be has a tenant key that `withParts` gave it. */
export function isProtected(node: CreateTableNode): boolean {
  return tenantKeyOf in node && node[tenantKeyOf] === true
}

function foreignKeyNode(part: ForeignKeyPart): ForeignKeyConstraintNode {
  const { columns, references, referencedColumns, onDelete } = part
  const node = ForeignKeyConstraintNode.create(
    columns.map(ColumnNode.create),
    TableNode.createWithSchema(references.namespace, references.name),
    referencedColumns.map(ColumnNode.create),
  )
  return { ...node, onDelete }
}

/** The constraint with the tenant key where it belongs. */
function inPlace(constraint: ConstraintNode, namespace: string, tenantKey: string): ConstraintNode {
  if (UniqueConstraintNode.is(constraint)) {
    return { ...nameless(constraint), columns: withKey(constraint.columns, tenantKey) }
  }
  if (!ForeignKeyConstraintNode.is(constraint) || !isLedByKey(constraint.columns)) return constraint
  const { references } = constraint
  const { schema, identifier } = references.table.table
  return {
    ...nameless(constraint),
    columns: withKey(constraint.columns, tenantKey),
    references: {
      ...references,
      table: TableNode.createWithSchema(schema?.name ?? namespace, identifier.name),
      columns: withKey(references.columns, tenantKey),
    },
  }
}

function nameless<Node extends UniqueConstraintNode | ForeignKeyConstraintNode>(node: Node): Node {
  if (node.name?.name !== unnamed) return node
  const { name: _, ...rest } = node
  return rest as Node
}

function isLedByKey([first]: readonly ColumnNode[]): boolean {
  return first?.column.name === tenantKeyHere
}

function withKey<Node extends OperationNode>(
  columns: readonly Node[],
  tenantKey: string,
): readonly (Node | ColumnNode)[] {
  return columns.map((node) =>
    ColumnNode.is(node) && node.column.name === tenantKeyHere ? ColumnNode.create(tenantKey) : node,
  )
}

/** The columns that references within the tenant lead by, and that no index of the table begins with. */
export function unindexedReferences(
  node: CreateTableNode,
  tenantKey: string,
  indexed: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const lists = (node.constraints ?? []).flatMap((constraint) =>
    UniqueConstraintNode.is(constraint) || PrimaryKeyConstraintNode.is(constraint)
      ? [namesOf(constraint.columns)]
      : [],
  )
  const wanted: (readonly string[])[] = []
  for (const constraint of node.constraints ?? []) {
    if (!ForeignKeyConstraintNode.is(constraint)) continue
    const columns = namesOf(constraint.columns)
    const known = [...lists, ...indexed, ...wanted]
    if (columns[0] !== tenantKey || known.some((list) => columns.every((name, at) => name === list[at])))
      continue
    wanted.push(columns)
  }
  return wanted
}

/** The names of the columns; of an expression, which some versions of Kysely take among them, none that a column has. */
function namesOf(columns: readonly OperationNode[]): readonly string[] {
  return columns.map((node) => (ColumnNode.is(node) ? node.column.name : ''))
}
