import { InputError } from '../../findings/input-error.ts'
import { suggestion } from '../../findings/nearest.ts'
import { dbmate } from './dbmate.ts'
import { diesel } from './diesel.ts'
import { drizzle } from './drizzle.ts'
import { dump } from './dump.ts'
import { flyway } from './flyway.ts'
import type { Folder } from './folder.ts'
import { golangMigrate } from './golang-migrate.ts'
import { goose } from './goose.ts'
import { graphileMigrate } from './graphile-migrate.ts'
import { hasura } from './hasura.ts'
import { kysely } from './kysely.ts'
import { type Layout, type LayoutName, layoutNames } from './layout.ts'
import { nodePgMigrate } from './node-pg-migrate.ts'
import { numbered } from './numbered.ts'
import { pop } from './pop.ts'
import { prisma } from './prisma.ts'
import { refinery } from './refinery.ts'
import { sqitch } from './sqitch.ts'
import { sqlMigrate } from './sql-migrate.ts'
import { sqlx } from './sqlx.ts'
import { supabase } from './supabase.ts'

const layouts: Readonly<Record<LayoutName, Layout>> = {
  sqitch,
  drizzle,
  'graphile-migrate': graphileMigrate,
  prisma,
  hasura,
  diesel,
  supabase,
  pop,
  sqlx,
  refinery,
  'node-pg-migrate': nodePgMigrate,
  'golang-migrate': golangMigrate,
  flyway,
  goose,
  dbmate,
  'sql-migrate': sqlMigrate,
  kysely,
  dump,
  numbered,
}

/** The first layout, in the order of `layoutNames`, that the folder is laid out in. */
export function layoutOf(folder: Folder): Layout | null {
  const name = layoutNames.find((one) => layouts[one].detect(folder))
  return name === undefined ? null : layouts[name]
}

/** The layout of a name that a user gave. */
export function layoutNamed(name: string): Layout {
  const known = layoutNames.find((one) => one === name)
  if (known !== undefined) return layouts[known]
  throw new InputError(`unknown layout "${name}"; ${suggestion(name, layoutNames)}`, {
    hint: `The layouts are ${layoutNames.join(', ')}.`,
  })
}
