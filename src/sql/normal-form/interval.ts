/** Months, days or seconds that a unit stands for, by its names in PostgreSQL's input. */
const units: Readonly<Record<string, readonly ['months' | 'days' | 'seconds', number]>> = Object.fromEntries(
  (
    [
      [['y', 'yr', 'yrs', 'year', 'years'], 'months', 12],
      [['mon', 'mons', 'month', 'months'], 'months', 1],
      [['w', 'week', 'weeks'], 'days', 7],
      [['d', 'day', 'days'], 'days', 1],
      [['h', 'hr', 'hrs', 'hour', 'hours'], 'seconds', 3600],
      [['m', 'min', 'mins', 'minute', 'minutes'], 'seconds', 60],
      [['s', 'sec', 'secs', 'second', 'seconds'], 'seconds', 1],
    ] as const
  ).flatMap(([names, field, size]) => names.map((name) => [name, [field, size] as const])),
)

/** An interval of whole units, as the server prints it; undefined for any other. */
export function canonicalInterval(text: string): string | undefined {
  const words = text.trim().toLowerCase().split(/\s+/)
  const sums = { months: 0, days: 0, seconds: 0 }
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? ''
    const clock = /^(\d+):(\d\d)(?::(\d\d))?$/.exec(word)
    const joined = /^(\d+)([a-z]+)$/.exec(word)
    if (clock !== null) {
      sums.seconds += Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0)
      at++
      continue
    }
    const [count, name] = joined === null ? [word, words[at + 1] ?? ''] : [joined[1] ?? '', joined[2] ?? '']
    const unit = Object.hasOwn(units, name) ? units[name] : undefined
    if (unit === undefined || !/^\d{1,6}$/.test(count)) return undefined
    sums[unit[0]] += Number(count) * unit[1]
    at += joined === null ? 2 : 1
  }
  return printInterval(sums)
}

function printInterval({ months, days, seconds }: Record<'months' | 'days' | 'seconds', number>): string {
  const counted = (count: number, one: string, many: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
  const two = (value: number) => String(Math.trunc(value)).padStart(2, '0')
  const clock = `${two(seconds / 3600)}:${two((seconds % 3600) / 60)}:${two(seconds % 60)}`
  const parts = [
    ...counted(Math.trunc(months / 12), 'year', 'years'),
    ...counted(months % 12, 'mon', 'mons'),
    ...counted(days, 'day', 'days'),
  ]
  return seconds === 0 && parts.length > 0 ? parts.join(' ') : [...parts, clock].join(' ')
}
