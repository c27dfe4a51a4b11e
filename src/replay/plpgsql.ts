import { parsePlPgSql } from '../sql/parse.ts'

/** One step of PL/pgSQL code, as far as it matters what SQL runs and whether it is certain to. Lines count from 1 in the body. */
export type Step = { readonly line: number } & (
  | { readonly kind: 'statement'; readonly sql: string }
  /** A value that is computed; `sql` selects it. */
  | { readonly kind: 'expression'; readonly sql: string }
  /** EXECUTE; `sql` selects the string that is run. */
  | { readonly kind: 'execute'; readonly sql: string }
  /** Of the arms none or some run, of a loop's also more than once. `test` selects the condition of an arm of IF. */
  | { readonly kind: 'branch'; readonly construct: string; readonly arms: readonly Arm[] }
  | {
      readonly kind: 'block'
      readonly steps: readonly Step[]
      readonly handlers: readonly ExceptionHandler[]
    }
  /** RETURN, EXIT, CONTINUE: what comes next may not be reached. */
  | { readonly kind: 'leave'; readonly how: 'return' | 'exit' }
  /** RAISE EXCEPTION. */
  | { readonly kind: 'raise' }
  | { readonly kind: 'unknown'; readonly construct: string }
)

export interface Arm {
  readonly test: string | null
  readonly steps: readonly Step[]
}

export interface ExceptionHandler {
  /** Names of conditions, lower case: `duplicate_object`, `others`. */
  readonly conditions: readonly string[]
  readonly steps: readonly Step[]
}

interface PlNode {
  readonly [key: string]: unknown
}

const raiseError = 21

/** The steps of the body of a CREATE FUNCTION or DO statement in PL/pgSQL, or what its parser says against it. */
export function plPgSqlSteps(statement: string): { steps: readonly Step[] } | { error: string } {
  const parsed = parsePlPgSql(statement)
  if ('error' in parsed) return parsed
  const steps: Step[] = []
  for (const each of list(parsed.tree, 'plpgsql_funcs')) {
    const body = inner(each, 'PLpgSQL_function')
    for (const datum of list(body, 'datums')) {
      const variable = inner(datum, 'PLpgSQL_var') ?? inner(datum, 'PLpgSQL_rec')
      steps.push(...expression(variable?.default_val, numeric(variable?.lineno)))
    }
    steps.push(...stepsOf([body?.action]))
  }
  return { steps }
}

function stepsOf(nodes: unknown): Step[] {
  if (!Array.isArray(nodes)) return []
  return nodes.flatMap((node) => {
    const [entry] = Object.entries((node ?? {}) as PlNode)
    return entry === undefined ? [] : stepsOfStatement(entry[0], entry[1] as PlNode)
  })
}

function stepsOfStatement(tag: string, node: PlNode): Step[] {
  const line = numeric(node.lineno)
  const value = (key: string) => expression(node[key], line)
  const params = list(node, 'params').flatMap((param) => expression(param, line))
  const query = queryOf(node.query)
  switch (tag) {
    case 'PLpgSQL_stmt_block': {
      const block = inner(node.exceptions, 'PLpgSQL_exception_block')
      const handlers = list(block, 'exc_list').map(handlerOf)
      return [{ kind: 'block', line, steps: stepsOf(node.body), handlers }]
    }
    case 'PLpgSQL_stmt_execsql':
      return statement(node.sqlstmt, line)
    case 'PLpgSQL_stmt_perform':
    case 'PLpgSQL_stmt_call':
      return statement(node.expr, line)
    case 'PLpgSQL_stmt_assign':
      return assignment(node.expr, line)
    case 'PLpgSQL_stmt_dynexecute':
      return [...params, ...dynamic(query, line)]
    case 'PLpgSQL_stmt_if':
      return [ifOf(node, line)]
    case 'PLpgSQL_stmt_case':
      return [...value('t_expr'), caseOf(node, line)]
    case 'PLpgSQL_stmt_loop':
      return [loop('LOOP', node, line)]
    case 'PLpgSQL_stmt_while':
      return [...value('cond'), loop('WHILE', node, line)]
    case 'PLpgSQL_stmt_fori':
      return [...value('lower'), ...value('upper'), ...value('step'), loop('FOR', node, line)]
    case 'PLpgSQL_stmt_fors':
      return [...statement(node.query, line), loop('FOR', node, line)]
    case 'PLpgSQL_stmt_forc':
      return [...value('argquery'), loop('FOR', node, line)]
    case 'PLpgSQL_stmt_dynfors':
      return [...params, ...dynamic(query, line), loop('FOR', node, line)]
    case 'PLpgSQL_stmt_foreach_a':
      return [...value('expr'), loop('FOREACH', node, line)]
    case 'PLpgSQL_stmt_return_query':
      return [...params, ...statement(node.query, line), ...dynamic(queryOf(node.dynquery), line)]
    case 'PLpgSQL_stmt_open':
      return [
        ...params,
        ...statement(node.query, line),
        ...dynamic(queryOf(node.dynquery), line),
        ...value('argquery'),
      ]
    case 'PLpgSQL_stmt_return':
      return [...value('expr'), { kind: 'leave', how: 'return', line }]
    case 'PLpgSQL_stmt_return_next':
      return value('expr')
    case 'PLpgSQL_stmt_exit':
      return [{ kind: 'leave', how: 'exit', line }]
    case 'PLpgSQL_stmt_raise':
      return numeric(node.elog_level) >= raiseError ? [...params, { kind: 'raise', line }] : params
    case 'PLpgSQL_stmt_assert':
      return [...value('cond'), ...value('message')]
    case 'PLpgSQL_stmt_getdiag':
    case 'PLpgSQL_stmt_fetch':
    case 'PLpgSQL_stmt_close':
    case 'PLpgSQL_stmt_commit':
    case 'PLpgSQL_stmt_rollback':
      return []
    default:
      return [{ kind: 'unknown', construct: tag, line }]
  }
}

function ifOf(node: PlNode, line: number): Step {
  const arm = (test: unknown, steps: unknown) => ({ test: selected(queryOf(test)), steps: stepsOf(steps) })
  const otherwise = list(node, 'elsif_list').map((each) => {
    const elsif = inner(each, 'PLpgSQL_if_elsif')
    return arm(elsif?.cond, elsif?.stmts)
  })
  const last = { test: null, steps: stepsOf(node.else_body) }
  return {
    kind: 'branch',
    construct: 'IF',
    line,
    arms: [arm(node.cond, node.then_body), ...otherwise, last],
  }
}

function caseOf(node: PlNode, line: number): Step {
  const arms = list(node, 'case_when_list').map((each) => {
    const when = inner(each, 'PLpgSQL_case_when')
    return { test: null, steps: [...expression(when?.expr, line), ...stepsOf(when?.stmts)] }
  })
  const last = { test: null, steps: stepsOf(node.else_stmts) }
  return { kind: 'branch', construct: 'CASE', line, arms: [...arms, last] }
}

function loop(construct: string, node: PlNode, line: number): Step {
  return { kind: 'branch', construct, line, arms: [{ test: null, steps: stepsOf(node.body) }] }
}

function handlerOf(node: unknown): ExceptionHandler {
  const exception = inner(node, 'PLpgSQL_exception')
  return {
    conditions: list(exception, 'conditions').map((each) =>
      String(inner(each, 'PLpgSQL_condition')?.condname ?? '').toLowerCase(),
    ),
    steps: stepsOf(exception?.action),
  }
}

function statement(expr: unknown, line: number): Step[] {
  const sql = queryOf(expr)
  return sql === null ? [] : [{ kind: 'statement', sql, line }]
}

function expression(expr: unknown, line: number): Step[] {
  const sql = selected(queryOf(expr))
  return sql === null ? [] : [{ kind: 'expression', sql, line }]
}

function dynamic(query: string | null, line: number): Step[] {
  const sql = selected(query)
  return sql === null ? [] : [{ kind: 'execute', sql, line }]
}

/** The parser gives an assignment whole, target and all. */
function assignment(expr: unknown, line: number): Step[] {
  const text = queryOf(expr) ?? ''
  const at = text.indexOf('=')
  const sql = selected(text.slice(at + 1))
  return at < 0 || sql === null ? [] : [{ kind: 'expression', sql, line }]
}

function selected(expr: string | null): string | null {
  return expr === null ? null : `SELECT ${expr}`
}

function queryOf(expr: unknown): string | null {
  const query = inner(expr, 'PLpgSQL_expr')?.query
  return typeof query === 'string' ? query : null
}

function inner(node: unknown, tag: string): PlNode | undefined {
  return ((node ?? {}) as PlNode)[tag] as PlNode | undefined
}

function list(node: unknown, key: string): readonly unknown[] {
  const value = ((node ?? {}) as PlNode)[key]
  return Array.isArray(value) ? value : []
}

function numeric(value: unknown): number {
  return typeof value === 'number' ? value : 0
}
