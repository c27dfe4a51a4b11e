import { InputError } from '../findings/input-error.ts'
import { suggestion } from '../findings/nearest.ts'
import type { PrintedModel } from '../report/model-facts.ts'
import { modelJson, modelText } from '../report/model-text.ts'
import { loadHistory } from '../run/load-history.ts'
import type { RunRequest } from '../run/request.ts'
import type { ServerRequest } from '../run/server-request.ts'
import { exitCodes } from './exit-codes.ts'
import { requestOf } from './options.ts'
import { writeNotes, writeResult } from './output.ts'
import { withProgress } from './progress.ts'
import { type ServerOptions, serverRequestOf } from './server-options.ts'

export async function model(paths: readonly string[], options: ServerOptions): Promise<number> {
  const print = printerFor(options.format)
  const request = await requestOf(paths, options)
  const { notes, ...printed } = await withProgress(options, (onProgress) =>
    printedModel(request, serverRequestOf(options, onProgress)),
  )
  writeNotes(notes, options)
  writeResult(print(printed), options.output)
  return exitCodes.clean
}

function printerFor(format: string): (printed: PrintedModel) => string {
  if (format === 'text') return modelText
  if (format === 'json') return modelJson
  throw new InputError(`a model is not printed as "${format}"; ${suggestion(format, ['text', 'json'])}`)
}

async function printedModel(
  request: RunRequest,
  server: ServerRequest,
): Promise<PrintedModel & { readonly notes: readonly string[] }> {
  if (server.databaseUrl !== null || server.engine !== null) {
    return await (await import('../run/audit.ts')).loadLive(request, server, { isHeld: false })
  }
  const { history, tenancy, texts, notes, assumed } = await loadHistory(request)
  return { model: history.model, tenancy, texts, notes: [...notes, ...assumed] }
}
