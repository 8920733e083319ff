#!/usr/bin/env bash
# Runs the suite in parallel. Arguments go to pytest: scripts/test.sh tests/services -k cancel
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/coexai build
if [ $# -gt 0 ]; then exec .venv/bin/pytest "$@"; fi
exec .venv/bin/pytest -n "${PYTEST_WORKERS:-2}" --dist worksteal
