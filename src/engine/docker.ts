import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { homedir } from 'node:os'
import { join } from 'node:path'

const patienceMilliseconds = 1_000

/** The address of a Docker engine that answers, or null. Costs milliseconds where there is none. */
export async function answeringDocker(environment: NodeJS.ProcessEnv): Promise<string | null> {
  for (const address of dockerAddresses(environment)) if (await answersPing(address)) return address
  return null
}

/** What is asked: the address that the environment names, or the sockets that an engine makes. */
export function dockerAddresses(environment: NodeJS.ProcessEnv): readonly string[] {
  if (environment.DOCKER_HOST) return [environment.DOCKER_HOST]
  const runtime = environment.XDG_RUNTIME_DIR ?? `/run/user/${process.getuid?.() ?? 0}`
  const home = environment.HOME ?? homedir()
  const sockets = [
    '/var/run/docker.sock',
    join(runtime, 'docker.sock'),
    join(home, '.docker/run/docker.sock'),
    join(home, '.docker/desktop/docker.sock'),
  ]
  return sockets.filter((path) => existsSync(path)).map((path) => `unix://${path}`)
}

function answersPing(address: string): Promise<boolean> {
  const target = targetOf(address)
  if (target === null) return Promise.resolve(false)
  return new Promise((resolve) => {
    const ping = request({ ...target, path: '/_ping', timeout: patienceMilliseconds }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    ping.on('timeout', () => ping.destroy())
    ping.on('error', () => resolve(false))
    ping.end()
  })
}

function targetOf(address: string): { socketPath: string } | { host: string; port: string } | null {
  if (address.startsWith('unix://')) return { socketPath: address.slice('unix://'.length) }
  if (!URL.canParse(address)) return null
  const { protocol, hostname, port } = new URL(address)
  if (protocol !== 'tcp:' && protocol !== 'http:') return null
  return { host: hostname, port: port || '2375' }
}
