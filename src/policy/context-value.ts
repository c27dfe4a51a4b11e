import type { FuncCall, Node, SelectStmt } from 'libpg-query'
import type { SchemaModel } from '../model/schema-model.ts'
import { as, strings, walk } from '../sql/node.ts'
import { constantOf } from './constants.ts'
import { outputOf, readQuery, resolveTerm, type Scope } from './query-scope.ts'
import { type ContextRoutines, isCurrentSetting } from './routines.ts'
import { operatorOf, scalarSelect, unwrap } from './unwrap.ts'

/** Functions whose result is of the context where their first argument is. */
const transparent: ReadonlySet<string> = new Set([
  'array_agg',
  'btrim',
  'json_array_elements',
  'json_array_elements_text',
  'jsonb_array_elements',
  'jsonb_array_elements_text',
  'jsonb_extract_path',
  'jsonb_extract_path_text',
  'lower',
  'max',
  'min',
  'regexp_split_to_array',
  'regexp_split_to_table',
  'string_to_array',
  'string_to_table',
  'trim',
  'unnest',
  'upper',
  'uuid',
])

const jsonOperators: ReadonlySet<string> = new Set(['->', '->>', '#>', '#>>'])

/** Which values come from the tenant context alone: settings, context functions, the role in force. */
export class ContextValues {
  readonly #model: SchemaModel
  readonly #routines: ContextRoutines

  constructor(model: SchemaModel, routines: ContextRoutines) {
    this.#model = model
    this.#routines = routines
  }

  isContext(node: Node, scope: Scope): boolean {
    const inner = unwrap(node)
    const call = as(inner, 'FuncCall')
    if (call !== undefined) return this.#isContextCall(call, scope)
    if (as(inner, 'SQLValueFunction') !== undefined) return isRoleInForce(inner)
    const column = as(inner, 'ColumnRef')
    if (column !== undefined) return this.#isContextColumn(inner, scope)
    const operation = as(inner, 'A_Expr')
    if (operation !== undefined) {
      const isTransparent =
        operation.kind === 'AEXPR_NULLIF' ||
        (operation.kind === 'AEXPR_OP' && jsonOperators.has(operatorOf(operation.name)))
      return isTransparent && operation.lexpr !== undefined && this.isContext(operation.lexpr, scope)
    }
    const coalesce = as(inner, 'CoalesceExpr')
    if (coalesce !== undefined) return this.#allContext(coalesce.args ?? [], scope)
    const array = as(inner, 'A_ArrayExpr')
    if (array !== undefined) return this.#allContext(array.elements ?? [], scope)
    const part = as(inner, 'A_Indirection')
    if (part?.arg !== undefined) return this.isContext(part.arg, scope)
    const choice = as(inner, 'CaseExpr')
    if (choice !== undefined) {
      const results = (choice.args ?? []).flatMap((branch) => as(branch, 'CaseWhen')?.result ?? [])
      return this.#allContext(
        [...results, ...(choice.defresult === undefined ? [] : [choice.defresult])],
        scope,
      )
    }
    const link = as(inner, 'SubLink')
    const select =
      scalarSelect(inner) ??
      (link?.subLinkType === 'ARRAY_SUBLINK' ? as(link.subselect, 'SelectStmt') : undefined)
    return select !== undefined && this.isContextQuery(select, scope)
  }

  /** Whether every row that the query gives is of the context. */
  isContextQuery(select: SelectStmt, scope: Scope): boolean {
    if (select.larg !== undefined && select.rarg !== undefined) {
      return this.isContextQuery(select.larg, scope) && this.isContextQuery(select.rarg, scope)
    }
    const targets = select.targetList ?? []
    const target = as(targets[0], 'ResTarget')?.val
    if (targets.length !== 1 || target === undefined) return false
    const inside = readQuery(this.#model, select, scope)
    const star = as(target, 'ColumnRef')?.fields?.at(-1)
    if (star !== undefined && as(star, 'A_Star') !== undefined) {
      const [source] = inside.scope.sources
      return (
        inside.scope.sources.length === 1 && source?.call != null && this.isContext(source.call, inside.scope)
      )
    }
    return this.isContext(target, inside.scope)
  }

  /** Whether it is the name of the role in force: `auth.role()`, `current_user`, the claim `role`. */
  isRole(node: Node): boolean {
    const call = as(node, 'FuncCall')
    if (call !== undefined) {
      const [first] = call.args ?? []
      const name = strings(call.funcname)
      if (isCurrentSetting(name) && first !== undefined) {
        const setting = String(constantOf(first))
        const isClaim = setting === 'request.jwt.claim.role' && this.#routines.isContextSetting(setting)
        return isClaim || setting === 'role'
      }
      return this.#routines.isRole(name)
    }
    const operation = as(node, 'A_Expr')
    if (operation?.rexpr === undefined || operatorOf(operation.name) !== '->>') return isRoleInForce(node)
    return (
      constantOf(operation.rexpr) === 'role' &&
      strings(as(unwrap(operation.lexpr ?? node), 'FuncCall')?.funcname).join('.') === 'auth.jwt'
    )
  }

  /** Whether the function gives a value whoever asks: a truth, a count. */
  answersAnybody(node: Node): boolean {
    return this.#routines.answersAnybody(strings(as(node, 'FuncCall')?.funcname))
  }

  /** Whether a function that is given a row tells by the context whose it is. */
  decidesOnRow(call: FuncCall, scope: Scope): boolean {
    const name = strings(call.funcname)
    return (
      this.#routines.usesArguments(name, call.args?.length ?? 0) &&
      this.decidesByContext(call, scope) &&
      this.#routines.joinsTenant(name)
    )
  }

  /** Whether the function decides by the context. */
  decidesByContext(call: FuncCall, scope: Scope): boolean {
    const { readsContext, readsMemberships } = this.#routines.read(strings(call.funcname))
    if (readsContext) return true
    return readsMemberships && (call.args ?? []).some((arg) => this.isContext(arg, scope))
  }

  #isContextCall(call: FuncCall, scope: Scope): boolean {
    const name = strings(call.funcname)
    const args = call.args ?? []
    const [first] = args
    const bare = name.at(-1) ?? ''
    if (isCurrentSetting(name)) {
      const setting = first === undefined ? undefined : constantOf(first)
      return typeof setting === 'string' && this.#routines.isContextSetting(setting)
    }
    if (transparent.has(bare) && (name.length === 1 || name[0] === 'pg_catalog')) {
      const isSeveral = bare === 'unnest' && args.length > 1
      return first !== undefined && !isSeveral && this.isContext(first, scope)
    }
    return !namesColumn(args) && this.decidesByContext(call, scope)
  }

  #isContextColumn(node: Node, scope: Scope): boolean {
    const term = resolveTerm(scope, node)
    const call = term?.source.call ?? null
    if (call !== null) return this.isContext(call, scope)
    const output = outputOf(scope, node)
    return output !== null && this.isContext(output.node, output.scope)
  }

  /** A null or an empty array admits nobody, any other constant somebody. */
  #allContext(nodes: readonly Node[], scope: Scope): boolean {
    const rest = nodes.filter((node) => !isNothing(node))
    return rest.length > 0 && rest.every((node) => this.isContext(node, scope))
  }
}

function isNothing(node: Node): boolean {
  const value = constantOf(node)
  const isArray = as(node, 'TypeCast')?.typeName?.arrayBounds !== undefined
  if (value === null || (isArray && value === '{}')) return true
  const array = as(unwrap(node), 'A_ArrayExpr')
  return array !== undefined && (array.elements ?? []).length === 0
}

function isRoleInForce(node: Node): boolean {
  const names: readonly (string | undefined)[] = [
    'SVFOP_CURRENT_ROLE',
    'SVFOP_CURRENT_USER',
    'SVFOP_SESSION_USER',
    'SVFOP_USER',
  ]
  return names.includes(as(node, 'SQLValueFunction')?.op)
}

function namesColumn(nodes: readonly Node[]): boolean {
  let found = false
  walk(nodes, (kind) => {
    if (kind === 'ColumnRef') found = true
    return !found
  })
  return found
}

/** Whether it names a user for certain: the platform's user, or the role in force. */
export function isCertainUser(node: Node): boolean {
  const inner = unwrap(node)
  return isRoleInForce(inner) || strings(as(inner, 'FuncCall')?.funcname).join('.') === 'auth.uid'
}
