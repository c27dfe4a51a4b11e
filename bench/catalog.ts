import { spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmbedded } from '../src/engine/embedded.ts'
import type { Database } from '../src/engine/engine.ts'
import { median } from './paired.ts'

export interface AuditTimes {
  readonly tables: number
  /** Wall seconds of `ringfence audit --format json` as a whole process: median, least, most. */
  readonly seconds: readonly [number, number, number]
  /** What the process itself used, the median of the runs. A shared machine changes it less than the time that passed. */
  readonly processorSeconds: number
  /** Its peak memory, the median of the runs. */
  readonly megabytes: number
}

interface Run {
  readonly seconds: number
  readonly processorSeconds: number
  readonly megabytes: number
}

/** How long an audit takes by the number of tables, each with eight columns, four policies and three indexes. */
export async function auditTimes(
  cli: string,
  folder: string,
  sizes: readonly number[],
  runs: number,
): Promise<AuditTimes[]> {
  writeFileSync(join(folder, 'ringfence.config.json'), JSON.stringify(config))
  const engine = await startEmbedded()
  try {
    const times: AuditTimes[] = []
    for (const tables of sizes) {
      const database = await engine.createDatabase()
      await fill(database, tables)
      const all = Array.from({ length: runs + 1 }, () => audit(cli, folder, database.url)).slice(1)
      const seconds = all.map((run) => run.seconds)
      times.push({
        tables,
        seconds: [median(seconds), Math.min(...seconds), Math.max(...seconds)],
        processorSeconds: median(all.map((run) => run.processorSeconds)),
        megabytes: median(all.map((run) => run.megabytes)),
      })
      await engine.reset()
    }
    return times
  } finally {
    await engine.stop()
  }
}

const config = {
  tenancy: {
    tenantKey: 'tenant_id',
    tenants: 'app.tenants',
    context: { tenantSetting: 'app.tenant_id' },
    appRoles: ['app_user'],
  },
  // A foreign key from each of ten thousand tables to one takes the server hours to make.
  checks: { 'tenant-key-without-foreign-key': 'off' },
}

const beginning = `
  create role app_user; create schema app; grant usage on schema app to app_user;
  create table app.tenants (id uuid primary key);
  create function app.current_tenant_id() returns uuid language sql stable set search_path = ''
    return nullif(current_setting('app.tenant_id', true), '')::uuid;
  create function app.touch() returns trigger language plpgsql as $$ begin return new; end $$;`

export async function fill(database: Database, tables: number): Promise<void> {
  const connection = await database.connect()
  try {
    await connection.query(beginning)
    const batch = 200
    for (let first = 0; first < tables; first += batch) {
      const count = Math.min(batch, tables - first)
      await connection.query(Array.from({ length: count }, (_, at) => tableSql(first + at)).join('\n'))
    }
  } finally {
    await connection.close()
  }
}

function tableSql(at: number): string {
  const name = `app.t${at}`
  const own = '(tenant_id = (select app.current_tenant_id()))'
  const parent =
    at % 20 === 0 ? '' : `, foreign key (tenant_id, parent_id) references app.t${at - 1} (tenant_id, id)`
  return `
    create table ${name} (
      id uuid primary key default gen_random_uuid(), tenant_id uuid not null, parent_id uuid,
      name text not null default '', amount numeric(12, 2) check (amount > 0), state text not null default 'open',
      data jsonb, created_at timestamptz not null default now(), unique (tenant_id, id)${parent}
    );
    create index on ${name} (tenant_id, created_at);
    alter table ${name} enable row level security, force row level security;
    create policy reads on ${name} for select to app_user using ${own};
    create policy adds on ${name} for insert to app_user with check ${own};
    create policy changes on ${name} for update to app_user using ${own} with check ${own};
    create policy removes on ${name} for delete to app_user using (${own} and t${at}.state = 'open');
    grant select, insert, update, delete on ${name} to app_user;
    create trigger touch before update on ${name} for each row execute function app.touch();`
}

/** What a process used is told by a module that it loads first, and that writes it down at its end. */
const reporter = `
  import { writeFileSync } from 'node:fs'
  process.on('exit', () => writeFileSync('usage.json', JSON.stringify(process.resourceUsage())))`

function audit(cli: string, folder: string, url: string): Run {
  writeFileSync(join(folder, 'report-usage.mjs'), reporter)
  const out = openSync(join(folder, 'audit.json'), 'w')
  try {
    const start = process.hrtime.bigint()
    const args = ['--import', './report-usage.mjs', cli, 'audit', '--database-url', url, '--format', 'json']
    const run = spawnSync(process.execPath, args, { cwd: folder, stdio: ['ignore', out, 'pipe'] })
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    if (run.error) throw run.error
    if (run.status === null || run.status > 1) {
      throw new Error(`ringfence audit failed (${run.status ?? run.signal}): ${run.stderr.toString()}`)
    }
    const usage: NodeJS.ResourceUsage = JSON.parse(readFileSync(join(folder, 'usage.json'), 'utf8'))
    return {
      seconds,
      processorSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
      megabytes: usage.maxRSS / 1024,
    }
  } finally {
    closeSync(out)
  }
}
