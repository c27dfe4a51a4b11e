import { beforeAll, describe, expect, it } from 'vitest'
import { ParserOverrun } from '../../src/sql/grammar.ts'
import { eachStatement, loadParser, parseStatements } from '../../src/sql/parse.ts'

beforeAll(loadParser)

/** Each statement as it stands in the text, or the error in angle brackets. */
function read(text: string): string[] {
  return parseStatements(text).map((statement) =>
    'node' in statement ? text.slice(statement.start, statement.end) : `<${statement.error}>`,
  )
}

/** Calls a function with less and less stack left to it, until it throws. */
function withLittleStack(call: () => unknown): unknown {
  const dive = (depth: number): unknown => (depth === 0 ? call() : [dive(depth - 1)])
  for (let depth = 1000; ; depth = Math.ceil(depth * 1.03)) dive(depth)
}

describe('parseStatements', () => {
  it('gives spans from the first to the last token of a statement', () => {
    const text = "\n-- ü\nselect '😀' ;\r\n/* é */ ; select 'ß',\n x -- tail\n"
    expect(read(text)).toEqual(["select '😀'", "select 'ß',\n x"])
  })

  it('gives the place of an element behind non-ASCII text', () => {
    const text = "select 'äöü😀'; create table tabelle (größe int, breite int)"
    const [, created] = parseStatements(text)
    if (created === undefined || !('node' in created)) throw new Error('refused')
    const { CreateStmt } = created.node as {
      CreateStmt: { tableElts: { ColumnDef: { location: number } }[] }
    }
    const places = CreateStmt.tableElts.map(({ ColumnDef }) => created.offsetOf(ColumnDef.location))
    expect(places).toEqual([text.indexOf('größe'), text.indexOf('breite')])
  })

  it('reads a part of a text at its own offsets', () => {
    const text = "-- é\nselect 'é'; select 2; select 3"
    const span = { start: text.indexOf('select 2'), end: text.indexOf('; select 3') }
    expect(parseStatements(text, span)).toMatchObject([span])
  })

  it('loses one statement to one that the grammar refuses', () => {
    expect(read('create table a (); creat table b (); create table c (')).toEqual([
      'create table a ()',
      '<syntax error at or near "creat">',
      '<syntax error at end of input>',
    ])
  })

  it('says where the grammar stopped, in non-ASCII text too', () => {
    const text = "select 1;\nselect '😀é' x bogus y"
    const [, refused] = parseStatements(text)
    expect(refused).toMatchObject({ start: 10, end: text.length, errorAt: text.indexOf('bogus') })
  })

  it('says where the grammar stopped if it was at the first character', () => {
    expect(parseStatements('bogus')).toMatchObject([{ errorAt: 0 }])
    expect(parseStatements('/* é */ bogus; select 1')).toMatchObject([{ start: 8, end: 13, errorAt: 8 }, {}])
  })

  it('refuses a NUL character, and reads what follows its statement', () => {
    expect(read('select 1; select \0 2; select 3')).toEqual([
      'select 1',
      '<a NUL character, which no SQL can contain>',
      'select 3',
    ])
  })

  it('refuses a comment that nothing closes, though no statement stands in it', () => {
    expect(read('select 1; /* select 2;')).toEqual([
      'select 1',
      expect.stringContaining('unterminated /* comment'),
    ])
  })

  it.each([
    ['nothing', ''],
    ['blanks', ' \t\r\n\f\v'],
    ['comments', '-- a\n/* b */'],
    ['semicolons', ';; ;'],
  ])('finds no statement in %s', (_, text) => {
    expect(parseStatements(text)).toEqual([])
  })

  it.each([
    ['10,000 nested parentheses', `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['10,000 chained operators', `select 1${'+1'.repeat(10_000)}`],
    ['10,000 nested subqueries', `select ${'(select '.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['10,000 chained casts', `select 1${'::int'.repeat(10_000)}`],
    ['10,000 operators behind comments with semicolons', `select 1${'/*;;;;*/+1'.repeat(10_000)}`],
    ['10,000 strings of semicolons in a chain', `select 1${"||';'".repeat(10_000)}`],
    ['10,000 unions of lists', `select 1, 2${' union select 1, 2'.repeat(10_000)}`],
    ['10,000 joins', `select 1 from a${' join b on x and y'.repeat(10_000)}`],
    ['chains around chains', `select ${'('.repeat(9)}1${`${'+1'.repeat(1400)})`.repeat(9)}`],
    ['operators between columns called end', `select ((1))${' + a.end'.repeat(10_000)}`],
    ['10,000 nested CASE', `select ${'case when a and b then '.repeat(10_000)}1${' end'.repeat(10_000)}`],
  ])('refuses %s, each time, and reads the rest', (_, deep) => {
    for (let time = 0; time < 40; time++) {
      expect(read(`create table a (); ${deep}; create table b ()`)).toEqual([
        'create table a ()',
        '<nested too deeply to be parsed>',
        'create table b ()',
      ])
    }
  })

  it('ends with one clear error where the stack is all but used up', () => {
    const statement = `select 1${'+1'.repeat(1400)}`
    const parse = () => parseStatements(statement)
    expect(parse()).toHaveLength(1)
    expect(() => withLittleStack(parse)).toThrow(ParserOverrun)
  })

  it('reads a wide statement: 20,000 rows, 20,000 conditions', () => {
    const rows = `insert into t values (1)${', (-1)'.repeat(20_000)}`
    const conditions = `select 1 where a${' and b = 1'.repeat(20_000)}`
    expect(parseStatements(`${rows};${conditions}`).every((statement) => 'node' in statement)).toBe(true)
  })

  it('refuses a statement of 20 MB and reads its neighbours', () => {
    const long = `insert into t values ('${'x'.repeat(20 << 20)}')`
    expect(read(`select 1;${long};select 2`)).toEqual([
      'select 1',
      '<a statement of 20 MB is too long to be parsed>',
      'select 2',
    ])
  })
})

describe('eachStatement', () => {
  it('reads a long text in pieces that hold whole statements', () => {
    const row = "insert into t values ('ä;', $$;$$); -- é\n"
    const times = 50_000
    const text = row.repeat(times)
    let count = 0
    let wrong = 0
    for (const statement of eachStatement(text)) {
      if (!('node' in statement) || statement.start !== count * row.length) wrong++
      count++
    }
    expect([count, wrong]).toEqual([times, 0])
  })
})
