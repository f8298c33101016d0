#!/usr/bin/env bash
# The one entry. With --local: builds MessageBoard and runs it here, by the launcher in local/. Without: deploys it to
# two Kubernetes clusters, by scripts/deploy-kubernetes.sh.
set -euo pipefail

readonly script=./deploy-all.sh
readonly not_running=3

usage() {
  cat <<'EOF'
Usage: ./deploy-all.sh --images REGISTRY/TAG [--context-1 NAME]
         [--context-2 NAME] [--dry-run] [--skip-istio] [--timeout DURATION] [more]
       ./deploy-all.sh --local [--port N] [--replicas N] [--detach] [--https]
         [--host NAME[,NAME]] [--no-telemetry]
       ./deploy-all.sh --local --status | --stop | --reset

Without --local it deploys to two Kubernetes clusters, the kubeconfig contexts
ctx1 and ctx2: all options in scripts/deploy-kubernetes.sh --help.

On this machine:
  --local       build what changed and start everything; Ctrl-C stops it
  --port N      the page and the API listen on 127.0.0.1:N (default 8080)
  --replicas N  processes of each service in each cluster, 1 to 8 (default 1)
  --https       the port serves https, with .NET's development certificate,
                which is made where there is none; browsers trust it after
                dotnet dev-certs https --trust
  --host NAME[,NAME]  the page answers to this name too, besides localhost
                (may be given again)
  --no-telemetry  without traces, logs and metrics of the processes, and
                without the dashboard that shows them
  --detach      return when everything is ready, and let it run
  --status      show the processes; exit code 0: all ready, 1: some are not,
                3: nothing runs
  --stop        stop what --detach left running, and wait for its end
  --reset       stop, then forget .local/: database, admin password, edited
                weights, logs
  --help        show this

Embedded stores (SQLite, Garnet, librdkafka's Kafka brokers) are replaced by
real servers where these are set:
  ConnectionStrings__MariaDb  ConnectionStrings__Redis  Kafka__BootstrapServers
OTEL_EXPORTER_OTLP_ENDPOINT takes the dashboard's place: traces, logs and metrics
go there, as the other OTEL_* variables say.
MESSAGEBOARD_STATE names another folder than .local/ for the state, to run a
second system beside the first.

Needs the .NET 10 SDK and Node.js 20 or later. Bad input ends with exit code 2
and starts nothing.
EOF
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly root
# shellcheck source=scripts/lib/options.sh
source "$root/scripts/lib/options.sh"

case " $* " in
  *" --local "*) ;;
  *" --help "* | *" -h "*) other_option --help ;;
  *) exec "$root/scripts/deploy-kubernetes.sh" "$@" ;;
esac

# --- options -------------------------------------------------------------------------------------------------------

port=8080
replicas=1
hosts=
scheme=http
telemetry=telemetry
verb=run

choose() { # verb
  [[ $verb == run ]] || see_help "--$verb and --$1 do not go together"
  verb=$1
}

while (($# > 0)); do
  case $1 in
    --local) ;;
    --port | --replicas)
      (($# > 1)) || see_help "$1 wants a number"
      if [[ $1 == --port ]]; then port=$2; else replicas=$2; fi
      shift
      ;;
    --host)
      need_value "$@"
      hosts+=${hosts:+,}$2
      shift
      ;;
    --https) scheme=https ;;
    --no-telemetry) telemetry=no-telemetry ;;
    --detach | --status | --stop | --reset) choose "${1#--}" ;;
    *) other_option "$1" ;;
  esac
  shift
done

is_number_between "$port" 1 65535 || refuse "--port wants a number from 1 to 65535, not '$port'."
is_number_between "$replicas" 1 8 || refuse "--replicas wants a number from 1 to 8, not '$replicas'."
check_hosts "$hosts"

# --- what is there -------------------------------------------------------------------------------------------------

readonly state=${MESSAGEBOARD_STATE:-$root/.local}
readonly launcher=$root/local/bin/Release/net10.0/MessageBoard.Local.dll

check_tools() {
  local sdks
  sdks=$'\n'$(dotnet --list-sdks 2>/dev/null || true)
  [[ $sdks == *$'\n10.'* ]] ||
    refuse "The .NET 10 SDK is missing (dotnet --list-sdks shows none). Install it from https://dot.net/download"
  local node
  node=$(node --version 2>/dev/null || true)
  [[ $node =~ ^v([2-9][0-9]|[1-9][0-9]{2,})\. ]] ||
    refuse "Node.js 20 or later is wanted; ${node:-none} is here. Install it from https://nodejs.org"
  command -v npm >/dev/null || refuse "npm is missing; it comes with Node.js 20 or later, or as the package npm."
}

# The launcher finds out too, but only after the build. There is none in a fresh clone, where nothing can run either; and mostly
# the process of the last run is gone, which takes no .NET to see.
check_running() {
  [[ -f $state/state.json && -f $launcher ]] || return 0
  local pid said status=0
  pid=$(sed -n '/"launcher"/,/}/s/.*"pid": \([0-9]*\).*/\1/p' "$state/state.json")
  kill -0 "${pid:-0}" 2>/dev/null || return 0
  said=$(dotnet "$launcher" status) || status=$?
  ((status <= 1)) || return 0
  refuse "MessageBoard is running already at ${said##* }. --status shows it, --stop stops it."
}

check_certificate() {
  [[ $scheme == https ]] || return 0
  dotnet dev-certs https --check >/dev/null 2>&1 || dotnet dev-certs https >/dev/null ||
    refuse "There is no development certificate, and none could be made; see: dotnet dev-certs https"
}

check_port() {
  (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 0
  [[ -f $launcher ]] || refuse "Port $port is busy. Choose another: ./deploy-all.sh --local --port N"
  dotnet "$launcher" port "$port" || exit
}

# --- what was asked for --------------------------------------------------------------------------------------------

case $verb in
  status)
    [[ -f $launcher ]] || {
      echo "MessageBoard is not running."
      exit "$not_running"
    }
    exec dotnet "$launcher" status
    ;;
  stop | reset)
    if [[ -f $launcher ]]; then
      dotnet "$launcher" stop
    else
      echo "Nothing to stop: MessageBoard is not running."
    fi
    if [[ $verb == reset ]]; then
      # By name, so that a mistaken MESSAGEBOARD_STATE costs nothing else.
      rm -rf "$state"/{admin-password,build,dashboard-url,data,debug.env,drill,garnet.conf,istio,kafka-brokers,lock,logs}
      rm -rf "$state"/{prometheus-targets.json,state.json}
      rmdir "$state" 2>/dev/null || true
      echo "Forgot $state."
    fi
    exit
    ;;
esac

check_tools
check_running
check_port
check_certificate

if [[ ! -d $state ]]; then
  mkdir -p "$state"
  chmod 700 "$state"
fi
mkdir -p "$state/logs"
if [[ $telemetry == telemetry && -z ${OTEL_EXPORTER_OTLP_ENDPOINT-} ]]; then
  "$root/scripts/build-local.sh" --dashboard
else
  "$root/scripts/build-local.sh"
fi
# For the launcher and all that it starts: one heap of glibc's and not one a thread, which gives back what the compiler at run
# time has used (scripts/bench.sh --only memory).
export MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=65536
exec dotnet "$root/local/bin/Release/programs/MessageBoard.Local.dll" "$verb" "$port" "$replicas" "$scheme" "$hosts" "$telemetry"
