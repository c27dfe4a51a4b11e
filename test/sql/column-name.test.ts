import { beforeAll, describe, expect, it } from 'vitest'
import { figureColumnName } from '../../src/sql/column-name.ts'
import { as } from '../../src/sql/node.ts'
import { loadParser, parseStatements } from '../../src/sql/parse.ts'

beforeAll(loadParser)

function nameOf(expression: string): string | null {
  const [statement] = parseStatements(`select ${expression} from q`)
  const select = statement !== undefined && 'node' in statement ? as(statement.node, 'SelectStmt') : undefined
  const value = as(select?.targetList?.[0], 'ResTarget')?.val
  return value === undefined ? null : (figureColumnName(value) ?? '?column?')
}

/** Every name here is what PostgreSQL 18.4 gave. */
describe('a result column is named as the server names it', () => {
  it.each([
    ['1', '?column?'],
    ['a', 'a'],
    ['q.a', 'a'],
    ['lower(b)', 'lower'],
    ['pg_catalog.lower(b)', 'lower'],
    ['a::text', 'a'],
    ['1::bigint', 'int8'],
    ["'x'::varchar(3)", 'varchar'],
    ['lower(b)::text', 'lower'],
    ['case when a > 1 then b end', 'case'],
    ['case when a > 1 then 1 else a end', 'a'],
    ['case when a > 1 then 1 else 2 end', 'case'],
    ["case when a > 1 then b else 'x'::text end", 'case'],
    ['coalesce(a, 1)', 'coalesce'],
    ['nullif(a, 1)', 'nullif'],
    ['greatest(a, 1)', 'greatest'],
    ['least(a, 1)', 'least'],
    ['array[1, 2]', 'array'],
    ['array(select 1)', 'array'],
    ['(array[1, 2])[1]', 'array'],
    ['row(a, b)', 'row'],
    ['exists (select 1)', 'exists'],
    ['(select a)', 'a'],
    ['(select 1)', '?column?'],
    ['(select a as z)', 'z'],
    ['(select a + 1)', '?column?'],
    ['a in (select 1)', '?column?'],
    ['b collate "C"', 'b'],
    ['current_date', 'current_date'],
    ['current_timestamp', 'current_timestamp'],
    ['current_timestamp(3)', 'current_timestamp'],
    ['localtime', 'localtime'],
    ['current_user', 'current_user'],
    ['session_user', 'session_user'],
    ['current_schema', 'current_schema'],
    ['a + 1', '?column?'],
    ['not true', '?column?'],
    ['b is null', '?column?'],
    ['count(*) over ()', 'count'],
    ['extract(year from now())', 'extract'],
    ['trim(b)', 'btrim'],
    ["position('a' in b)", 'position'],
    ["now() at time zone 'utc'", 'timezone'],
    ["json_object('a': 1)", 'json_object'],
    ['json_array(1, 2)', 'json_array'],
    ["json_exists(jsonb '1', '$')", 'json_exists'],
    ["json_value(jsonb '1', '$')", 'json_value'],
    ['xmlelement(name foo)', 'xmlelement'],
    ["interval '1 day'", 'interval'],
    ["b like 'x'", '?column?'],
    ["b similar to 'x'", '?column?'],
    ['substring(b from 1 for 2)', 'substring'],
    ["overlay(b placing 'x' from 1)", 'overlay'],
    ['cast(a as numeric(3, 1))', 'a'],
    ['(row(1, 2)).f1', 'f1'],
    ['-a', '?column?'],
    ["b || 'x'", '?column?'],
  ])('%s is %s', (expression, name) => {
    expect(nameOf(expression)).toBe(name)
  })
})
