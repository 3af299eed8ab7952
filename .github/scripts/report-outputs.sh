#!/usr/bin/env bash
# Open or update one issue for each torch release that prints what no page shows.
# usage: .github/scripts/report-outputs.sh FOLDER
#   FOLDER  holds a folder for each run: torch.txt, its version, and fences.txt, what
#           pytest said; needs gh and, in the environment, GITHUB_REPOSITORY
# The nightly builds of 2.16 and 2.16 itself are one cause and have one issue. Its label
# is its own: by that it is found, closed or open, so that there is never a second one.
set -euo pipefail
declare -A bodies=()
intro="A page shows the output of the pinned torch. If the other output is right, mend \
the page so that it prints the same on every supported torch; otherwise report the fault."

if ! compgen -G "$1/*/torch.txt" > /dev/null; then
  echo "::error::$1: no run left its outputs here; see the jobs before this one."
  exit 1
fi
for run in "$1"/*/; do
  version=$(< "${run}torch.txt")
  if ! [[ $version =~ ^([0-9]+\.[0-9]+)[0-9A-Za-z_.+]*$ ]]; then
    echo "::error::${run}torch.txt does not hold a version of torch."
    exit 1
  fi
  release=${BASH_REMATCH[1]}
  if [ ! -s "${run}fences.txt" ]; then
    echo "::error::${run}fences.txt is missing or empty: pytest did not run."
    exit 1
  fi
  # Indented, so that it is code to the end: no line of it can close the block. To
  # Markdown, a carriage return ends a line too.
  said=$(tr '\r' '\n' < "${run}fences.txt" | sed -n '/^=* \(ERRORS\|FAILURES\) =*$/,$ s/^/    /p')
  if [ -n "$said" ]; then
    bodies[$release]="${bodies[$release]:-$intro}"$'\n\n'"### torch $version"$'\n\n'"$said"
  fi
done

issues=repos/$GITHUB_REPOSITORY/issues
for release in "${!bodies[@]}"; do
  body=${bodies[$release]}
  # GitHub takes 65,536 characters.
  if [ "${#body}" -gt 60000 ]; then
    body=${body:0:60000}$'\n\nThe rest is in the log of the job.'
  fi
  label=outputs-of-torch-$release
  number=$(gh api "$issues?state=all&labels=$label&sort=created&direction=asc" \
    --jq '.[0].number // empty')
  # The text goes through standard input, never a command line.
  if [ -z "$number" ]; then
    gh api "$issues" -f "title=Pages show other output than torch $release prints" \
      -f "labels[]=$label" -F body=@- --jq '"opened " + .html_url' <<< "$body"
  else
    gh api "$issues/$number" --method PATCH -f state=open -F body=@- \
      --jq '"updated " + .html_url' <<< "$body"
  fi
done
