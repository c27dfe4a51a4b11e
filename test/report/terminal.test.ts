import { describe, expect, test } from 'vitest'
import { printable, printableLine } from '../../src/report/terminal.ts'

describe('what is replaced', () => {
  test.each([
    ['an escape sequence', '\u001b[2Jx', '\ufffd[2Jx'],
    ['a control character of eight bits', '\u009b2Jx', '\ufffd2Jx'],
    ['a carriage return', 'x\rgone', 'x\ufffdgone'],
    ['what turns text', 'x\u202eslq', 'x\ufffdslq'],
    ['a command of GitHub', 'x\n  ::stop-commands::y', 'x\n  \ufffd:stop-commands::y'],
    ['a command of GitHub with properties', '::error file=x,line=1::y', '\ufffd:error file=x,line=1::y'],
    ['an older command of GitHub', 'x ##[add-mask]y', 'x #\ufffd[add-mask]y'],
    ['a command of Azure', 'x ##vso[task.setvariable]y', 'x #\ufffdvso[task.setvariable]y'],
    ['a command of TeamCity', "##teamcity[publishArtifacts '.']", "#\ufffdteamcity[publishArtifacts '.']"],
  ])('%s', (_, text, shown) => {
    expect(printable(text)).toBe(shown)
  })
})

test.each(['select 1\n  ::text', 'x::text::name', '## heading', '#[1]', '\ttab\n', '\u00e9\ud83d\ude00'])(
  '%j stays as it is',
  (text) => {
    expect(printable(text)).toBe(text)
  },
)

test('in one line only its own start can be that of a command', () => {
  expect(printableLine('x\n::error::y')).toBe('x\u21b5::error::y')
  expect(printableLine('::error::x\ny')).toBe('\ufffd:error::x\u21b5y')
})
