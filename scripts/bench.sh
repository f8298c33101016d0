#!/usr/bin/env bash
# What our gateway costs, side by side with what people would use instead.
set -euo pipefail
cd "$(dirname "$0")/.."

connections=(1 32 256) seconds=10 rounds=5
parts=(memory check http telemetry readers idle decision reload)

usage() {
  cat <<EOF
Usage: scripts/bench.sh [--only PART] [--seconds N] [--rounds N] [--help]

Measures, on this machine, the memory of all that deploy-all.sh --local starts,
after 4,000 requests, the dashboard's apart; and how long mesh-check takes from
its start to the verdict on 1,000 resources. Then, over loopback, the same
request to the same two backends, split 70:30: straight to a backend, through
nginx, HAProxy, bare YARP, and our gateway with everything on (mesh, tags,
traffic counts, event stream with one reader, tracing context). wrk with
${connections[*]} connections, $seconds s each, $rounds interleaved rounds; prints a table of
medians, with each one's processor time a request, which holds when the machine
is busy. Then our gateway without telemetry, with it as at home, with every
trace kept, and with a receiver that hangs or is not there. Then: what 1,000
readers of the event stream cost at 500 requests a second, and one while nothing
happens, one routing decision (BenchmarkDotNet), and a change in 10,000
VirtualServices.

  --only PART   one of ${parts[*]}
  --seconds N   how long each measurement takes (1 to 60, default $seconds)
  --rounds N    how many rounds (1 to 9, default $rounds)

Needs Linux, and but for memory and check nginx, haproxy and wrk; on Debian as root it
installs what is missing.
EOF
}

script=scripts/bench.sh
# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh

number() { # option value max
  is_number_between "$2" 1 "$3" || refuse "$1 wants a whole number from 1 to $3, not '$2'."
}

while (($#)); do
  case $1 in
    --only)
      [[ " ${parts[*]} " == *" ${2-} "* ]] || refuse "--only wants one of ${parts[*]}, not '${2-}'."
      parts=("$2")
      shift
      ;;
    --seconds) number "$1" "${2-}" 60; seconds=$2; shift ;;
    --rounds) number "$1" "${2-}" 9; rounds=$2; shift ;;
    *) other_option "$1" ;;
  esac
  shift
done

work=$(mktemp -d)
pids=()
stop() {
  ((${#pids[@]} == 0)) || kill "${pids[@]}" 2>/dev/null || true
  [[ ! -e $work/state/state.json ]] || ./deploy-all.sh --local --stop >&2 || true
  wait || true
  rm -rf "$work"
}
trap stop EXIT

free_ports() { # free_ports N: N free ports
  node -e 'const n = +process.argv[1], open = []; (function next() { const s = require("net").createServer().listen(0, "127.0.0.1", () => {
    open.push(s);
    if (open.length < n) return next();
    console.log(open.map(s => s.address().port).join(" "));
    open.forEach(s => s.close()); }); })();' "$1"
}
# Pss (proc(5)), in MiB: the memory that is a process's own, and its part of what it shares with others.
pss() { # process id
  awk '/^Pss:/ { print $2 / 1024 }' "/proc/$1/smaps_rollup"
}

memory() {
  local app pid port
  read -r port < <(free_ports 1)
  export MESSAGEBOARD_STATE=$work/state
  ./deploy-all.sh --local --detach --port "$port" >&2
  curl --silent --output "$work/answer" "http://127.0.0.1:$port/api/{users,messages,logs,users}/ping?[1-1000]"
  sleep 15 # until what has run often is compiled for good
  echo "| memory after 4,000 requests | Pss, MiB |"
  echo "|---|---|"
  node -p 'const s = JSON.parse(require("fs").readFileSync(process.argv[1]));
    [["launcher", s.launcher.pid], ...s.processes.map(p => [p.pod, p.process.pid])].map(p => p.join(" ")).join("\n")' \
    "$work/state/state.json" |
    while read -r app pid; do echo "$app $(pss "$pid")"; done |
    awk '{ printf "| %s | %.1f |\n", $1, $2 } /^dashboard/ { other += $2; next } { sum += $2 }
      END { printf "| all but the dashboard | %.0f |\n| the dashboard | %.0f |\n\n", sum, other }'
  ./deploy-all.sh --local --stop >&2
  rm -r "$work/state"
}

# Runs a command several times; prints the medians of the wall clock's and the processor's seconds.
times() { # command...
  local TIMEFORMAT='%R %U'
  for _ in {1..11}; do
    { time "$@" >/dev/null 2>&1; } 2>&1
  done | awk '{ print $1 > wall; print $2 > user }' wall="$work/wall" user="$work/user"
  printf '%s | %s' "$(sort -g "$work/wall" | sed -n 6p)" "$(sort -g "$work/user" | sed -n 6p)"
}

check() {
  local i tool=mesh/check/bin/Release/net10.0/MessageBoard.MeshCheck.dll files=$work/check
  mkdir "$files"
  for ((i = 0; i < 500; i++)); do
    cat >"$files/$i.yaml" <<EOF
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: service-$i, namespace: team-$((i % 20)) }
spec:
  hosts: [service-$i]
  http:
    - name: canary
      match:
        - headers: { x-canary: { exact: "true" } }
          uri: { regex: "/api/v[0-9]+/.*" }
      route: [{ destination: { host: service-$i, subset: v2 } }]
      timeout: 5s
    - name: default
      route:
        - { destination: { host: service-$i, subset: v1 }, weight: 90 }
        - { destination: { host: service-$i, subset: v2 }, weight: 10 }
      retries: { attempts: 3, perTryTimeout: 2s, retryOn: "5xx,reset" }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: service-$i, namespace: team-$((i % 20)) }
spec:
  host: service-$i
  trafficPolicy:
    outlierDetection: { consecutive5xxErrors: 5, interval: 10s, baseEjectionTime: 30s }
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
EOF
    cat >>"$work/tests.yaml" <<EOF
$( ((i)) || echo testCases:)
  - description: service-$i
    wantMatch: true
    request: { authority: [service-$i.team-$((i % 20))], method: [GET, POST], uri: [/api/v1/a] }
    weights: { v1: 90, v2: 10 }
EOF
  done
  dotnet build mesh/check -c Release --nologo --verbosity quiet >&2
  echo "| from start to verdict, 1,000 resources in 500 files | s | processor, s |"
  echo "|---|---|---|"
  echo "| mesh-check: validation and warnings | $(times dotnet "$tool" "$files") |"
  echo "| mesh-check: one request | $(times dotnet "$tool" "$files" --request http://service-7.team-7/api) |"
  echo "| mesh-check: 500 routing tests, 1,000 requests | $(times dotnet "$tool" "$files" --tests "$work/tests.yaml") |"
  if command -v istioctl >/dev/null; then
    echo "| istioctl validate | $(times istioctl validate -f "$files") |"
    echo "| istioctl analyze | $(times istioctl analyze --use-kube=false --recursive "$files") |"
  else
    echo "bench.sh: istioctl is not there, so nothing stands beside it" >&2
  fi
}

while [[ ${parts[0]-} == memory || ${parts[0]-} == check ]]; do
  "${parts[0]}"
  parts=("${parts[@]:1}")
done
((${#parts[@]})) || exit 0

missing=()
for tool in nginx haproxy wrk; do
  command -v "$tool" >/dev/null || missing+=("$tool")
done
if ((${#missing[@]})); then
  if [[ $EUID == 0 ]] && command -v apt-get >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}" >/dev/null
  else
    echo "bench.sh: missing: ${missing[*]}" >&2
    exit 2
  fi
fi

read -r ctx1 ctx2 nginx haproxy yarp gateway < <(free_ports 6)

# start NAME PORT COMMAND…: starts a server and waits until it answers.
start() {
  local name=$1 port=$2
  shift 2
  "$@" >"$work/$name.log" 2>&1 &
  pids+=($!)
  for _ in {1..200}; do
    if curl -s -o "$work/answer" "http://127.0.0.1:$port/api/users/ping"; then return; fi
    sleep 0.05
  done
  echo "bench.sh: $name does not answer:" >&2
  tail -n 20 "$work/$name.log" >&2
  exit 1
}

cat >"$work/nginx.conf" <<EOF
worker_processes auto;
daemon off;
pid $work/nginx.pid;
error_log $work/nginx-error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work; uwsgi_temp_path $work; scgi_temp_path $work;
  split_clients "\$request_id" \$cluster { 70% ctx1; * ctx2; }
  upstream ctx1 { server 127.0.0.1:$ctx1; keepalive 256; }
  upstream ctx2 { server 127.0.0.1:$ctx2; keepalive 256; }
  server {
    listen 127.0.0.1:$nginx;
    keepalive_requests 1000000000;
    location / { proxy_pass http://\$cluster; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
EOF
cat >"$work/haproxy.cfg" <<EOF
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  http-reuse always
frontend front
  bind 127.0.0.1:$haproxy
  default_backend user
backend user
  balance roundrobin
  server ctx1 127.0.0.1:$ctx1 weight 70
  server ctx2 127.0.0.1:$ctx2 weight 30
EOF

mkdir -p "$work/istio/workloads"
cp istio/user-service.yaml "$work/istio/"
cat >"$work/istio/workloads/user-service.yaml" <<EOF
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: user-service, namespace: messageboard }
spec:
  hosts: [user-service.messageboard.svc.cluster.local]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  workloadSelector: { labels: { app: user-service } }
EOF
for cluster in ctx1 ctx2; do
  cat >>"$work/istio/workloads/user-service.yaml" <<EOF
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: user-service-$cluster, namespace: messageboard }
spec: { address: 127.0.0.1, ports: { http: ${!cluster} }, labels: { app: user-service, cluster: $cluster }, locality: $cluster }
EOF
done

dotnet build MessageBoard.sln -c Release --nologo --verbosity quiet >&2
bench=tests/Bench/bin/Release/net10.0/MessageBoard.Bench.dll
declare -A process=()
start backend-ctx1 "$ctx1" dotnet "$bench" backend "http://127.0.0.1:$ctx1" ctx1
process[backend]=${pids[-1]}
start backend-ctx2 "$ctx2" dotnet "$bench" backend "http://127.0.0.1:$ctx2" ctx2
start nginx "$nginx" nginx -c "$work/nginx.conf"
process[nginx]=${pids[-1]}
start haproxy "$haproxy" haproxy -q -f "$work/haproxy.cfg"
process[haproxy]=${pids[-1]}
start yarp "$yarp" dotnet "$bench" yarp "http://127.0.0.1:$yarp" "http://127.0.0.1:$ctx1" "http://127.0.0.1:$ctx2"
process[yarp]=${pids[-1]}
start_gateway() { # name port NAME=VALUE...
  start "$1" "$2" env -C gateway/bin/Release/net10.0 -u OTEL_EXPORTER_OTLP_ENDPOINT ASPNETCORE_URLS="http://127.0.0.1:$2" \
    CLUSTER_NAME=ctx1 HOSTNAME="$1-ctx1" Mesh__Folder="$work/istio" "${@:3}" dotnet MessageBoard.Gateway.dll
}
start_gateway gateway "$gateway"
process[gateway]=${pids[-1]}
curl -sN "http://127.0.0.1:$gateway/api/traffic/events" >/dev/null &
reader_pid=$!
pids+=("$reader_pid")

servers=(backend nginx haproxy yarp gateway)
declare -A port=([backend]=$ctx1 [nginx]=$nginx [haproxy]=$haproxy [yarp]=$yarp [gateway]=$gateway)

# measure SERVER CONNECTIONS SECONDS: "requests/s p50 p99 failures", latencies in ms.
measure() {
  wrk -t1 -c"$2" -d"$3s" --latency "http://127.0.0.1:${port[$1]}/api/users/ping" | awk '
    function ms(t) { return t ~ /us$/ ? t / 1000 : t ~ /ms$/ ? t + 0 : t * 1000 }
    $1 == "50%" { p50 = ms($2) } $1 == "99%" { p99 = ms($2) } $1 == "Requests/sec:" { rate = $2 }
    /Non-2xx/ { bad = $NF } /Socket errors/ { gsub(",", ""); bad += $4 + $6 + $8 + $10 }
    END { printf "%d %.2f %.2f %d\n", rate, p50, p99, bad }'
}

# Two rounds of warming: most code is compiled for good only after some seconds.
warm() { # server...
  for _ in 1 2; do
    for server in "$@"; do measure "$server" 32 4 >/dev/null; done
  done
}

# In ms, what a process and its children have had of the processors since their start: user and system.
cpu() { # process id
  local stats=()
  mapfile -t stats < <({ echo "$1"; pgrep --parent "$1" || true; } | sed 's|.*|/proc/&/stat|')
  awk -v tick="$(getconf CLK_TCK)" '{ own += $14; kernel += $15 } END { printf "%d %d\n", own * 1000 / tick, kernel * 1000 / tick }' \
    "${stats[@]}"
}

# A measurement, kept among the results: requests/s, p50, p99, failures, and µs of processor time a request, user and system.
note() { # round server connections
  local before after result
  before=$(cpu "${process[$2]}")
  result=$(measure "$2" "$3" "$seconds")
  after=$(cpu "${process[$2]}")
  awk -v s="$seconds" '{ n = $3 * s / 1000; printf "%s %.1f %.1f\n", $0, ($9 - $7) / n, ($10 - $8) / n }' \
    <<<"$2 $3 $result $before $after" | cut -d' ' -f1-6,11- | tee -a "$work/results" | sed "s/^/round $1: /" >&2
}

median() { # server connections field
  awk -v s="$1" -v c="$2" -v f="$3" '$1 == s && $2 == c { print $f }' "$work/results" | sort -g |
    awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

http() {
  warm "${servers[@]}"
  for ((round = 1; round <= rounds; round++)); do
    for c in "${connections[@]}"; do
      for server in "${servers[@]}"; do note "$round" "$server" "$c"; done
    done
  done

  echo "| connections | server | requests/s | of nginx | p50 ms | p99 ms | failed | processor, µs a request: user | system |"
  echo "|---|---|---|---|---|---|---|---|---|"
  for c in "${connections[@]}"; do
    base=$(median nginx "$c" 3)
    for server in "${servers[@]}"; do
      rate=$(median "$server" "$c" 3)
      printf '| %s | %s | %s | %s× | %s | %s | %s | %s | %s |\n' "$c" "$server" "$rate" \
        "$(awk "BEGIN { printf \"%.2f\", $rate / $base }")" "$(median "$server" "$c" 4)" "$(median "$server" "$c" 5)" \
        "$(median "$server" "$c" 6)" "$(median "$server" "$c" 7)" "$(median "$server" "$c" 8)"
    done
  done
}

# Our gateway by itself: without telemetry; with it as at home, and with every trace kept, to the dashboard of a run of its own; with
# every trace kept, to a receiver that takes connections and never answers, and to a port where nobody listens.
telemetry() {
  local board dead hangs dashboard server
  read -r board dead hangs "port[off]" "port[default]" "port[all]" "port[hanging]" "port[dead]" < <(free_ports 8)
  export MESSAGEBOARD_STATE=$work/state
  ./deploy-all.sh --local --detach --port "$board" >&2
  dashboard=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).processes.find(p => p.app === "dashboard").process.pid' \
    "$MESSAGEBOARD_STATE/state.json")
  node -e 'require("net").createServer().listen(+process.argv[1], "127.0.0.1")' "$hangs" &
  pids+=($!)
  local receiver=()
  mapfile -t receiver < <(grep ^OTEL_ "$MESSAGEBOARD_STATE/debug.env")

  start_gateway off "${port[off]}"
  process[off]=${pids[-1]}
  start_gateway default "${port[default]}" "${receiver[@]}" Telemetry__TracesPerSecond=20
  process[default]=${pids[-1]}
  start_gateway all "${port[all]}" "${receiver[@]}" OTEL_TRACES_SAMPLER=always_on
  process[all]=${pids[-1]}
  start_gateway hanging "${port[hanging]}" "${receiver[@]}" OTEL_TRACES_SAMPLER=always_on \
    OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:$hangs"
  process[hanging]=${pids[-1]}
  start_gateway dead "${port[dead]}" "${receiver[@]}" OTEL_TRACES_SAMPLER=always_on OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:$dead"
  process[dead]=${pids[-1]}
  local -A what=([off]="off" [default]="20 traces a second, as at home" [all]="every trace, to the dashboard"
    [hanging]="every trace, to one that hangs" [dead]="every trace, to nobody")
  local cases=(off default all hanging dead)
  warm "${cases[@]}"
  for ((round = 1; round <= rounds; round++)); do
    for server in "${cases[@]}"; do note "$round" "$server" 32; done
  done

  echo
  echo "| telemetry | requests/s | of off | p50 ms | p99 ms | failed | processor, µs a request: user | system |"
  echo "|---|---|---|---|---|---|---|---|"
  for server in "${cases[@]}"; do
    printf '| %s | %s | %s× | %s | %s | %s | %s | %s |\n' "${what[$server]}" "$(median "$server" 32 3)" \
      "$(awk "BEGIN { printf \"%.2f\", $(median "$server" 32 3) / $(median off 32 3) }")" \
      "$(median "$server" 32 4)" "$(median "$server" 32 5)" "$(median "$server" 32 6)" \
      "$(median "$server" 32 7)" "$(median "$server" 32 8)"
  done
  echo
  printf 'The dashboard has then %.0f MiB.\n' "$(pss "$dashboard")"
  ./deploy-all.sh --local --stop >&2
  rm -r "$MESSAGEBOARD_STATE"
}

readers() {
  echo
  echo "| 1,000 readers | requests/s | processor without, ms/s | with | they cost | one reads, KB/s | events of those sent |"
  echo "|---|---|---|---|---|---|---|"
  dotnet "$bench" readers "http://127.0.0.1:$gateway" "${process[gateway]}" "$rounds" "$seconds"
}

# CPU time of the gateway over ten seconds in which nothing happens, with a reader of the event stream and without.
idle() {
  ten_seconds() {
    local before
    sleep 2
    before=$(($(cpu "${process[gateway]}" | tr ' ' +)))
    sleep 10
    echo $(($(cpu "${process[gateway]}" | tr ' ' +) - before))
  }
  local with
  sleep 100 # the runtime compiles anew what has run often; that comes to an end
  with=$(ten_seconds)
  kill "$reader_pid"
  echo
  echo "| CPU time of the idle gateway in 10 s | ms |"
  echo "|---|---|"
  echo "| with a reader of the event stream | $with |"
  echo "| without | $(ten_seconds) |"
}

decision() {
  echo
  echo "| VirtualServices | one weighted decision, ns | allocated bytes |"
  echo "|---|---|---|"
  dotnet "$bench" decision
}

reload() {
  echo
  echo "| change of 10,000 VirtualServices | in force after ms | requests meanwhile | p50 ms | longest ms |"
  echo "|---|---|---|---|---|"
  dotnet "$bench" reload "http://127.0.0.1:$gateway" "$work/istio"
}

for part in "${parts[@]}"; do "$part"; done
