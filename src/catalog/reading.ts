import { InputError } from '../findings/input-error.ts'
import type { RoleName } from '../model/schema-model.ts'
import type { Answers } from './answers.ts'
import { firstUserOid } from './conditions.ts'
import { PrintedSql } from './printed-sql.ts'

/** One reading of the catalogs of a database, all from one snapshot. */
export class Reading {
  /** As `server_version_num`: 180004 for 18.4. */
  readonly version: number
  readonly printed = new PrintedSql()
  readonly #migrationRole: RoleName | null
  readonly #relations: readonly number[] | null
  readonly #answers: Answers

  /** `relations`: the oids of those that are to be read; null for all. */
  constructor(
    answers: Answers,
    version: number,
    migrationRole: RoleName | null,
    relations: readonly number[] | null,
  ) {
    this.version = version
    this.#migrationRole = migrationRole
    this.#relations = relations
    this.#answers = answers
  }

  /** `oids`: which columns are oids. */
  rows<Row extends object>(
    query: string,
    oids: readonly (keyof Row & string)[] = [],
  ): Promise<readonly Row[]> {
    return this.#answers.to<Row>(query, oids)
  }

  /** That a relation, by the SQL of its oid, is to be read. */
  covers(oid: string): string {
    if (this.#relations === null) return `${oid} >= ${firstUserOid}`
    return `${oid} = any ('{${this.#relations.join()}}'::pg_catalog.oid[])`
  }

  /** The owner as the model has it: null where it is the role that ran the migrations. `given`: the server chose it. */
  owner(name: RoleName, given = false): RoleName | null {
    return name === this.#migrationRole || (given && this.#migrationRole !== null) ? null : name
  }
}

/** The values of rows by the oid that each belongs to, in the order of the rows. */
export function grouped<Row, Value>(
  rows: readonly Row[],
  oid: (row: Row) => number,
  value: (row: Row) => Value,
): ReadonlyMap<number, readonly Value[]> {
  const groups = new Map<number, Value[]>()
  for (const row of rows) {
    const group = groups.get(oid(row))
    if (group === undefined) groups.set(oid(row), [value(row)])
    else group.push(value(row))
  }
  return groups
}

/** What a letter of a catalog stands for; an unknown one is of a newer server. */
export function oneOf<Value>(values: Readonly<Record<string, Value>>, letter: string): Value {
  const value = values[letter]
  if (value === undefined)
    throw new InputError(`the server's catalog holds a code that is not known: ${letter}`)
  return value
}
