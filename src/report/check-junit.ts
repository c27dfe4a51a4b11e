import XMLBuilder from 'fast-xml-builder'
import picocolors from 'picocolors'
import type { CheckResult } from '../findings/check-result.ts'
import type { Finding } from '../findings/finding.ts'
import { findingBlock, shownLines } from './finding-block.ts'
import { headingOf } from './summary.ts'
import { printable, printableLine } from './terminal.ts'
import { toldFindings } from './told.ts'

interface TestCase {
  readonly '@classname': string
  readonly '@name': string
  readonly failure?: { readonly '@type': string; readonly '@message': string; readonly '#text': string }
  readonly 'system-out'?: string
}

/**
 * JUnit's XML as Jenkins and GitLab read it: a suite for each file asked about, in it a test that fails for each error, a test that
 * passes for what does not block, with its text, and one that passes where nothing was found. Names hold no line, so that a test is
 * the same one in the next run. Of builders that are kept, one for XML is taken and none for JUnit: junit-report-builder brings the
 * whole of lodash, and junit-xml calls failures errors.
 */
export function checkJunit(result: CheckResult, quiet: boolean): string {
  const lines = shownLines(result)
  const suites = new Map<string, Finding[]>(result.checked.map((file) => [printableLine(file), []]))
  for (const finding of toldFindings(result.findings, quiet)) {
    const name = headingOf(finding, result)
    suites.set(name, [...(suites.get(name) ?? []), finding])
  }
  if (suites.size === 0) suites.set(headingOf({ file: null }, result), [])
  const testsuite = [...suites].map(([name, findings]) => {
    const testcase: TestCase[] = findings.map((finding) =>
      testCase(name, finding, findingBlock(finding, [], null, lines, plain)),
    )
    if (testcase.length === 0) testcase.push({ '@classname': classOf(name), '@name': 'no finding' })
    return {
      '@name': xmlText(name),
      '@tests': testcase.length,
      '@failures': testcase.filter(({ failure }) => failure !== undefined).length,
      '@errors': 0,
      testcase,
    }
  })
  const total = (counted: '@tests' | '@failures') => testsuite.reduce((sum, suite) => sum + suite[counted], 0)
  const testsuites = {
    '@name': 'ringfence',
    '@tests': total('@tests'),
    '@failures': total('@failures'),
    '@errors': 0,
    testsuite,
  }
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', format: true })
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites })}`
}

const plain = picocolors.createColors(false)

function testCase(suite: string, { check, severity, subject, message }: Finding, block: string): TestCase {
  const test = { '@classname': classOf(suite), '@name': xmlText(`${check}: ${printableLine(subject)}`) }
  const text = xmlText(block)
  if (severity !== 'error') return { ...test, 'system-out': text }
  const failure = { '@type': severity, '@message': xmlText(printableLine(message)), '#text': text }
  return { ...test, failure }
}

/** Jenkins takes what stands before the last dot for a package, and so `sql` for the class. */
function classOf(suite: string): string {
  return xmlText(suite.replace(/\.[a-z]+$/, ''))
}

/** XML has no way to say these two. */
function xmlText(text: string): string {
  return printable(text).replace(/[\ufffe\uffff]/g, '\ufffd')
}
