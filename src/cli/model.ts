import { modelJson, modelText } from '../report/model-text.ts'
import { loadHistory } from '../run/load-history.ts'
import { exitCodes } from './exit-codes.ts'
import { type CommonOptions, formatOf, requestOf } from './options.ts'
import { writeNotes, writeResult } from './output.ts'

export async function model(paths: readonly string[], options: CommonOptions): Promise<number> {
  const format = formatOf(options)
  const { history, tenancy, texts, notes } = await loadHistory(await requestOf(paths, options))
  writeNotes(notes, options)
  const printed = { model: history.model, tenancy, texts }
  writeResult(format === 'json' ? modelJson(printed) : modelText(printed), options)
  return exitCodes.clean
}
