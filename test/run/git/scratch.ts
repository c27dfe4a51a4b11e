import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { loadConfig } from '../../../src/config/load-config.ts'
import type { CheckResult } from '../../../src/findings/check-result.ts'
import { check } from '../../../src/run/check.ts'
import { type ChangesAsked, findChanges } from '../../../src/run/git/find-changes.ts'
import { folderWith } from '../../cli/ringfence.ts'

export const table = (name: string) =>
  `create table public.${name} (id uuid primary key, tenant_id uuid not null references public.tenants);
create index on public.${name} (tenant_id);\n`

export const protection = (name: string) =>
  `alter table public.${name} enable row level security, force row level security;
create policy own on public.${name} using (tenant_id = current_setting('app.tenant_id')::uuid)
  with check (tenant_id = current_setting('app.tenant_id')::uuid);\n`

/** A history that nothing is wrong with. */
export const history = {
  'ringfence.config.json': JSON.stringify({
    migrations: ['db/migrations'],
    tenancy: {
      tenantKey: 'tenant_id',
      tenants: 'public.tenants',
      context: { tenantSetting: 'app.tenant_id' },
      appRoles: [],
    },
  }),
  'db/migrations/001_tenants.sql': `create table public.tenants (id uuid primary key);
alter table public.tenants enable row level security, force row level security;
create policy own on public.tenants using (id = current_setting('app.tenant_id')::uuid)
  with check (id = current_setting('app.tenant_id')::uuid);\n`,
  'db/migrations/002_notes.sql': table('notes'),
  'db/migrations/003_protect.sql': protection('notes'),
}

const identity = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@example.com']

/** What git says; throws where it fails. */
export function git(cwd: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', [...identity, ...args], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** A repository whose first commit holds these files; removed when the test is over. */
export function repositoryWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = folderWith(files)
  git(folder, 'init', '--quiet', '--initial-branch', 'main')
  commitAll(folder)
  return folder
}

export function commitAll(folder: string): void {
  git(folder, 'add', '--all')
  git(folder, 'commit', '--quiet', '--no-verify', '--allow-empty', '--message', 'changes')
}

export function write(folder: string, file: string, content: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), content)
}

/** Writes a file and stages it. */
export function stage(folder: string, file: string, content: string): void {
  write(folder, file, content)
  git(folder, 'add', '--', file)
}

export interface Judged {
  /** `check subject @file` of each finding that is more than information. */
  readonly found: readonly string[]
  readonly notes: readonly string[]
  /** Null where nothing was there to judge. */
  readonly result: CheckResult | null
}

/** What `ringfence check` finds of the changes, with the folder as working directory. */
export async function judge(
  cwd: string,
  asked: ChangesAsked = { kind: 'staged' },
  paths: readonly string[] = [],
): Promise<Judged> {
  const request = { cwd, paths, layout: null, config: await loadConfig({ cwd, file: null }) }
  const changes = findChanges(request, asked)
  if (typeof changes === 'string') return { found: [], notes: [changes], result: null }
  const { result, notes } = await check(request, noServer, changes)
  const blocking = result.findings.filter(({ severity }) => severity !== 'info')
  const found = blocking.map(({ check: id, subject, file }) => `${id} ${subject} @${file}`)
  return { found, notes, result }
}

const noServer = { databaseUrl: null, engine: null, statementTimeout: 0, onProgress: () => undefined }
