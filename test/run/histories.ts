import { readdirSync, readFileSync } from 'node:fs'
import { activeChecks, examine } from '../../src/checks/examine.ts'
import { checks } from '../../src/checks/index.ts'
import type { SchemaModel } from '../../src/model/schema-model.ts'
import { Isolation } from '../../src/policy/isolation.ts'
import { RoutineBodies } from '../../src/policy/routines.ts'
import { type TenancyInput, tenancyDeclaration } from '../../src/tenancy/declaration.ts'
import { resolveTenancy, type Tenancy } from '../../src/tenancy/tenancy.ts'
import { textsOf } from '../checks/examples.ts'
import { prelude, preludeTenancy } from '../checks/prelude.ts'

/** SQL of files in order, and under which tenancy it is judged. */
export interface ToldHistory {
  readonly name: string
  readonly files: readonly string[]
  readonly tenancy: Tenancy
}

const folder = new URL('../../migrations-example/migrations/', import.meta.url)

/** Every example of every check, and the example migrations. */
export function knownHistories(): ToldHistory[] {
  const examples = checks.flatMap((check) =>
    [...check.bad, ...check.good].map(({ name, sql, tenancy = {} }) => ({
      name: `${check.id}: ${name}`,
      files: [prelude, ...textsOf(sql)],
      tenancy: tenancyOf({ ...preludeTenancy, ...tenancy }),
    })),
  )
  const read = (file: string) => readFileSync(new URL(file, folder), 'utf8')
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  const config = JSON.parse(read('../ringfence.config.json')) as { tenancy: TenancyInput }
  return [
    ...examples,
    { name: 'migrations-example', files: files.map(read), tenancy: tenancyOf(config.tenancy) },
  ]
}

export function tenancyOf(input: TenancyInput): Tenancy {
  return resolveTenancy(tenancyDeclaration.parse(input))
}

/** What the checks find at the end: check, subject and fix. An unmodelled statement's subject tells its text, so it counts only. */
export function verdictOf(model: SchemaModel, tenancy: Tenancy): string[] {
  const isolation = new Isolation(model, tenancy, new RoutineBodies())
  const defects = [...examine(activeChecks({}), tenancy, isolation, null).values()]
  return defects
    .map(({ check, found }) =>
      check.rule === 'unmodelled'
        ? check.id
        : `${check.id} ${found.subject}: ${check.fix?.(found) ?? 'no fix'}`,
    )
    .sort()
}
