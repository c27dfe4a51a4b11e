#!/usr/bin/env bash
# The hooks of the framework pre-commit, in a scratch repository: the one that docs/hooks.md shows, and the one of this repository,
# which pre-commit installs. Python is no part of what a developer must have, so without it this is skipped.
set -eu
cd "$(dirname "$0")/.."
root=$PWD

if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
  echo 'pre-commit: SKIPPED, for there is no python3 with venv and pip' >&2
  exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'pre-commit==4.7.0'
export PATH="$work/venv/bin:$PATH" PRE_COMMIT_HOME="$work/cache"
export GIT_AUTHOR_NAME=nobody GIT_AUTHOR_EMAIL=nobody@example.com
export GIT_COMMITTER_NAME=nobody GIT_COMMITTER_EMAIL=nobody@example.com

# A table without row security is refused, and leaves no commit; with it, it goes through; deleting what protects is refused again.
try_hook() {
  mkdir -p "$1/migrations" "$1/node_modules/.bin"
  cd "$1"
  git init --quiet
  printf '#!/bin/sh\nexec node "%s" "$@"\n' "$root/dist/bin/ringfence.js" >node_modules/.bin/ringfence
  chmod +x node_modules/.bin/ringfence
  echo node_modules >.gitignore
  echo '{ "migrations": ["migrations"], "tenancy": { "tenantKey": "tenant_id", "appRoles": ["app"] } }' >ringfence.config.json
  echo 'create role app; create table public.tenants (id uuid primary key);' >migrations/1_tenants.sql
  protect tenants id >>migrations/1_tenants.sql
  table notes >migrations/2_notes.sql
  protect notes tenant_id >migrations/3_protect.sql
  cp "$2" .pre-commit-config.yaml
  git add --all
  git commit --quiet --message 'A safe history'
  pre-commit install >/dev/null
  table bills >migrations/4_bills.sql
  git add --all
  refused bills
  protect bills tenant_id >>migrations/4_bills.sql
  git add --all
  git commit --quiet --message 'A safe migration'
  git rm --quiet migrations/3_protect.sql
  refused notes
}

table() {
  echo "create table public.$1 (id uuid primary key, tenant_id uuid not null references public.tenants);"
}

protect() {
  tied="$2 = (select current_setting('app.tenant_id')::uuid)"
  echo "alter table public.$1 enable row level security, force row level security;"
  echo "create policy own on public.$1 using ($tied) with check ($tied);"
}

refused() {
  before=$(git rev-parse HEAD)
  if git commit --quiet --message 'An unsafe migration' >"$work/said" 2>&1; then
    echo 'pre-commit: an unsafe migration went through' >&2
    exit 1
  fi
  grep -qF "public.$1 has no row security" "$work/said" || { cat "$work/said" >&2; exit 1; }
  [ "$(git rev-parse HEAD)" = "$before" ]
}

sed -n '/^# \.pre-commit-config\.yaml$/,/^```$/p' docs/hooks.md | sed '$d' >"$work/local.yaml"
printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n      - id: ringfence\n' "$root" "$(git rev-parse HEAD)" >"$work/own.yaml"
try_hook "$work/local" "$work/local.yaml"
# Installing the repository takes longer than all else here: on request, and before a release.
if [ "${RINGFENCE_TEST_OWN_HOOK:-}" = 1 ]; then try_hook "$work/own" "$work/own.yaml"; fi
