import type { Node } from 'libpg-query'
import { describe, expect, test } from 'vitest'
import { printExpression, printQuery } from '../../src/sql/expression.ts'
import { as } from '../../src/sql/node.ts'
import { loadParser, parseStatements } from '../../src/sql/parse.ts'

await loadParser()

function query(sql: string): Node {
  const [statement] = parseStatements(sql)
  if (statement === undefined || !('node' in statement)) throw new Error(`not SQL: ${sql}`)
  return statement.node
}

function expression(sql: string): Node {
  const target = as(as(query(`select ${sql}`), 'SelectStmt')?.targetList?.[0], 'ResTarget')
  if (target?.val === undefined) throw new Error(`no expression: ${sql}`)
  return target.val
}

const print = (sql: string) => printExpression(expression(sql))

describe('two spellings of the same expression print alike', () => {
  test.each([
    [
      "TENANT_ID=Current_Setting('app.tenant')::UUID",
      "((tenant_id) = (current_setting('app.tenant')::uuid))",
    ],
    ['cast(a as int4)', 'a::integer'],
    ['a in (1, 2)', 'a = any (array[1, 2])'],
    ['a not in (1, 2)', 'a <> all (array[1, 2])'],
    ['a in (1)', 'a = 1'],
    ['a != b', 'a <> b'],
    ['a between 1 and 2', '(a >= 1) and (a <= 2)'],
    ["name like 'x%'", "name ~~ 'x%'"],
    ["pg_catalog.current_setting('a')", "current_setting('a'::text)"],
    ['a and (b and c)', '(a and b) and c'],
    ['x in (select y from t)', 'x = any (select y from t)'],
    ['a operator(pg_catalog.=) b', 'a = b'],
  ])('%s', (one, other) => {
    expect(print(one)).toBe(print(other))
  })
})

describe('different expressions print differently', () => {
  test.each([
    ['a and (b or c)', 'a and b or c'],
    ['not (a and b)', 'not a and b'],
    ['a - (b - c)', 'a - b - c'],
    ['(-1)::text', '-(1::text)'],
    ['(a = b) = c', 'a = (b = c)'],
    ['(a is null) = b', 'a is null and b'],
    ["current_setting('a')", "app.current_setting('a')"],
    ['"Name"', 'name'],
    ["'1'::integer", "'1'::bigint"],
    ['a = any (b)', 'a = all (b)'],
    ['(a).b', 'a.b'],
  ])('%s', (one, other) => {
    expect(print(one)).not.toBe(print(other))
  })
})

test('an expression is written with the parentheses that it needs and no others', () => {
  expect(print('((tenant_id) = ((select auth.uid()))) and ((a or b))')).toBe(
    'tenant_id = (SELECT auth.uid()) AND (a OR b)',
  )
})

test('a keyword as a name is quoted', () => {
  expect(print('"user"."order" + extract(year from "select")')).toBe(
    '"user"."order" + "extract"(\'year\', "select")',
  )
})

test('a string keeps its quotes and backslashes', () => {
  expect(print("'it''s' || 'a\\b'")).toBe("'it''s' || 'a\\b'")
})

describe('what is printed parses to what was printed', () => {
  test.each([
    `select distinct on (a) a, b as c from only s.t as x (a, b) left join u using (id) where x.a > 1 order by a desc nulls last limit 1`,
    `with recursive r (n) as (values (1) union all select n + 1 from r where n < 5) select * from r`,
    `with m as materialized (select 1) select * from m cross join lateral (select 2) as l`,
    `select a from t union (select b from u except select c from v) offset 2`,
    `select count(*) filter (where a), sum(distinct b order by c), rank() over (partition by d order by e desc) from t group by f having count(*) > 1`,
    `select percentile_cont(0.5) within group (order by a) from t`,
    `select sum(a) over (order by b rows between 1 preceding and current row) from t`,
    `select * from t join (u join v on u.a = v.a) on t.a = u.a natural join w`,
    `select * from generate_series(1, 3) with ordinality as g (n, o)`,
    `select case a when 1 then 'x' else 'y' end, coalesce(a, b), nullif(a, b), greatest(a, b), array(select 1), row(1, 2)`,
    `select a[1], a[1:2], (f(x)).y, (c).*, a is distinct from b, a is not true, -a, @ a, a collate "C", $1`,
    `select a similar to 'x', a not ilike 'y', a between symmetric 1 and 2, a = any (b), exists (select), b'101', x'1F', 1.5`,
    `select xmlelement(name foo, 'bar'), json_object('a' value 1)`,
    `select * from t for update`,
    `select a from t group by grouping sets ((a), ())`,
  ])('%s', (sql) => {
    const printed = printQuery(query(sql))
    expect(printQuery(query(printed))).toBe(printed)
  })
})
