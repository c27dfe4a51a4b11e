import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { answeringDocker, dockerAddresses } from '../../src/engine/docker.ts'
import { temporaryFolder } from './processes.ts'

/** Answers the ping of Docker at a socket, and every other request with 404. */
async function pingable(socket: string, status = 200): Promise<void> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/_ping' ? status : 404).end()
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  onTestFinished(() => {
    server.close()
  })
}

test('a Docker engine that answers at DOCKER_HOST is found', async () => {
  const socket = join(temporaryFolder(), 'd.sock')
  await pingable(socket)
  expect(await answeringDocker({ DOCKER_HOST: `unix://${socket}` })).toBe(`unix://${socket}`)
})

test('a socket in the runtime folder of the user is known', async () => {
  const folder = temporaryFolder()
  await pingable(join(folder, 'docker.sock'))
  const environment = { XDG_RUNTIME_DIR: folder, HOME: folder }
  expect(dockerAddresses(environment)).toContain(`unix://${join(folder, 'docker.sock')}`)
})

test('a socket that something else answers at is no Docker engine', async () => {
  const socket = join(temporaryFolder(), 'd.sock')
  await pingable(socket, 500)
  expect(await answeringDocker({ DOCKER_HOST: `unix://${socket}` })).toBeNull()
})

test.each([
  ['a socket that is not there', (folder: string) => `unix://${folder}/none.sock`],
  ['a file that is no socket', (folder: string) => `unix://${folder}/file`],
  ['a port where nothing listens', () => 'tcp://127.0.0.1:1'],
  ['an address that is none', () => 'nonsense'],
  ['a protocol that is not spoken', () => 'ssh://host'],
])('%s is told within 20 ms', async (_case, address) => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'file'), '')
  const environment = { DOCKER_HOST: address(folder) }
  const times: number[] = []
  for (let count = 0; count < 5; count += 1) {
    const started = performance.now()
    expect(await answeringDocker(environment)).toBeNull()
    times.push(performance.now() - started)
  }
  expect(Math.min(...times)).toBeLessThan(20)
})
