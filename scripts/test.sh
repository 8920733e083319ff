#!/usr/bin/env bash
# Runs the suite in parallel: everything on the embedded back ends, then what touches the database again on PostgreSQL and Redis.
# Arguments go to pytest instead: scripts/test.sh tests/services -k cancel
# COEXAI_BROWSER=full runs every browser journey on a phone's screen too.
# tests/faults starts servers and workers of its own, on both back ends; COEXAI_FAULTS=full (make test-faults) runs it at full size.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/coexai build
if [ $# -gt 0 ]; then exec .venv/bin/pytest "$@"; fi
workers=${PYTEST_WORKERS:-2}
# One more at a time than there are processors: browsers, servers and workers keep their tests waiting.
.venv/bin/pytest -n "$((workers + 1))" --dist loadgroup --ignore tests/faults
.venv/bin/pytest -n "$((workers + 1))" --dist loadgroup tests/faults
COEXAI_TEST_BACKEND=postgres .venv/bin/pytest -n "$workers" --dist loadgroup tests/services tests/test_migrations.py \
  tests/faults/test_engine_model.py
