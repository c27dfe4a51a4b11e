import { existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { baselineText } from '../../src/findings/baseline.ts'
import { accepting, open, Project } from './accepting.ts'

const baseline = 'baseline.json'
const inConfig = { baseline }
const notes = { check: 'row-security-not-enabled', subject: 'public.notes', occurrences: 1, database: false }
const files = { check: 'row-security-not-enabled', subject: 'public.files', occurrences: 1, database: false }

/** A project that was baselined as it stands. */
async function baselined(migrations: Readonly<Record<string, string>>): Promise<Project> {
  const project = new Project(migrations, inConfig)
  await project.check({ update: true })
  return project
}

describe('a baseline that is written', () => {
  test('lists what stands in the end, and the next check tells nothing of it', async () => {
    const project = new Project(
      { '1.sql': open('notes') + open('files'), '2.sql': 'drop table public.files;' },
      inConfig,
    )
    const written = await project.check({ update: true })
    expect(project.read(baseline)).toBe(baselineText([notes]))
    expect(written.found).toEqual([])
    expect(written.notes.at(-1)).toBe(
      'baseline.json: 1 accepted; 1 added, of them 1 of severity error, and 0 taken out',
    )
    const { found, result } = await project.check()
    expect(found).toEqual([])
    expect(result).toMatchObject({ baselined: 1, suppressed: 0 })
  })

  test('is the same however often it is written, and holds no line', async () => {
    const project = await baselined({ '1.sql': open('notes') + open('files') })
    const text = project.read(baseline)
    project.write('m/1.sql', `\n\n${open('files')}\n${open('notes')}`)
    expect((await project.check()).found).toEqual([])
    await project.check({ update: true })
    expect(project.read(baseline)).toBe(text)
    expect(readdirSync(project.cwd).sort()).toEqual([baseline, 'm', 'ringfence.config.json'])
  })

  test('leaves out what a comment accepts, and takes what is wrong with one', async () => {
    const project = await baselined({
      '1.sql': accepting('row-security-not-enabled on public.notes because x') + open('notes'),
      '2.sql': '-- ringfence: acept it\nselect 1;',
    })
    expect(JSON.parse(project.read(baseline)).findings).toEqual([
      expect.objectContaining({ check: 'suppression-invalid' }),
    ])
    expect((await project.check()).found).toEqual([])
  })

  test('says how many errors it accepts anew, and what it takes out', async () => {
    const project = await baselined({ '1.sql': open('notes') })
    project.write('m/2.sql', `drop table public.notes;\n${open('files')}`)
    expect((await project.check({ update: true })).notes.at(-1)).toBe(
      'baseline.json: 1 accepted; 1 added, of them 1 of severity error, and 1 taken out',
    )
    expect(project.read(baseline)).toBe(baselineText([files]))
  })

  test('keeps what a database was found to have, which accepts nothing of the migrations', async () => {
    const project = await baselined({ '1.sql': open('notes') })
    const drift = { check: 'drift', subject: 'public.notes', occurrences: 1, database: true }
    project.write(baseline, baselineText([drift, { ...notes, database: true }]))
    const { complaints, found } = await project.check()
    expect(complaints).toEqual([])
    expect(found).toEqual(['row-security-not-enabled public.notes @1.sql:1'])
    await project.check({ update: true })
    expect(project.read(baseline)).toBe(baselineText([drift, notes, { ...notes, database: true }]))
  })

  test('is refused of some files, and nothing is written', async () => {
    const project = new Project({ '1.sql': open('notes') }, inConfig)
    await expect(project.check({ paths: ['m/1.sql'], update: true })).rejects.toThrow('of the whole history')
    expect(existsSync(join(project.cwd, baseline))).toBe(false)
  })

  test('stays what it was where it can not be written, and leaves nothing beside it', async () => {
    const project = new Project({ '1.sql': open('notes') }, { baseline: 'folder' })
    mkdirSync(join(project.cwd, 'folder'))
    await expect(project.check({ update: true })).rejects.toThrow("the baseline can't be read")
    await expect(project.check({ update: true, baseline: 'missing/b.json' })).rejects.toThrow(
      "the baseline can't be written",
    )
    expect(readdirSync(project.cwd).sort()).toEqual(['folder', 'm', 'ringfence.config.json'])
  })

  test('is written through a symbolic link', async () => {
    const project = new Project({ '1.sql': open('notes') }, inConfig)
    project.write('real.json', baselineText([]))
    symlinkSync('real.json', join(project.cwd, baseline))
    await project.check({ update: true })
    expect(lstatSync(join(project.cwd, baseline)).isSymbolicLink()).toBe(true)
    expect(project.read('real.json')).toBe(baselineText([notes]))
  })
})

describe('a baseline accepts', () => {
  test('no second defect of a table that it knows', async () => {
    const project = await baselined({ '1.sql': open('notes') })
    project.write('m/2.sql', 'create policy loose on public.notes for select to app_user using (true);')
    expect((await project.check()).found).toEqual([
      expect.stringContaining('policies-dormant public.notes'),
      expect.stringContaining('policy-always-true public.notes/loose'),
      expect.stringContaining('baseline-stale row-security-not-enabled on public.notes'),
    ])
  })

  test('no defect that comes back after it was mended, also where only its file is asked about', async () => {
    const project = await baselined({ '1.sql': open('notes') })
    project.write('m/2.sql', 'drop table public.notes;')
    project.write('m/3.sql', open('notes'))
    const again = ['row-security-not-enabled public.notes @3.sql:1']
    expect((await project.check()).found).toEqual(again)
    expect((await project.check({ paths: ['m/3.sql'] })).found).toEqual(again)
    await project.check({ update: true })
    expect(project.read(baseline)).toBe(baselineText([{ ...notes, occurrences: 2 }]))
    expect((await project.check()).found).toEqual([])
    expect((await project.check({ paths: ['m/3.sql'] })).found).toEqual([])
  })

  test('no second statement of the same words that is not understood', async () => {
    const statement = 'alter tabel x;\n'
    const project = await baselined({ '1.sql': statement })
    expect((await project.check()).found).toEqual([])
    project.write('m/1.sql', statement + statement)
    expect((await project.check()).found).toEqual([
      expect.stringMatching(/^unmodelled-statement \S+ @1.sql:2$/),
    ])
  })

  test('what the files asked about bring', async () => {
    const project = await baselined({ '1.sql': open('notes'), '2.sql': open('files') })
    const { found, result } = await project.check({ paths: ['m/2.sql'] })
    expect(found).toEqual([])
    expect(result.baselined).toBe(1)
  })
})

describe('an entry is stale', () => {
  test('once its defect is mended, and is pointed at in the file', async () => {
    const project = await baselined({ '1.sql': open('notes') + open('files') })
    project.write('m/2.sql', 'drop table public.notes;')
    const { complaints, found } = await project.check()
    expect(complaints).toEqual([
      'baseline-stale: The baseline accepts row-security-not-enabled on public.notes, which is not found any more',
    ])
    expect(found).toEqual(['baseline-stale row-security-not-enabled on public.notes @baseline.json:5'])
    expect((await project.check({ paths: ['m/1.sql'] })).complaints).toEqual([])
    await project.check({ update: true })
    expect((await project.check()).complaints).toEqual([])
  })

  test('once a comment accepts it, too', async () => {
    const project = await baselined({ '1.sql': open('notes') })
    project.write('m/2.sql', accepting('row-security-not-enabled on public.notes because x'))
    const { complaints, result } = await project.check()
    expect(complaints).toEqual([expect.stringContaining('not found any more')])
    expect(result).toMatchObject({ suppressed: 1, baselined: 0 })
  })

  test('where it occurs less often than it says', async () => {
    const project = await baselined({ '1.sql': open('notes') })
    project.write(baseline, baselineText([{ ...notes, occurrences: 3 }]))
    expect((await project.check()).complaints).toEqual([
      expect.stringContaining('which occurs 1 times now, not 3'),
    ])
  })

  test('with the severity of the config', async () => {
    const project = new Project({ '1.sql': 'select 1;' }, { baseline, checks: { 'baseline-stale': 'error' } })
    project.write(baseline, baselineText([notes]))
    expect((await project.check()).result.findings.map(({ severity }) => severity)).toEqual(['error'])
  })
})

test('a baseline that is not there is refused, unless it is to be written', async () => {
  const project = new Project({ '1.sql': open('notes') }, inConfig)
  await expect(project.check()).rejects.toThrow("the baseline can't be read")
})
