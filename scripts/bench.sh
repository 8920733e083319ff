#!/usr/bin/env bash
# Runs every benchmark that needs no data folder, and prints its table.
set -euo pipefail
cd "$(dirname "$0")/.."
for file in benchmarks/thread.py benchmarks/imports.py benchmarks/browser.py benchmarks/maya.py; do
  echo "== $file"
  .venv/bin/python "$file"
done
