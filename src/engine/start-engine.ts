import type { Engine } from './engine.ts'

/** Which server to work on. */
export type EngineChoice =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'embedded' }
  | { readonly kind: 'testcontainers' }

/** Opens the server that was chosen. Loads only what that one needs. */
export async function startEngine(choice: EngineChoice): Promise<Engine> {
  switch (choice.kind) {
    case 'url':
      return await (await import('./open-url.ts')).openUrl(choice.url)
    case 'embedded':
      return await (await import('./embedded.ts')).startEmbedded()
    case 'testcontainers':
      return await (await import('./testcontainers.ts')).startTestcontainers()
  }
}
