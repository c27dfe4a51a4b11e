import { describe, expect, test } from 'vitest'
import { accepting, open, Project } from './accepting.ts'

const rowSecurity = 'row-security-not-enabled on public.notes because it holds public notices'
const unmodelled =
  "do $$ begin execute format('alter table %I disable row level security', current_setting('x')); end $$;"
const here = accepting('unmodelled-statement here because it only logs')

async function found(migrations: Readonly<Record<string, string>>, ...paths: string[]): Promise<string[]> {
  return (await new Project(migrations).check({ paths })).found
}

test('without a comment the defect is told', async () => {
  expect(await found({ '1.sql': open('notes') })).toEqual(['row-security-not-enabled public.notes @1.sql:1'])
})

describe('a comment accepts a defect', () => {
  test.each([
    ['beside the statement', { '1.sql': accepting(rowSecurity) + open('notes') }],
    ['in a block', { '1.sql': `/*\n * ringfence: accept ${rowSecurity}\n */\n${open('notes')}` }],
    ['in a later file', { '1.sql': open('notes'), '2.sql': `${accepting(rowSecurity)}select 1;` }],
    ['in an earlier file', { '1.sql': `${accepting(rowSecurity)}select 1;`, '2.sql': open('notes') }],
    ['in a file of comments alone', { '1.sql': open('notes'), '2.sql': accepting(rowSecurity) }],
    ['until a day to come', { '1.sql': accepting(`${rowSecurity} until 2999-12-31`) + open('notes') }],
    [
      'in a file that psql reads',
      { '1.sql': `\\set ON_ERROR_STOP on\n${accepting(rowSecurity)}\\echo hello\n${open('notes')}` },
    ],
    [
      'in an included file',
      { '1.sql': '\\ir parts/notes.sql', 'm/parts/notes.sql': accepting(rowSecurity) + open('notes') },
    ],
  ])('%s', async (_, migrations) => {
    const { found, result } = await new Project(migrations).check()
    expect(found).toEqual([])
    expect(result).toMatchObject({ suppressed: 1, baselined: 0 })
  })

  test('and not another one of its table, nor one of a table of a longer name', async () => {
    const sql = accepting(rowSecurity) + open('notes') + open('notes_archive')
    const loose = 'create policy loose on public.notes for select to app_user using (true);'
    expect(await found({ '1.sql': sql, '2.sql': loose })).toEqual([
      'row-security-not-enabled public.notes_archive @1.sql:4',
      expect.stringContaining('policies-dormant public.notes @2.sql'),
      expect.stringContaining('policy-always-true public.notes/loose @2.sql'),
    ])
  })

  test('until it is mended: what is dropped and created again needs another', async () => {
    const migrations = {
      '1.sql': accepting(rowSecurity) + open('notes'),
      '2.sql': 'drop table public.notes;',
      '3.sql': open('notes'),
    }
    const again = ['row-security-not-enabled public.notes @3.sql:1']
    expect(await found(migrations)).toEqual(again)
    expect(await found(migrations, 'm/3.sql')).toEqual(again)
    expect(await found({ ...migrations, '3.sql': accepting(rowSecurity) + open('notes') })).toEqual([])
  })

  test('whichever file is asked about', async () => {
    const migrations = { '1.sql': open('notes'), '2.sql': 'select 1;', '3.sql': accepting(rowSecurity) }
    expect(await found(migrations, 'm/1.sql')).toEqual([])
    expect(await found(migrations, 'm/3.sql')).toEqual([])
    const early = { '1.sql': accepting(rowSecurity), '2.sql': 'select 1;', '3.sql': open('notes') }
    expect(await found(early, 'm/3.sql')).toEqual([])
  })
})

describe('what is no comment of the up part accepts nothing, and is not told', () => {
  const comment = accepting(rowSecurity)
  const told = expect.stringMatching(/^row-security-not-enabled public.notes @1\S*:\d+$/)

  test.each([
    ['in a string', { '1.sql': `${open('notes')}select '\n${comment}';` }],
    ['in the body of a function', { '1.sql': `${open('notes')}do $$ begin\n${comment} perform 1; end $$;` }],
    [
      'in a branch that psql does not take',
      { '1.sql': `${open('notes')}\\if false\n${comment}\\endif\nselect 1;` },
    ],
    [
      'in the data of a COPY',
      { '1.sql': `${open('notes')}copy public.notes (id) from stdin;\n${comment}\\.\nselect 1;` },
    ],
  ])('%s', async (_, migrations) => {
    expect(await found(migrations)).toEqual([told])
  })

  test('in the down part of a file', async () => {
    const up = (sql: string) => `-- migrate:up\n${sql}-- migrate:down\n${comment}drop table public.notes;\n`
    const { tenants } = await import('./accepting.ts')
    const project = (sql: string) =>
      new Project({ '0.sql': `-- migrate:up\n${tenants}-- migrate:down\n`, '1.sql': sql })
    expect((await project(up(open('notes'))).check()).found).toEqual([told])
    expect((await project(comment + up(open('notes'))).check()).found).toEqual([])
    expect((await project(up(comment + open('notes'))).check()).found).toEqual([])
  })
})

describe('here is', () => {
  const told = (line: number) => `unmodelled-statement @1.sql:${line}`
  const of = async (sql: string) =>
    (await found({ '1.sql': sql })).map((line) => line.replace(/ \S+#\w+/, ''))

  test.each([
    ['the next statement', here + unmodelled],
    ['the one that the line ends', `${unmodelled} ${here}select 1;`],
    [
      'the one that the comment stands in',
      `do -- ringfence: accept unmodelled-statement here because x\n${unmodelled.slice(3)}`,
    ],
    ['the one before a block on its line', `select 1; ${unmodelled} /* ${here.slice(3).trim()} */`],
    [
      'one that psql would fill in',
      `\\set ON_ERROR_STOP on\n${here}alter table :t disable row level security;`,
    ],
  ])('%s', async (_, sql) => {
    expect(await of(sql)).toEqual([])
  })

  test('one statement, and not the next of the same words', async () => {
    expect(await of(`${here}${unmodelled}\n${unmodelled}`)).toEqual([told(3)])
    expect(await of(`${unmodelled} ${here}${unmodelled}`)).toEqual([told(2)])
  })

  test('none where nothing follows, or what follows is understood', async () => {
    expect(await of(`${unmodelled}\n${here}`)).toEqual([told(1), 'suppression-unused @1.sql:2'])
    expect(await of(`${here}select 1;\n${unmodelled}`)).toEqual(['suppression-unused @1.sql:1', told(3)])
  })

  test('told by its name too, from another file', async () => {
    const sql = `alter tabel x;`
    const { result } = await new Project({ '1.sql': sql }).check()
    const subject = result.findings[0]?.subject
    expect(
      await found({ '1.sql': sql, '2.sql': accepting(`unmodelled-statement on ${subject} because x`) }),
    ).toEqual([])
  })
})

describe('a comment that accepts nothing is told', () => {
  const complaints = async (migrations: Readonly<Record<string, string>>, ...paths: string[]) =>
    (await new Project(migrations).check({ paths })).complaints

  test('where its subject has no such finding, with what is meant', async () => {
    const at = (what: string) => complaints({ '1.sql': accepting(`${what} because x`) + open('notes') })
    expect(await at('row-security-not-enabled on public.note')).toEqual([
      'suppression-unused: The comment accepts row-security-not-enabled on public.note, where it is not found; did you mean public.notes?',
    ])
    expect(await at('row-security-not-enabled on public.Notes')).toEqual([
      expect.stringContaining('did you mean public.notes?'),
    ])
    expect(await at('no-policy on public.notes')).toEqual([
      'suppression-unused: The comment accepts no-policy on public.notes, where it is not found; what is found on it is row-security-not-enabled',
    ])
  })

  test('where it can not be read', async () => {
    expect(await complaints({ '1.sql': '-- ringfence: acept x\nselect 1;' })).toEqual([
      'suppression-invalid: The comment accepts nothing: "acept" is nothing that ringfence is told; did you mean "accept"?',
    ])
  })

  test('where its day has passed, and the defect with it', async () => {
    const project = new Project({ '1.sql': accepting(`${rowSecurity} until 2020-12-31`) + open('notes') })
    const { found, complaints, result } = await project.check()
    expect(found).toEqual(['suppression-expired @1.sql:1', 'row-security-not-enabled public.notes @1.sql:2'])
    expect(complaints).toEqual([
      'suppression-expired: row-security-not-enabled on public.notes was accepted until 2020-12-31, and is still there',
    ])
    expect(result.suppressed).toBe(0)
  })

  test('and not any more where a later comment accepts it anew, or a file mended it', async () => {
    const expired = accepting(`${rowSecurity} until 2020-12-31`) + open('notes')
    expect(await found({ '1.sql': expired, '2.sql': accepting(rowSecurity) })).toEqual([])
    expect(await found({ '1.sql': expired, '2.sql': 'drop table public.notes;' })).toEqual([])
    const mended = { '1.sql': accepting(rowSecurity) + open('notes'), '2.sql': 'drop table public.notes;' }
    expect(await found(mended)).toEqual([])
  })

  test('where its file is asked about, and only there', async () => {
    const migrations = { '1.sql': accepting('no-policy on public.x because x'), '2.sql': 'select 1;' }
    expect(await found(migrations, 'm/1.sql')).toEqual(['suppression-unused @1.sql:1'])
    expect(await found(migrations, 'm/2.sql')).toEqual([])
    const expired = {
      '1.sql': accepting(`${rowSecurity} until 2020-12-31`) + open('notes'),
      '2.sql': 'select 1;',
    }
    expect(await found(expired, 'm/2.sql')).toEqual([])
    const late = { '1.sql': open('notes'), '2.sql': accepting(`${rowSecurity} until 2020-12-31`) }
    expect(await found(late, 'm/1.sql')).toEqual([
      'row-security-not-enabled public.notes @1.sql:1',
      'suppression-expired @2.sql:1',
    ])
  })

  test('unless the check is off, or only a server shows what it finds', async () => {
    const sql = accepting('no-policy on public.x because x') + accepting('drift on public.x because x')
    const { found } = await new Project({ '1.sql': sql }, { checks: { 'no-policy': 'off' } }).check()
    expect(found).toEqual([])
  })

  test('with the severity that the config gives it', async () => {
    const sql = { '1.sql': accepting('no-policy on public.x because x') }
    const severities = async (severity: string) =>
      (await new Project(sql, { checks: { 'suppression-unused': severity } }).check()).result.findings.map(
        (finding) => finding.severity,
      )
    expect(await severities('error')).toEqual(['error'])
    expect(await severities('off')).toEqual([])
  })

  test('and can not be accepted by another comment', async () => {
    expect(await complaints({ '1.sql': accepting('suppression-unused on x because x') })).toEqual([
      expect.stringContaining(
        'suppression-invalid: The comment accepts nothing: "suppression-unused" is no check',
      ),
    ])
  })
})
