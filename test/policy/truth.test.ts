import { beforeAll, describe, expect, test } from 'vitest'
import { loadParser } from '../../src/sql/parse.ts'
import { alwaysTrueOf } from './policies.ts'

beforeAll(loadParser)

describe('an expression is true for every row', () => {
  test.each([
    'true',
    '1 = 1',
    "'a' = 'a'",
    "'yes'::bool",
    "cast('t' as boolean)",
    'not false',
    'not (tenant_id <> tenant_id)',
    'tenant_id = tenant_id',
    'public.invoices.tenant_id = invoices.tenant_id',
    'tenant_id::text = tenant_id::text',
    'total >= total',
    'tenant_id is not distinct from tenant_id',
    'tenant_id is not null',
    'not (tenant_id is null)',
    'total > 100 or true',
    'true or total > 100',
    '1 < 2',
    '2 in (1, 2, 3)',
    'tenant_id in (tenant_id)',
    'tenant_id = any (array[tenant_id])',
    'coalesce(true, total > 1)',
    'coalesce(null, true)',
    'case when true then true end',
    'case when total > 1 then true else true end',
    'case 1 when 1 then true else false end',
    '(select true)',
    '(select (select 1 = 1))',
    'exists (select 1)',
    'exists (values (1))',
    'exists (select max(total) from public.invoices)',
    '1 in (select 1)',
    'total > 5 or total <= 5',
    'note is null or note is not null',
    '(total = 1) is not null is true or true is true',
    "note like '%'",
    'true is true',
    '(1 = 1) = true',
    '(total > 1) is null or true',
  ])('%s', (expression) => {
    expect(alwaysTrueOf(expression)).toBe('true')
  })
})

describe('an expression admits no row', () => {
  test.each([
    ['false', 'false'],
    ['null', 'null'],
    ['null::boolean', 'null'],
    ['1 = 2', 'false'],
    ['tenant_id <> tenant_id', 'false'],
    ['tenant_id is null', 'false'],
    ['tenant_id = null', 'null'],
    ['total > 1 and false', 'false'],
    ['not true', 'false'],
    ['exists (select 1 where false)', 'false'],
    ['exists (select 1 from public.invoices where 1 = 2)', 'false'],
    ['case when false then true end', 'null'],
    ['coalesce(null, false)', 'false'],
  ])('%s', (expression, truth) => {
    expect(alwaysTrueOf(expression)).toBe(truth)
  })
})

describe('an expression depends on the row or the context', () => {
  test.each([
    'total > 1',
    'note is not null',
    "tenant_id = current_setting('app.tenant_id')::uuid",
    'exists (select 1 from public.invoices)',
    'exists (select 1 from public.invoices i where i.note is null)',
    'exists (select count(*) from public.invoices having count(*) > 3)',
    'coalesce(total > 1, true)',
    'case when total > 1 then true end',
    "'1' = 1",
    'total > 5 or total < 5',
    'tenant_id = any (array[]::uuid[])',
    "note like 'a%'",
    '(total > 1) is not true',
    'true = (total > 1)',
  ])('%s', (expression) => {
    expect(alwaysTrueOf(expression)).toBe('unknown')
  })
})
