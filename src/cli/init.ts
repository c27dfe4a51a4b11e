import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { findConfig } from '../config/find-config.ts'
import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import { count, printableLine } from '../report/terminal.ts'
import { check } from '../run/check.ts'
import { type ConfigEntry, untoldIn } from '../run/init/config-entry.ts'
import { type ConfigFile, configFileFor, isInstalled } from '../run/init/config-file.ts'
import { findHistories } from '../run/init/find-histories.ts'
import { proposeConfig, survey } from '../run/init/propose-config.ts'
import type { Told } from '../run/init/propose-tenancy.ts'
import { type CiName, ciNames, workflowFor } from '../run/init/workflow.ts'
import { writeNew } from '../run/init/write-new.ts'
import { exitCodes } from './exit-codes.ts'
import type { Questions } from './init-questions.ts'
import { layoutOf, programs } from './options.ts'
import { startParser } from './parser.ts'

export interface InitOptions {
  readonly layout?: string
  readonly tenantKey?: string
  readonly appRole?: readonly string[]
  readonly print: boolean
  readonly hook: boolean
  readonly ci?: string
  /** False for `--no-questions`. */
  readonly questions: boolean
}

/** Proposes a config from the migrations that are there, and sets up what runs the check. */
export async function init(paths: readonly string[], options: InitOptions): Promise<number> {
  const cwd = process.cwd()
  const ci = ciOf(options.ci)
  const existing = findConfig(cwd)
  const isHere = existing !== null && dirname(existing) === cwd
  const isFirst = existing === null || (!isHere && ci === null && !options.hook)
  if (!isFirst && !options.print && ci === null && !options.hook) {
    throw new InputError('is there already, and stays as it is', {
      file: relative(cwd, existing),
      hint: 'See with --print what would be proposed.',
    })
  }
  if (isFirst && existing !== null)
    tell(`${relative(cwd, existing)} stands above; here and below, the new one counts`)
  const questions = await questionsFor(options)
  const proposed = isFirst || options.print ? await propose(cwd, paths, options, questions) : null
  const hook = options.hook || (isFirst && isInRepository(cwd) && (await questions?.hook()) === true)
  const job = ci ?? (isFirst ? await jobWanted(cwd, questions) : null)
  if (options.print) process.stdout.write(proposed?.text ?? '')
  else {
    if (proposed !== null) write(cwd, proposed)
    if (hook) await addHook(cwd)
    if (job !== null) addJob(cwd, job)
  }
  if (proposed !== null) tell(await firstFindings(cwd, proposed))
  if (!options.print) tell(`next: ${nextStep(cwd)}`)
  return exitCodes.clean
}

/** The config, told on stderr what it rests on. */
async function propose(
  cwd: string,
  paths: readonly string[],
  options: InitOptions,
  questions: Questions | null,
): Promise<ConfigFile> {
  const layout = await layoutOf(options.layout)
  const chosen = paths.length > 0 ? paths : [await chosenHistory(cwd, questions)]
  startParser()
  const surveyed = await survey({ cwd, paths: chosen, layout, programs })
  for (const note of surveyed.loaded.notes) tell(note)
  const asked = surveyed.questions === null ? {} : await questions?.tenancy(surveyed.questions)
  const entries = proposeConfig(surveyed, { ...asked, ...toldBy(options) })
  for (const line of choices(entries)) tell(line)
  for (const { path, question } of untoldIn(entries)) tell(`open: ${path}: ${question}`)
  const { size } = surveyed.loaded.history.model.unmodelled
  if (size > 0) tell(`${count(size, 'statement')} could not be modelled, and may hold more than is told here`)
  return configFileFor(entries, cwd)
}

/** What the check finds under a config. */
async function firstFindings(cwd: string, { config }: ConfigFile): Promise<string> {
  const { result } = await check({ cwd, paths: [], layout: null, config, programs }, noServer)
  const of = (severity: string) => result.findings.filter((finding) => finding.severity === severity).length
  const found = `${count(of('error'), 'error')} and ${count(of('warning'), 'warning')}`
  return `the check finds ${found} in ${count(result.files, 'file')}`
}

const noServer = { databaseUrl: null, engine: null, statementTimeout: 0, onProgress: () => undefined }

async function chosenHistory(cwd: string, questions: Questions | null): Promise<string> {
  const { histories, notes } = findHistories(cwd)
  for (const note of notes) tell(note)
  const [first, ...others] = histories
  if (first === undefined) {
    throw new InputError('no migrations are found here or below', {
      hint: 'Name their folder: ringfence init db/migrations',
    })
  }
  if (others.length === 0) return first.path
  if (questions !== null) return await questions.history(histories)
  const named = histories.map(({ path, layout, files }) => `${path} (${layout}, ${count(files, 'file')})`)
  throw new InputError(`there are several histories: ${named.join(', ')}`, {
    hint: `Name the folder of one, as in ringfence init ${first.path}; of folders that make one history, all in their order.`,
  })
}

function toldBy({ tenantKey, appRole }: InitOptions): Told {
  return {
    ...(tenantKey === undefined ? {} : { tenantKey }),
    ...(appRole === undefined ? {} : { appRoles: appRole }),
  }
}

/** What was chosen, a line each, with the reason. */
function choices(entries: readonly ConfigEntry[], path = ''): string[] {
  return entries.flatMap((entry) => {
    const own = `${path}${entry.key}`
    if ('entries' in entry) return choices(entry.entries, `${own}.`)
    return entry.isTold ? [`${own}: ${cut(JSON.stringify(entry.value))} (${cut(entry.notes.join(' '))})`] : []
  })
}

function cut(text: string): string {
  return text.length > 160 ? `${text.slice(0, 159)}\u2026` : text
}

/** The library that asks is loaded only where somebody is there to answer. */
async function questionsFor({ questions, print }: InitOptions): Promise<Questions | null> {
  const { stdin, stderr } = process
  if (!questions || print || !stdin.isTTY || !stderr.isTTY) return null
  const { Questions } = await import('./init-questions.ts')
  return new Questions({ input: stdin, output: stderr })
}

function ciOf(name: string | undefined): CiName | null {
  if (name === undefined) return null
  const known = ciNames.find((one) => one === name)
  if (known === undefined) throw new InputError(`unknown CI "${name}"; ${suggestion(name, ciNames)}`)
  return known
}

/** The CI that the project has, if somebody wants a job there. */
async function jobWanted(cwd: string, questions: Questions | null): Promise<CiName | null> {
  if (questions === null) return null
  const has = (file: string) => existsSync(join(cwd, file))
  const ci = has('.gitlab-ci.yml') ? 'gitlab' : has('.github') ? 'github' : null
  return ci !== null && (await questions.job(ci)) ? ci : null
}

function addJob(cwd: string, ci: CiName): void {
  const gitlab = readFileSync(new URL('../../ci/gitlab.yml', import.meta.url), 'utf8')
  const { note, ...job } = workflowFor(ci, cwd, gitlab)
  write(cwd, job)
  if (note !== null) tell(note)
}

/** Writes the hook where git looks for it, or says what to add to the one of somebody else. */
async function addHook(cwd: string): Promise<void> {
  const { installHook } = await import('../run/git/hook.ts')
  const outcome = installHook(cwd)
  if (outcome.kind === 'written') tell(`wrote ${outcome.file}`)
  else if (outcome.kind === 'present') tell(`${outcome.file} runs ringfence already`)
  else {
    tell(`${outcome.file} is left as it is: ${outcome.reason}. Add to it:`)
    for (const line of outcome.add.split('\n')) tell(`  ${line}`)
  }
}

function isInRepository(cwd: string): boolean {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.git'))) return true
    if (folder === dirname(folder)) return false
  }
}

/** What there is to do now: a hook and a CI job run what the project has installed. */
function nextStep(cwd: string): string {
  const isMissing = existsSync(join(cwd, 'package.json')) && !isInstalled(cwd)
  return isMissing ? 'npm install --save-dev ringfence, then npx ringfence check' : 'npx ringfence check'
}

function write(cwd: string, { file, text }: { readonly file: string; readonly text: string }): void {
  writeNew(cwd, file, text)
  tell(`wrote ${file}`)
}

function tell(line: string): void {
  process.stderr.write(`${printableLine(line)}\n`)
}
