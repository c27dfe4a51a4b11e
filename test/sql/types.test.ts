import { beforeAll, describe, expect, it } from 'vitest'
import { as } from '../../src/sql/node.ts'
import { loadParser, parseStatements } from '../../src/sql/parse.ts'
import { formatType } from '../../src/sql/types.ts'

beforeAll(loadParser)

function format(type: string): string {
  const [statement] = parseStatements(`create table t (c ${type})`)
  const create = statement !== undefined && 'node' in statement ? as(statement.node, 'CreateStmt') : undefined
  const definition = as(create?.tableElts?.[0], 'ColumnDef')
  return formatType(definition?.typeName ?? {}, (names) => names.join('.'))
}

describe('a type is printed as format_type prints it', () => {
  it.each([
    ['int', 'integer'],
    ['varchar(20)', 'character varying(20)'],
    ['varchar[]', 'character varying[]'],
    ['timestamptz', 'timestamp with time zone'],
    ['timestamp(3) with time zone', 'timestamp(3) with time zone'],
    ['time(0)', 'time(0) without time zone'],
    ['numeric(5)', 'numeric(5,0)'],
    ['numeric(5,-2)', 'numeric(5,-2)'],
    ['numeric(20)[]', 'numeric(20,0)[]'],
    ['char', 'character(1)'],
    ['"char"', '"char"'],
    ['bpchar', 'bpchar'],
    ['bit', 'bit(1)'],
    ['bit varying', 'bit varying'],
    ['pg_catalog."bit"', '"bit"'],
    ['float(10)', 'real'],
    ['text[3][4]', 'text[]'],
    ['_text', 'text[]'],
    ['interval', 'interval'],
    ['interval(3)', 'interval(3)'],
    ['interval day to second(3)', 'interval day to second(3)'],
    ['interval minute', 'interval minute'],
    ['app.mood', 'app.mood'],
    ['vector(3)', 'vector(3)'],
    ['geometry(point, 4326)[]', 'geometry(point,4326)[]'],
  ])('%s is %s', (written, printed) => {
    expect(format(written)).toBe(printed)
  })
})
