import type {
  CallStmt,
  CopyStmt,
  DeleteStmt,
  FuncCall,
  InsertStmt,
  MergeStmt,
  Node,
  RangeVar,
  TruncateStmt,
  UpdateStmt,
} from 'libpg-query'
import type { Relation, RelationId, Routine, Trigger } from '../model/schema-model.ts'
import { as, kindOf, strings, walk } from '../sql/node.ts'
import { isHarmless, relationsOfCall } from './harmless-routines.ts'
import { findRelation } from './names.ts'
import { calledRoutines } from './routine-calls.ts'
import type { Code } from './routine-code.ts'
import { findRoutines } from './routine-names.ts'
import { isSessionSetting, type SetConfigCall, setConfigOf } from './set-config.ts'
import type { State } from './state.ts'
import { plainStatements } from './statements/no-effect.ts'
import { asPatterns, commandName, surelyTouched, touchedRelations } from './touched.ts'

/** Something that code may do to the schema if it runs. */
export interface Effect {
  /** A clause: `CREATE TABLE`, `EXECUTE of a computed string`. */
  readonly reason: string
  /** Null for any relation. */
  readonly affects: readonly RelationId[] | null
  /** Of a call of set_config that stands in the statement itself, all arguments written out. */
  readonly setting?: SetConfigCall
}

type Events = readonly ('insert' | 'update' | 'delete' | 'truncate')[]

/** Statements that move rows or nothing: what they do to the schema they do through the routines that they call. */
const queries = new Set<string>([
  ...['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CallStmt', 'CopyStmt'],
  ...['PrepareStmt', 'ExecuteStmt', 'DeclareCursorStmt', 'TruncateStmt', 'ExplainStmt', 'ReturnStmt'],
])

/** Whether a statement moves rows and nothing else by itself, or calls. */
export function isDataStatement(node: Node): boolean {
  if (as(node, 'SelectStmt')?.intoClause !== undefined) return false
  return ['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CallStmt'].includes(
    kindOf(node),
  )
}

/** What a statement may do to the schema. Empty where it is seen to do nothing. */
export function statementEffects(state: State, node: Node, seen: Set<string> = new Set()): readonly Effect[] {
  const kind = kindOf(node)
  if (queries.has(kind)) {
    const into = as(node, 'SelectStmt')?.intoClause
    const own = into === undefined ? [] : [{ reason: 'SELECT INTO', affects: touchedRelations(state, node) }]
    return [...own, ...queryEffects(state, node, seen)]
  }
  if (kind in plainStatements || kind === 'TransactionStmt') return []
  const refreshed = as(node, 'RefreshMatViewStmt')?.relation
  if (refreshed !== undefined) return queryEffects(state, findRelation(state, refreshed)?.view?.query, seen)
  const setting = as(node, 'VariableSetStmt')
  if (setting !== undefined && !isSessionSetting(setting.name ?? '')) return []
  if (as(node, 'CreateStmt')?.relation?.relpersistence === 't' || isGrantElsewhere(node)) return []
  return [{ reason: commandName(node), affects: setting ? null : touchedRelations(state, node) }]
}

/** GRANT and REVOKE on what the model doesn't tell of. */
function isGrantElsewhere(node: Node): boolean {
  const { objtype = 'OBJECT_TABLE' } = as(node, 'GrantStmt') ?? {}
  return [
    'OBJECT_DATABASE',
    'OBJECT_TABLESPACE',
    'OBJECT_LANGUAGE',
    'OBJECT_FDW',
    'OBJECT_FOREIGN_SERVER',
  ].includes(objtype)
}

/** Who is told of calls and of triggers that fire, in place of their effects. */
export interface Listener {
  readonly onCall: (call: FuncCall) => void
  readonly onTrigger: (relation: Relation, trigger: Trigger, routine: Routine) => void
}

/** What a query may do through the routines that it calls and the triggers that it fires. */
export function queryEffects(
  state: State,
  root: unknown,
  seen: Set<string> = new Set(),
  listener?: Listener,
): readonly Effect[] {
  const effects: Effect[] = []
  const met = new Set<string>()
  const call = (called: FuncCall) => {
    if (listener !== undefined) {
      listener.onCall(called)
      return
    }
    const key = `${strings(called.funcname).join('.')}/${called.args?.length ?? 0}`
    if (met.has(key) && setConfigOf(called) === null) return
    met.add(key)
    effects.push(...callEffects(state, called, seen))
  }
  const write = (target: RangeVar | undefined, events: Events) => {
    effects.push(...writeEffects(state, target, events, seen, listener))
  }
  walk(root, (kind, value) => {
    switch (kind) {
      case 'FuncCall':
        call(value)
        break
      case 'RangeVar':
        effects.push(...viewEffects(state, value, seen))
        break
      case 'CallStmt':
        call((value as CallStmt).funccall ?? {})
        break
      case 'InsertStmt':
        write((value as InsertStmt).relation, ['insert', 'update'])
        break
      case 'UpdateStmt':
        if (!isOfIndexState(value)) write((value as UpdateStmt).relation, ['update'])
        break
      case 'DeleteStmt':
        write((value as DeleteStmt).relation, ['delete'])
        break
      case 'MergeStmt':
        write((value as MergeStmt).relation, ['insert', 'update', 'delete'])
        break
      case 'CopyStmt':
        if ((value as CopyStmt).is_from) write((value as CopyStmt).relation, ['insert'])
        break
      case 'TruncateStmt':
        for (const each of (value as TruncateStmt).relations ?? []) write(as(each, 'RangeVar'), ['truncate'])
    }
    return undefined
  })
  return effects
}

/** What a routine may do to the schema when it runs. */
export function routineEffects(
  state: State,
  routine: Routine,
  seen: Set<string> = new Set(),
): readonly Effect[] {
  if (seen.has(routine.id)) return []
  seen.add(routine.id)
  return codeEffects(state, state.routineTexts.codeOf(routine), seen)
}

export function codeEffects(
  state: State,
  { nodes, partial, opaque }: Code,
  seen: Set<string> = new Set(),
): readonly Effect[] {
  return [
    ...nodes.flatMap((node) => statementEffects(state, node, seen)),
    ...partial.flatMap((node) => partialEffects(state, node, seen)),
    ...opaque.map((reason) => ({ reason, affects: null })),
  ]
}

/** What a statement with stand-ins may do: what it does to relations that it names is known, all else is not. */
export function partialEffects(state: State, node: Node, seen: Set<string> = new Set()): readonly Effect[] {
  const kind = kindOf(node)
  if (kind in plainStatements || isGrantElsewhere(node)) return []
  const reason = `EXECUTE of a computed ${commandName(node)}`
  if (kind !== 'SelectStmt') return [{ reason, affects: surelyTouched(state, node) }]
  return statementEffects(state, node, seen).map(({ affects }) => ({
    reason,
    affects: asPatterns(affects),
  }))
}

/** Several effects as one, which names the first and all relations. */
export function summary(effects: readonly Effect[]): Effect | null {
  const [first] = effects
  if (first === undefined) return null
  const unlimited = effects.find(({ affects }) => affects === null)
  const affects =
    unlimited === undefined ? [...new Set(effects.flatMap(({ affects }) => affects ?? []))] : null
  return { reason: (unlimited ?? first).reason, affects }
}

export function callEffects(state: State, call: FuncCall, seen: Set<string> = new Set()): readonly Effect[] {
  const names = strings(call.funcname)
  const setting = setConfigOf(call)
  if (setting !== null) {
    if (setting.name !== null && !isSessionSetting(setting.name)) return []
    const effect = { reason: `set_config of ${setting.name ?? 'a computed setting'}`, affects: null }
    return [setting.call === null ? effect : { ...effect, setting: setting.call }]
  }
  const routines = calledRoutines(state, call)
  const candidates = routines.length > 0 ? routines : findRoutines(state, names)
  if (candidates.length === 0) {
    if (isHarmless(names)) return []
    return [
      {
        reason: `call of ${names.join('.')}, which the history does not show`,
        affects: relationsOfCall(call),
      },
    ]
  }
  return candidates.flatMap((routine) => calledEffect(state, routine, seen) ?? [])
}

function calledEffect(state: State, routine: Routine, seen: Set<string>): Effect | null {
  const effect = summary(routineEffects(state, routine, seen))
  return effect === null ? null : { ...effect, reason: `call of ${routine.id}: ${effect.reason}` }
}

/** What the query behind a view calls; of a materialized view it ran when that was made. */
function viewEffects(state: State, range: RangeVar, seen: Set<string>): readonly Effect[] {
  const relation = findRelation(state, range)
  if (relation?.kind !== 'view' || relation.view === null || seen.has(relation.id)) return []
  seen.add(relation.id)
  return queryEffects(state, relation.view.query, seen)
}

/** Whether an UPDATE only says of indexes in which state they are: to have them left alone for a while. */
function isOfIndexState({ relation, targetList = [] }: UpdateStmt): boolean {
  return (
    relation?.relname === 'pg_index' &&
    targetList.every((target) => ['indisready', 'indisvalid'].includes(as(target, 'ResTarget')?.name ?? ''))
  )
}

/** Whether it is one of PostgreSQL's own catalogs, which stand before the search path. */
function isCatalog({ schemaname, relname = '' }: RangeVar): boolean {
  return schemaname === 'pg_catalog' || (schemaname === undefined && relname.startsWith('pg_'))
}

/** Triggers that fire, and the defaults that an INSERT computes. */
function writeEffects(
  state: State,
  target: RangeVar | undefined,
  events: Events,
  seen: Set<string>,
  listener: Listener | undefined,
): readonly Effect[] {
  const relation = target === undefined ? undefined : findRelation(state, target)
  if (relation === undefined) {
    return target !== undefined && isCatalog(target)
      ? [{ reason: `a catalog is changed by hand (${target.relname})`, affects: null }]
      : []
  }
  const fired = relation.triggers.filter(
    (trigger) => trigger.enabled && trigger.events.some((event) => events.includes(event)),
  )
  const triggered = fired.flatMap((trigger): readonly Effect[] => {
    const { name, routine: id } = trigger
    const routine = state.routines.get(id)
    if (routine !== undefined && listener !== undefined) {
      if (routineEffects(state, routine).length > 0) listener.onTrigger(relation, trigger, routine)
      return []
    }
    const effect = routine === undefined ? unknownTrigger(id) : summary(routineEffects(state, routine, seen))
    return effect === null
      ? []
      : [{ ...effect, reason: `trigger ${name} on ${relation.id} runs ${id}: ${effect.reason}` }]
  })
  const defaults = events.includes('insert') ? relation.columns.flatMap((column) => column.default ?? []) : []
  return [...triggered, ...queryEffects(state, defaults, seen)]
}

function unknownTrigger(id: string): Effect | null {
  const name = id.slice(0, id.indexOf('('))
  const known = isHarmless([name.slice(name.indexOf('.') + 1)])
  return known ? null : { reason: 'the history does not show it', affects: null }
}
