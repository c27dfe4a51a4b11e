import { expect, test } from 'vitest'
import { LineIndex } from '../../src/findings/position.ts'

test('lines and columns count from one, columns in UTF-16 units', () => {
  const lines = new LineIndex('a\r\n\u00e9\ud83d\ude00x\n')
  expect(lines.positionOf(0)).toEqual({ line: 1, column: 1 })
  expect(lines.positionOf(3)).toEqual({ line: 2, column: 1 })
  expect(lines.positionOf(6)).toEqual({ line: 2, column: 4 })
  expect(lines.positionOf(8)).toEqual({ line: 3, column: 1 })
})

test('a line is told without its ending', () => {
  const lines = new LineIndex('a\r\nb\nc')
  expect([lines.line(1), lines.line(2), lines.line(3)]).toEqual(['a', 'b', 'c'])
})
