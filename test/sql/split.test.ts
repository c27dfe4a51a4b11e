import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { kindOf } from '../../src/sql/node.ts'
import { loadParser, parseStatements } from '../../src/sql/parse.ts'
import { splitStatements } from '../../src/sql/split.ts'

beforeAll(loadParser)

const parts = (text: string) => splitStatements(text).map(({ start, end }) => text.slice(start, end))

describe('splitStatements', () => {
  it.each([
    ['a standard string with a backslash', "select '\\'; select 2;", ["select '\\';", ' select 2;']],
    ['a doubled quote', "select 'a;''b;'; select 2", ["select 'a;''b;';", ' select 2']],
    ['an escape string', "select E'\\';'; select 2", ["select E'\\';';", ' select 2']],
    [
      'an escape string continued on a new line',
      "select E'a'\n'\\';'; select 2",
      ["select E'a'\n'\\';';", ' select 2'],
    ],
    ['a word that ends in e before a string', "select date'\\';select 2", ["select date'\\';", 'select 2']],
    ['a quoted identifier', 'select ";""" ; select 2', ['select ";""" ;', ' select 2']],
    ['a Unicode string', "select U&'\\0041;' ; select 2", ["select U&'\\0041;' ;", ' select 2']],
    ['a dollar quote', 'select $$;$$; select 2', ['select $$;$$;', ' select 2']],
    ['a tagged dollar quote', 'select $a$;$b$;$$;$a$; select 2', ['select $a$;$b$;$$;$a$;', ' select 2']],
    ['dollars in an identifier', 'select a$b$; select b$b$', ['select a$b$;', ' select b$b$']],
    ['a parameter', 'select $1; select $1', ['select $1;', ' select $1']],
    ['a line comment', 'select 1 -- ;\n; select 2', ['select 1 -- ;\n;', ' select 2']],
    [
      'a line comment that a carriage return ends',
      'select 1 -- ;\r; select 2',
      ['select 1 -- ;\r;', ' select 2'],
    ],
    [
      'a nested comment',
      'select 1 /* ; /* ; */ ; */; select 2',
      ['select 1 /* ; /* ; */ ; */;', ' select 2'],
    ],
    ['a comment after an operator', 'select 1 +-- ;\n2; select 2', ['select 1 +-- ;\n2;', ' select 2']],
    ['a parenthesis left open', 'create table a (x int; select 2', ['create table a (x int;', ' select 2']],
    [
      'the actions of a rule',
      'create rule r as on insert to t do also (select 1; select 2); select 3',
      ['create rule r as on insert to t do also (select 1; select 2);', ' select 3'],
    ],
    [
      'a BEGIN ATOMIC body with CASE and a column named "end"',
      'create or replace function f() returns int begin atomic select case when true then 1 end as end; select 2; end; select 3',
      [
        'create or replace function f() returns int begin atomic select case when true then 1 end as end; select 2; end;',
        ' select 3',
      ],
    ],
    [
      'BEGIN of a transaction',
      'begin; select 1; end; select 2',
      ['begin;', ' select 1;', ' end;', ' select 2'],
    ],
    ['no semicolon at the end', 'select 1', ['select 1']],
    ['nothing', '', []],
  ])('splits around %s', (_, text, expected) => {
    expect(parts(text)).toEqual(expected)
  })

  it('takes what is not closed to the end', () => {
    for (const open of ["'a;", '"a;', '$$a;', '/* a;', "E'\\"])
      expect(parts(`select 1;${open} b`)).toEqual(['select 1;', `${open} b`])
  })

  it('loses no character of any text', () => {
    const piece = fc.constantFrom(
      ...`' " $ $$ $a$ ; ( ) -- /* */ \\ E' \n \r é 😀 begin atomic case end create function rule x`.split(
        ' ',
      ),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece).map((all) => all.join(' ')),
        ),
        (text) => {
          const spans = splitStatements(text)
          expect(spans.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text)
        },
      ),
    )
  })

  it('gives the statements that the parser sees in the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(statement, separator), { minLength: 1, maxLength: 8 }), (chosen) => {
        const text = chosen.map(([sql, blank]) => `${blank}${sql};`).join('')
        const whole = parseStatements(text)
        const single = splitStatements(text).flatMap((span) => parseStatements(text, span))
        const kinds = (all: typeof whole) => all.map((one) => ('node' in one ? kindOf(one.node) : one.error))
        expect(kinds(single)).toEqual(kinds(whole))
        expect(single.map(({ start, end }) => [start, end])).toEqual(
          whole.map(({ start, end }) => [start, end]),
        )
      }),
      { numRuns: 200 },
    )
  })
})

const statement = fc.constantFrom(
  "select 'é;' || E'\\';' || U&'\\0041' || $$;$$ || $t$;$$;$t$",
  'create table "a;b" (id int, "😀;" text)',
  'create function f() returns int language sql begin atomic select case when 1 = 1 then 2 end; select 3; end',
  "do $$ begin execute 'select 1;'; end $$",
  'create rule r as on insert to t do instead (delete from a; delete from b)',
  "comment on table t is 'it''s; /* not */ -- a comment'",
  'begin',
  'end',
  'select a$b$ from t',
)
const separator = fc.constantFrom('', '\n', '\r\n', ' -- ü; \n', '/* ; /* 😀 */ ; */', '\t')
