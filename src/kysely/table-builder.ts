import {
  CompiledQuery,
  type CreateTableBuilder,
  CreateTableNode,
  type QueryExecutor,
  SchemaModule,
} from 'kysely'
import type { Blueprint, RelationName } from '../templates/blueprint.ts'
import { qualified } from '../templates/names.ts'
import { type TableParts, writeNames } from '../templates/tables/parts.ts'
import { explainFailure } from './explain-failure.ts'
import type { Handle } from './handle.ts'
import { refuseClauses, refuseNames } from './refused-clauses.ts'
import { doBlock } from './statements.ts'
import { relationOfNode, unindexedReferences, withParts } from './table-node.ts'

/** What makes a table one that is kept apart. */
export interface Protection {
  /** What was called, for messages: `createTenantTable('invoices')`. */
  readonly call: string
  readonly parts: (table: RelationName) => TableParts
  /** The statements that follow `create table`. */
  readonly follows: (table: RelationName) => readonly string[]
  /** The indexes that are among them, by their columns. */
  readonly indexes: readonly (readonly string[])[]
  /** Called once the table is compiled or executed, or refused. */
  readonly used: () => void
}

/**
 * A builder as Kysely makes it, on an executor that adds what protects the table: parts of `create table`, and statements
 * after it. In a transaction they are sent one by one; outside of one, and in what `compile()` returns, they are one DO block.
 */
export function tableBuilder<Table extends string>(
  handle: Handle,
  name: Table,
  blueprint: Blueprint,
  protection: Protection,
): CreateTableBuilder<Table> {
  const base = handle.getExecutor()
  const { call, used } = protection
  const { tenantKey } = blueprint
  const written = new WeakMap<CompiledQuery, readonly string[]>()

  const complete = (node: CreateTableNode): CreateTableNode => {
    const table = relationOfNode(node)
    const parts = protection.parts(table)
    refuseClauses(node, parts, call)
    const whole = withParts(node, table, parts, tenantKey)
    refuseNames(whole, call)
    return whole
  }
  const statementsOf = (node: CreateTableNode, sql: string): readonly string[] => {
    const table = relationOfNode(node)
    const references = unindexedReferences(node, tenantKey, protection.indexes)
    const indexes = references.map(
      (columns) => `create index on ${qualified(table)} (${writeNames(columns)})`,
    )
    return [sql, ...indexes, ...protection.follows(table)]
  }
  const protecting: Pick<QueryExecutor, 'transformQuery' | 'compileQuery' | 'executeQuery'> = {
    transformQuery(node, queryId) {
      const transformed = base.transformQuery(node, queryId)
      if (!CreateTableNode.is(transformed)) return transformed
      try {
        return complete(transformed) as typeof transformed
      } catch (error) {
        used()
        throw error
      }
    },
    compileQuery<Row>(...[node, queryId]: Parameters<QueryExecutor['compileQuery']>) {
      const compiled = base.compileQuery<Row>(node, queryId)
      if (!CreateTableNode.is(node)) return compiled
      used()
      if (compiled.parameters.length > 0) {
        throw new Error(
          `${call}: a definition can't have parameters; write values with sql.lit, names with sql.ref`,
        )
      }
      const statements = statementsOf(node, compiled.sql)
      const together = { ...compiled, sql: doBlock(statements) }
      written.set(together, statements)
      return together
    },
    async executeQuery<Row>(compiled: CompiledQuery<Row>, ...options: RestOf<QueryExecutor['executeQuery']>) {
      const statements = handle.isTransaction ? written.get(compiled) : undefined
      try {
        if (statements === undefined) return await base.executeQuery(compiled, ...options)
        for (const statement of statements) await base.executeQuery(CompiledQuery.raw(statement), ...options)
        return { rows: [] }
      } catch (error) {
        throw explainFailure(error, blueprint)
      }
    },
  }
  return new SchemaModule(decorated(base, protecting)).createTable(name)
}

type RestOf<Method extends (...given: never[]) => unknown> =
  Parameters<Method> extends [unknown, ...infer Rest] ? Rest : never

/** The executor with some of its methods replaced; whatever else the version of Kysely has stays as it is. */
function decorated(base: QueryExecutor, replaced: Partial<QueryExecutor>): QueryExecutor {
  return new Proxy(base, {
    get(target, name) {
      const value: unknown = Reflect.get(name in replaced ? replaced : target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
