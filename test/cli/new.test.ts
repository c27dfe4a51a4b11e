import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { folderWith, ringfence } from './ringfence.ts'

const config = {
  migrations: ['m'],
  tenancy: { appRoles: ['app_user'], accessLog: 'app.access_log' },
}

test('the tenancy and a table on it are written as the migrations of the folder are named', () => {
  const cwd = folderWith({
    'ringfence.config.json': JSON.stringify(config),
    'm/01-start.sql': 'create schema app;',
  })
  expect(ringfence(['new', '--tenancy', '--write'], cwd)).toMatchObject({
    code: 0,
    stdout: 'm/02-create-tenancy.sql\n',
  })
  const table = ['new', 'invoices', '--column', 'number:integer', '--column', 'note:text?', '--write']
  expect(ringfence(table, cwd)).toMatchObject({ code: 0, stdout: 'm/03-create-invoices.sql\n' })
  expect(ringfence(['check'], cwd).code).toBe(0)
  expect(ringfence(table, cwd)).toMatchObject({ code: 2, stdout: '' })
  expect(readdirSync(join(cwd, 'm'))).toHaveLength(3)
})

test('the first migration of an empty folder is named as the layout says that is given', () => {
  const cwd = folderWith({ 'ringfence.config.json': JSON.stringify(config), 'm/.gitkeep': '' })
  const first = ['new', '--tenancy', '--write']
  expect(ringfence(first, cwd)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--layout numbered'),
  })
  expect(ringfence([...first, '--layout', 'numbered'], cwd)).toMatchObject({
    code: 0,
    stdout: 'm/001_create_tenancy.sql\n',
  })
})

test('--kysely and --no-kysely say in which language it is printed', () => {
  const cwd = folderWith({ 'ringfence.config.json': '{}' })
  expect(ringfence(['new', '--tenancy', '--no-kysely'], cwd).stdout).toContain(
    'create table public.memberships',
  )
  expect(ringfence(['new', '--tenancy', '--kysely'], cwd).stdout).toContain('tenancy.createTenancy(db)')
})

test.each([
  [['new'], 'no table is named'],
  [['new', 'invoices', '--column', 'n:integer); drop table x; --'], 'is no type of a column'],
  [['new', 'invoices'], 'ringfence new --tenancy'],
])('%j is refused with a sentence', (args, sentence) => {
  const cwd = folderWith({
    'ringfence.config.json': JSON.stringify(config),
    'm/1_a.sql': 'create table t (tenant_id uuid);',
  })
  const { code, stdout, stderr } = ringfence(args, cwd)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain(sentence)
})
