import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** npm installs the package from its repository (as pre-commit does) without packing it: `prepare` is all that it runs there. */
if (!existsSync('dist/bin')) {
  const { status } = spawnSync('npm', ['run', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  process.exitCode = status ?? 1
}
