#!/usr/bin/env bash
# Makes the virtual environment and installs what is missing; does nothing when nothing changed.
#   setup.sh run   what the product needs          setup.sh dev   what tests and checks need, too
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}
venv=.venv
say() { printf '  %-8s %s\n' "$1" "$2" >&2; }

# --- system packages: with apt when that is allowed, else say what is missing and go on without ---
declare -A packages=([tesseract]="tesseract-ocr")
if [ "$kind" = dev ]; then
  packages+=([chromium]="chromium" [redis-server]="redis-server" [pg_ctl]="postgresql" [pdftoppm]="poppler-utils" [faketime]="faketime" [espeak-ng]="espeak-ng")
fi
present() {
  case $1 in
    pg_ctl) compgen -G '/usr/lib/postgresql/*/bin/pg_ctl' >/dev/null || command -v pg_ctl >/dev/null ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
install_system() {
  local missing=() apt=()
  for tool in "${!packages[@]}"; do present "$tool" || missing+=("${packages[$tool]}"); done
  # Debian's chromium without a window takes a third less of the processor; where there is no such package the other one will do.
  if [ "$kind" = dev ] && apt-cache show chromium-headless-shell >/dev/null 2>&1; then
    present chromium-headless-shell || missing+=(chromium-headless-shell)
  fi
  [ ${#missing[@]} -eq 0 ] && return 0
  if command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then apt=(apt-get); elif sudo -n true 2>/dev/null; then apt=(sudo -n apt-get); fi
  fi
  if [ ${#apt[@]} -eq 0 ]; then
    say system "not installed: ${missing[*]}. Going on without; to have them: sudo apt install ${missing[*]}"
    return 0
  fi
  say system "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if ! { "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}" || { "${apt[@]}" update -qq && "${apt[@]}" install -y -qq --no-install-recommends "${missing[@]}"; }; } >/tmp/coexai-apt.$$.log 2>&1; then
    say system "apt could not install ${missing[*]} (see /tmp/coexai-apt.$$.log). Going on without."
  else
    rm -f /tmp/coexai-apt.$$.log
  fi
}
stamp="$venv/.system-$kind"
[ -f "$stamp" ] || install_system &
system=$!

# --- python ---
find_python() {
  for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] && command -v "$candidate" >/dev/null || continue
    "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$candidate"; return; }
  done
  return 1
}
if [ ! -x "$venv/bin/python" ]; then
  python=$(find_python) || { say python "CoExAI needs Python 3.11 or newer. On Debian and Ubuntu: sudo apt install python3 python3-venv"; exit 1; }
  say python "making the virtual environment with $("$python" --version)"
  if ! "$python" -m venv "$venv" >/dev/null 2>&1; then
    rm -rf "$venv"
    wait "$system" || true
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv) >/dev/null 2>&1 || true
    fi
    "$python" -m venv "$venv" >/dev/null || { rm -rf "$venv"; say python "this Python has no venv module. On Debian and Ubuntu: sudo apt install python3-venv"; exit 1; }
  fi
fi

# --- packages: pinned, installed again only when the lists changed ---
lists=(requirements.txt constraints.txt)
list=requirements.txt
if [ "$kind" = dev ]; then lists+=(requirements-dev.txt) list=requirements-dev.txt; fi
wanted=$(cat "${lists[@]}" | sha256sum | cut -d' ' -f1)
installed="$venv/.installed-$kind"
if [ "$(cat "$installed" 2>/dev/null)" != "$wanted" ]; then
  say python "installing pinned packages ($list)"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile -r "$list" 2> >(grep -v -e '^WARNING: Location' -e 'does not provide the extra' >&2)
  echo "$wanted" >"$installed"
fi

# --- the accessibility checker for the browser tests ---
if [ "$kind" = dev ] && [ ! -f .cache/npm/node_modules/axe-core/axe.min.js ]; then
  PATH="$PWD/$venv/bin:$PATH" npm install --silent --no-audit --no-fund --no-save --no-package-lock --prefix .cache/npm axe-core@4.14.1 >/dev/null
fi

# --- the coexai command ---
root=$(pwd)
"$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' | while read -r site; do echo "$root" >"$site/coexai.pth"; done
printf '#!%s/%s/bin/python\nimport sys\n\nfrom coexai_app.cli import main\n\nsys.exit(main())\n' "$root" "$venv" >"$venv/bin/coexai"
chmod +x "$venv/bin/coexai"

wait "$system" || true
touch "$stamp"
