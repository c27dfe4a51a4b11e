#!/usr/bin/env bash
# Runs the tests of the tenant context behind a real PgBouncer: the one of this machine, or else Debian's package, unpacked
# into a temporary folder that is gone afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."

skip() {
  echo "pgbouncer: skipped, $1" >&2
  exit 0
}

bouncer=$(command -v pgbouncer || true)
if [ -z "$bouncer" ]; then
  [ "$(uname -sm)" = 'Linux x86_64' ] || skip 'there is none, and the package is that for Linux on x86_64'
  command -v apt-get >/dev/null || skip 'there is none, and no apt-get to fetch it with'
  command -v dpkg-deb >/dev/null || skip 'there is none, and no dpkg-deb to unpack it with'
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work" # It runs as the user of the server.
  mkdir -p "$work/debs/partial" "$work/tools"
  {
    apt-get update -qq
    apt-get install -qq --yes --no-install-recommends --download-only --reinstall \
      -o "Dir::Cache::archives=$work/debs" pgbouncer
  } >"$work/apt.log" 2>&1 || skip "its packages can't be fetched: $(tail -1 "$work/apt.log")"
  for package in "$work"/debs/*.deb; do dpkg-deb --extract "$package" "$work/tools"; done
  bouncer=$work/tools/usr/sbin/pgbouncer
  RINGFENCE_TEST_PGBOUNCER_LIBRARIES=$(find "$work/tools" -name '*.so*' -printf '%h\n' | sort -u | paste -sd :)
  export RINGFENCE_TEST_PGBOUNCER_LIBRARIES
fi

# shellcheck disable=SC2046
RINGFENCE_TEST_PGBOUNCER=$bouncer npx vitest run $(grep -rl --include='*.test.ts' pgBouncer test)
