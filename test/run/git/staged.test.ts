import { rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { commitAll, git, history, judge, protection, repositoryWith, stage, table, write } from './scratch.ts'

const unprotected = 'row-security-not-enabled'

describe('what is staged', () => {
  test('is judged, and not what the working tree holds: a file mended after it was staged is refused', async () => {
    const folder = repositoryWith(history)
    stage(folder, 'db/migrations/004_bills.sql', table('bills'))
    write(folder, 'db/migrations/004_bills.sql', table('bills') + protection('bills'))
    expect((await judge(folder)).found).toEqual([`${unprotected} public.bills @db/migrations/004_bills.sql`])
  })

  test('is judged alone: a file that is not staged, or only part of it, counts as far as it is', async () => {
    const folder = repositoryWith(history)
    stage(folder, 'db/migrations/004_bills.sql', table('bills') + protection('bills'))
    write(folder, 'db/migrations/004_bills.sql', table('bills') + protection('bills') + table('more'))
    write(folder, 'db/migrations/005_lines.sql', table('lines'))
    const { found, result } = await judge(folder)
    expect(found).toEqual([])
    expect(result?.files).toBe(4)
  })

  test('is all there is before the first commit', async () => {
    const folder = repositoryWith({})
    git(folder, 'update-ref', '-d', 'HEAD')
    for (const [file, content] of Object.entries(history)) stage(folder, file, content)
    expect((await judge(folder)).found).toEqual([])
    stage(folder, 'db/migrations/004_bills.sql', table('bills'))
    expect((await judge(folder)).found).toEqual([`${unprotected} public.bills @db/migrations/004_bills.sql`])
  })

  test('may be in a file of any name', async () => {
    const folder = repositoryWith(history)
    const names = [
      '004 "bills".sql',
      '005_\nline.sql',
      "006_d\u00e9p\u00f4t '\u00e4.sql",
      '007_*.sql',
      '-008.sql',
      ':(top)009.sql',
    ]
    for (const [at, name] of names.entries()) stage(folder, `./db/migrations/${name}`, table(`t${at}`))
    const found = (await judge(folder)).found.filter((one) => one.startsWith(unprotected))
    expect([...found].sort()).toEqual(
      names.map((name, at) => `${unprotected} public.t${at} @db/migrations/${name}`).sort(),
    )
  })

  test('is named from the folder that the command is run in', async () => {
    const folder = repositoryWith(history)
    stage(folder, 'db/migrations/004_bills.sql', table('bills'))
    expect((await judge(join(folder, 'db'))).found).toEqual([
      `${unprotected} public.bills @migrations/004_bills.sql`,
    ])
  })

  test('may come with debt that was there before, which does not count', async () => {
    const folder = repositoryWith({ ...history, 'db/migrations/0035_debt.sql': table('debt') })
    stage(folder, 'db/migrations/004_bills.sql', table('bills') + protection('bills'))
    expect((await judge(folder)).found).toEqual([])
  })

  test('is no migration: nothing is read, and said so', async () => {
    const folder = repositoryWith({ ...history, 'db/migrations/003_broken.sql': 'create tabel;' })
    expect(await judge(folder)).toEqual({ found: [], notes: ['nothing is staged'], result: null })
    stage(folder, 'README.md', 'text')
    expect(await judge(folder)).toEqual({ found: [], notes: ['no migration is staged'], result: null })
  })

  test('is only intended to be added: it is not there yet', async () => {
    const folder = repositoryWith(history)
    write(folder, 'db/migrations/004_bills.sql', table('bills'))
    git(folder, 'add', '--intent-to-add', '--all')
    expect((await judge(folder)).notes).toEqual(['nothing is staged'])
    stage(folder, 'db/migrations/005_lines.sql', table('lines'))
    const { found, result } = await judge(folder)
    expect(found).toEqual([`${unprotected} public.lines @db/migrations/005_lines.sql`])
    expect(result?.files).toBe(4)
  })
})

describe('a change of what was there', () => {
  test('a deleted migration that protected a table is found by what is then missing', async () => {
    const folder = repositoryWith(history)
    git(folder, 'rm', '--quiet', 'db/migrations/003_protect.sql')
    const { found, notes } = await judge(folder)
    expect(found).toEqual([`${unprotected} public.notes @db/migrations/002_notes.sql`])
    expect(notes).toContain(
      'db/migrations/003_protect.sql is not as in HEAD: everything counts that was not so there',
    )
  })

  test('an edited migration is found by what it no longer does, and not by what was wrong before', async () => {
    const folder = repositoryWith({
      ...history,
      'db/migrations/002_notes.sql': table('notes') + table('debt'),
    })
    stage(folder, 'db/migrations/002_notes.sql', `${table('notes') + table('debt')}-- a comment\n`)
    expect((await judge(folder)).found).toEqual([])
    stage(folder, 'db/migrations/003_protect.sql', 'alter table public.notes enable row level security;')
    expect([...(await judge(folder)).found].sort()).toEqual([
      'no-policy public.notes @db/migrations/003_protect.sql',
      'row-security-not-forced public.notes @db/migrations/003_protect.sql',
    ])
  })

  test('what one migration mended and now does not is found, though the defect is an old one', async () => {
    const folder = repositoryWith({
      ...history,
      'db/migrations/004_open.sql': 'alter table public.notes no force row level security;',
      'db/migrations/005_close.sql': 'alter table public.notes force row level security;',
    })
    git(folder, 'rm', '--quiet', 'db/migrations/005_close.sql')
    expect((await judge(folder)).found).toEqual([
      'row-security-disabled public.notes @db/migrations/004_open.sql',
    ])
  })

  test('a finding that a comment accepted counts once the comment is gone, and not while it stands', async () => {
    const accepted = `-- ringfence: accept ${unprotected} on public.debt because it is to go\n${table('debt')}`
    const folder = repositoryWith({ ...history, 'db/migrations/004_debt.sql': accepted })
    stage(folder, 'db/migrations/004_debt.sql', `${accepted}-- more\n`)
    expect((await judge(folder)).found).toEqual([])
    stage(folder, 'db/migrations/004_debt.sql', table('debt'))
    expect((await judge(folder)).found).toEqual([`${unprotected} public.debt @db/migrations/004_debt.sql`])
  })

  test('a renamed migration brings nothing new, unless its new place does', async () => {
    const folder = repositoryWith({ ...history, 'db/migrations/004_debt.sql': table('debt') })
    git(folder, 'mv', 'db/migrations/004_debt.sql', 'db/migrations/014_debt.sql')
    expect((await judge(folder)).found).toEqual([])
    commitAll(folder)
    stage(folder, 'db/migrations/015_protect.sql', protection('debt'))
    commitAll(folder)
    git(folder, 'mv', 'db/migrations/015_protect.sql', 'db/migrations/000_protect.sql')
    expect((await judge(folder)).found).toContain(`${unprotected} public.debt @db/migrations/014_debt.sql`)
  })

  test('a migration that is added between others is found by what it does to those after it', async () => {
    const folder = repositoryWith({
      ...history,
      'db/migrations/020_role.sql':
        'do $$ begin create role app; exception when duplicate_object then null; end $$;',
      'db/migrations/030_owner.sql': 'alter table public.notes owner to app;',
    })
    stage(folder, 'db/migrations/010_bills.sql', table('bills'))
    const { found, notes } = await judge(folder)
    expect(found).toEqual([`${unprotected} public.bills @db/migrations/010_bills.sql`])
    expect(notes).toContain(
      'the order of the migrations is not as in HEAD: everything counts that was not so there',
    )
  })

  test('the index of a tool that names its migrations is followed', async () => {
    const journal = (...tags: readonly string[]) => JSON.stringify({ entries: tags.map((tag) => ({ tag })) })
    const folder = repositoryWith({
      'ringfence.config.json': history['ringfence.config.json'],
      'db/migrations/meta/_journal.json': journal('1', '2', '3'),
      'db/migrations/1.sql': history['db/migrations/001_tenants.sql'],
      'db/migrations/2.sql': table('notes'),
      'db/migrations/3.sql': protection('notes'),
      'db/migrations/4.sql': table('later'),
    })
    stage(folder, 'db/migrations/meta/_journal.json', journal('1', '2', '3', '4'))
    expect((await judge(folder)).found).toEqual([`${unprotected} public.later @db/migrations/4.sql`])
    stage(folder, 'db/migrations/meta/_journal.json', journal('1', '2'))
    expect((await judge(folder)).found).toEqual([`${unprotected} public.notes @db/migrations/2.sql`])
  })

  test('history that could not be read before makes everything count', async () => {
    const folder = repositoryWith({
      ...history,
      'db/migrations/002_notes.sql': Buffer.from([0xff, 0xfe, 0x20]),
    })
    stage(folder, 'db/migrations/002_notes.sql', table('notes') + table('debt'))
    const { found, notes } = await judge(folder)
    expect(found).toEqual([`${unprotected} public.debt @db/migrations/002_notes.sql`])
    expect(notes.join('\n')).toContain(
      "the migrations of HEAD can't be read, so everything counts (db/migrations/002_notes.sql: is UTF-16",
    )
  })

  test('a folder of migrations that is new beside the others is judged, and the others are not', async () => {
    const folder = repositoryWith({ ...history, 'db/migrations/004_debt.sql': table('debt') })
    const config = JSON.parse(history['ringfence.config.json'])
    write(
      folder,
      'ringfence.config.json',
      JSON.stringify({ ...config, migrations: ['db/migrations', 'more'] }),
    )
    stage(folder, 'more/1_bills.sql', table('bills'))
    git(folder, 'rm', '--quiet', 'db/migrations/003_protect.sql')
    const { found, notes } = await judge(folder)
    expect(found).toEqual([
      `${unprotected} public.notes @db/migrations/002_notes.sql`,
      `${unprotected} public.bills @more/1_bills.sql`,
    ])
    expect(notes).toContain(
      'ringfence.config.json is read from the working tree, and differs from what is staged of it',
    )
  })
})

describe('files that migrations include', () => {
  const including = { ...history, 'db/migrations/004_lists.sql': '\\ir ../lists/all.psql\n' }

  test('are read as they are staged, and a change of one counts', async () => {
    const folder = repositoryWith({ ...including, 'db/lists/all.psql': table('lists') + protection('lists') })
    stage(folder, 'db/lists/all.psql', table('lists'))
    write(folder, 'db/lists/all.psql', '')
    expect((await judge(folder)).found).toEqual([`${unprotected} public.lists @db/migrations/004_lists.sql`])
  })

  test('are looked for in the working directory first, as they are staged there', async () => {
    const folder = repositoryWith({
      ...history,
      'db/migrations/004_lists.sql': '\\i lists.psql\n',
      'db/migrations/lists.psql': '',
    })
    stage(folder, 'lists.psql', table('lists'))
    expect((await judge(folder)).found).toEqual([`${unprotected} public.lists @db/migrations/004_lists.sql`])
  })

  test('are missed where they are in the working tree alone', async () => {
    const folder = repositoryWith(history)
    stage(folder, 'db/migrations/004_lists.sql', including['db/migrations/004_lists.sql'])
    write(folder, 'db/lists/all.psql', table('lists'))
    await expect(judge(folder)).rejects.toThrow('includes ../lists/all.psql, which is not there')
  })
})

describe('a repository that is', () => {
  test('sparse: files that are not checked out are read from the index', async () => {
    const folder = repositoryWith({ ...history, 'app/main.txt': 'text' })
    git(folder, 'sparse-checkout', 'set', 'app')
    git(
      folder,
      'update-index',
      '--add',
      '--cacheinfo',
      `100644,${blob(folder, table('bills'))},db/migrations/004.sql`,
    )
    expect((await judge(folder)).found).toEqual([`${unprotected} public.bills @db/migrations/004.sql`])
  })

  test('a linked worktree, with the environment of a hook: found from its subfolders too', async () => {
    const folder = repositoryWith(history)
    git(folder, 'worktree', 'add', '--quiet', join(folder, 'tree'), '-b', 'other')
    const tree = join(folder, 'tree')
    stage(tree, 'db/migrations/004_bills.sql', table('bills'))
    const found = await withEnvironment(
      { GIT_DIR: join(folder, '.git/worktrees/tree') },
      async () => (await judge(join(tree, 'db'))).found,
    )
    expect(found).toEqual([`${unprotected} public.bills @migrations/004_bills.sql`])
  })

  test('committing with an index of its own: that one is read', async () => {
    const folder = repositoryWith(history)
    stage(folder, 'db/migrations/004_bills.sql', table('bills'))
    git(folder, 'read-tree', '--index-output=.git/other', 'HEAD')
    const { notes } = await withEnvironment({ GIT_INDEX_FILE: '.git/other' }, () => judge(join(folder, 'db')))
    expect(notes).toEqual(['nothing is staged'])
  })

  test('in the middle of a merge: a migration in conflict is named', async () => {
    const folder = repositoryWith(history)
    git(folder, 'checkout', '--quiet', '-b', 'side')
    write(folder, 'db/migrations/003_protect.sql', `${protection('notes')}-- one\n`)
    commitAll(folder)
    git(folder, 'checkout', '--quiet', 'main')
    write(folder, 'db/migrations/003_protect.sql', `${protection('notes')}-- two\n`)
    commitAll(folder)
    expect(() => git(folder, 'merge', 'side')).toThrow()
    await expect(judge(folder)).rejects.toMatchObject({
      message: 'is in conflict, so that no commit can hold it',
      file: 'db/migrations/003_protect.sql',
    })
  })

  test('given migrations by a symbolic link: what it leads to is read and counts', async () => {
    const { 'ringfence.config.json': config, ...files } = history
    const folder = repositoryWith(files)
    write(folder, 'ringfence.config.json', config.replace('db/migrations', 'linked'))
    symlinkSync('db/migrations', join(folder, 'linked'))
    commitAll(folder)
    stage(folder, 'db/migrations/004_bills.sql', table('bills'))
    expect((await judge(folder)).found).toEqual([`${unprotected} public.bills @linked/004_bills.sql`])
  })

  test('given a link that leads out of it, or a submodule: git does not know what changed there', async () => {
    const folder = repositoryWith(history)
    rmSync(join(folder, 'db'), { recursive: true })
    symlinkSync('/elsewhere', join(folder, 'db'))
    git(folder, 'add', '--all')
    await expect(judge(folder)).rejects.toThrow('is a symbolic link that leads out of the repository')
    const outer = repositoryWith({ 'ringfence.config.json': history['ringfence.config.json'] })
    const inner = repositoryWith({ 'migrations/1.sql': table('notes') })
    git(outer, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'db')
    await expect(judge(outer)).rejects.toThrow('is a submodule')
  })

  test('none, or none that holds the migrations', async () => {
    const folder = repositoryWith({ 'inner/ringfence.config.json': '{ "migrations": ["../../outside"] }' })
    stage(folder, 'README.md', 'text')
    await expect(judge(join(folder, 'inner'))).rejects.toThrow('stands outside of the repository')
    rmSync(join(folder, '.git'), { recursive: true })
    writeFileSync(join(folder, 'ringfence.config.json'), '{ "migrations": ["db"] }')
    await expect(judge(folder)).rejects.toThrow(/^git rev-parse failed: not a git repository/)
  })

  test('on a machine without git', async () => {
    const folder = repositoryWith(history)
    await withEnvironment({ PATH: folder }, () =>
      expect(judge(folder)).rejects.toThrow('git is not there, and only git knows what changed'),
    )
  })
})

describe('paths beside --staged', () => {
  test('add nothing where the config names the migrations', async () => {
    const folder = repositoryWith({ ...history, 'seeds/1.sql': '' })
    stage(folder, 'db/migrations/004_bills.sql', table('bills'))
    stage(folder, 'seeds/1.sql', table('seeds'))
    const { found, notes } = await judge(folder, { kind: 'staged' }, [join(folder, 'seeds/1.sql')])
    expect(found).toEqual([`${unprotected} public.bills @db/migrations/004_bills.sql`])
    expect(notes).toContain(
      '--staged judges the migrations of ringfence.config.json; the paths that are named add nothing to it',
    )
  })

  test('are the migrations where no config names any', async () => {
    const { 'ringfence.config.json': _, ...files } = history
    const folder = repositoryWith(files)
    stage(folder, 'db/migrations/004_bills.sql', table('bills'))
    const expected = [`${unprotected} public.bills @db/migrations/004_bills.sql`]
    expect((await judge(folder, { kind: 'staged' }, ['db/migrations'])).found).toEqual(expected)
    expect((await judge(folder, { kind: 'staged' }, [join(folder, 'db/migrations/*.sql')])).found).toEqual(
      expected,
    )
    await expect(judge(folder)).rejects.toThrow('no migrations named, and no config found')
  })
})

function blob(folder: string, content: string): string {
  write(folder, 'blob', content)
  const id = git(folder, 'hash-object', '-w', 'blob').trim()
  rmSync(join(folder, 'blob'))
  return id
}

async function withEnvironment<Result>(
  variables: Readonly<Record<string, string>>,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = { ...process.env }
  Object.assign(process.env, variables)
  try {
    return await work()
  } finally {
    for (const name of Object.keys(variables)) {
      delete process.env[name]
      if (before[name] !== undefined) process.env[name] = before[name]
    }
  }
}
