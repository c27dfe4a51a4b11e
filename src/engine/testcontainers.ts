import { randomBytes } from 'node:crypto'
import { pathToFileURL } from 'node:url'
import { InputError } from '../findings/input-error.ts'
import { answeringDocker, dockerAddresses } from './docker.ts'
import type { Engine } from './engine.ts'
import { installedPackage } from './installed-package.ts'
import { engineOf } from './server.ts'
import { placeOf } from './server-address.ts'
import { swiftSettings } from './swift-settings.ts'

export interface TestcontainersOptions {
  /** Where the installed `@testcontainers/postgresql` is looked for first; default: the working directory. */
  readonly project?: string
  /** An image that starts as the official one does. */
  readonly image?: string
}

const packageName = '@testcontainers/postgresql'

/** Starts a server in a container, which Testcontainers removes when this process is gone. */
export async function startTestcontainers(options: TestcontainersOptions = {}): Promise<Engine> {
  const { PostgreSqlContainer } = await loadTestcontainers(options.project ?? process.cwd())
  if ((await answeringDocker(process.env)) === null) {
    const asked = dockerAddresses(process.env)
    throw new InputError(
      `no Docker engine answers: ${asked.length > 0 ? `asked ${asked.join(', ')}` : 'no socket of one is there'}`,
      { hint: 'Start Docker, or set DOCKER_HOST.' },
    )
  }
  const password = randomBytes(16).toString('hex')
  const container = await new PostgreSqlContainer(options.image ?? 'postgres:18')
    .withDatabase('postgres')
    .withUsername('postgres')
    .withPassword(password)
    .withCommand([
      'postgres',
      ...Object.entries(swiftSettings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ])
    .start()
    .catch((cause: unknown) => {
      const [reason] = String(cause instanceof Error ? cause.message : cause).split('\n')
      throw new InputError(`the container could not be started: ${reason}`, { cause })
    })
  const target = {
    host: container.getHost(),
    port: container.getPort(),
    user: 'postgres',
    database: 'postgres',
    password,
    ssl: false,
    options: '-c jit=off', // What PGOPTIONS holds is meant for other servers.
  }
  let stopped: Promise<unknown> | null = null
  return await engineOf({
    kind: 'testcontainers',
    target,
    place: `the container at ${placeOf(target)}`,
    owned: true,
    stop: async () => {
      stopped ??= container.stop()
      await stopped
    },
  })
}

/** What is used of the package, which is an optional one. */
interface Testcontainers {
  readonly PostgreSqlContainer: new (image: string) => Container
}

interface Container {
  withDatabase(name: string): Container
  withUsername(name: string): Container
  withPassword(password: string): Container
  withCommand(command: string[]): Container
  start(): Promise<StartedContainer>
}

interface StartedContainer {
  getHost(): string
  getPort(): number
  stop(): Promise<unknown>
}

async function loadTestcontainers(project: string): Promise<Testcontainers> {
  const file = installedPackage(packageName, project)
  if (file !== null) return await import(pathToFileURL(file).href)
  throw new InputError(`${packageName} is not installed`, {
    hint: `Install it with: npm install --save-dev ${packageName}@11`,
  })
}
