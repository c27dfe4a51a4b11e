import { beforeAll, describe, expect, test } from 'vitest'
import { Isolation } from '../../src/policy/isolation.ts'
import type { NearTie } from '../../src/policy/near-tie.ts'
import { RoutineBodies } from '../../src/policy/routines.ts'
import { loadParser } from '../../src/sql/parse.ts'
import { playAlone } from '../checks/examples.ts'
import { relationOf } from './policies.ts'

beforeAll(loadParser)

const tables = `
  create table public.orgs (id uuid primary key);
  create table public.members (org_id uuid references public.orgs, user_id uuid, primary key (org_id, user_id));
  create table public.projects (id uuid primary key, org_id uuid references public.orgs, is_open boolean);
  create table public.notes (id uuid primary key, project_id uuid references public.projects, created_by uuid);
  create table public.reports (
    id uuid primary key, org_id uuid, project_id uuid references public.projects, author uuid references public.orgs
  );
  alter table public.projects enable row level security;`

const mine = "(select m.org_id from public.members m where m.user_id = current_setting('app.user')::uuid)"

function near(table: string, ...policies: string[]): NearTie | null | undefined {
  const played = playAlone([tables, ...policies])
  const isolation = new Isolation(played.model, played.tenancy, new RoutineBodies())
  const relation = relationOf(played, table)
  const [opening] = isolation.openings(relation)
  return opening && isolation.nearTie(relation, opening)
}

describe('a policy that comes near to tying the tenant', () => {
  const notes = 'create policy n on public.notes using (project_id in (select p.id from public.projects p));'

  test('one through a parent whose own policy is open names the parent', () => {
    const open = 'create policy p on public.projects using (is_open);'
    expect(near('public.notes', open, notes)).toEqual({ through: ['public.projects'] })
  })

  test('one through a parent without policies that could be mended is not near', () => {
    const without =
      'create policy n on public.notes using (project_id in (select m.org_id from public.members m));'
    expect(near('public.notes', without)).toBeNull()
  })

  test('one that ties the parent of a table with a tenant key names the column', () => {
    const policy = `create policy r on public.reports
      using (exists (select 1 from public.projects p where p.id = reports.project_id and p.org_id in ${mine}));`
    expect(near('public.reports', policy)).toEqual({ by: ['project_id'] })
  })

  test('one that ties nothing but another reference to the tenants is not near', () => {
    expect(near('public.reports', `create policy r on public.reports using (author in ${mine});`)).toBeNull()
  })

  test('one that ties nothing is not near', () => {
    expect(
      near('public.reports', 'create policy r on public.reports using (project_id is not null);'),
    ).toBeNull()
  })
})
