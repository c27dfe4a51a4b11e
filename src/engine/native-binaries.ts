import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { isReachable, type ServerUser } from './server-user.ts'

/**
 * The folder of binaries that the server can run from: `native` itself, or a copy at `place`. The packages carry their
 * symbolic links as a list that an install script makes, which may have been blocked; and a folder below a closed home
 * can't be read by another user. `native` itself is never written to.
 */
export function runnableBinaries(native: string, place: string, user: ServerUser | null): string {
  const links = symbolicLinks(native)
  const complete = links.every(({ target }) => existsSync(join(native, target)))
  if (complete && (user === null || isReachable(join(native, 'bin/postgres'), user))) return native
  copyFolder(native, place)
  for (const { source, target } of links) {
    const path = join(place, target)
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path)
  }
  return place
}

/** What `pg-symlinks.json` lists, relative to the folder that it is in. */
function symbolicLinks(native: string): readonly { source: string; target: string }[] {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return []
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  return links.map(({ source, target }) => ({
    source: relative(basename(native), source),
    target: relative(basename(native), target),
  }))
}

/** Hard links where the file system allows them, else copies. */
function copyFolder(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const source = join(from, entry.name)
    const target = join(to, entry.name)
    if (entry.isDirectory()) copyFolder(source, target)
    else if (entry.isFile()) linkOrCopy(source, target)
  }
}

function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target)
  } catch {
    copyFileSync(source, target)
  }
}
