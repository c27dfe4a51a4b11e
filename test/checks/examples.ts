import type { BadExample, Check, ModelSource } from '../../src/checks/define-check.ts'
import type { SchemaModel } from '../../src/model/schema-model.ts'
import { assumeTenancy } from '../../src/policy/assume-tenancy.ts'
import { Isolation } from '../../src/policy/isolation.ts'
import { RoutineBodies } from '../../src/policy/routines.ts'
import type { Migration } from '../../src/replay/migration.ts'
import { replay } from '../../src/replay/replay.ts'
import { parseStatements } from '../../src/sql/parse.ts'
import { type TenancyInput, tenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { resolveTenancy, type Tenancy } from '../../src/tenancy/tenancy.ts'
import { prelude, preludeTenancy } from './prelude.ts'

/** The SQL of an example as a history behind the prelude, and under which tenancy it is judged. */
export interface Played {
  readonly model: SchemaModel
  readonly tenancy: Tenancy
}

export type ExampleSql = string | readonly string[]

/** Each text is a migration of its own, behind the prelude. */
export function play(sql: ExampleSql, tenancy: TenancyInput = {}): Played {
  return { model: modelOf([prelude, ...textsOf(sql)]), tenancy: tenancyOf(tenancy) }
}

/** The tenancy of the prelude, and what differs from it. */
export function tenancyOf(differing: TenancyInput = {}): Tenancy {
  return resolveTenancy(tenancyDeclaration.parse({ ...preludeTenancy, ...differing }))
}

/** Whether a model of this source shows what the check looks for in the example. */
export function showsIn(source: ModelSource, check: Check, example: BadExample): boolean {
  return (example.sources ?? check.sources ?? [source]).includes(source)
}

/** Each text is a migration of its own; the tenancy is assumed where it isn't declared. */
export function playAlone(
  sql: ExampleSql,
  tenancy: TenancyInput = {},
): Played & { assumed: readonly string[] } {
  const model = modelOf(textsOf(sql))
  return { model, ...assumeTenancy(model, tenancyDeclaration.parse(tenancy)) }
}

export function modelOf(texts: readonly string[]): SchemaModel {
  const migrations = texts.map(
    (text, at): Migration => ({
      file: `${String(at).padStart(3, '0')}.sql`,
      text,
      parts: [{ kind: 'sql', start: 0, end: text.length }],
      session: 'new',
    }),
  )
  return replay(migrations).model
}

export function textsOf(sql: ExampleSql): readonly string[] {
  return typeof sql === 'string' ? [sql] : sql
}

export function findingsOf(check: Check, { model, tenancy }: Played) {
  return [...check.find(model, tenancy, new Isolation(model, tenancy, new RoutineBodies()))]
}

/** What PostgreSQL's grammar refuses in it. */
export function syntaxErrors(sql: ExampleSql): string[] {
  return textsOf(sql).flatMap((text) =>
    parseStatements(text).flatMap((statement) => ('error' in statement ? [statement.error] : [])),
  )
}
