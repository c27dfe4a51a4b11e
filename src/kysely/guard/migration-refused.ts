import { withoutPasswords } from '../../findings/passwords.ts'
import { count, printable, printableLine } from '../../report/terminal.ts'
import { type CallSite, displayCallSite } from './call-site.ts'

/** One reason why a migration was refused. */
export interface Problem {
  /** Id of the check that found it; null for what the guard itself refuses. */
  readonly check: string | null
  /** The finest object concerned, as findings name it; null where it is a statement. */
  readonly subject: string | null
  readonly message: string
  /** What to do, starting with a verb. */
  readonly help: string | null
  /** SQL that mends it, where that is mechanical. */
  readonly fix: string | null
  /** The call that sent the statement, or tried to. */
  readonly at: CallSite | null
  readonly statement: string | null
}

/**
 * A migration that `guardMigrations` does not let through: Kysely rolls it back, with what was done before it in the same
 * transaction. The message is for a reader; `problems` holds the same for a program.
 */
export class MigrationRefused extends Error {
  override readonly name = 'MigrationRefused'
  readonly migration: string
  readonly direction: 'up' | 'down'
  readonly problems: readonly Problem[]

  /** `kept`: what of it stays although it is refused, in a clause; null where all is rolled back. */
  constructor(
    migration: string,
    direction: 'up' | 'down',
    problems: readonly Problem[],
    { kept = null, cause }: { readonly kept?: string | null; readonly cause?: unknown } = {},
  ) {
    super(messageOf(migration, direction, problems, kept), cause === undefined ? {} : { cause })
    this.migration = migration
    this.direction = direction
    this.problems = problems
  }
}

function messageOf(
  migration: string,
  direction: 'up' | 'down',
  problems: readonly Problem[],
  kept: string | null,
): string {
  const undone = kept ?? (direction === 'up' ? 'it is rolled back' : 'what it undid stays')
  const heading = `${printableLine(migration)}, ${direction}(): ${count(problems.length, 'problem')}; ${undone}`
  const blocks = grouped(problems).map(([first, ...others]) => block(first, [first, ...others]))
  return [heading, ...blocks].join('\n\n')
}

type Group = readonly [Problem, ...Problem[]]

/** What one statement is to blame for is told below it. */
function grouped(problems: readonly Problem[]): readonly Group[] {
  const groups = new Map<string, [Problem, ...Problem[]]>()
  for (const problem of problems) {
    const key = JSON.stringify([problem.at, problem.statement])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [problem])
    else group.push(problem)
  }
  return [...groups.values()]
}

function block({ at, statement }: Problem, problems: Group): string {
  const place = at === null ? [] : [`  at ${printableLine(displayCallSite(at))}`]
  const quoted = statement === null ? [] : excerpt(statement).map((row) => `    | ${row}`)
  return [...place, ...quoted, ...problems.flatMap(rowsOf)].join('\n')
}

function rowsOf({ check, message, help, fix }: Problem): string[] {
  return [
    `  error: ${printable(withoutPasswords(message))}${check === null ? '' : ` [${check}]`}`,
    ...(help === null || (fix !== null && help.includes(fix)) ? [] : labelled('help', help)),
    ...(fix === null ? [] : labelled('fix', fix)),
  ]
}

function labelled(label: string, text: string): string[] {
  const [first = '', ...rest] = printable(withoutPasswords(text)).trimEnd().split('\n')
  const indent = ' '.repeat(label.length + 6)
  return [`    ${label}: ${first}`, ...rest.map((row) => indent + row)]
}

const shownLines = 6
const shownWidth = 120

/** The beginning of a statement, without the passwords in it. */
function excerpt(statement: string): string[] {
  const rows = printable(withoutPasswords(statement)).trim().split('\n')
  const shown = rows
    .slice(0, shownLines)
    .map((row) => (row.length > shownWidth ? `${row.slice(0, shownWidth)} ...` : row))
  return rows.length > shownLines ? [...shown, '...'] : shown
}
