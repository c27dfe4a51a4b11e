import type { ColumnDef, Constraint as ConstraintNode, Node } from 'libpg-query'
import type { Column, Expression, Relation } from '../../model/schema-model.ts'
import { displayId } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import { isNullConstant } from '../../sql/null-constant.ts'
import { bindExpression } from '../bind.ts'
import type { StatementContext } from '../context.ts'
import { chooseRelationName } from '../generated-names.ts'
import { typeName } from '../names.ts'
import { unknownType } from '../output-types.ts'
import { initialGrants } from '../privileges.ts'
import { columnWith, relationWith } from '../records.ts'

const serialTypes: ReadonlyMap<string, string> = new Map([
  ['smallserial', 'smallint'],
  ['serial2', 'smallint'],
  ['serial', 'integer'],
  ['serial4', 'integer'],
  ['bigserial', 'bigint'],
  ['serial8', 'bigint'],
])

/** A definition that names no type changes a column that is there: of a typed table, or of a partition. */
function isColumnOptions(definition: ColumnDef): boolean {
  return definition.typeName === undefined
}

/** The relation with one more column, by all that its definition says of it alone. */
export function addColumn(context: StatementContext, relation: Relation, definition: ColumnDef): Relation {
  const columns = [...relation.columns]
  const changed = relationWith(relation, { columns })
  declareColumn(context, columns, definition)
  defineColumn(context, changed, columns, definition)
  return changed
}

/**
 * Adds a column by name and type to those of a relation in the making; one that is inherited under the name becomes the
 * relation's own too.
 */
export function declareColumn(context: StatementContext, columns: Column[], definition: ColumnDef): void {
  const { colname: name = '', typeName: type } = definition
  const at = columns.findIndex((column) => column.name === name)
  const inherited = columns[at]
  if (inherited !== undefined) {
    if (!isColumnOptions(definition)) columns[at] = columnWith(inherited, { inherited: false })
    return
  }
  columns.push({
    name,
    type: serialType(definition) ?? (type === undefined ? unknownType : typeName(context.state, type)),
    notNull: false,
    default: null,
    generated: null,
    identity: null,
    inherited: false,
    source: context.sourceAt(definition.location),
  })
}

/**
 * Applies the defaults and constraints of a declared column; a serial or identity column gets its sequence. `columns`: those
 * of the relation, which is in the making.
 */
export function defineColumn(
  context: StatementContext,
  relation: Relation,
  columns: Column[],
  definition: ColumnDef,
): void {
  const at = columns.findIndex(({ name }) => name === definition.colname)
  let column = columns[at]
  if (column === undefined) return
  if (serialType(definition) !== undefined) {
    const sequence = serialDefault(addSequence(context, relation, column.name))
    column = columnWith(column, { notNull: true, default: bindExpression(context, sequence, null) })
  }
  for (const node of definition.constraints ?? []) {
    column = applyColumnConstraint(context, relation, column, as(node, 'Constraint') ?? {})
  }
  columns[at] = column
}

function serialType({ typeName: type }: ColumnDef): string | undefined {
  const names = strings(type?.names)
  return names.length === 1 && type?.arrayBounds === undefined ? serialTypes.get(names[0] ?? '') : undefined
}

/** What a column's constraint says of the column alone; those that are constraints of the table come from `tableConstraintsOf`. */
function applyColumnConstraint(
  context: StatementContext,
  relation: Relation,
  column: Column,
  constraint: ConstraintNode,
): Column {
  switch (constraint.contype) {
    case 'CONSTR_NOTNULL':
      nameNotNull(context, relation.id, column.name, constraint.conname)
      return columnWith(column, { notNull: true })
    case 'CONSTR_DEFAULT':
      return columnWith(column, { default: defaultOf(context, relation, constraint.raw_expr) })
    case 'CONSTR_GENERATED':
      return columnWith(column, {
        default: defaultOf(context, relation, constraint.raw_expr),
        generated: constraint.generated_kind === 's' ? 'stored' : 'virtual',
      })
    case 'CONSTR_IDENTITY':
      return addIdentity(context, relation, column, constraint)
    default:
      return column
  }
}

/** The expression of a DEFAULT or of a generated column; a constant NULL is the same as none. */
export function defaultOf(
  context: StatementContext,
  relation: Relation,
  node: Node | undefined,
): Expression | null {
  if (node === undefined || isNullConstant(node)) return null
  return bindExpression(context, node, relation)
}

/** GENERATED ... AS IDENTITY: NOT NULL and a sequence of its own; a partition counts with its parent's. */
export function addIdentity(
  context: StatementContext,
  relation: Relation,
  column: Column,
  constraint: ConstraintNode,
): Column {
  const options = (constraint.options ?? []).map((node) => as(node, 'DefElem'))
  const named = options.find((option) => option?.defname === 'sequence_name')?.arg
  if (relation.partitionOf === null) {
    addSequence(context, relation, column.name, strings(as(named, 'List')?.items))
  }
  const identity = constraint.generated_when === 'a' ? 'always' : 'by-default'
  return columnWith(column, { notNull: true, identity })
}

/** The sequence of a serial or identity column; returns its id. */
function addSequence(
  context: StatementContext,
  relation: Relation,
  column: string,
  written: readonly string[] = [],
): string {
  const { state } = context
  const namespace = written.at(-2) ?? relation.namespace
  const name = written.at(-1) ?? chooseRelationName(state, namespace, relation.name, column, 'seq')
  const id = displayId(namespace, name)
  state.sequences.set(id, {
    id,
    namespace,
    name,
    ownedBy: { relation: relation.id, column },
    owner: relation.owner,
    grants: initialGrants(state, 'sequences', namespace),
    source: context.source,
  })
  return id
}

/** `nextval('public.invoices_id_seq'::regclass)` */
function serialDefault(sequence: string): Node {
  return {
    FuncCall: {
      funcname: [{ String: { sval: 'nextval' } }],
      args: [
        {
          TypeCast: {
            arg: { A_Const: { sval: { sval: sequence } } },
            typeName: { names: [{ String: { sval: 'regclass' } }], typemod: -1 },
          },
        },
      ],
      funcformat: 'COERCE_EXPLICIT_CALL',
    },
  }
}

/** Remembers the written name of a NOT NULL constraint: PostgreSQL 18 lets it be dropped by that name. */
export function nameNotNull(
  context: StatementContext,
  relation: string,
  column: string,
  name: string | undefined,
): void {
  if (name === undefined) return
  const { notNullNames } = context.state
  notNullNames.set(relation, new Map([...(notNullNames.get(relation) ?? []), [column, name]]))
}

const generatedNotNull = '_not_null'

/** The column whose NOT NULL constraint has the name, written or generated; undefined where none has. */
export function columnOfNotNull(
  context: StatementContext,
  relation: Relation,
  name: string,
): string | undefined {
  const written = context.state.notNullNames.get(relation.id) ?? new Map<string, string>()
  const named = [...written].find(([, written]) => written === name)?.[0]
  const candidates = relation.columns.filter((column) => column.notNull && !written.has(column.name))
  return (
    named ??
    candidates
      .map((column) => column.name)
      .filter((column) => name.includes(`_${column}${generatedNotNull}`))
      .sort((a, b) => b.length - a.length)[0]
  )
}

/** The constraints of a column definition that stand for the table, as they would be written there. */
export function tableConstraintsOf(definition: ColumnDef): ConstraintNode[] {
  const found: ConstraintNode[] = []
  if (definition.constraints === undefined) return found
  const key: Node[] = [{ String: { sval: definition.colname ?? '' } }]
  for (const node of definition.constraints) {
    const constraint = as(node, 'Constraint') ?? {}
    const last = found.at(-1)
    switch (constraint.contype) {
      case 'CONSTR_PRIMARY':
      case 'CONSTR_UNIQUE':
        found.push({ ...constraint, keys: key })
        break
      case 'CONSTR_FOREIGN':
        found.push({ ...constraint, fk_attrs: key })
        break
      case 'CONSTR_CHECK':
        found.push(constraint)
        break
      case 'CONSTR_ATTR_NOT_ENFORCED':
        if (last !== undefined) found.splice(-1, 1, { ...last, is_enforced: false })
        break
      default:
    }
  }
  return found
}

/** The relation with the column in place of the one of its name. */
export function withColumnSet(relation: Relation, column: Column): Relation {
  const at = relation.columns.findIndex(({ name }) => name === column.name)
  return at < 0 ? relation : relationWith(relation, { columns: relation.columns.with(at, column) })
}

/** The column of a relation that has a name. */
export function columnNamed(
  { columns }: Pick<Relation, 'columns'>,
  name: string | undefined,
): Column | undefined {
  for (const column of columns) if (column.name === name) return column
  return undefined
}

const systemColumns = ['ctid', 'xmin', 'cmin', 'xmax', 'cmax', 'tableoid']

/** Reports the first column that the relation doesn't have; true where there is one. */
export function refusesColumns(
  context: StatementContext,
  relation: Relation,
  columns: readonly string[],
): boolean {
  const missing = columns.find(
    (name) => columnNamed(relation, name) === undefined && !systemColumns.includes(name),
  )
  if (missing === undefined) return false
  context.unmodelled(`${relation.id} has no column "${missing}"`, [relation.id])
  return true
}
