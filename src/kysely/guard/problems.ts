import type { Defect } from '../../checks/examine.ts'
import { displayId, readName } from '../../sql/identifiers.ts'
import { kindOf, walk } from '../../sql/node.ts'
import { type Unfinished, unfinishedMessage } from '../unfinished.ts'
import type { CapturedStatement } from './captured-statement.ts'
import type { Stranger } from './context-functions.ts'
import type { Problem } from './migration-refused.ts'
import { type Objection, objectionToRows } from './objections.ts'
import type { Failure, Refusal } from './statement-gate.ts'

/** A finding, and the statement that is most likely to blame for it. */
export function problemOfDefect({ check, found }: Defect, captured: readonly CapturedStatement[]): Problem {
  const statement = culprit(found.subject, captured)
  return {
    check: check.id,
    subject: found.subject,
    message: found.message,
    help: found.help ?? null,
    fix: check.fix?.(found) ?? null,
    at: statement?.at ?? null,
    statement: statement?.text ?? null,
  }
}

/** A finding about what another connection has committed meanwhile. */
export function problemElsewhere({ check, found }: Defect): Problem {
  return {
    check: check.id,
    subject: found.subject,
    message: `${found.message}; another connection made it while this migration ran, and it stays`,
    help: 'Use the handle that the migration is given, and mend by hand what was committed past it.',
    fix: check.fix?.(found) ?? null,
    at: null,
    statement: null,
  }
}

/** Rows that a `down` changed from within a function or a trigger. */
export function problemOfRows(table: string, captured: readonly CapturedStatement[]): Problem {
  const statement = culprit(table, captured)
  return {
    ...problemOfObjection({ ...objectionToRows, message: `${table}: ${objectionToRows.message}` }),
    subject: table,
    at: statement?.at ?? null,
    statement: statement?.text ?? null,
  }
}

export function problemOfSetting(name: string): Problem {
  return problemOfObjection({
    message: `it grants the setting ${name}: who may set it goes past triggers and foreign keys, or has code of his own loaded`,
    help: 'Leave it to superusers.',
  })
}

/** A function of the context that nobody has read. */
export function problemOfContext(routine: Stranger, captured: readonly CapturedStatement[]): Problem {
  const subject = displayId(routine.namespace, routine.name)
  const statement = culprit(subject, captured)
  return {
    ...problemOfObjection({
      message: `${subject} says for whom a statement runs, and is not as createTenancy makes it: policies trust whatever it returns`,
      help: 'Change it with upgradeTenancy. Where it is written by hand on purpose, have it read, and name the migration in contextByHand.',
    }),
    subject,
    at: statement?.at ?? null,
    statement: statement?.text ?? null,
  }
}

export function problemOfRefusal({ message, help, text, at }: Refusal): Problem {
  return { check: null, subject: null, message, help, fix: null, at, statement: text }
}

export function problemOfUnfinished(unfinished: Unfinished): Problem {
  return problemOfObjection({
    message: unfinishedMessage(unfinished),
    help: 'Put .execute() at its end, and await before it.',
  })
}

export function problemOfObjection({ message, help }: Objection): Problem {
  return { check: null, subject: null, message, help, fix: null, at: null, statement: null }
}

export function problemOfStatement({ text, at }: CapturedStatement, objection: Objection): Problem {
  return { ...problemOfObjection(objection), at, statement: text }
}

export function problemOfFailure({ text, at }: Failure, message: string, help: string): Problem {
  return { check: null, subject: null, message, help, fix: null, at, statement: text }
}

/** The first of those that name most of the subject; else one that can hold any statement; else the last. */
function culprit(subject: string, captured: readonly CapturedStatement[]): CapturedStatement | undefined {
  const names = subject.split('/').flatMap((part) => readName(part)?.at(-1) ?? [])
  const scores = captured.map((statement) => namesIn(statement, names))
  const best = Math.max(0, ...scores)
  if (best > 0) return captured[scores.indexOf(best)]
  return captured.find(({ node }) => opaque.has(kindOf(node))) ?? captured.at(-1)
}

const opaque: ReadonlySet<string> = new Set(['DoStmt', 'CallStmt', 'SelectStmt', 'ExecuteStmt'])

function namesIn({ node }: CapturedStatement, names: readonly string[]): number {
  const found = new Set<string>()
  walk(node, (_, value: object) => {
    for (const name of Object.values(value))
      if (typeof name === 'string' && names.includes(name)) found.add(name)
    return true
  })
  return found.size
}
