#!/usr/bin/env bash
# Gives a text to a coworker over the API, follows the job, and prints the result as Markdown.
#
#   COEXAI_URL=http://localhost:3000 COEXAI_KEY=cxa_live_… ./run-job.sh post.md > thread.md
#
# The result goes to standard output, everything else to standard error. Exit codes: 0 done, 1 failed, 2 wrong command or settings.
# Needs bash, curl 7.76 and python3 (for JSON only).
set -euo pipefail

url=${COEXAI_URL:-http://localhost:3000}/api/v1
file=${1:-}
agent=${2:-maya}
capability=${3:-blog-to-thread}

if [[ -z ${COEXAI_KEY:-} ]]; then echo "Set COEXAI_KEY." >&2; exit 2; fi
if [[ ! -r $file ]]; then echo "Usage: run-job.sh FILE [AGENT [CAPABILITY]]" >&2; exit 2; fi

# The key goes to curl by a pipe: arguments of a program can be read by everybody on the machine.
# 429 and 503 are sent again, after as many seconds as Retry-After says.
api() {
  curl -sS --fail-with-body --retry 5 --retry-connrefused --max-time 120 -H @<(echo "Authorization: Bearer $COEXAI_KEY") "$@"
}

# The value at a path of the JSON on standard input: value error message
value() {
  python3 -c '
import json, sys
found = json.load(sys.stdin)
for name in sys.argv[1:]:
    found = found.get(name) if isinstance(found, dict) else None
print("" if found is None else found)' "$@"
}

# The answer of a call, or the message of its error and the end. It goes through a file, which curl empties before it tries again.
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
ask() {
  if ! api -o "$answer" "$@"; then
    { value error message < "$answer" 2> /dev/null || echo "$url does not answer as CoExAI does. Is COEXAI_URL right?"; } >&2
    exit 1
  fi
  cat "$answer"
}

order=$(python3 -c '
import json, sys
agent, capability, file = sys.argv[1:]
print(json.dumps({"agent": agent, "capability": capability, "input": {"text": open(file, encoding="utf-8").read()}}))' \
  "$agent" "$capability" "$file")
job_order=$(python3 -c 'import json, sys; order = json.load(sys.stdin); del order["agent"]; print(json.dumps(order))' <<< "$order")

quote=$(ask "$url/quotes" -H "Content-Type: application/json" -d @- <<< "$order")
blocked=$(value blocked <<< "$quote")
if [[ -n $blocked ]]; then echo "$blocked" >&2; exit 1; fi
echo "$(value time <<< "$quote"), $(value runs_left <<< "$quote") left" >&2

# The same text makes the same key, so running this twice pays once, also after a crash in between.
same=$(printf '%s' "$order" | sha256sum | cut -d ' ' -f 1)
job=$(ask "$url/agents/$agent/jobs" -H "Content-Type: application/json" -H "Idempotency-Key: $same" -d @- <<< "$job_order")
id=$(value id <<< "$job")
echo "job $id" >&2

# Server-sent events; a stream that breaks off is taken up after the last event that came.
last=0
while true; do
  while IFS= read -r line; do
    case $line in
      "id: "*) last=${line#id: } ;;
      "event: "*) echo "${line#event: }" >&2 ;;
    esac
  done < <(api -N --max-time 1000 -H "Last-Event-ID: $last" "$url/jobs/$id/events" || true)
  job=$(ask "$url/jobs/$id")
  case $(value status <<< "$job") in
    completed) break ;;
    failed | cancelled | dead_letter) echo "$(value reason <<< "$job") $(value advice <<< "$job")" >&2; exit 1 ;;
  esac
  sleep 2
done

ask "$url/jobs/$id/output" -H "Accept: text/markdown"
