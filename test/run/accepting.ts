import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/load-config.ts'
import type { CheckResult } from '../../src/findings/check-result.ts'
import type { Finding } from '../../src/findings/finding.ts'
import { check } from '../../src/run/check.ts'
import { folderWith } from '../cli/ringfence.ts'

const tenancy = {
  tenantKey: 'tenant_id',
  tenants: 'public.tenants',
  context: { tenantSetting: 'app.tenant_id' },
  appRoles: ['app_user'],
}

export const tenants = `create role app_user;
create table public.tenants (id uuid primary key);
alter table public.tenants enable row level security, force row level security;
create policy own on public.tenants to app_user using (id = current_setting('app.tenant_id')::uuid)
  with check (id = current_setting('app.tenant_id')::uuid);\n`

/** A table with a key and an index, and no row security. */
export const open = (name: string): string =>
  `create table public.${name} (id uuid primary key, tenant_id uuid not null references public.tenants);
create index on public.${name} (tenant_id);\n`

export const accepting = (what: string): string => `-- ringfence: accept ${what}\n`

const server = { databaseUrl: null, engine: null, statementTimeout: 0, onProgress: () => undefined }

interface Options {
  readonly paths?: readonly string[]
  readonly baseline?: string
  readonly update?: boolean
}

/** A folder of migrations, the first of which makes the tenants, with a config beside it. */
export class Project {
  readonly cwd: string

  constructor(migrations: Readonly<Record<string, string>>, config: object = {}) {
    const files = Object.entries(migrations).map(([name, sql]) => [
      name.includes('/') ? name : `m/${name}`,
      sql,
    ])
    this.cwd = folderWith({
      'm/0.sql': tenants,
      ...Object.fromEntries(files),
      'ringfence.config.json': JSON.stringify({ migrations: ['m'], tenancy, ...config }),
    })
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.cwd, file), text)
  }

  read(file: string): string {
    return readFileSync(join(this.cwd, file), 'utf8')
  }

  async check({ paths = [], baseline, update = false }: Options = {}): Promise<Checked> {
    const { cwd } = this
    const config = await loadConfig({ cwd, file: null })
    const file = baseline ?? config?.baseline ?? null
    const { result, notes } = await check(
      { cwd, paths, layout: null, config, baseline: file === null ? null : { file, isWritten: update } },
      server,
    )
    return new Checked(result, notes)
  }
}

export class Checked {
  readonly result: CheckResult
  readonly notes: readonly string[]

  constructor(result: CheckResult, notes: readonly string[]) {
    this.result = result
    this.notes = notes
  }

  /** `check subject @file:line` of each finding that is more than information. */
  get found(): string[] {
    return this.result.findings
      .filter(({ severity }) => severity !== 'info')
      .map((finding) => this.#told(finding))
  }

  /** What is told of comments and of the baseline: `check: message`. */
  get complaints(): string[] {
    return this.result.findings
      .filter(({ check }) => /^(suppression|baseline)-/.test(check))
      .map(({ check, message }) => `${check}: ${message}`)
  }

  #told({ check, subject, file, source }: Finding): string {
    const name = /^suppression-/.test(check) ? '' : ` ${subject}`
    const text = source === null ? undefined : this.result.texts.get(source.file)
    const line = text?.slice(0, source?.start).split('\n').length
    return `${check}${name} @${file?.replace(/^m\//, '')}:${line}`
  }
}
