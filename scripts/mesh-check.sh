#!/usr/bin/env bash
# Checks Istio resources without a cluster, and says where requests go by them (docs/mesh-check.md). The options are those of mesh/check.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
readonly program=$root/mesh/check/bin/Release/net10.0/MessageBoard.MeshCheck.dll

# Whether the program is there and no source is newer.
is_built() {
  [[ -f $program ]] &&
    [[ -z $(find "$root"/mesh "$root"/Directory.*.props \( -name bin -o -name obj \) -prune -o -type f -newer "$program" -print -quit) ]]
}

build() {
  dotnet build "$root/mesh/check/MeshCheck.csproj" -c Release --verbosity quiet --nologo && touch "$program"
}

if ! is_built && ! output=$(build 2>&1); then
  printf 'mesh-check.sh: the program cannot be built:\n%s\n' "$output" >&2
  exit 2
fi

exec dotnet "$program" "$@"
