#!/usr/bin/env bash
# What action.yml runs: annotations on the lines of the statements, a SARIF file, and a summary of the job. Inputs come as
# variables, so that the shell takes none of them for code.
set -euo pipefail

cd "${RINGFENCE_DIRECTORY:-.}"

command=(npx --no -- ringfence)
if [[ -n ${RINGFENCE_COMMAND:-} ]]; then
  read -ra command <<<"$RINGFENCE_COMMAND"
elif [[ -n ${RINGFENCE_VERSION:-} ]]; then
  command=(npx --yes -- "ringfence@$RINGFENCE_VERSION")
fi

since=${RINGFENCE_SINCE:-}
if [[ -z $since && -n ${GITHUB_BASE_REF:-} ]]; then
  since=origin/$GITHUB_BASE_REF
fi

sarif=${RINGFENCE_SARIF:-ringfence.sarif}
if [[ $sarif != /* ]]; then sarif=$PWD/$sarif; fi
summary=$(mktemp)
trap 'rm -f "$summary"' EXIT

arguments=(check --format=github "--report=sarif=$sarif" "--report=markdown=$summary")
if [[ -n $since && $since != none ]]; then arguments+=("--since=$since"); fi
if [[ -n ${RINGFENCE_CONFIG:-} ]]; then arguments+=("--config=$RINGFENCE_CONFIG"); fi
if [[ -n ${RINGFENCE_MAX_WARNINGS:-} ]]; then arguments+=("--max-warnings=$RINGFENCE_MAX_WARNINGS"); fi
arguments+=(--)
while IFS= read -r path; do
  if [[ -n $path ]]; then arguments+=("$path"); fi
done <<<"${RINGFENCE_PATH:-}"

rm -f -- "$sarif"
code=0
"${command[@]}" "${arguments[@]}" || code=$?

cat "$summary" >>"$GITHUB_STEP_SUMMARY"
if [[ -f $sarif ]]; then
  echo "sarif=$sarif" >>"$GITHUB_OUTPUT"
else
  echo '::error title=ringfence::ringfence could not run; the log of this step says why'
fi
exit "$code"
