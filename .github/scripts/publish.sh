#!/usr/bin/env bash
# Put a built site on the branch gh-pages of a repository, whole or not at all.
# usage: .github/scripts/publish.sh SITE REPOSITORY COMMIT EVIDENCE
#   SITE        the folder of the built site
#   REPOSITORY  the address of the repository; with GH_TOKEN set, gh signs in
#   COMMIT      the commit of main that the site was built from, which is checked out
#   EVIDENCE    the folder of what the tests wrote; evidence.py says what it must prove
# The commit is made aside and pushed in one piece, without force: the branch is either
# what it was or the whole new site, and what someone pushed in between is not lost.
set -euo pipefail
site=$1 repository=$2 commit=$3 evidence=$4
branch=refs/heads/gh-pages

python3 "$(dirname "$0")/evidence.py" "$site" "$commit" "$evidence"

aside=$(mktemp -d)
trap 'rm -rf "$aside"' EXIT
git init --quiet --bare "$aside/git"
export GIT_DIR=$aside/git GIT_TERMINAL_PROMPT=0
git config user.name "github-actions[bot]"
git config user.email "41898282+github-actions[bot]@users.noreply.github.com"
git config core.autocrlf false
if [ -n "${GH_TOKEN:-}" ]; then
  git config credential.helper "!gh auth git-credential"
fi

main=$(git ls-remote "$repository" refs/heads/main | cut -f1)
if [ "$main" != "$commit" ]; then
  echo "::notice::main is at ${main:-no commit}, not at $commit: its own run publishes."
  exit 0
fi

parent=$(git ls-remote "$repository" "$branch" | cut -f1)
if [ -n "$parent" ]; then
  git fetch --quiet --depth=1 "$repository" "$parent"
fi
git --work-tree="$site" add --all --force .
# A custom domain is set on the branch alone, and stays.
if [ -n "$parent" ] && cname=$(git rev-parse --verify --quiet "$parent:CNAME"); then
  git update-index --add --cacheinfo "100644,$cname,CNAME"
fi
# So that GitHub serves the files as they are.
git update-index --add --cacheinfo "100644,$(git hash-object -w /dev/null),.nojekyll"
tree=$(git write-tree)
if [ -n "$parent" ] && [ "$tree" = "$(git rev-parse "$parent^{tree}")" ]; then
  echo "The published site is the same already."
  exit 0
fi
new=$(git commit-tree ${parent:+-p "$parent"} -m "Publish $commit" "$tree")
if ! git push --quiet "$repository" "$new:$branch"; then
  echo "::error::The branch gh-pages refused the site and is as it was. If someone" \
    "pushed to it in between, run this job again."
  exit 1
fi
echo "Published $commit as $new."
