import { array, inner, numeric, type PlNode, text } from './pl-tree.ts'
import { type Declaration, Sql, type Target, type TargetVariable } from './steps.ts'

/** The variables of code in PL/pgSQL, by the number that the parser gives them. */
export class Datums {
  readonly #datums: readonly unknown[]
  readonly #aliases: ReadonlyMap<string, number>
  /** Datums before this one belong to code that was read already. */
  #read = 0

  constructor(tree: PlNode) {
    this.#datums = array(tree, 'datums')
    this.#aliases = new Map(
      array(tree, 'aliases').map((each) => {
        const alias = inner(each, 'PLpgSQL_alias')
        return [text(alias?.name), numeric(alias?.varno)]
      }),
    )
  }

  /** What a datum holds if it has this tag. */
  get(number: number, tag: string): PlNode | undefined {
    return inner(this.#datums[number], tag)
  }

  declaration(name: string): Declaration {
    const alias = this.#aliases.get(name)
    if (alias !== undefined) return { name, type: null, value: null, aliasOf: this.variable(alias).path }
    const datum = this.next(name)
    if (datum === undefined) return { name, type: null, value: null, aliasOf: null }
    const type = inner(datum.datatype, 'PLpgSQL_type')?.typname
    return {
      name,
      type: typeof type === 'string' ? type : null,
      value: expressions(datum.default_val, (sql) => sql)[0] ?? null,
      aliasOf: null,
    }
  }

  /** The next variable of a name; those of nested code come after those of the code around it. */
  next(name: string): PlNode | undefined {
    for (let at = this.#read; at < this.#datums.length; at++) {
      const datum = inner(this.#datums[at], 'PLpgSQL_var') ?? inner(this.#datums[at], 'PLpgSQL_rec')
      if (datum?.refname !== name) continue
      this.#read = at + 1
      return datum
    }
    return undefined
  }

  variable(number: number): TargetVariable {
    const datum = this.#datums[number]
    const field = inner(datum, 'PLpgSQL_recfield')
    if (field !== undefined) {
      const parent = this.variable(numeric(field.recparentno))
      return { path: [...parent.path, text(field.fieldname)], hasSubscript: false }
    }
    const variable = inner(datum, 'PLpgSQL_var') ?? inner(datum, 'PLpgSQL_rec')
    return { path: [text(variable?.refname)], hasSubscript: false }
  }

  target(node: unknown): Target {
    const row = inner(node, 'PLpgSQL_row')
    if (row !== undefined) {
      const fields = array(row, 'fields') as readonly PlNode[]
      return { columns: fields.map((field) => this.variable(numeric(field.varno))) }
    }
    const record = inner(node, 'PLpgSQL_rec')
    const path = [text((record ?? inner(node, 'PLpgSQL_var'))?.refname)]
    const variable = { path, hasSubscript: false }
    return record === undefined ? { columns: [variable] } : { record: variable }
  }
}

/** The expressions that a node holds as SQL. */
export function expressions<T>(expr: unknown, make: (sql: Sql) => T): T[] {
  return written(expr).map((query) => make(new Sql(query, 'expression')))
}

export function statements<T>(expr: unknown, make: (sql: Sql) => T): T[] {
  return written(expr).map((query) => make(new Sql(query, 'statement')))
}

function written(expr: unknown): string[] {
  const query = inner(expr, 'PLpgSQL_expr')?.query
  return typeof query === 'string' ? [query] : []
}
