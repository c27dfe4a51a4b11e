import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPsql } from '../../src/sql/psql.ts'
import { mayHoldPsql } from '../../src/sql/psql-command.ts'

/** The parts of a script, each as `kind: what it holds`. */
function read(text: string, variables: Record<string, string> = {}): string[] {
  const span = { start: 0, end: text.length }
  return [...readPsql(text, span, new Map(Object.entries(variables)))].map((part) => {
    const written = text.slice(part.start, part.end).trim()
    if (part.kind === 'substituted') return `substituted: ${part.sql.trim()}`
    if (part.kind === 'include') return `include${part.relative ? ' beside' : ''}: ${part.path}`
    return part.kind === 'sql' ? `sql: ${written}` : `unreadable: ${written} (${part.reason})`
  })
}

describe('readPsql', () => {
  it.each([
    ['a standard string', "select '\\i x';"],
    ['an escape string', "select E'\\'\\i x';"],
    ['a quoted identifier', 'select 1 as "\\i x";'],
    ['a dollar quote', 'select $$\\i x :y$$;'],
    ['a comment', '-- \\i x :y\n/* \\i x :y */ select 1;'],
    ['casts', 'select a::text, b :: int from t;'],
    ['slices', 'select a[1:n], a[lower:upper], a[:n] from t;'],
    ['a named argument', 'select f(a := 1, b=>2);'],
    ['a string with a colon', "select 'a :b', '12:30'::time;"],
  ])('leaves %s as it stands', (_, text) => {
    expect(read(text)).toEqual([`sql: ${text}`])
  })

  it('follows includes, in their place', () => {
    expect(
      read("select 1;\n\\i a.sql\n\\ir 'b c.sql'\n\\include d\n\\include_relative e\nselect 2;"),
    ).toEqual([
      'sql: select 1;',
      'include: a.sql',
      'include beside: b c.sql',
      'include: d',
      'include beside: e',
      'sql: select 2;',
    ])
  })

  it('drops what has no effect on the schema', () => {
    const text =
      '\\restrict abc\n\\set ON_ERROR_STOP on\n\\timing\n\\echo hi \\pset pager off\nselect 1;\n\\dt+\n\\unrestrict abc\n'
    expect(read(text)).toEqual(['sql: select 1;'])
  })

  it('takes a command on the line of a statement, and out of the middle of one', () => {
    expect(read('select 1; \\echo done\nselect 2;')).toEqual(['sql: select 1;', 'sql: select 2;'])
    expect(read('select 1,\n\\echo in between\n2;')).toEqual(['substituted: select 1,\n \n2;'])
  })

  it('puts in the variables that are set', () => {
    const text =
      '\\set who app\n\\set both :who \'_x\'\ncreate role :who; grant :"both" to "b"; select :\'who\';'
    expect(read(text)).toEqual([
      'substituted: create role app;',
      'substituted: grant "app_x" to "b";',
      "substituted: select 'app';",
    ])
    // psql takes `:n` for the variable in a slice too, once it is set.
    expect(read('select a[1:n]::int;', { n: '3' })).toEqual(['substituted: select a[13]::int;'])
  })

  it('takes the value that was given where only a shell can tell it', () => {
    const text = '\\set who `whoami`\ncreate role :"who";'
    const given = { who: 'app' }
    const parts = [...readPsql(text, { start: 0, end: text.length }, new Map(), given)]
    expect(parts).toMatchObject([{ kind: 'substituted', sql: '\ncreate role "app";' }])
    expect(read(text)).toEqual([expect.stringContaining('"who" is not set here')])
  })

  it('doubles quotes in the values that it quotes', () => {
    expect(read(`select :'v', :"v"`, { v: `a'b"c` })).toEqual([`substituted: select 'a''b"c', "a'b""c"`])
  })

  it('loses the one statement that has a variable that is not set', () => {
    expect(read("select 1; create role :who; select :'it'; select 2;")).toEqual([
      'sql: select 1;',
      'unreadable: create role :who; (the psql variable "who" is not set here)',
      'unreadable: select :\'it\'; (the psql variable "it" is not set here)',
      'sql:  select 2;'.replace('  ', ' '),
    ])
  })

  it('forgets a variable that is unset, set by a shell or by a query', () => {
    for (const command of ['\\unset who', '\\set who `id`', 'select 1 as who \\gset'])
      expect(read(`\\set who app\n${command}\nselect :who;`).at(-1)).toMatch(/^unreadable: select :who;/)
  })

  it('passes over COPY data, whatever stands in it', () => {
    const text = "COPY t (a, b) FROM stdin;\n1\t'quote\n\\N\t\\.x\n\\.\nselect 2;\n"
    expect(read(text)).toEqual(['sql: COPY t (a, b) FROM stdin;', 'sql: select 2;'])
    expect(read(text.replaceAll('\n', '\r\n'))).toEqual(['sql: COPY t (a, b) FROM stdin;', 'sql: select 2;'])
    expect(read('copy t from stdin with (format csv);\n\\.\nselect 2;')).toHaveLength(2)
  })

  it('reports COPY data that has no end', () => {
    expect(read('copy t from stdin;\n1\ncreate table x ();')).toEqual([
      'sql: copy t from stdin;',
      'unreadable: 1\ncreate table x (); (COPY data that does not end with \\.)',
    ])
  })

  it('ends a statement at \\g and does not read what \\gexec runs', () => {
    expect(read('select 1 \\g\nselect 2;')).toEqual(['sql: select 1', 'sql: select 2;'])
    expect(read("select 0; select 'drop table t' \\gexec\nselect 2;")).toEqual([
      'sql: select 0;',
      "unreadable: select 'drop table t' \\gexec (\\gexec runs SQL that a query computes)",
      'sql: select 2;',
    ])
  })

  it('reports what moves to another database, and commands that only psql knows', () => {
    expect(read('\\connect other\nselect 1;')[0]).toMatch(
      /^unreadable: \\connect other \(\\connect: what follows runs in another/,
    )
    expect(read('\\! psql -f x\nselect 1;')[0]).toMatch(/^unreadable: \\! psql -f x/)
    expect(read('select 1 \\i x\n;')[0]).toMatch(/^unreadable: select 1 \\i x \(\\i in the middle/)
    expect(read('\\i :dir/x\n')[0]).toMatch(/^unreadable: \\i :dir\/x/)
  })

  it('forgets the query buffer at \\r and ends at \\q', () => {
    expect(read('select 1; select \\r\nselect 2; \\q\nselect 3;')).toEqual([
      'sql: select 1;',
      'sql: select 2;',
    ])
  })

  describe('\\if', () => {
    it('takes the branch of a condition that is written out', () => {
      const text = '\\if off\nselect 1;\n\\elif yes\nselect 2;\n\\else\nselect 3;\n\\endif\nselect 4;'
      expect(read(text)).toEqual(['sql: select 2;', 'sql: select 4;'])
      expect(read('\\if true\nselect 1;\n\\else\nselect 2;\n\\endif')).toEqual(['sql: select 1;'])
    })

    it('takes the branch of a variable that is set', () => {
      expect(read('\\if :{?x}\nselect 1;\n\\endif', { x: '' })).toEqual(['sql: select 1;'])
      expect(read('\\if :x\nselect 1;\n\\else\nselect 2;\n\\endif', { x: 'f' })).toEqual(['sql: select 2;'])
    })

    it('takes no branch where only psql can decide, and says so', () => {
      const text =
        'select 0;\n\\if :x\nselect 1;\n\\if on\n\\endif\n\\set v 2\n\\else\nselect 2;\n\\endif\nselect :v;'
      expect(read(text, { v: '1' })).toEqual([
        'sql: select 0;',
        expect.stringMatching(/^unreadable: \\if :x[\s\S]*\\endif \(\\if on a condition/),
        'unreadable: select :v; (the psql variable "v" is not set here)',
      ])
    })

    it.each(["\\prompt 'Which? ' v", '\\getenv v HOME', '\\set v', '\\unset v', '\\gset', '\\i x'])(
      'does not know a variable after a branch that may have run %s',
      (command) => {
        const text = `\\if :x\n${command}\n\\endif\nselect :v;`
        expect(read(text, { v: '1' }).at(-1)).toMatch(/the psql variable "v" is not set here/)
      },
    )

    it('reports one that is not ended', () => {
      expect(read('select 1;\n\\if off\nselect 2;').at(-1)).toMatch(/\\if without \\endif/)
    })
  })

  it('hands out everything of a script that has no command and no variable', () => {
    const piece = fc.constantFrom(
      ...'select 1 ; \' $$ :: := ( ) [ ] " /* */ é 😀 copy t'.split(' '),
      '\n',
      '--\n',
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join(' ')
        fc.pre(!mayHoldPsql(text, { start: 0, end: text.length }))
        const parts = [...readPsql(text, { start: 0, end: text.length }, new Map())]
        expect(parts.every(({ kind }) => kind === 'sql')).toBe(true)
        expect(parts.map(({ start, end }) => text.slice(start, end)).join('').length).toBe(
          parts.length === 0 ? 0 : text.length,
        )
      }),
    )
  })
})

describe('mayHoldPsql', () => {
  const may = (text: string) => mayHoldPsql(text, { start: 0, end: text.length })

  it('is false for casts, assignments, slices by number and times', () => {
    expect(may("select a::int, b[1:2], '12:30', f(x := 1)")).toBe(false)
  })

  it('is true for a backslash or a variable', () => {
    for (const text of ["select '\\'", 'select :a', "select :'a'", 'select :"a"', '\\if :{?a}'])
      expect(may(text)).toBe(true)
  })
})
