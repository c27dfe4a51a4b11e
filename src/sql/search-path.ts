/** The namespaces of a search path as the server keeps it, or as set_config is given it. `$user` is left out. */
export function searchPathOf(value: string): string[] {
  const names: string[] = []
  let name = ''
  let inQuotes = false
  let wasQuoted = false
  const finish = () => {
    const found = wasQuoted ? name : name.trim().toLowerCase()
    if (found !== '' && found !== '$user') names.push(found)
    name = ''
    wasQuoted = false
  }
  for (let at = 0; at < value.length; at++) {
    const char = value.charAt(at)
    if (inQuotes && char === '"' && value.charAt(at + 1) === '"') {
      name += char
      at++
    } else if (char === '"') {
      if (!inQuotes) name = ''
      inQuotes = !inQuotes
      wasQuoted = true
    } else if (char === ',' && !inQuotes) finish()
    else if (inQuotes || !wasQuoted) name += char
  }
  finish()
  return names
}
