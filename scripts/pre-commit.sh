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
  mkdir "$1"
  cd "$1"
  git init --quiet
  cp -R "$root/migrations-example/migrations" "$root/migrations-example/ringfence.config.json" .
  rm migrations/009_invoice_exports.sql
  mkdir -p node_modules/.bin
  printf '#!/bin/sh\nexec node "%s" "$@"\n' "$root/dist/bin/ringfence.js" >node_modules/.bin/ringfence
  chmod +x node_modules/.bin/ringfence
  echo node_modules >.gitignore
  cp "$2" .pre-commit-config.yaml
  git add --all
  git commit --quiet --message 'A safe history'
  pre-commit install >/dev/null
  echo 'create table public.exports (id uuid primary key, organization_id uuid not null);' >migrations/010_exports.sql
  git add --all
  refused exports.txt '[row-security-not-enabled]'
  git reset --quiet --hard
  git rm --quiet "$3"
  refused deletion.txt 'error:'
  git reset --quiet --hard
  echo '-- nothing yet' >migrations/010_exports.sql
  git add --all
  git commit --quiet --message 'A safe migration'
}

refused() {
  before=$(git rev-parse HEAD)
  if git commit --quiet --message 'An unsafe migration' >"$work/$1" 2>&1; then
    echo "pre-commit: an unsafe migration went through ($1)" >&2
    exit 1
  fi
  grep -qF "$2" "$work/$1" || { cat "$work/$1" >&2; exit 1; }
  [ "$(git rev-parse HEAD)" = "$before" ]
}

sed -n '/^# \.pre-commit-config\.yaml$/,/^```$/p' docs/hooks.md | sed '$d' >"$work/local.yaml"
printf 'repos:\n  - repo: %s\n    rev: %s\n    hooks:\n      - id: ringfence\n' "$root" "$(git rev-parse HEAD)" >"$work/own.yaml"
protecting=$(cd migrations-example && grep -li 'force row level security' migrations/00[1-8]*.sql | tail -1)
try_hook "$work/local" "$work/local.yaml" "$protecting"
try_hook "$work/own" "$work/own.yaml" "$protecting"
