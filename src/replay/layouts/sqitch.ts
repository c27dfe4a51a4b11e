import { InputError } from '../../findings/input-error.ts'
import type { Folder } from './folder.ts'
import type { Layout } from './layout.ts'

/**
 * `sqitch.plan` names the changes and their order; `deploy/<change>.sql` applies one. The earlier version of a reworked change stands in
 * `deploy/<change>@<tag>.sql`, for a tag between it and the rework (App::Sqitch::Plan::Change, path_segments). `revert/` and `verify/`
 * are never read. `sqitch.conf` may move the plan and the folder. sqitch starts psql anew for each change (lib/App/Sqitch/Engine/pg.pm, run_file).
 */
export const sqitch: Layout = {
  name: 'sqitch',
  session: 'new',
  transaction: 'none',
  detect: (folder) => folder.has('sqitch.plan') || settingsOf(folder).plan !== 'sqitch.plan',
  list(folder) {
    const { plan, deploy, extension } = settingsOf(folder)
    if (!folder.has(plan))
      throw new InputError('there is no such file, which sqitch needs', { file: folder.shownFile(plan) })
    const changes = changesOf(folder.text(plan))
    const up = changes.map(({ name, reworkTags, line }) => {
      const names = reworkTags.length > 0 ? reworkTags.map((tag) => `${name}@${tag}`) : [name]
      const found = names.map((one) => `${deploy}${one}.${extension}`).find((file) => folder.has(file))
      if (found !== undefined) return found
      throw new InputError(`names the change ${name}, and ${deploy}${names[0]}.${extension} is not there`, {
        file: folder.shownFile(plan),
        line,
      })
    })
    const reason = (file: string) =>
      file.startsWith(deploy) ? `is not in ${plan}` : 'is not a deploy script'
    return { up, unread: folder.unread(up, reason) }
  },
  next(folder, { name }) {
    throw new InputError('sqitch keeps a plan with a digest of each change, and has to add one itself', {
      file: folder.shown,
      hint: `Run: sqitch add ${name} -n '...'; then give the deploy script that it made to --output.`,
    })
  },
}

interface Change {
  readonly name: string
  readonly line: number
  /** The tags between the change and the one that reworks it. */
  readonly reworkTags: string[]
}

function changesOf(plan: string): Change[] {
  const changes: Change[] = []
  const tags: { name: string; at: number }[] = []
  for (const [index, content] of plan.split(/\r\n|\r|\n/).entries()) {
    const line = content.split('#')[0]?.trim() ?? ''
    if (line === '' || line.startsWith('%')) continue
    const name = line.split(/\s/)[0] ?? ''
    if (name.startsWith('@')) {
      tags.push({ name: name.slice(1), at: changes.length })
      continue
    }
    const earlier = changes.findLast((change) => change.name === name)
    if (earlier !== undefined) {
      const after = changes.indexOf(earlier)
      earlier.reworkTags.push(...tags.filter(({ at }) => at > after).map((tag) => tag.name))
    }
    changes.push({ name, line: index + 1, reworkTags: [] })
  }
  return changes
}

/** What `sqitch.conf` says of the plan and the scripts; folders end with `/` and are '' for the one it stands in. */
function settingsOf(folder: Folder): { plan: string; deploy: string; extension: string } {
  const settings = folder.has('sqitch.conf')
    ? parseConf(folder.text('sqitch.conf'))
    : new Map<string, string>()
  const setting = (key: string) => settings.get(`engine "pg".${key}`) ?? settings.get(`core.${key}`)
  const top = folderPath(setting('top_dir') ?? '')
  return {
    plan: (setting('plan_file') ?? `${top}sqitch.plan`).replace(/^\.\//, ''),
    deploy: folderPath(setting('deploy_dir') ?? `${top}deploy`),
    extension: setting('extension') ?? 'sql',
  }
}

function folderPath(path: string): string {
  const plain = path.replace(/^\.\/?/, '').replace(/\/+$/, '')
  return plain === '' ? '' : `${plain}/`
}

/** `section.key` to value, of a configuration in git's format. */
function parseConf(text: string): Map<string, string> {
  const settings = new Map<string, string>()
  let section = ''
  for (const content of text.split(/\r\n|\r|\n/)) {
    const line = content.trim()
    const header = /^\[(.*)\]$/.exec(line)?.[1]
    const setting = /^([A-Za-z_]+)\s*=\s*(.*?)\s*(?:[#;].*)?$/.exec(line)
    if (header !== undefined) section = header.trim()
    else if (setting !== null)
      settings.set(`${section}.${setting[1]}`, setting[2]?.replace(/^"(.*)"$/, '$1') ?? '')
  }
  return settings
}
