import { readFileSync, writeFileSync } from 'node:fs'
import { forbiddenFor, layers, packages } from './layers.ts'

const target = new URL('../biome.layers.json', import.meta.url)

/** Lint rules of Biome, one override for each folder, that refuse imports against the layers. */
function lintRules(): string {
  const overrides = [
    ...layers.flat().map(folderRule),
    {
      includes: ['src/**', '!src/{index,kysely,pg,testing}.ts', '!src/checks/index.ts'],
      linter: { rules: { performance: { noBarrelFile: 'error' } } },
    },
  ]
  return `${JSON.stringify({ overrides }, null, 2)}\n`
}

function folderRule(folder: string): object {
  const group = forbiddenFor(folder).map((other) => `**/${other}/**`)
  const message = `src/${folder} must not import this: imports go down only (scripts/layers.ts).`
  const paths = Object.entries(packages)
    .filter(([, folders]) => !folders.includes(folder))
    .map(([name, folders]) => [
      name,
      `Only ${folders.map((other) => `src/${other}`).join(' and ')} may import it.`,
    ])
  const options = {
    paths: Object.fromEntries(paths),
    ...(group.length > 0 ? { patterns: [{ group, message }] } : {}),
  }
  return {
    includes: [`src/${folder}/**`],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options } } } },
  }
}

if (!process.argv.includes('--check')) writeFileSync(target, lintRules())
else if (readFileSync(target, 'utf8') !== lintRules()) {
  process.stderr.write('biome.layers.json is out of date: npm run generate\n')
  process.exitCode = 1
}
