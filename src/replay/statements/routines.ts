import type { CreateFunctionStmt, DefElem, DefineStmt, FunctionParameter, Node } from 'libpg-query'
import type { ArgumentDefault, Expression, Routine } from '../../model/schema-model.ts'
import { displayId, displayName } from '../../sql/identifiers.ts'
import { as, strings } from '../../sql/node.ts'
import { bindExpression } from '../bind.ts'
import type { Handlers, StatementContext } from '../context.ts'
import { reportEventTriggers } from '../event-triggers.ts'
import { newName } from '../object-names.ts'
import { initialGrants } from '../privileges.ts'
import { routineWith } from '../records.ts'
import { argumentType, findRoutine } from '../routine-names.ts'
import { applySetting } from '../setting-values.ts'
import type { State } from '../state.ts'

export const routineStatements = {
  CreateFunctionStmt(statement, context) {
    const routine = createdRoutine(statement, context)
    context.state.routineTexts.remember(routine, context.text, statement)
    putRoutine(context, routine, statement.replace ?? false)
    reportEventTriggers(context, routine.id)
  },

  AlterFunctionStmt(statement, context) {
    const routine = findRoutine(context.state, statement.func ?? {})
    if (routine === undefined) {
      const name = strings(statement.func?.objname).join('.')
      return context.unmodelled(`no statement created the routine ${name}`, [])
    }
    const facts = factsOf(routine, statement.actions, context.state)
    context.state.routines.set(routine.id, routineWith(routine, facts))
  },
} satisfies Partial<Handlers>

/** CREATE AGGREGATE, in the present form or the old one that gives its argument as `basetype`. */
export function createAggregate(statement: DefineStmt, context: StatementContext): void {
  const { state } = context
  const base = options(statement.definition).find(({ defname }) => defname === 'basetype')?.arg
  const parameters =
    statement.oldstyle && as(base, 'TypeName') !== undefined
      ? [{ argType: as(base, 'TypeName') as NonNullable<FunctionParameter['argType']> }]
      : parametersOf(as(statement.args?.[0], 'List')?.items)
  const { id, namespace, name, types, names } = identity(state, strings(statement.defnames), parameters)
  const routine: Routine = {
    id,
    namespace,
    name,
    kind: 'aggregate',
    arguments: types,
    argumentNames: names,
    argumentDefaults: [],
    returns: null,
    language: 'internal',
    body: null,
    sqlBody: null,
    securityDefiner: false,
    leakproof: false,
    strict: false,
    volatility: 'immutable',
    settings: [],
    owner: state.session.role,
    grants: [],
    source: context.source,
  }
  putRoutine(context, routine, statement.replace ?? false)
}

/** OR REPLACE keeps the owner and the privileges and resets all else. */
function putRoutine(context: StatementContext, routine: Routine, replace: boolean): void {
  const { state } = context
  const before = state.routines.get(routine.id)
  if (before === undefined) {
    const grants = initialGrants(state, 'routines', routine.namespace)
    state.routines.set(routine.id, routineWith(routine, { grants }))
  } else if (replace) {
    state.routines.set(routine.id, routineWith(routine, { owner: before.owner, grants: before.grants }))
  } else context.unmodelled(`the routine ${routine.id} exists already`, [])
}

function createdRoutine(statement: CreateFunctionStmt, context: StatementContext): Routine {
  const { state } = context
  const parameters = parametersOf(statement.parameters)
  const { id, namespace, name, types, names } = identity(state, strings(statement.funcname), parameters)
  const routine: Routine = {
    id,
    namespace,
    name,
    kind: statement.is_procedure ? 'procedure' : 'function',
    arguments: types,
    argumentNames: names,
    argumentDefaults: defaultsOf(parameters, context),
    returns: resultOf(state, statement, parameters),
    language: 'sql',
    body: null,
    sqlBody: sqlBodyOf(statement, context),
    securityDefiner: false,
    leakproof: false,
    strict: false,
    volatility: 'volatile',
    settings: [],
    owner: state.session.role,
    grants: [],
    source: context.source,
  }
  return routineWith(routine, factsOf(routine, statement.options, state))
}

/** What options say of a routine. */
function factsOf(routine: Routine, nodes: readonly Node[] | undefined, state: State): Partial<Routine> {
  const facts: { -readonly [K in keyof Routine]?: Routine[K] } = {}
  for (const { defname, arg } of options(nodes)) {
    const flag = as(arg, 'Boolean')?.boolval ?? false
    const text = as(arg, 'String')?.sval ?? ''
    switch (defname) {
      case 'as':
        facts.body = strings(as(arg, 'List')?.items)[0] ?? null
        break
      case 'language':
        facts.language = text.toLowerCase()
        break
      case 'security':
        facts.securityDefiner = flag
        break
      case 'strict':
        facts.strict = flag
        break
      case 'leakproof':
        facts.leakproof = flag
        break
      case 'volatility':
        if (text === 'immutable' || text === 'stable' || text === 'volatile') facts.volatility = text
        break
      case 'set': {
        const before = facts.settings ?? routine.settings
        const statement = as(arg, 'VariableSetStmt')
        facts.settings = applySetting(before, statement, (name) => currentSetting(state, name))
      }
    }
  }
  return facts
}

/** The value that SET ... FROM CURRENT takes. */
function currentSetting({ session }: State, name: string): string | null {
  if (name === 'search_path') return session.searchPath.map(displayName).join(', ')
  return session.settings.get(name) ?? null
}

function identity(state: State, written: readonly string[], parameters: readonly FunctionParameter[]) {
  const { namespace, name } = newName(state, written)
  const inputs = parameters.filter(isInput)
  const types = inputs.map(({ argType }) => (argType === undefined ? '' : argumentType(state, argType)))
  return {
    id: `${displayId(namespace, name)}(${types.join(', ')})`,
    namespace,
    name,
    types,
    names: inputs.map((parameter) => parameter.name ?? null),
  }
}

/** As `pg_get_function_result` prints it; null for a procedure. */
function resultOf(
  state: State,
  { is_procedure, returnType }: CreateFunctionStmt,
  parameters: readonly FunctionParameter[],
): string | null {
  if (is_procedure) return null
  const typed = ({ argType }: FunctionParameter) => (argType ? argumentType(state, argType) : '')
  const table = parameters.filter(({ mode }) => mode === 'FUNC_PARAM_TABLE')
  if (table.length > 0) {
    return `TABLE(${table.map((column) => `${displayName(column.name ?? '')} ${typed(column)}`).join(', ')})`
  }
  if (returnType !== undefined) {
    return `${returnType.setof ? 'SETOF ' : ''}${argumentType(state, returnType)}`
  }
  const outputs = parameters.filter(({ mode }) => mode === 'FUNC_PARAM_OUT' || mode === 'FUNC_PARAM_INOUT')
  return outputs[1] === undefined && outputs[0] !== undefined ? typed(outputs[0]) : 'record'
}

/** Statements of RETURN ... or BEGIN ATOMIC ... END, bound as PostgreSQL binds them when the routine is made. */
function sqlBodyOf({ sql_body }: CreateFunctionStmt, context: StatementContext): Expression[] | null {
  if (sql_body === undefined) return null
  const blocks = as(sql_body, 'List')?.items
  const statements = blocks?.flatMap((block) => as(block, 'List')?.items ?? []) ?? [sql_body]
  return statements.map((statement) => bindExpression(context, statement, null))
}

function defaultsOf(parameters: readonly FunctionParameter[], context: StatementContext): ArgumentDefault[] {
  return parameters.flatMap(({ argType, defexpr }) =>
    argType === undefined || defexpr === undefined
      ? []
      : { type: argumentType(context.state, argType), value: bindExpression(context, defexpr, null) },
  )
}

function isInput({ mode }: FunctionParameter): boolean {
  return mode !== 'FUNC_PARAM_OUT' && mode !== 'FUNC_PARAM_TABLE'
}

function parametersOf(nodes: readonly Node[] | undefined): FunctionParameter[] {
  return (nodes ?? []).flatMap((node) => as(node, 'FunctionParameter') ?? [])
}

function options(nodes: readonly Node[] | undefined): DefElem[] {
  return (nodes ?? []).flatMap((node) => as(node, 'DefElem') ?? [])
}
