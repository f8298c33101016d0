#!/usr/bin/env bash
# Everything that can be checked on this machine, and one line at the end that adds it all up.
set -euo pipefail
cd "$(dirname "$0")/.."

usage() {
  cat <<'EOF'
Usage: scripts/test.sh [--help]

Sets up what the tests need, then runs all of them: build, format, length of
lines, xunit, known vulnerabilities of packages, the page's type check, lint and
unit tests, the queries of Grafana's dashboards, the end-to-end test in headless
Chromium, shellcheck and yamllint. On Debian as root it installs missing
packages with apt; otherwise it says which checks it leaves out. With CI=true
nothing is left out, but for the last one: two clusters with pods, which take
another 25 minutes, where scripts/test-clusters.sh has built what they need.

Up to 5 failed tests of xunit, and a failed end-to-end test, are tried once
more, by themselves: on a busy machine a test may wait too short. What passes
then is told by name.

Each step's output is kept in .local/test/. The last line is
"N passed, N failed".
Exit code: 0 when nothing failed, 1 when something did, 2 for a wrong option.
EOF
}

script=scripts/test.sh
# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh
(($# == 0)) || other_option "$1"

output=$PWD/.local/test
rm -rf "$output"
mkdir -p "$output"
passed=0 failed=0

# count PASSED FAILED: adds a runner's own figures to the sum.
count() {
  passed=$((passed + $1)) failed=$((failed + $2))
}

readonly cannot_run=3 # the exit code of scripts/test-clusters.sh where it lacks something

# run NAME COMMAND…: runs one step with its output in a file; shows the end of that file when it fails.
run() {
  local name=$1 started=$SECONDS code=0
  shift
  log=$output/${name// /-}.log
  "$@" >"$log" 2>&1 </dev/null || code=$?
  if ((code == 0)); then
    printf 'ok      %-24s %4d s\n' "$name" $((SECONDS - started))
  elif ((code == cannot_run)); then
    printf 'left out  %s: %s\n' "$name" "$(tail -n 1 "$log")"
  else
    printf 'FAILED  %-24s %4d s   %s\n' "$name" $((SECONDS - started)) "$log"
    failures "$log" | sed 's/^/        /'
  fi
  return "$code"
}

# failures LOG: what a log says of them. The rest is left out, as whoever reads this may see the first lines only.
failures() {
  if grep -q '^not ok' "$1"; then
    grep -A 14 '^not ok' "$1" | head -n 60
  else
    grep -vE '^(Test run for|A total of|Results File:|Passed!|[[:space:]]*$)' "$1" | tail -n 60
  fi
}

# check NAME COMMAND…: a step that counts as one test.
check() {
  if run "$@"; then count 1 0; else count 0 1; fi
}

leave_out() {
  if [[ ${CI-} == true ]]; then
    printf 'FAILED  %s: %s\n' "$1" "$2"
    count 0 1
  else
    printf 'left out  %s: %s\n' "$1" "$2"
  fi
}

have() { command -v "$1" >/dev/null; }

set_up() {
  local tool packages=()
  for tool in mariadbd redis-server prometheus nginx busybox chromium shellcheck yamllint; do
    have "$tool" || packages+=("${tool/mariadbd/mariadb-server}")
  done
  ((${#packages[@]})) || return 0
  if have apt-get && [[ $EUID == 0 ]]; then
    export DEBIAN_FRONTEND=noninteractive
    run "apt install" bash -c 'apt-get update -qq && apt-get install -y -qq "$@"' apt "${packages[@]}" || true
    # Only the binaries are wanted. Where an init runs, the package has started a server.
    for tool in prometheus nginx; do
      if [[ -d /run/systemd/system && " ${packages[*]} " == *" $tool "* ]]; then systemctl disable --now "$tool" || true; fi
    done
  else
    echo "Not root on Debian, so these stay missing: ${packages[*]}"
  fi
}

readonly most_tried_again=5

# xunit_run NAME RESULTS OPTION…
xunit_run() {
  run "$1" dotnet test MessageBoard.sln -c Release --no-build -m:1 --logger trx --results-directory "$output/$2" "${@:3}"
}

# xunit NAME RESULTS OPTION…: the sums of the <Counters> of all of dotnet test's result files.
xunit() {
  xunit_run "$@" || failed_runner=1
  local counters good bad names=() filter
  # Without a result file nothing ran: then the sums are 0, which add_runner counts as a failure.
  counters=$(grep -ho '<Counters [^>]*>' "$output/$2"/*.trx 2>/dev/null || true)
  sum() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters" | awk '{ n += $1 } END { print n + 0 }'; }
  good=$(sum passed) bad=$(($(sum total) - $(sum passed)))
  # A theory's cases have their arguments behind the name; the filter knows methods.
  mapfile -t names < <(grep -h '<UnitTestResult [^>]*outcome="Failed"' "$output/$2"/*.trx 2>/dev/null |
    sed -n 's/.* testName="\([^"(]*\).*/\1/p' | sort -u)
  if ((bad > 0 && bad <= most_tried_again && ${#names[@]} > 0)); then
    filter=$(printf '|FullyQualifiedName=%s' "${names[@]}")
    if xunit_run "$1, once more" "$2-again" --filter "${filter#|}"; then
      second_try "${names[@]}"
      good=$((good + bad)) bad=0 failed_runner=0
    fi
  fi
  add_runner "$1" "$good" "$bad"
}

# What sends traffic through the gateway holds on both ways of forwarding; docs/architecture.md tells them apart.
readonly forwarded=(Proxy FailureTests Cause MeshAnswers Explain AnswerHeaders Examples)

# second_try NAMES…: tells what passed only then.
second_try() { printf '        at the second try: %s\n' "$@"; }

# add_runner NAME PASSED FAILED: counts a runner's figures; one that fell over without a failed test is a failure too.
add_runner() {
  local bad=$3
  if ((failed_runner && bad == 0)); then bad=1; fi
  if (($2 + bad == 0)); then bad=1; fi
  printf '        %-24s %s passed, %s failed\n' "$1" "$2" "$bad"
  count "$2" "$bad"
  failed_runner=0
}
failed_runner=0

vitest() {
  run vitest npm --prefix ui test -- --reporter=default --reporter=json --outputFile.json="$output/vitest.json" || failed_runner=1
  local figures
  figures=$(node -p 'const r = JSON.parse(require("fs").readFileSync(process.argv[1]));
    r.numPassedTests + " " + (r.numTotalTests - r.numPassedTests)' "$output/vitest.json" || echo 0 1)
  # shellcheck disable=SC2086 # two figures, two words
  add_runner vitest $figures
}

# The queries of Grafana's dashboards.
dashboards() {
  run dashboards npm --prefix tests/grafana test || failed_runner=1
  add_runner dashboards "$(sed -n 's/^# pass //p' "$log" | tail -1)" "$(sed -n 's/^# fail //p' "$log" | tail -1)"
}

end_to_end() {
  local names=()
  if ! run "end to end" scripts/e2e.sh; then
    mapfile -t names < <(sed -n 's/^not ok [0-9]* - //p' "$log")
    if ((${#names[@]} > 0 && ${#names[@]} <= most_tried_again)) && run "end to end, once more" scripts/e2e.sh; then
      second_try "${names[@]}"
    else
      failed_runner=1
    fi
  fi
  add_runner "end to end" "$(sed -n 's/^# pass //p' "$log" | tail -1)" "$(sed -n 's/^# fail //p' "$log" | tail -1)"
}

# Two clusters with pods; that they cannot be had here is no failure. Last, as it takes long.
clusters() {
  local code=0 figures
  printf '        so far                   %s passed, %s failed\n' "$passed" "$failed"
  run clusters scripts/test-clusters.sh --cached || code=$?
  ((code != cannot_run)) || return 0
  failed_runner=$((code > 0))
  # A runner for each way to deploy.
  figures=$(awk '$1 == "ℹ" && ($2 == "pass" || $2 == "fail") { n[$2] += $3 } END { print n["pass"] + 0, n["fail"] + 0 }' "$log")
  # shellcheck disable=SC2086 # two figures, two words
  add_runner clusters $figures
}

scripts() { git ls-files '*.sh' .ci/run 'tests/Scripts.Tests/Kubernetes/stand-ins/*'; }
yaml() { git ls-files '*.yaml' '*.yml'; }

# .editorconfig has the limit, which editors obey and no compiler checks; yamllint sees to YAML, eslint to the page.
lines() {
  ! git ls-files '*.cs' '*.csproj' '*.props' '*.targets' '*.sh' '*.css' | LC_ALL=C.UTF-8 xargs grep -nE '^.{141}'
}

# A feed without a list of vulnerabilities is no failure of ours; which one it was is said.
audit() { scripts/audit.sh || (($? == 3)); }

set_up
check build dotnet build MessageBoard.sln -c Release
check format dotnet format MessageBoard.sln --verify-no-changes --no-restore
check lines lines
check "dotnet tools" dotnet tool restore
xunit xunit xunit
Mesh__Http1Forwarder=false xunit "xunit, YARP's forwarder" xunit-yarp \
  --filter "$(printf "|FullyQualifiedName~Gateway.Tests.%s" "${forwarded[@]}" | cut -c2-)"
check "vulnerable packages" audit
sed -n 's/.*not looked for.*/        &/p' "$log"
check "npm ci" npm --prefix ui ci
check "type check" npm --prefix ui run typecheck
check lint npm --prefix ui run lint
vitest
check "npm ci, dashboards" npm --prefix tests/grafana ci
dashboards
if have chromium; then end_to_end; else leave_out "end to end" "chromium is missing"; fi

# lint TOOL FILES OPTION…: checks what FILES lists.
lint() {
  local tool=$1 files
  mapfile -t files < <("$2")
  shift 2
  if have "$tool"; then check "$tool" "$tool" "$@" "${files[@]}"; else leave_out "$tool" "it is missing"; fi
}
lint shellcheck scripts
lint yamllint yaml --strict
clusters

echo "$passed passed, $failed failed"
((failed == 0))
