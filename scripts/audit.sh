#!/usr/bin/env bash
# Asks the package feeds whether a vulnerability is known of a package that we use.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: scripts/audit.sh [--help]

Looks for known vulnerabilities in all NuGet packages of the solution and in all
npm packages of the page and of its end-to-end test, those that other packages
bring along too. It asks the feeds that are set up on this machine.

Exit code: 0 none is known, 1 one is (each is named, with its advisory), 2 for a
wrong option, 3 none was found, but a feed has no list or did not answer.
EOF
}

script=scripts/audit.sh
# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh
(($# == 0)) || other_option "$1"

readonly none=0 vulnerable=1 unasked=3
worst=$none
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

# verdict WHAT CODE [FILE]: what was found, with the lines that say so.
verdict() {
  case $2 in
    "$none") echo "$1: no vulnerability is known" ;;
    "$vulnerable") echo "$1: a vulnerability is known" && worst=$vulnerable ;;
    *)
      echo "$1: not looked for, because the feed has no list or does not answer"
      ((worst)) || worst=$unasked
      ;;
  esac
  [[ -z ${3-} ]] || sed 's/^/    /' "$3"
}

# A source of packages that has no list counts as one that knows of nothing, and in silence; a source of audits says so.
audit_sources() {
  local source
  echo '<configuration><packageSources><clear /></packageSources><auditSources>'
  dotnet nuget list source --format Short | sed -n 's/^E[A-Z]* //p' | while read -r source; do
    source=${source//&/&amp;}
    echo "<add key=\"$source\" value=\"$source\" />"
  done
  echo '</auditSources></configuration>'
}

nuget() {
  export DOTNET_CLI_UI_LANGUAGE=en
  audit_sources >"$log/nuget.config"
  if ! dotnet restore MessageBoard.sln --verbosity quiet >"$log/nuget" 2>&1 ||
    ! dotnet list MessageBoard.sln package --vulnerable --include-transitive --no-restore --config "$log/nuget.config" \
      >"$log/nuget" 2>&1; then
    verdict NuGet "$unasked" "$log/nuget"
  elif grep '^ *> ' "$log/nuget" | sort -u >"$log/found"; then
    verdict NuGet "$vulnerable" "$log/found"
  elif grep -q 'did not provide any vulnerability data' "$log/nuget"; then
    verdict NuGet "$unasked"
  else
    verdict NuGet "$none"
  fi
}

npm_in() { # folder
  if npm --prefix "$1" audit --package-lock-only >"$log/npm" 2>&1; then
    verdict "npm in $1" "$none"
  elif grep -q '^npm error' "$log/npm"; then
    verdict "npm in $1" "$unasked"
  else
    verdict "npm in $1" "$vulnerable" "$log/npm"
  fi
}

nuget
npm_in ui
npm_in tests/e2e
npm_in tests/grafana
exit "$worst"
