import type { DatabaseSetting, RoleName } from '../model/schema-model.ts'
import { sql } from '../sql/template.ts'
import type { Reading } from './reading.ts'

interface SettingRow {
  readonly role: RoleName | null
  readonly name: string
  readonly value: string
}

/** The narrower after the wider: what is set for this database wins over what is set for all. */
const settings = sql`
  select r.rolname as role,
    pg_catalog.lower(pg_catalog.split_part(item.setting, '=', 1)) as name,
    pg_catalog.substr(item.setting, pg_catalog.strpos(item.setting, '=') + 1) as value
  from pg_catalog.pg_db_role_setting s
    left join pg_catalog.pg_roles r on r.oid = s.setrole
    left join pg_catalog.pg_database d on d.oid = s.setdatabase,
    lateral pg_catalog.unnest(s.setconfig) with ordinality as item (setting, place)
  where s.setdatabase = 0 or d.datname = pg_catalog.current_database()
  order by s.setrole, s.setdatabase, item.place`

export interface Settings {
  /** `name=value` by role. */
  readonly ofRoles: ReadonlyMap<RoleName, readonly string[]>
  readonly ofDatabase: ReadonlyMap<string, DatabaseSetting>
}

/** What ALTER ROLE ... SET and ALTER DATABASE ... SET left. */
export async function readSettings(reading: Reading): Promise<Settings> {
  const ofDatabase = new Map<string, DatabaseSetting>()
  const byRole = new Map<RoleName, Map<string, string>>()
  for (const { role, name, value } of await reading.rows<SettingRow>(settings)) {
    if (role === null) ofDatabase.set(name, { name, value, source: null })
    else byRole.set(role, (byRole.get(role) ?? new Map<string, string>()).set(name, value))
  }
  const ofRoles = [...byRole].map(
    ([role, values]) => [role, [...values].map(([name, value]) => `${name}=${value}`)] as const,
  )
  return { ofRoles: new Map(ofRoles), ofDatabase }
}
