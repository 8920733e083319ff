#!/usr/bin/env bash
# Runs the suite in parallel: everything on the embedded back ends, then what touches the database again on PostgreSQL and Redis.
# Arguments go to pytest instead: scripts/test.sh tests/services -k cancel
# COEXAI_BROWSER=full runs every browser journey on a phone's screen too.
# tests/faults starts servers and workers of its own, on both back ends; COEXAI_FAULTS=full (make test-faults) runs it at full size.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/coexai build
if [ $# -gt 0 ]; then exec .venv/bin/pytest "$@"; fi
# One more than there are processors: browsers and servers keep their tests waiting.
.venv/bin/pytest -n "${PYTEST_WORKERS:-3}" --dist loadgroup --ignore tests/faults

# The faults wait most of the time, for servers and workers of their own: beside them the services run on PostgreSQL.
told=$(mktemp)
.venv/bin/pytest -n 2 --dist loadgroup tests/faults >"$told" 2>&1 &
faults=$!
trap 'kill "$faults" 2>/dev/null || true; rm -f "$told"' EXIT
status=0
COEXAI_TEST_BACKEND=postgres .venv/bin/pytest -n 2 --dist loadgroup tests/services tests/test_migrations.py \
  tests/faults/test_engine_model.py || status=$?
wait "$faults" || status=$?
cat "$told"
exit "$status"
