import type { TypeName } from 'libpg-query'
import { as } from '../../sql/node.ts'
import { argumentType } from '../routine-names.ts'
import type { State } from '../state.ts'
import { itemsOf } from './array-functions.ts'
import { cast } from './casts.ts'
import type { Frame } from './frame.ts'
import type { Rows } from './select.ts'
import { Sql, type Target, type TargetVariable } from './steps.ts'
import { equals, NullRow, Row, Unknown, unknown, type Value } from './value.ts'
import type { Variable } from './variables.ts'

/** Gives a variable or a field a value, as its type has it. */
export function assign(frame: Frame, { path, hasSubscript }: TargetVariable, value: Value): void {
  const [name = '', ...rest] = path
  const direct = frame.variables.find(name)
  const variable = direct ?? frame.variables.labelled(path)
  if (variable === undefined) return
  const fields = direct === undefined ? rest.slice(1) : rest
  if (hasSubscript) variable.value = unknown
  else
    variable.value =
      fields.length === 0 ? coerced(frame, variable, value) : withField(variable.value, fields, value)
}

function withField(record: Value, [name = '', ...rest]: readonly string[], value: Value): Value {
  if (record instanceof Unknown) return unknown
  const fields = record instanceof Row ? record.fields : new Map<string, Value>()
  const inner = rest.length === 0 ? value : withField(fields.get(name) ?? null, rest, value)
  return new Row(new Map([...fields, [name, inner]]), !(record instanceof Row) || record.isOpen)
}

/** The value as a declared type has it; types that are not read keep what is given. */
export function coerced({ execution }: Frame, { type }: Variable, value: Value): Value {
  const typeName = type === null ? undefined : typeOf(type)
  if (typeName === undefined) return value
  const { state } = execution.context
  if ((typeName.arrayBounds ?? []).length > 0 && itemsOf(value) === undefined) return unknown
  return cast(state, value, typeName)
}

function typeOf(type: string): TypeName | undefined {
  if (type.includes('%')) return undefined
  return as(new Sql(`NULL::${type}`, 'expression').expression, 'TypeCast')?.typeName
}

/** A declared type as the arguments of routines have it; null where it is not read. */
export function typeNamed(state: State, type: string): string | null {
  const typeName = typeOf(type)
  return typeName === undefined ? null : argumentType(state, typeName)
}

/** SELECT INTO: the first row, or NULL where there is none. */
export function assignRow(frame: Frame, target: Target, { rows, isOrdered }: Rows): void {
  const sure = rows.filter(({ isSure, isDoubtful }) => isSure && !isDoubtful)
  const isKnown = sure.length === rows.length
  const [first] = sure
  if (rows.length === 0) setRow(frame, target, null)
  else if (first === undefined) forgetTargets(frame, target)
  else if (isKnown && (isOrdered || rows.length === 1)) setRow(frame, target, first.row)
  else setRow(frame, target, agreed(rows.map(({ row }) => row)))
}

/** Sets `FOUND` by the rows that a statement gave. */
export function found(frame: Frame, { rows }: Rows): void {
  const isFound = rows.some(({ isSure, isDoubtful }) => isSure && !isDoubtful)
  setFound(frame, isFound ? true : rows.length === 0 ? false : unknown)
}

export function setFound(frame: Frame, value: Value): void {
  const variable = frame.variables.find('found')
  if (variable !== undefined) variable.value = value
}

/** What all rows agree in. */
export function agreed(rows: readonly Row[]): Row {
  const [first, ...others] = rows
  const fields = [...(first?.fields ?? [])].map(([name, value]): [string, Value] => {
    const isSame = others.every((other) => {
      const another = other.get(name)
      return (another === null && value === null) || equals(another, value) === true
    })
    return [name, isSame ? value : unknown]
  })
  return new Row(
    new Map(fields),
    rows.some(({ isOpen }) => isOpen),
  )
}

/** Gives the targets of an assignment the columns of a row; null for a row of NULLs. */
export function setRow(frame: Frame, target: Target, row: Row | null): void {
  if ('record' in target) {
    assign(frame, target.record, row ?? new NullRow())
    return
  }
  const values = [...(row?.fields.values() ?? [])]
  for (const [at, variable] of target.columns.entries()) {
    assign(frame, variable, values[at] ?? (row?.isOpen && at >= values.length ? unknown : null))
  }
}

/** Makes the targets unknown, and `FOUND` with them. */
export function forget(frame: Frame, target: Target): void {
  setFound(frame, unknown)
  forgetTargets(frame, target)
}

function forgetTargets(frame: Frame, target: Target): void {
  const variables = 'record' in target ? [target.record] : target.columns
  for (const variable of variables) assign(frame, variable, unknown)
}

export function forgetNames(frame: Frame, names: ReadonlySet<string>): void {
  for (const name of names) {
    const variable = frame.variables.find(name)
    if (variable !== undefined) variable.value = unknown
  }
}
