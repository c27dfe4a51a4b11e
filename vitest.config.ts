import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/build.ts',
    testTimeout: 30_000,
    // Much of the time is spent waiting for servers, so every core gets a worker; by default one would be left out.
    maxWorkers: availableParallelism(),
  },
})
