#!/usr/bin/env bash
# Called by deploy-all.sh --local: builds what has changed since the last time, a line of progress each. The services and
# the page are built side by side. With --dashboard it downloads the .NET Aspire dashboard too. Runs with what macOS has: bash 3.2
# and the tools of BSD.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# They describe the checkout, so they lie in it whichever state folder a run uses.
readonly stamps=.local/build
readonly logs=.local/logs
readonly running=$stamps/running
readonly dashboard=${1-}
readonly products=(local/bin/Release/programs/MessageBoard.{Gateway,Local,UserService,MessageService,LogService}.dll)

# One line for the names and contents of all files below the paths; what builds leave there does not count.
fingerprint() { # path...
  find "$@" \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name coverage \) -prune -o -type f -exec cksum {} + |
    LC_ALL=C sort | cksum
}

# On a terminal: what still runs, in a line that the next one overwrites.
show_running() {
  [[ ! -t 1 ]] || printf '\r\033[K%s' "$(cd "$running" && find . -type f | sed -n 's|^./|  |; s|$| …|p' | tr -d '\n')"
}

# Runs a command as one line of progress with its time, the output going to a log; says its end when it fails.
step() { # title log command...
  local title=$1 log=$logs/$2 started=$SECONDS status=0 took
  shift 2
  touch "$running/$title"
  show_running
  "$@" >"$log" 2>&1 || status=$?
  rm -f "$running/$title"
  took=failed
  ((status)) || took="$(printf '%3d s' $((SECONDS - started)))"
  [[ ! -t 1 ]] || printf '\r\033[K'
  printf '  %-30s %s\n' "$title" "$took"
  if ((status)); then
    {
      printf '%s failed. The last lines of %s:\n' "$title" "$log"
      tail -n 20 "$log" | sed 's/^/  /'
    } >&2
    return 1
  fi
  show_running
}

is_made() { # name value products...
  local product
  for product in "${@:3}"; do
    [[ -f $product ]] || return 1
  done
  [[ -f $stamps/$1 && $(<"$stamps/$1") == "$2" ]]
}

stamp() { # name value
  printf '%s\n' "$2" >"$stamps/$1"
}

# The solution filter leaves the tests out. All projects share a compiler, which is 10 s faster than one for each; it is this build's
# alone by its name, and ends with its lane. Programs run without the compiler of code ahead of time, too, where it cannot be had.
build_services() {
  local sources
  sources=$(fingerprint .config/programs .editorconfig Directory.*.props MessageBoard.sln gateway local mesh services)
  if is_made services "$sources" "${products[@]}"; then return; fi
  step "Building the services" build.log \
    dotnet build local/product.slnf --configuration Release --verbosity quiet -nodeReuse:false \
    -p:UseSharedCompilation=true "-p:SharedCompilationId=messageboard-$$"
  local programs=.config/programs/programs.csproj
  NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT=1 step "Compiling ahead of time" build-programs.log \
    dotnet msbuild "$programs" -restore -verbosity:quiet -nodeReuse:false 2>/dev/null ||
    step "Copying the programs" build-copies.log dotnet msbuild "$programs" -p:AheadOfTime=false -verbosity:quiet -nodeReuse:false
  stamp services "$sources"
}

restore_tools() {
  local version
  version=$(tr -d '\n' <.config/dotnet-tools.json | sed -n 's/.*"garnet-server": *{[^}]*"version": *"\([^"]*\)".*/\1/p')
  if [[ ! -d ${NUGET_PACKAGES:-$HOME/.nuget/packages}/garnet-server/${version:?no garnet-server in .config/dotnet-tools.json} ]]; then
    step "Restoring Garnet" build-tools.log dotnet tool restore
  fi
}

# The run can do without it, and says so: a platform that has no package is not asked for again, a network that is away is, at the next
# start. The step's line tells that it failed; why stands in its log, and is no error to be shown at length.
restore_dashboard() {
  local version path
  version=$(sed -n 's|.*<AspireDashboardVersion>\(.*\)</AspireDashboardVersion>.*|\1|p' Directory.Packages.props)
  for path in "${NUGET_PACKAGES:-$HOME/.nuget/packages}"/aspire.dashboard.sdk.*/"${version:?no AspireDashboardVersion}"/tools; do
    if [[ -d $path || -f $stamps/no-dashboard && $(<"$stamps/no-dashboard") == "$version" ]]; then return; fi
  done
  NUGET_ENHANCED_MAX_NETWORK_TRY_COUNT=1 step "Downloading the dashboard" build-dashboard.log \
    dotnet restore .config/dashboard.csproj 2>/dev/null || true
  ! grep -q NU1101 "$logs/build-dashboard.log" || stamp no-dashboard "$version"
}

build_page() {
  restore_tools
  [[ $dashboard != --dashboard ]] || restore_dashboard
  local packages sources
  packages=$(fingerprint ui/package.json ui/package-lock.json)
  sources=$(fingerprint ui)
  if ! is_made packages "$packages" ui/node_modules/.package-lock.json; then
    step "Installing the page's packages" build-packages.log npm --prefix ui ci --no-audit --no-fund
    stamp packages "$packages"
  fi
  if ! is_made page "$sources" ui/dist/index.html; then
    step "Building the page" build-page.log npm --prefix ui run build
    stamp page "$sources"
  fi
}

# Starts a function in a process group of its own, so that whoever ends the group ends all that it started.
lane() { # function
  set -m
  (
    trap '(($? == 0)) || kill -USR1 $$' EXIT
    "$1"
  ) </dev/null &
  set +m
}

end_lanes() { # process group...
  local group
  for group in "$@"; do kill -TERM -- "-$group" 2>/dev/null || true; done
  wait
}

# One lane failed, or a person had enough.
give_up() { # exit code
  trap '' INT TERM HUP USR1
  # shellcheck disable=SC2046 # a word for each
  end_lanes $(jobs -p)
  exit "$1"
} 2>/dev/null # what bash says of jobs that were killed

if [[ ! -d .local ]]; then
  mkdir .local
  chmod 700 .local
fi
mkdir -p "$stamps" "$logs"

# One build at a time in a checkout: the kernel drops the lock with the last process of its holder. macOS has perl in place of flock.
exec 9>"$stamps/lock"
flock 9 2>/dev/null || perl -e 'use Fcntl ":flock"; open my $lock, ">&=", 9 or die; flock $lock, LOCK_EX or die'
rm -rf "$running"
mkdir "$running"

trap 'give_up 129' HUP
trap 'give_up 130' INT
trap 'give_up 143' TERM
trap 'give_up 1' USR1
lane build_services
lane build_page
lanes=$(jobs -p)
wait
# shellcheck disable=SC2086 # a word for each
end_lanes $lanes
