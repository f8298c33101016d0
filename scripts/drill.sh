#!/usr/bin/env bash
# What the system makes of killed, frozen, slow and starved parts, under traffic.
set -euo pipefail
cd "$(dirname "$0")/.."

stores=embedded replicas=2 rate=150 minutes=0 drills=()

usage() {
  cat <<EOF
Usage: scripts/drill.sh [--only DRILL]... [--stores embedded|real]
         [--replicas N] [--rate N] [--soak MINUTES] [--help]

Starts a system of its own with deploy-all.sh --local, on a free port and in a
folder that goes with it, sends it $rate requests a second, and kills, ends,
freezes, slows and starves its parts, one after the other. Prints a table: how
much was answered within the 10 s after and later, when the last request
failed, which acknowledged posts the database does not have, which events are
missing or doubled, and how many of the sessions go on.

  --only DRILL      only this one; may be given again. A wrong name shows all
  --stores real     with a MariaDB and a Redis of the drills' own; on Debian as
                    root it installs what is missing
  --replicas N      processes of each service in each cluster (default $replicas)
  --rate N          requests a second (10 to 1000, default $rate)
  --soak MINUTES    instead: a random service killed, ended or frozen each 20 s

A promise is 99 % answered in the first 10 s for processes, 97 % for stores and
all for the telemetry's dashboard, all of them later, no acknowledged post lost
or doubled, no event lost but by a process that was killed (SIGKILL), no session
lost. Needs Linux; as root the disk is filled too. docs/reliability.md explains
the rows.
Exit code: 0 when all is kept, 1 when not, 2 for bad input.
EOF
}

script=scripts/drill.sh
# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh

number() { # option value lowest highest
  is_number_between "${2-}" "$3" "$4" || refuse "$1 wants a whole number from $3 to $4, not '${2-}'."
}

while (($#)); do
  case $1 in
    --only) need_value "$@"; drills+=("$2"); shift ;;
    --stores)
      [[ ${2-} == embedded || ${2-} == real ]] || refuse "--stores wants embedded or real, not '${2-}'."
      stores=$2
      shift
      ;;
    --replicas) number "$1" "${2-}" 1 8; replicas=$2; shift ;;
    --rate) number "$1" "${2-}" 10 1000; rate=$2; shift ;;
    --soak) number "$1" "${2-}" 1 600; minutes=$2; shift ;;
    *) other_option "$1" ;;
  esac
  shift
done

if [[ $stores == real ]]; then
  missing=()
  for tool in mariadbd redis-server; do
    command -v "$tool" >/dev/null || missing+=("${tool/mariadbd/mariadb-server}")
  done
  if ((${#missing[@]})); then
    if [[ $EUID != 0 ]] || ! command -v apt-get >/dev/null; then refuse "Missing: ${missing[*]}"; fi
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
  fi
fi

dotnet build tests/Drill -c Release --nologo --verbosity quiet >&2
exec dotnet tests/Drill/bin/Release/net10.0/MessageBoard.Drill.dll "$stores" "$replicas" "$rate" "$minutes" "${drills[@]}"
