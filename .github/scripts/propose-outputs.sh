#!/usr/bin/env bash
# Propose what a newer torch prints, beside what the pages show: one pull request a release.
# usage: .github/scripts/propose-outputs.sh FOLDER REPOSITORY
#   FOLDER      holds torch.txt, a version, and pages.patch, which is not there or empty where
#               nothing is to be proposed
#   REPOSITORY  the address of the repository; needs gh, GH_TOKEN and GITHUB_REPOSITORY
# Nothing of the patch is run here. It may change pages and add records; the branch is this
# script's own, and is no site.
set -euo pipefail
patch=$1/pages.patch repository=$2

if [ ! -s "$patch" ]; then
  echo "Nothing to propose."
  exit 0
fi
version=$(< "$1/torch.txt")
if ! [[ $version =~ ^([0-9]+\.[0-9]+)\.[0-9]+(\+[a-z0-9]+)?$ ]]; then
  echo "::error::$1/torch.txt does not hold a release of torch."
  exit 1
fi
branch=outputs-of-torch-${BASH_REMATCH[1]}
git checkout --quiet -B "$branch"
git apply --index "$patch"
other=$(git diff --cached --raw --no-renames | grep -vE \
  $'^:(100644|000000) 100644 \S+ \S+ [AM]\tdocs/((en|zh)/[a-z/-]+\.md|runs/torch-[0-9.]+-cpu\.json)$' \
  || [ $? = 1 ])
if [ -n "$other" ]; then
  echo "::error::$patch changes more than pages and records: $other"
  exit 1
fi
git -c user.name="github-actions[bot]" \
  -c user.email="41898282+github-actions[bot]@users.noreply.github.com" \
  commit --quiet -m "Show what torch $version prints"
git -c credential.helper='!gh auth git-credential' \
  push --quiet --force "$repository" "HEAD:refs/heads/$branch"

pulls=repos/$GITHUB_REPOSITORY/pulls
url=$(gh api "$pulls?state=open&head=${GITHUB_REPOSITORY%%/*}:$branch" \
  --jq '.[0].html_url // empty')
if [ -n "$url" ]; then
  echo "updated $url"
  exit 0
fi
gh api "$pulls" -f "title=Show what torch $version prints" -f "head=$branch" -f base=main \
  -F body=@- --jq '"opened " + .html_url' << EOF
All fences pass on torch $version with these outputs, each titled by the release from which it
holds. Look at the prose beside each new output, in both languages. Close this and open it again:
GitHub starts no checks for a pull request of a workflow.
EOF
