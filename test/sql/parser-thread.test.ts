import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Grammar, loadGrammar, ParserOverrun } from '../../src/sql/grammar.ts'
import { ParserThread } from '../../src/sql/parser-thread.ts'

const scripts: readonly (readonly [name: string, text: string])[] = [
  ['several statements', 'create table a (x int); comment on table a is $$;$$; select 1'],
  ['text that is not ASCII', "-- Größe 😀\ncreate table größe (名前 text default '😀'); select 'é'"],
  ['a syntax error behind text that is not ASCII', "select '😀é'; bogus"],
  ['a comment that nothing closes', 'select 1; /* select 2'],
  ['no statement', '-- nothing'],
  ['a NUL character', "select '😀'; select \0 2"],
  ['1,400 chained operators', `select 1${'+1'.repeat(1400)}`],
  ['10,000 nested parentheses', `select ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
  ['a statement of 3 MB', `insert into t values ('${'é'.repeat(3 << 20)}')`],
  ['half a character', "select '\ud83d'"],
]
const routines: readonly (readonly [name: string, text: string])[] = [
  ['a DO block', 'do $$ begin if true then perform größe(); end if; end $$'],
  ['a body that PL/pgSQL refuses', 'create function f() returns void language plpgsql as $$ begin if $$'],
]

describe('ParserThread', () => {
  const worker = new URL('parser-worker.js', pathToFileURL(inject('cli')))
  const thread = new ParserThread(worker)
  let direct: Grammar
  beforeAll(async () => {
    direct = await loadGrammar()
    await thread.load()
  })
  afterAll(() => thread.stop())

  it.each(scripts)('says of %s what the grammar says in the thread that asks', (_, text) => {
    expect(thread.parse(text)).toEqual(direct.parse(text))
  })

  it.each(routines)('says of %s what the grammar says in the thread that asks', (_, text) => {
    expect(thread.parsePlPgSql(text)).toEqual(direct.parsePlPgSql(text))
  })

  it('says the same of what is parsed ahead, asked for in order, out of order, twice, and between others', () => {
    const texts = scripts.map(([, text]) => text)
    const expected = texts.map((text) => direct.parse(text))
    thread.parseAhead([...texts, ...texts])
    expect(thread.parse('select 1')).toEqual(direct.parse('select 1'))
    expect(texts.map((text) => thread.parse(text))).toEqual(expected)
    expect(texts.map((text) => thread.parse(text))).toEqual(expected)
    thread.parseAhead(texts)
    expect(texts.toReversed().map((text) => thread.parse(text))).toEqual(expected.toReversed())
  })

  it('takes the answer to an empty text that is parsed ahead for that of no other', () => {
    const texts = ['select 1 as before', '', 'select 2 as behind']
    thread.parseAhead(texts)
    for (const text of ['select 1 as before', 'select 2 as behind'])
      expect(thread.parse(text)).toEqual(direct.parse(text))
  })

  it('has the DO blocks of what is parsed ahead, and the SQL in them, without being asked for them', async () => {
    const body =
      "declare x int; begin if größe() then create type t as enum ('€'); end if; x := 1; perform f(); end"
    const script = `select 1; do $$ ${body} $$; do language plperl 'begin'; do $$ if $$`
    const answering = new ParserThread(worker, 100)
    await answering.load()
    answering.parseAhead([script])
    answering.parse(script)
    await answering.stop()
    const block = `DO $body$ ${body} $body$`
    expect(answering.parsePlPgSql(block)).toEqual(direct.parsePlPgSql(block))
    expect(answering.parsePlPgSql('DO $body$ if $body$')).toEqual(direct.parsePlPgSql('DO $body$ if $body$'))
    for (const sql of ['SELECT größe()', "create type t as enum ('€')", 'SELECT f()']) {
      expect(answering.parse(sql)).toEqual(direct.parse(sql))
    }
    expect(() => answering.parse('select 2')).toThrow('it gave no answer')
  })

  it('goes on with what is parsed ahead though more than it keeps ready was left out', () => {
    const long = (letter: string) => `select '${letter.repeat(1 << 20)}'`
    const texts = [...'abcdefgh'].map(long)
    thread.parseAhead(texts)
    expect(thread.parse(long('h'))).toEqual(direct.parse(long('h')))
  })
})

describe('a thread that fails', () => {
  const start = (code: string, patience?: number) => {
    const imports = "import { parentPort, workerData } from 'node:worker_threads';"
    return new ParserThread(new URL(`data:text/javascript,${encodeURIComponent(imports + code)}`), patience)
  }
  const answer = (fields: string) => `
    parentPort.postMessage('loaded')
    workerData.port.postMessage({ id: null, ${fields} })
    Atomics.add(workerData.signals, 1, 1)
    Atomics.notify(workerData.signals, 1)`

  it('is told of where it can not load the grammar', async () => {
    await expect(start('throw new Error("no grammar")').load()).rejects.toThrow(
      'the thread that parses failed: no grammar',
    )
  })

  it('is told of where it ends before the grammar is there', async () => {
    await expect(start('process.exit(3)').load()).rejects.toThrow(
      'the thread that parses failed: it ended with 3',
    )
  })

  it('is told of in the place of an answer', async () => {
    const thread = start(answer('failure: "out of luck"'))
    await thread.load()
    expect(() => thread.parse('select 1')).toThrow('the thread that parses failed: out of luck')
    await thread.stop()
  })

  it('ends parsing where the stack of the parser was overrun', async () => {
    const thread = start(answer('overrun: "too deep"'))
    await thread.load()
    expect(() => thread.parse('select 1')).toThrow(new ParserOverrun('too deep'))
    await thread.stop()
  })

  it('is given up when it is silent', async () => {
    const thread = start("parentPort.postMessage('loaded')", 10)
    await thread.load()
    expect(() => thread.parse('select 1')).toThrow('it gave no answer for 0.01 seconds')
    await thread.stop()
  })
})
