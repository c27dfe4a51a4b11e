import { quoteIdentifier } from '../../sql/identifiers.ts'
import { parsePlPgSql } from '../../sql/parse.ts'
import { Datums, expressions, statements } from './datums.ts'
import { declaredNames, readAssignment } from './declarations.ts'
import { array, inner, numeric, type PlNode, text } from './pl-tree.ts'
import { type Arm, type ExceptionHandler, type Over, Sql, type Step, type Target } from './steps.ts'

/** Code in PL/pgSQL as steps, or what keeps it from being read. */
export type ReadCode = { readonly steps: readonly Step[] } | { readonly error: string }

/** The steps of the body of a CREATE FUNCTION or DO statement in PL/pgSQL. */
export function readSteps(statement: string, body: string): ReadCode {
  const parsed = parsePlPgSql(statement)
  if ('error' in parsed) return parsed
  const [code] = array(parsed.tree, 'plpgsql_funcs')
  const tree = inner(code, 'PLpgSQL_function')
  if (tree === undefined) return { steps: [] }
  if (body.toLowerCase().includes('#variable_conflict')) return { error: '#variable_conflict' }
  const reader = new StepReader(tree, declaredNames(body))
  const steps = reader.steps([tree.action])
  return reader.isComplete ? { steps } : { error: 'blocks whose declarations are not found' }
}

const raiseError = 21

class StepReader {
  readonly #datums: Datums
  readonly #blocks: readonly (readonly string[])[]
  #block = 0

  constructor(tree: PlNode, blocks: readonly (readonly string[])[]) {
    this.#datums = new Datums(tree)
    this.#blocks = blocks
  }

  /** Whether every block of the tree was found in the text and the other way round. */
  get isComplete(): boolean {
    return this.#block === this.#blocks.length
  }

  steps(nodes: unknown): Step[] {
    if (!Array.isArray(nodes)) return []
    return nodes.flatMap((node) => {
      const [entry] = Object.entries((node ?? {}) as PlNode)
      return entry === undefined ? [] : this.#statement(entry[0], entry[1] as PlNode)
    })
  }

  #statement(tag: string, node: PlNode): Step[] {
    const line = numeric(node.lineno)
    const into = node.into === true ? this.#datums.target(node.target) : null
    switch (tag) {
      case 'PLpgSQL_stmt_block':
        return this.#readBlock(node, line)
      case 'PLpgSQL_stmt_execsql':
        return statements(node.sqlstmt, (sql) => ({ kind: 'statement', sql, into, line }))
      case 'PLpgSQL_stmt_perform':
        return statements(node.expr, (sql) => ({ kind: 'statement', sql, into: null, line }))
      case 'PLpgSQL_stmt_call': {
        const called = statements(node.expr, (sql): Step => ({ kind: 'statement', sql, into: null, line }))
        const target =
          node.target === undefined
            ? []
            : [{ kind: 'forget' as const, target: this.#datums.target(node.target), line }]
        return [...called, ...target]
      }
      case 'PLpgSQL_stmt_assign':
        return [assignment(node, line)]
      case 'PLpgSQL_stmt_dynexecute':
        return expressions(node.query, (sql) => ({ kind: 'execute', sql, params: params(node), into, line }))
      case 'PLpgSQL_stmt_if':
        return [{ kind: 'branch', construct: 'IF', line, arms: this.#armsOfIf(node) }]
      case 'PLpgSQL_stmt_case':
        return this.#case(node, line)
      case 'PLpgSQL_stmt_loop':
        return [this.#loop('LOOP', node, line, { kind: 'nothing' })]
      case 'PLpgSQL_stmt_while':
        return expressions(node.cond, (test) => this.#loop('WHILE', node, line, { kind: 'while', test }))
      case 'PLpgSQL_stmt_fori':
        return [this.#integers(node, line)]
      case 'PLpgSQL_stmt_fors': {
        const target = this.#datums.target(node.var)
        return statements(node.query, (query) =>
          this.#loop('FOR', node, line, { kind: 'query', target, query }),
        )
      }
      case 'PLpgSQL_stmt_forc':
        return [this.#cursorLoop(node, line)]
      case 'PLpgSQL_stmt_dynfors': {
        const target = this.#datums.target(node.var)
        return expressions(node.query, (query) =>
          this.#loop('FOR', node, line, { kind: 'execute', target, query, params: params(node) }),
        )
      }
      case 'PLpgSQL_stmt_foreach_a': {
        const target: Target = { columns: [this.#datums.variable(numeric(node.varno))] }
        const isSliced = numeric(node.slice) > 0
        return expressions(node.expr, (array) =>
          this.#loop('FOREACH', node, line, { kind: 'array', target, array, isSliced }),
        )
      }
      case 'PLpgSQL_stmt_return':
        return [this.#return(node, line)]
      case 'PLpgSQL_stmt_return_next':
        return this.#returnNext(node, line)
      case 'PLpgSQL_stmt_return_query':
        return node.query === undefined
          ? [
              ...expressions(
                node.dynquery,
                (sql): Step => ({ kind: 'execute', sql, params: params(node), into: null, line }),
              ),
              { kind: 'emit', sql: null, of: 'computed query', line },
            ]
          : statements(node.query, (sql) => ({ kind: 'emit', sql, of: 'query', line }))
      case 'PLpgSQL_stmt_open':
        return this.#open(node, line)
      case 'PLpgSQL_stmt_exit': {
        const how = node.is_exit === true ? 'exit' : 'continue'
        const label = typeof node.label === 'string' ? node.label : null
        const test = expressions(node.cond, (sql) => sql)[0] ?? null
        return [{ kind: 'leave', leave: { how, label }, test, line }]
      }
      case 'PLpgSQL_stmt_raise':
        return this.#raise(node, line)
      case 'PLpgSQL_stmt_assert':
        return expressions(node.cond, (sql) => ({ kind: 'expression', sql, line }))
      case 'PLpgSQL_stmt_getdiag':
        return [
          {
            kind: 'forget',
            line,
            target: {
              columns: array(node, 'diag_items').map((item) =>
                this.#datums.variable(numeric(inner(item, 'PLpgSQL_diag_item')?.target)),
              ),
            },
          },
        ]
      case 'PLpgSQL_stmt_fetch':
        return node.target === undefined
          ? []
          : [{ kind: 'forget', target: this.#datums.target(node.target), line }]
      case 'PLpgSQL_stmt_close':
      case 'PLpgSQL_stmt_commit':
        return []
      default:
        return [{ kind: 'unknown', construct: tag.replace('PLpgSQL_stmt_', '').toUpperCase(), line }]
    }
  }

  /** Blocks without a line are put around the code by the parser. */
  #readBlock(node: PlNode, line: number): Step[] {
    const names = line === 0 ? [] : (this.#blocks[this.#block++] ?? [])
    const declarations = names.map((name) => this.#datums.declaration(name))
    const steps = this.steps(node.body)
    const block = inner(node.exceptions, 'PLpgSQL_exception_block')
    const handlers = array(block, 'exc_list').map((each): ExceptionHandler => {
      const exception = inner(each, 'PLpgSQL_exception')
      return {
        conditions: array(exception, 'conditions').map((condition) =>
          text(inner(condition, 'PLpgSQL_condition')?.condname).toLowerCase(),
        ),
        steps: this.steps(exception?.action),
      }
    })
    const label = typeof node.label === 'string' ? node.label : null
    return [{ kind: 'block', label, declarations, steps, handlers, line }]
  }

  #armsOfIf(node: PlNode): Arm[] {
    const arm = (test: unknown, steps: unknown): Arm => ({
      test: expressions(test, (sql) => sql)[0] ?? null,
      steps: this.steps(steps),
    })
    const first = arm(node.cond, node.then_body)
    const others = array(node, 'elsif_list').map((each) => {
      const elsif = inner(each, 'PLpgSQL_if_elsif')
      return arm(elsif?.cond, elsif?.stmts)
    })
    return [first, ...others, arm(undefined, node.else_body)]
  }

  #case(node: PlNode, line: number): Step[] {
    const variable = text(this.#datums.get(numeric(node.t_varno), 'PLpgSQL_var')?.refname)
    const subject = expressions(node.t_expr, (sql): Step => ({ kind: 'subject', variable, sql, line }))
    const arms = array(node, 'case_when_list').map((each): Arm => {
      const when = inner(each, 'PLpgSQL_case_when')
      return { test: expressions(when?.expr, (sql) => sql)[0] ?? null, steps: this.steps(when?.stmts) }
    })
    const otherwise: Step[] =
      node.have_else === true
        ? this.steps(node.else_stmts)
        : [{ kind: 'raise', condition: 'case_not_found', line }]
    return [
      ...subject,
      { kind: 'branch', construct: 'CASE', line, arms: [...arms, { test: null, steps: otherwise }] },
    ]
  }

  #loop(construct: string, node: PlNode, line: number, over: Over): Step {
    const label = typeof node.label === 'string' ? node.label : null
    return { kind: 'loop', construct, label, over, steps: this.steps(node.body), line }
  }

  #integers(node: PlNode, line: number): Step {
    const variable = text(inner(node.var, 'PLpgSQL_var')?.refname)
    this.#datums.next(variable)
    const [from] = expressions(node.lower, (sql) => sql)
    const [to] = expressions(node.upper, (sql) => sql)
    const [step = null] = expressions(node.step, (sql) => sql)
    if (from === undefined || to === undefined) return { kind: 'unknown', construct: 'FOR', line }
    const isReverse = node.reverse === true
    return this.#loop('FOR', node, line, { kind: 'integers', variable, from, to, step, isReverse })
  }

  /** A loop over a cursor that was declared with its query and takes no arguments; over any other it is not known. */
  #cursorLoop(node: PlNode, line: number): Step {
    const record = text(inner(node.var, 'PLpgSQL_rec')?.refname)
    this.#datums.next(record)
    const target: Target = { record: { path: [record], hasSubscript: false } }
    const cursor = this.#datums.get(numeric(node.curvar), 'PLpgSQL_var')
    const [query] = statements(cursor?.cursor_explicit_expr, (sql) => sql)
    const isPlain =
      query !== undefined && node.argquery === undefined && numeric(cursor?.cursor_explicit_argrow) < 0
    return this.#loop(
      'FOR',
      node,
      line,
      isPlain ? { kind: 'query', target, query } : { kind: 'unknown', target },
    )
  }

  #open(node: PlNode, line: number): Step[] {
    return [
      ...statements(node.query, (sql): Step => ({ kind: 'statement', sql, into: null, line })),
      ...expressions(
        node.dynquery,
        (sql): Step => ({ kind: 'execute', sql, params: params(node), into: null, line }),
      ),
    ]
  }

  #returnNext(node: PlNode, line: number): Step[] {
    if (node.expr !== undefined)
      return expressions(node.expr, (sql) => ({ kind: 'emit', sql, of: 'value', line }))
    const number = numeric(node.retvarno)
    const isRow = this.#datums.get(number, 'PLpgSQL_row') !== undefined
    const [name = ''] = this.#datums.variable(number).path
    if (isRow || name === '') return [{ kind: 'emit', sql: null, of: 'outputs', line }]
    return [{ kind: 'emit', sql: new Sql(quoteIdentifier(name), 'expression'), of: 'value', line }]
  }

  #return(node: PlNode, line: number): Step {
    const [value = null] = expressions(node.expr, (sql) => sql)
    const number = typeof node.retvarno === 'number' ? node.retvarno : null
    const row = number === null ? undefined : this.#datums.get(number, 'PLpgSQL_row')
    const fields = array(row, 'fields') as readonly PlNode[]
    const paths =
      row === undefined
        ? number === null
          ? []
          : [this.#datums.variable(number).path]
        : fields.map((field) => this.#datums.variable(numeric(field.varno)).path)
    return { kind: 'leave', leave: { how: 'return', value, paths }, test: null, line }
  }

  #raise(node: PlNode, line: number): Step[] {
    const told = params(node).map((sql): Step => ({ kind: 'expression', sql, line }))
    if (numeric(node.elog_level) < raiseError) return told
    const isAgain =
      node.message === undefined && node.condname === undefined && array(node, 'options').length === 0
    const isCoded = array(node, 'options').some(
      (each) => numeric(inner(each, 'PLpgSQL_raise_option')?.opt_type) === 0,
    )
    const named = typeof node.condname === 'string' ? node.condname.toLowerCase() : 'raise_exception'
    const condition = isAgain ? null : isCoded ? 'a condition by its code' : named
    return [...told, { kind: 'raise', condition, line }]
  }
}

/** The parser gives an assignment whole, target and all. */
function assignment(node: PlNode, line: number): Step {
  const read = readAssignment(text(inner(node.expr, 'PLpgSQL_expr')?.query))
  if (read === null) return { kind: 'unknown', construct: 'assignment', line }
  const { path, hasSubscript, value } = read
  return { kind: 'assign', sql: new Sql(value, 'expression'), target: { path, hasSubscript }, line }
}

function params(node: PlNode): Sql[] {
  return array(node, 'params').flatMap((each) => expressions(each, (sql) => sql))
}
