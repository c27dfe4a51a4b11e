import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/**
 * npm installs the package from its repository (as pre-commit does) without packing it: `prepare` is all that it runs there. Where that is a
 * global installation, what the build needs is not installed in the folder.
 */
if (!existsSync('dist/bin')) {
  if (!existsSync('node_modules/typescript')) npm('ci', '--ignore-scripts', '--include=dev')
  npm('run', 'build')
}

function npm(...args) {
  const env = { ...process.env, npm_config_global: 'false', npm_config_location: 'project' }
  const { status } = spawnSync('npm', args, { stdio: 'inherit', shell: process.platform === 'win32', env })
  if (status !== 0) process.exit(status ?? 1)
}
