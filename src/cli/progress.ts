import type { Spinner } from 'yocto-spinner'
import { printableLine } from '../report/terminal.ts'
import type { CommonOptions } from './options.ts'

/** What takes no longer than this, in milliseconds, goes without a word. */
const patience = 1_000

/** Runs something that may take long, and shows on a terminal what it says it is doing. */
export async function withProgress<Result>(
  { quiet }: CommonOptions,
  work: (tell: (doing: string) => void) => Promise<Result>,
): Promise<Result> {
  if (quiet || !process.stderr.isTTY) return await work(() => undefined)
  const shown = { text: '', spinner: null as Spinner | null, over: false }
  const timer = setTimeout(async () => {
    const { default: yoctoSpinner } = await import('yocto-spinner')
    if (!shown.over) shown.spinner = yoctoSpinner({ text: shown.text, stream: process.stderr }).start()
  }, patience)
  try {
    return await work((doing) => {
      shown.text = printableLine(doing)
      if (shown.spinner !== null) shown.spinner.text = shown.text
    })
  } finally {
    shown.over = true
    clearTimeout(timer)
    shown.spinner?.stop()
  }
}
