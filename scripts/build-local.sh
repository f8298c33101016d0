#!/usr/bin/env bash
# Called by deploy-all.sh --local: builds what has changed since the last time, a line of progress each.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# They describe the checkout, so they lie in it whichever state folder a run uses.
readonly stamps=.local/build
readonly build_log=.local/logs/build.log
readonly products=(gateway/bin/Release/net10.0/MessageBoard.Gateway.dll
  local/bin/Release/net10.0/MessageBoard.Local.dll
  services/user/bin/Release/net10.0/MessageBoard.UserService.dll
  services/message/bin/Release/net10.0/MessageBoard.MessageService.dll
  services/log/bin/Release/net10.0/MessageBoard.LogService.dll)

# One line for the names and contents of all files below the paths; what builds leave there does not count.
fingerprint() { # path...
  find "$@" \( -name bin -o -name obj -o -name node_modules -o -name dist -o -name coverage \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

sources_fingerprint() {
  fingerprint .editorconfig Directory.*.props MessageBoard.sln gateway local mesh services
}

# Runs a command as one line of progress with its time, the output going to the build log; says its end when it fails.
step() { # title command...
  local title=$1 started=${EPOCHREALTIME/[.,]/} status=0 took
  shift
  [[ -t 1 ]] && printf '  %-30s …' "$title"
  {
    printf '== %s: %s\n' "$title" "$*"
    "$@"
  } >>"$build_log" 2>&1 || status=$?
  took=$(((${EPOCHREALTIME/[.,]/} - started) / 100000))
  [[ -t 1 ]] && printf '\r'
  if ((status == 0)); then
    printf '  %-30s %d.%d s\n' "$title" $((took / 10)) $((took % 10))
    return
  fi
  printf '  %-30s failed\n' "$title"
  {
    printf '%s failed. The last lines of %s:\n' "$title" "$build_log"
    tail -n 20 "$build_log" | sed 's/^/  /'
  } >&2
  exit 1
}

is_stamped() { # name value
  [[ -f $stamps/$1 && $(<"$stamps/$1") == "$2" ]]
}

stamp() { # name value
  printf '%s\n' "$2" >"$stamps/$1"
}

# The solution filter leaves the tests out.
build_services() {
  local sources product built=true
  sources=$(sources_fingerprint)
  for product in "${products[@]}"; do
    [[ -f $product ]] || built=false
  done
  if [[ $built == false ]] || ! is_stamped services "$sources"; then
    step "Building the services" dotnet build local/product.slnf --configuration Release --verbosity quiet --disable-build-servers
    stamp services "$sources"
  fi
}

restore_tools() {
  local manifest version
  manifest=$(<.config/dotnet-tools.json)
  [[ $manifest =~ \"garnet-server\":\ *\{[^}]*\"version\":\ *\"([^\"]*)\" ]] && version=${BASH_REMATCH[1]}
  if [[ ! -d ${NUGET_PACKAGES:-$HOME/.nuget/packages}/garnet-server/${version:?no garnet-server in .config/dotnet-tools.json} ]]; then
    step "Restoring Garnet" dotnet tool restore
  fi
}

build_page() {
  local packages sources
  packages=$(fingerprint ui/package.json ui/package-lock.json)
  sources=$(fingerprint ui)
  if [[ ! -f ui/node_modules/.package-lock.json ]] || ! is_stamped packages "$packages"; then
    step "Installing the page's packages" npm --prefix ui ci --no-audit --no-fund
    stamp packages "$packages"
  fi
  if [[ ! -f ui/dist/index.html ]] || ! is_stamped page "$sources"; then
    step "Building the page" npm --prefix ui run build
    stamp page "$sources"
  fi
}

if [[ ! -d .local ]]; then
  mkdir .local
  chmod 700 .local
fi
mkdir -p "$stamps" "${build_log%/*}"

# One build at a time in a checkout.
exec {build_lock}>"$stamps/lock"
flock "$build_lock"
: >"$build_log"
build_services
restore_tools
build_page
