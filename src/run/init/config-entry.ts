/** What a config may hold. */
export type ConfigValue = string | readonly ConfigValue[] | { readonly [key: string]: ConfigValue }

/** One key of the config to be. */
export type ConfigEntry = {
  readonly key: string
  /** Why it is so, or the question that its value would answer; a line each. */
  readonly notes: readonly string[]
} & (
  | {
      readonly value: ConfigValue
      /** Whether the migrations tell it, or a person did. What nobody told stands in the config as a comment. */
      readonly isTold: boolean
    }
  | { readonly entries: readonly ConfigEntry[] }
)

/** The config without what nobody told. */
export function toldIn(entries: readonly ConfigEntry[]): { readonly [key: string]: ConfigValue } {
  return Object.fromEntries(
    entries.flatMap((entry): [string, ConfigValue][] => {
      if ('value' in entry) return entry.isTold ? [[entry.key, entry.value]] : []
      const inside = toldIn(entry.entries)
      return Object.keys(inside).length > 0 ? [[entry.key, inside]] : []
    }),
  )
}

/** What nobody told, with the question for it. */
export function untoldIn(
  entries: readonly ConfigEntry[],
  path = '',
): { readonly path: string; readonly question: string }[] {
  return entries.flatMap((entry) => {
    const own = `${path}${entry.key}`
    if (!('value' in entry)) return untoldIn(entry.entries, `${own}.`)
    return entry.isTold ? [] : [{ path: own, question: entry.notes[0] ?? '' }]
  })
}
