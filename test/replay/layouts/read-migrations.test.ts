import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replay } from '../../../src/replay/replay.ts'
import { loadParser } from '../../../src/sql/parse.ts'
import { read, refusal, tree } from './tree.ts'

const sql = 'select 1;'

describe('paths', () => {
  it('reads files in the order in which they are named, each once', () => {
    const root = tree({ '1.sql': sql, '2.sql': sql, '3.sql': sql })
    expect(read(root, '3.sql', '1.sql', '.').files).toEqual(['3.sql', '1.sql', '2.sql'])
  })

  it('reads what a glob matches, in the order of the layout', () => {
    const root = tree({ 'db/10.sql': sql, 'db/9.sql': sql, 'db/9.down.sql': sql, 'db/x.txt': '' })
    expect(read(root, 'db/*').files).toEqual(['db/9.sql', 'db/10.sql'])
    expect(read(root, 'db/{9,10}.sql').files).toEqual(['db/9.sql', 'db/10.sql'])
  })

  it('reads the one history below a folder, and tells what is left aside', () => {
    const root = tree({
      'a/migrations/1_x.up.sql': sql,
      'a/migrations/1_x.down.sql': sql,
      'a/migrations-old/0001_initial.py': '',
      'a/models/0001_a.py': '',
      'down/1.sql': sql,
      'node_modules/x/1.sql': sql,
      '.hidden/1.sql': sql,
    })
    expect(read(root, '.')).toMatchObject({
      layouts: ['golang-migrate a/migrations 1', 'numbered a/migrations-old 0', 'numbered . 0'],
      unread: {
        'a/migrations/1_x.down.sql': 'is a down part',
        'a/migrations-old/0001_initial.py': 'is a migration in code, which is not read',
        'down/1.sql': 'stands in down/, which does not hold migrations to apply',
      },
    })
  })

  it('refuses a folder with several histories, which have no order', () => {
    const root = tree({ 'a/migrations/1_x.up.sql': sql, 'b/1.sql': sql })
    expect(refusal(root, '.')).toBe('.: holds several histories: a/migrations (golang-migrate), b (numbered)')
    expect(read(root, 'b', 'a').files).toEqual(['b/1.sql', 'a/migrations/1_x.up.sql'])
  })

  it('reads folders whose names give their order as one history', () => {
    const root = tree({ 'db/v10/1.sql': sql, 'db/v9/1.sql': sql, 'db/v9/2.sql': sql })
    expect(read(root, 'db').files).toEqual(['db/v9/1.sql', 'db/v9/2.sql', 'db/v10/1.sql'])
  })

  it('refuses a folder that holds files of its own and a history below', () => {
    const root = tree({ 'init.sql': sql, 'db/migrations/1.sql': sql, 'db/seeds/1.sql': sql })
    expect(refusal(root, '.')).toBe('.: holds several histories: . (numbered), db/migrations (numbered)')
    expect(read(root, { path: '.', layout: 'numbered' }).files).toEqual(['init.sql'])
  })

  it('reads the migrations that stand below a dump in its place, and tells so', () => {
    const structure = '--\n-- PostgreSQL database dump\n--\nselect 1;'
    const root = tree({
      'db/structure.sql': structure,
      'db/migrations/1.sql': sql,
      'db/seeds/1.sql': sql,
      'alone/structure.sql': structure,
      'alone/seeds/1.sql': sql,
    })
    expect(read(root, 'db')).toMatchObject({
      files: ['db/migrations/1.sql'],
      unread: {
        'db/structure.sql': 'is a dump of what db/migrations makes; name it to have it read',
        'db/seeds/1.sql': 'stands beside the migrations that are read',
      },
    })
    expect(read(root, 'db/structure.sql').layouts).toEqual(['dump db 1'])
    expect(read(root, 'alone')).toMatchObject({
      files: ['alone/structure.sql'],
      unread: { 'alone/seeds/1.sql': 'stands in a subfolder; name the subfolder to have it read' },
    })
  })

  it('reads a single file whatever stands beside its folder', () => {
    const root = tree({ 'a/1.sql': sql, 'b/1.sql': sql })
    symlinkSync(join(root, 'gone.sql'), join(root, 'b/2.sql'))
    expect(read(root, 'a/1.sql').layouts).toEqual(['numbered a 1'])
  })

  it('reports a folder once, however many of its files are named', () => {
    const root = tree({ '1.sql': sql, '2.sql': sql })
    expect(read(root, '1.sql', '2.sql').layouts).toEqual(['numbered . 2'])
  })

  it('finds the layout of a single file in its folder, or in its own markers', () => {
    const root = tree({
      'go/1_a.up.sql': sql,
      'go/1_a.down.sql': sql,
      'p/1_a/migration.sql': sql,
      'd/1_a/up.sql': sql,
      'd/1_a/down.sql': sql,
      'x.sql': '-- migrate:up\nselect 1;\n-- migrate:down\nselect 2;',
    })
    expect(read(root, 'go/1_a.up.sql').layouts).toEqual(['golang-migrate go 1'])
    expect(read(root, 'p/1_a/migration.sql').layouts).toEqual(['prisma p 1'])
    expect(read(root, 'd/1_a/up.sql').layouts).toEqual(['diesel d 1'])
    expect(read(root, 'x.sql')).toMatchObject({ layouts: ['dbmate . 1'], sql: ['x.sql: select 1;'] })
    for (const down of ['go/1_a.down.sql', 'd/1_a/down.sql'])
      expect(refusal(root, down)).toMatch(/is no migration to apply in the layout .*: it is a down part/)
  })

  it('refuses what names nothing', () => {
    const root = tree({ 'empty/readme.txt': '', 'a/1.sql': sql })
    expect(refusal(root, 'nowhere')).toBe('nowhere: there is no such file or folder')
    expect(refusal(root, '**/*.nothing')).toBe('**/*.nothing: there is no such file or folder')
    expect(refusal(root, 'empty')).toBe('empty: no migrations are there')
    expect(refusal(root, { path: 'a', layout: 'flyway' })).toBe(
      'a: no migrations laid out as flyway are there',
    )
  })
})

describe('files', () => {
  it('reads a file with a byte-order mark and CRLF', () => {
    const root = tree({ '1.sql': '\uFEFF-- migrate:up\r\nselect 1;\r\n-- migrate:down\r\nselect 2;\r\n' })
    expect(read(root, '.').sql).toEqual(['1.sql: select 1;'])
  })

  it('refuses UTF-16 and invalid UTF-8, and says where', () => {
    const root = tree({
      'a/1.sql': Buffer.from('\uFEFFselect 1;', 'utf16le'),
      'b/1.sql': Buffer.from([...Buffer.from("select 'é';\nselect '"), 0xe9, ...Buffer.from("';")]),
      'c/1.sql': Buffer.from([...Buffer.from('select 1; -- é'), 0xf0, 0x9f, 0x98]),
    })
    expect(refusal(root, 'a')).toBe('a/1.sql: 1: is UTF-16, not UTF-8')
    expect(refusal(root, 'b')).toBe('b/1.sql: 2: is not valid UTF-8 (byte 21 of the file)')
    expect(refusal(root, 'c')).toMatch(/^c\/1.sql: 1: is not valid UTF-8/)
  })

  it('refuses a folder in place of a file and a link that leads nowhere', () => {
    const root = tree({ 'a/1.sql': sql, 'b/1.sql': sql })
    mkdirSync(join(root, 'a/2.sql'))
    symlinkSync(join(root, 'gone.sql'), join(root, 'b/2.sql'))
    expect(refusal(root, 'a')).toBe('a/2.sql: is a folder, not a file')
    expect(refusal(root, 'b')).toBe('b/2.sql: is a symbolic link that leads nowhere')
  })

  it.skipIf(process.getuid?.() === 0)('refuses a file that may not be read', () => {
    const root = tree({ '1.sql': sql })
    chmodSync(join(root, '1.sql'), 0)
    expect(refusal(root, '.')).toBe('1.sql: may not be read (permission denied)')
  })

  it('does not go round in circles through symbolic links', () => {
    const root = tree({ 'a/1.sql': sql })
    symlinkSync(root, join(root, 'a/up'))
    expect(read(root, '.').files).toEqual(['a/1.sql'])
  })

  it('reads empty files and files of comments as files without statements', async () => {
    await loadParser()
    const root = tree({ '1.sql': '', '2.sql': '-- nothing', '3.sql': '\n;;\n' })
    const { migrations } = read(root, '.')
    expect(replay(migrations).files.map(({ file, statements }) => [file, statements])).toEqual([
      ['1.sql', 0],
      ['2.sql', 0],
      ['3.sql', 0],
    ])
  })
})

describe('includes', () => {
  it('reads included files in their place, with the variables that are set by then', () => {
    const root = tree({
      'm/1.sql': "\\set who app\n\\ir parts/a.sql\nselect :'later';\n",
      'm/parts/a.sql': "select :'who';\n\\ir b.sql\n\\set later x\n",
      'm/parts/b.sql': 'select 2;',
    })
    expect(read(root, 'm').sql).toEqual([
      "m/parts/a.sql: select 'app';",
      'm/parts/b.sql: select 2;',
      "m/1.sql: select 'x';",
    ])
  })

  it('looks for \\i in the working directory, then beside the file', () => {
    const root = tree({
      'm/1.sql': '\\i parts/a.sql\n\\i parts/b.sql\n',
      'parts/a.sql': 'select 1;',
      'm/parts/b.sql': sql,
    })
    expect(read(root, 'm').sql).toEqual(['parts/a.sql: select 1;', 'm/parts/b.sql: select 1;'])
  })

  it('refuses a missing file and a cycle, with the line', () => {
    const root = tree({
      'a/1.sql': 'select 1;\n\\ir no.sql\n',
      'b/1.sql': '\\ir x.inc\n',
      'b/x.inc': '\n\n\\ir 1.sql\n',
    })
    expect(refusal(root, 'a')).toBe('a/1.sql: 2: includes no.sql, which is not there')
    expect(refusal(root, 'b')).toBe('b/x.inc: 3: includes 1.sql, which includes it')
  })
})

describe('placeholders', () => {
  const template =
    'select 1;\ncreate table {{ index .Options "Namespace" }}.t ();\ndo $$ begin perform {{ index .Options "Namespace" }}.f(); end $$;\nselect \'{{ .Kept }}\';'

  it('loses the statements that a Go template fills, and names what is missing', () => {
    const root = tree({ '1_a.up.sql': template })
    const missing =
      '{{ index .Options "Namespace" }} is put in by the migration tool; give "Namespace" in "variables"'
    expect(read(root, '.').sql.slice(0, 3)).toEqual([
      '1_a.up.sql: select 1;',
      `1_a.up.sql: unreadable: ${missing}`,
      `1_a.up.sql: unreadable: ${missing}`,
    ])
  })

  it('fills a Go template with the variables that are given', () => {
    const root = tree({ '1_a.up.sql': template })
    expect(read(root, { path: '.', variables: { Namespace: 'auth', Kept: 'k' } }).sql).toEqual([
      '1_a.up.sql: select 1;',
      '1_a.up.sql: create table auth.t ();',
      '1_a.up.sql: do $$ begin perform auth.f(); end $$;',
      "1_a.up.sql: select 'k';",
    ])
  })

  it('leaves mustaches in the strings of a file that is no template', () => {
    const root = tree({ '1.sql': "insert into mail values ('Hello {{ .Name }}', '{{1,2},{3,4}}');" })
    expect(read(root, '.').sql).toEqual([
      "1.sql: insert into mail values ('Hello {{ .Name }}', '{{1,2},{3,4}}');",
    ])
  })

  it('fills the placeholders of Flyway', () => {
    const root = tree({ 'V1__a.sql': `create schema \${name};` })
    expect(read(root, { path: '.', variables: { name: 'app' } }).sql).toEqual([
      'V1__a.sql: create schema app;',
    ])
    expect(read(root, '.').sql[0]).toMatch(/unreadable: \$\{name\} is put in by the migration tool/)
  })
})
