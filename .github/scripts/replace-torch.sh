#!/usr/bin/env bash
# Replace the locked torch by the CPU build of another one.
# usage: .github/scripts/replace-torch.sh oldest|newest|nightly
set -euo pipefail
install=".venv/bin/python -m pip install --isolated"
index=https://download.pytorch.org/whl

case $1 in
  # The oldest supported version, as the front page says.
  oldest) $install --index-url $index/cpu torch==2.8.0 ;;
  newest) $install --upgrade --index-url $index/cpu torch ;;
  nightly) $install --upgrade --pre --index-url $index/nightly/cpu torch ;;
  *)
    echo "usage: .github/scripts/replace-torch.sh oldest|newest|nightly" >&2
    exit 2
    ;;
esac
