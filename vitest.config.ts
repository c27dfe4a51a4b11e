import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** Another version of Kysely than the one installed: `RINGFENCE_TEST_KYSELY=0.30` (`scripts/kysely-versions.sh`). */
const kysely = process.env.RINGFENCE_TEST_KYSELY

export default defineConfig({
  resolve: {
    alias: [
      { find: /^ringfence\/kysely$/, replacement: join(import.meta.dirname, 'src/kysely.ts') },
      ...(kysely === undefined
        ? []
        : [
            {
              find: /^kysely$/,
              replacement: join(import.meta.dirname, `test/kysely-versions/${kysely}/index.mjs`),
            },
          ]),
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/build.ts',
    testTimeout: 30_000,
    // Much of the time is spent waiting for servers, so every core gets a worker; by default one would be left out.
    maxWorkers: availableParallelism(),
  },
})
