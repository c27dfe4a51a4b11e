import { describe, expect, test } from 'vitest'
import { lives, told } from './history.ts'

const orgs = `
  create table public.orgs (id uuid primary key);
  alter table public.orgs enable row level security;
  alter table public.orgs force row level security;
  create policy own on public.orgs for all to app_user
    using (id = (select current_setting('app.tenant_id', true)::uuid))
    with check (id = (select current_setting('app.tenant_id', true)::uuid));`
const table = 'create table public.t (id uuid primary key, org_id uuid not null references public.orgs (id));'
const index = 'create index on public.t (org_id);'
const enable = 'alter table public.t enable row level security;'
const force = 'alter table public.t force row level security;'
const policy = `create policy own on public.t for all to app_user
  using (org_id = (select current_setting('app.tenant_id', true)::uuid))
  with check (org_id = (select current_setting('app.tenant_id', true)::uuid));`
const protectedTable = [table, index, enable, force, policy].join('\n')

/** The checks of the flags alone. */
function flags(files: readonly string[], options: Parameters<typeof lives>[1] = {}): string[] {
  return lives(files, options)
    .map(told)
    .filter((line) => /^(row-security|policies-dormant)/.test(line))
}

describe('the whole history is asked about', () => {
  test('a table protected by the end of its own file brings nothing', () => {
    expect(lives([orgs, protectedTable]).map(told)).toEqual([])
  })

  test('a defect belongs to the file whose end first shows it, and stays open', () => {
    expect(flags([orgs, [table, index, enable, policy].join('\n'), 'select 1;'])).toEqual([
      'row-security-not-forced public.t @2.sql',
    ])
  })

  test('a defect that a later file mends is repaired by that file', () => {
    expect(flags([orgs, [table, index, enable, policy].join('\n'), 'select 1;', force])).toEqual([
      'row-security-not-forced public.t @2.sql -> 4.sql',
    ])
  })

  test('a defect whose table a later file drops is repaired by that file', () => {
    expect(flags([orgs, [table, index, enable, policy].join('\n'), 'drop table public.t;'])).toEqual([
      'row-security-not-forced public.t @2.sql -> 3.sql',
    ])
  })

  test('a defect that comes back is a second one', () => {
    const lines = flags([
      orgs,
      protectedTable,
      'alter table public.t no force row level security;',
      force,
      'alter table public.t no force row level security;',
    ])
    expect(lines).toEqual([
      'row-security-disabled public.t @3.sql -> 4.sql',
      'row-security-disabled public.t @5.sql',
    ])
  })

  test('a file that opens and closes a table between its ends brings nothing', () => {
    const between =
      'alter table public.t disable row level security; alter table public.t enable row level security;'
    expect(flags([orgs, protectedTable, between])).toEqual([])
  })
})

describe('some files are asked about', () => {
  const unforcedAgain = `${protectedTable}
    alter table public.t no force row level security;`
  const loose = `${protectedTable}
    create policy loose on public.t for select to app_user using (id is not null);`

  test('a file that makes an old defect of the same table worse brings it', () => {
    const disabled = 'alter table public.t disable row level security;'
    expect(flags([orgs, unforcedAgain, disabled], { asked: ['3.sql'] })).toEqual([
      'row-security-disabled public.t @3.sql',
    ])
  })

  test('a file that makes a loose policy anew brings it', () => {
    const again = `drop policy loose on public.t;
      create policy loose on public.t for select to app_user using (org_id <> id);`
    expect(lives([orgs, loose, again], { asked: ['3.sql'] }).map(told)).toEqual([
      'policy-admits-foreign-rows public.t/loose @3.sql',
    ])
  })

  test('a file that drops what closed a loose policy in part brings it', () => {
    const barrier = `${protectedTable}
      create policy loose on public.t for all to app_user using (id <> org_id) with check (id <> org_id);
      create policy barrier on public.t as restrictive for update to app_user using (false) with check (false);`
    const lines = lives([orgs, barrier, 'drop policy barrier on public.t;'], { asked: ['3.sql'] }).map(told)
    expect(lines).toEqual(['policy-admits-foreign-rows public.t/loose @3.sql'])
  })

  test('a file that alters a loose policy and leaves it loose brings it', () => {
    const tighter = 'alter policy loose on public.t to app_user, service;'
    expect(lives([orgs, loose, 'comment on table public.t is $$t$$;'], { asked: ['3.sql'] })).toEqual([])
    expect(lives([orgs, loose, tighter], { asked: ['3.sql'] }).map(told)).toHaveLength(1)
  })

  const unforced = [table, index, enable, policy].join('\n')

  test('debt from before them is not told', () => {
    expect(flags([orgs, unforced, 'select 1;'], { asked: ['3.sql'] })).toEqual([])
  })

  test('what they bring is told, and by whom it was repaired', () => {
    expect(flags([orgs, unforced, force], { asked: ['2.sql'] })).toEqual([
      'row-security-not-forced public.t @2.sql -> 3.sql',
    ])
  })

  test('what a file after them brings is not told', () => {
    expect(flags([orgs, 'select 1;', unforced], { asked: ['2.sql'] })).toEqual([])
  })

  test('debt that one of them mends and another brings back is told', () => {
    const noForce = 'alter table public.t no force row level security;'
    expect(flags([orgs, unforced, force, noForce], { asked: ['3.sql', '4.sql'] })).toEqual([
      'row-security-disabled public.t @4.sql',
    ])
  })
})

describe('the statement to point at', () => {
  const dropPolicies = `${policy.replaceAll('own', 'second')}\ndrop policy own on public.t;\ndrop policy second on public.t;`

  test('is the one that brought the defect, where the defect names one of an earlier file', () => {
    const [life] = lives([orgs, protectedTable, dropPolicies]).filter(({ file }) => file === '3.sql')
    expect(life?.source).toMatchObject({ file: '3.sql' })
    const { start = 0, end = 0 } = life?.source ?? {}
    expect(dropPolicies.slice(start, end)).toBe('drop policy second on public.t')
  })
})

describe('unmodelled statements', () => {
  test('stay open whatever comes later', () => {
    const dynamic = `do $$ begin execute 'alter table public.t ' || current_setting('app.x'); end $$;`
    const lines = lives([orgs, protectedTable, dynamic, 'create role someone;', 'drop table public.t;']).map(
      told,
    )
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^unmodelled-statement .* @3\.sql$/)
  })

  test('of the same text in one file are told one by one', () => {
    const dynamic = `do $$ begin execute current_setting('app.x'); end $$;`
    expect(lives([dynamic + dynamic]).map(({ file }) => file)).toEqual(['1.sql', '1.sql'])
  })
})
