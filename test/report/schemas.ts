import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import AjvDraft04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import type { Log } from 'sarif'
import { expect } from 'vitest'
import { validateXML } from 'xmllint-wasm'

const read = (name: string) => readFileSync(join(import.meta.dirname, 'schemas', name), 'utf8')

const draft04 = new AjvDraft04.default({ strict: false })
addFormats.default(draft04)
const isSarif = draft04.compile(JSON.parse(read('sarif-2.1.0.json')))
const isEntry = new Ajv().compile(JSON.parse(read('gitlab-code-quality.json')))

/** The log, which the schema of OASIS accepts. */
export function sarifLog(text: string): Log {
  const log: Log = JSON.parse(text)
  isSarif(log)
  expect(isSarif.errors).toBeNull()
  return log
}

export interface CodeQualityEntry {
  readonly description: string
  readonly check_name: string
  readonly fingerprint: string
  readonly severity: string
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } }
}

/** The entries, which the schema of GitLab accepts, and what it asks for beyond that. */
export function codeQuality(text: string): CodeQualityEntry[] {
  const list: CodeQualityEntry[] = JSON.parse(text)
  for (const entry of list) {
    isEntry(entry)
    expect(isEntry.errors).toBeNull()
    expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(entry.severity)
    expect(entry.location.path).not.toMatch(/^(\.\/|\/|$)/)
  }
  expect(new Set(list.map(({ fingerprint }) => fingerprint)).size).toBe(list.length)
  return list
}

/** What is wrong with a report by the schema of Jenkins. */
export async function junitErrors(xml: string): Promise<readonly unknown[]> {
  const { errors } = await validateXML({
    xml: [{ fileName: 'report.xml', contents: xml }],
    schema: [{ fileName: 'junit-10.xsd', contents: read('junit-10.xsd') }],
  })
  return errors
}
