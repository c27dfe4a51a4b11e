#!/bin/sh
# Prints the test files that ask test/server.ts for a server, and so may differ from one version to another.
cd "$(dirname "$0")/.." && grep -rlE "from '(\./|(\.\./)+)server\.ts'" test --include='*.test.ts' | sort
