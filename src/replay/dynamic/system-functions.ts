import { digitsStandIn } from '../../sql/stand-in.ts'
import { creationNamespace } from '../names.ts'
import type { State } from '../state.ts'
import { quotedIdentifier } from './format.ts'
import { namedObject, printed } from './objects.ts'
import { isOpenNamespace } from './sources/rows.ts'
import { isUnknown, ObjectReference, RowSet, textOf, Unknown, unknown, type Value } from './value.ts'

type SystemFunction = (state: State, args: readonly Value[]) => Value

/** `to_regclass` and its family give NULL where nothing has the name. */
function lookedUp(type: string): SystemFunction {
  return (state, [name = null]) => {
    if (name === null) return null
    const text = textOf(name)
    if (isUnknown(name) || typeof text !== 'string') return unknown
    const found = namedObject(state, type, text)
    if (found !== undefined) {
      return found instanceof ObjectReference && state.announced.has(found.id) ? unknown : found
    }
    const isClosed = type === 'regclass' && !isOpenNamespace(state, text)
    return isClosed ? null : unknown
  }
}

function currentSetting(state: State, [name = null]: readonly Value[]): Value {
  if (typeof name !== 'string') return unknown
  if (name.toLowerCase() === 'search_path')
    return state.session.settings.has('search_path') ? state.session.searchPath.join(', ') : unknown
  return (
    state.session.settings.get(name.toLowerCase()) ??
    state.databaseSettings.get(name.toLowerCase())?.value ??
    unknown
  )
}

const numericParts = ['year', 'isoyear', 'quarter', 'month', 'week', 'day', 'doy', 'hour', 'minute']

/** Functions of `pg_catalog` whose answer the schema or the session has. */
export const systemFunctions: Readonly<Record<string, SystemFunction>> = {
  to_regclass: lookedUp('regclass'),
  to_regtype: lookedUp('regtype'),
  to_regnamespace: lookedUp('regnamespace'),
  to_regrole: lookedUp('regrole'),
  to_regproc: lookedUp('regproc'),
  to_regprocedure: lookedUp('regprocedure'),
  current_schema: (state) => creationNamespace(state, {}),
  current_schemas: (state, [implicit]) =>
    implicit === false ? state.session.searchPath.filter((name) => state.namespaces.has(name)) : unknown,
  current_setting: currentSetting,
  format_type: (_, [type = null]) =>
    type instanceof ObjectReference && type.kind === 'type' ? new Unknown(type.id) : unknown,
  pg_get_userbyid: (_, [role = null]) =>
    role instanceof ObjectReference && role.kind === 'role' ? role.id : unknown,
  pg_table_is_visible: (state, [relation = null]) => {
    if (!(relation instanceof ObjectReference) || relation.kind !== 'relation') return unknown
    const found = printed(state, relation)
    return found instanceof ObjectReference && found.text !== null ? !found.text.includes('.') : unknown
  },
  aclexplode: (_, [list = null]) =>
    list === null ? new RowSet([]) : list instanceof RowSet ? list : unknown,
  pg_get_serial_sequence: serialSequence,
  pg_get_function_identity_arguments: (state, [routine = null]) => argumentsOf(state, routine),
  to_char: (_, [value = null, template = null]) =>
    value === null || template === null
      ? null
      : typeof template === 'string'
        ? toChar(value, template)
        : unknown,
  date_part: (_, [part = null]) =>
    typeof part === 'string' && numericParts.includes(part.toLowerCase())
      ? new Unknown(digitsStandIn)
      : unknown,
  extract: (_, [part = null]) =>
    typeof part === 'string' && numericParts.includes(part.toLowerCase())
      ? new Unknown(digitsStandIn)
      : unknown,
}

/** The sequence of a serial or identity column, as `regclass` reads it. */
function serialSequence(state: State, [table = null, column = null]: readonly Value[]): Value {
  if (table === null || column === null) return null
  const found = typeof table === 'string' ? namedObject(state, 'regclass', table) : undefined
  if (!(found instanceof ObjectReference) || typeof column !== 'string') return unknown
  if (state.announced.has(found.id)) return unknown
  for (const { namespace, name, ownedBy } of state.sequences.values()) {
    if (ownedBy?.relation === found.id && ownedBy.column === column) {
      return `${quotedIdentifier(namespace)}.${quotedIdentifier(name)}`
    }
  }
  return null
}

function argumentsOf(state: State, routine: Value): Value {
  const found = routine instanceof ObjectReference ? state.routines.get(routine.id) : undefined
  return found === undefined ? unknown : new Unknown(found.arguments.join(', '))
}

/** Of a date that is not known: digits where the template asks for numbers. */
function toChar(value: Value, template: string): Value {
  if (typeof value === 'number') {
    const zeros = /^FM(0+)$/.exec(template)?.[1]
    if (zeros === undefined || value < 0 || String(value).length > zeros.length) return unknown
    return String(value).padStart(zeros.length, '0')
  }
  if (!isUnknown(value)) return unknown
  const token =
    /FM|(IYYY|YYYY|IYY|YYY|IY|YY|HH24|HH12|DDD|MM|MI|SS|MS|US|WW|IW|HH|DD|ID|CC|Q|D|W|I|Y|J)|"([^"]*)"|([^A-Za-z"\\]+)/y
  let text = ''
  while (token.lastIndex < template.length) {
    const found = token.exec(template)
    if (found === null) return unknown
    const [, digits, quoted, separators] = found
    text += digits === undefined ? (quoted ?? separators ?? '') : digitsStandIn
  }
  return new Unknown(
    text
      .replaceAll(digitsStandIn + digitsStandIn, digitsStandIn)
      .replaceAll(digitsStandIn + digitsStandIn, digitsStandIn),
  )
}
