import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/findings/input-error.ts'
import { accepting, open, Project } from './accepting.ts'

const id = 'row-security-not-enabled'

/** `file severity` of what is found of the one check in two files. */
async function severities(config: object): Promise<string[]> {
  const project = new Project({ 'm/legacy.sql': open('notes'), 'm/later.sql': open('files') }, config)
  const { result } = await project.check()
  return result.findings
    .filter(({ check }) => check === id)
    .map(({ file, severity }) => `${file} ${severity}`)
}

describe('severities by path', () => {
  test.each([
    ['a file', 'm/legacy.sql', ['m/later.sql error', 'm/legacy.sql warning']],
    ['a file with a leading ./', './m/legacy.sql', ['m/later.sql error', 'm/legacy.sql warning']],
    ['a glob', 'm/le*.sql', ['m/later.sql error', 'm/legacy.sql warning']],
    ['a folder', 'm/', ['m/later.sql warning', 'm/legacy.sql warning']],
    ['all below a folder', '**/*.sql', ['m/later.sql warning', 'm/legacy.sql warning']],
    ['the beginning of a name', 'm/leg', ['m/later.sql error', 'm/legacy.sql error']],
    ['a name in other letters', 'm/LEGACY.sql', ['m/later.sql error', 'm/legacy.sql error']],
  ])('%s', async (_, path, expected) => {
    expect(await severities({ paths: [{ path, checks: { [id]: 'warning' } }] })).toEqual(expected)
  })

  test('the last entry that names the check decides', async () => {
    const paths = [
      { path: 'm', checks: { [id]: 'warning' } },
      { path: 'm/legacy.sql', checks: { [id]: 'off' } },
      { path: 'm/legacy.sql', checks: { 'no-policy': 'info' } },
    ]
    expect(await severities({ paths })).toEqual(['m/later.sql warning'])
  })

  test('a check that is off is on for the files that say so', async () => {
    const paths = [{ path: 'm/later.sql', checks: { [id]: 'error' } }]
    expect(await severities({ checks: { [id]: 'off' }, paths })).toEqual(['m/later.sql error'])
  })

  test('what is wrong with a comment has one, too', async () => {
    const sql = accepting('no-policy on public.x because x')
    const paths = [{ path: 'm/1.sql', checks: { 'suppression-unused': 'off' } }]
    expect((await new Project({ '1.sql': sql, '2.sql': sql }, { paths }).check()).found).toEqual([
      'suppression-unused @2.sql:1',
    ])
  })

  test('what is off is not counted as accepted', async () => {
    const sql = accepting(`${id} on public.notes because x`) + open('notes')
    const paths = [{ path: 'm', checks: { [id]: 'off' } }]
    const { found, result } = await new Project({ '1.sql': sql }, { paths }).check()
    expect(found).toEqual([])
    expect(result.suppressed).toBe(0)
  })

  test.each([
    [{ paths: [{ path: 'm', checks: { 'no-police': 'off' } }] }, 'paths.0.checks.no-police: unknown key'],
    [{ paths: [{ path: 'm', checks: { [id]: 'of' } }] }, '"of" is not known; did you mean "off"?'],
    [{ paths: [{ glob: 'm', checks: {} }] }, 'paths.0.glob: unknown key'],
    [{ paths: [{ path: '', checks: {} }] }, 'paths.0.path: must not be empty'],
    [{ paths: [{ path: 'm' }] }, 'paths.0.checks: is missing'],
    [{ baseline: 1 }, 'baseline: must be a string'],
  ])('the config is refused: %o', async (config, message) => {
    const refused = new Project({ '1.sql': 'select 1;' }, config).check()
    await expect(refused).rejects.toThrow(InputError)
    await expect(refused).rejects.toThrow(message)
  })
})
