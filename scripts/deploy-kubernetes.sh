#!/usr/bin/env bash
# Called by deploy-all.sh without --local: MessageBoard on two Kubernetes clusters in one Istio mesh.
set -euo pipefail

readonly script=./deploy-all.sh
# shellcheck source=scripts/k8s/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/k8s/common.sh"
# shellcheck source=scripts/k8s/waits.sh
source "$root/scripts/k8s/waits.sh"
# shellcheck source=scripts/k8s/certificates.sh
source "$root/scripts/k8s/certificates.sh"
# shellcheck source=scripts/k8s/secrets.sh
source "$root/scripts/k8s/secrets.sh"
# shellcheck source=scripts/k8s/istio.sh
source "$root/scripts/k8s/istio.sh"
# shellcheck source=scripts/k8s/proxyless.sh
source "$root/scripts/k8s/proxyless.sh"
# shellcheck source=scripts/k8s/observability.sh
source "$root/scripts/k8s/observability.sh"

readonly oldest_kubectl=28 oldest_istio=27
# https://istio.io/latest/docs/releases/supported-releases/ for Istio 1.27
readonly oldest_kubernetes=29

usage() {
  cat <<'TEXT'
Usage: ./deploy-all.sh --images REGISTRY/TAG [options]

Deploys MessageBoard to two Kubernetes clusters, joined to one Istio mesh. Every
step leaves alone what is there already, so running it again carries on.

  --images REGISTRY/TAG    our images: ghcr.io/me/messageboard/1a2b3c4 means
                           ghcr.io/me/messageboard/gateway:1a2b3c4 and so on
                           (scripts/build-images.sh makes and pushes them)
  --registry-secret FILE   credentials of a private registry, as docker login
                           writes them (a .dockerconfigjson)
  --host NAME[,NAME]       a name of the page in DNS (may be given again); the
                           page answers to it and to its load balancer's address,
                           to no other
  --tls-cert FILE --tls-key FILE
                           certificate (with its chain) and key, as PEM: the page
                           is at https, and http leads there. Without them a
                           Secret messageboard-tls in istio-system does the same
  --context-1 NAME         the kubeconfig context that plays ctx1 (default
                           ctx1): gateway, MariaDB, Kafka
  --context-2 NAME         the one that plays ctx2 (default ctx2): Redis
  --api-server-1 URL       by which the other cluster reaches this one's API
  --api-server-2 URL       server (default: the kubeconfig's; when that is this
                           machine's loopback, as kind's is, the address that
                           the API server advertises)
  --skip-istio             the clusters are one mesh already: leaves out CA,
                           Istio, east-west gateways and remote secrets
  --proxyless              no Istio but its CRDs: gateway and services obey the
                           same resources themselves. Wants pods to reach those
                           of the other cluster, which is tried. No mutual TLS
  --crds FILE              with it: the CRDs of Istio and Gateway API, from files
                           (may be given again) in place of github.com
  --pod-network-1 CIDR[,CIDR], --pod-network-2 CIDR[,CIDR]
                           with it: the clusters' pods, for network policies
                           (default: their nodes' podCIDRs and addresses)
  --observability          also OpenTelemetry Collectors, Tempo, Loki, Grafana
                           and Prometheus, in namespaces of their own; once
                           there, they stay until scripts/cleanup.sh
  --otlp-endpoint URL      instead: the programs send traces, metrics and logs
                           to your own collector, by HTTP, or on port 4317 by
                           gRPC
  --otlp-headers-secret NAME
                           with what headers: key "headers" of a Secret that you
                           have made in namespace messageboard of both clusters,
                           as authorization=Bearer%20TOKEN,x-tenant=me
  --timeout DURATION       for each wait, as 90s, 10m or 1h (default 10m)
  --dry-run                asks the clusters, shows each step's commands, and
                           changes nothing; --images may be left out
  --help                   show this

Weights that were edited survive: a VirtualService that exists is kept as it is.
Passwords are random, made once, and the same in both clusters. The root CA's
key and the log are in .local/k8s/ (MESSAGEBOARD_STATE names another folder than
.local/). scripts/cleanup.sh removes what this made.

Exit codes: 0 it runs, 1 a step failed (it says which, and what to look at), 2
bad input. Needs kubectl 1.28 or later, openssl, curl and, without --skip-istio
and --proxyless, istioctl 1.27 or later.
docs/kubernetes.md tells the steps and the troubles people met.
TEXT
}

# --- options -------------------------------------------------------------------------------------------------------

images=
registry_file=
hosts=
tls_cert=
tls_key=
skip_istio=false
proxyless=false
crds=()
declare -A pod_networks=([1]='' [2]='')
observability=false
otlp_endpoint=
otlp_headers=
timeout=10m
declare -A api_servers=([1]='' [2]='')

while (($# > 0)); do
  case $1 in
    --images | --registry-secret | --host | --tls-cert | --tls-key | --otlp-endpoint | --otlp-headers-secret | --timeout | \
      --context-[12] | --api-server-[12] | --crds | --pod-network-[12])
      need_value "$@"
      case $1 in
        --images) images=$2 ;;
        --registry-secret) registry_file=$2 ;;
        --host) hosts+=${hosts:+,}$2 ;;
        --tls-cert) tls_cert=$2 ;;
        --tls-key) tls_key=$2 ;;
        --otlp-endpoint) otlp_endpoint=$2 ;;
        --otlp-headers-secret) otlp_headers=$2 ;;
        --context-?) context[${1##*-}]=$2 ;;
        --api-server-?) api_servers[${1##*-}]=$2 ;;
        --timeout) timeout=$2 ;;
        --crds) crds+=("$2") ;;
        --pod-network-?) pod_networks[${1##*-}]=$2 ;;
      esac
      shift
      ;;
    --skip-istio) skip_istio=true ;;
    --proxyless) proxyless=true ;;
    --observability) observability=true ;;
    --dry-run) dry_run=true ;;
    --local | --port | --replicas | --no-telemetry | --detach | --status | --stop | --reset)
      see_help "$1 belongs to the run on this machine: $script --local"
      ;;
    *) other_option "$1" ;;
  esac
  shift
done

check_options() {
  local server
  if [[ -z $images && $dry_run == true ]]; then images=REGISTRY/TAG; fi
  [[ -n $images ]] || refuse "--images REGISTRY/TAG is missing: where the clusters pull our images from, for example
  ./deploy-all.sh --images ghcr.io/me/messageboard/$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo 1a2b3c4)
scripts/build-images.sh builds and pushes them. To run on this machine instead: ./deploy-all.sh --local"
  [[ $images =~ ^[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?(/[a-z0-9._-]+)*/[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$ ]] ||
    refuse "--images wants REGISTRY/TAG, as ghcr.io/me/messageboard/1a2b3c4, not '$images'."
  [[ -z $registry_file || -r $registry_file ]] || refuse "--registry-secret: there is no file '$registry_file' to read."
  check_hosts "$hosts"
  if [[ -n $tls_cert$tls_key ]]; then check_certificate; fi
  check_otlp
  check_proxyless
  [[ ${context[1]} != "${context[2]}" ]] ||
    refuse "--context-1 and --context-2 are the same context, '${context[1]}': two clusters are wanted."
  [[ $timeout =~ ^([1-9][0-9]{0,4})([smh])$ ]] || refuse "--timeout wants a duration as 90s, 10m or 1h, not '$timeout'."
  for server in "${api_servers[@]}"; do
    [[ -z $server || $server =~ ^https://[^/[:space:]]+/?$ ]] ||
      refuse "--api-server-… wants an address as https://host:6443, not '$server'."
  done
}

# Before anything is done: Envoy would refuse a pair that does not fit, and the page would be away.
check_certificate() {
  local file certificate key
  [[ -n $tls_cert && -n $tls_key ]] || see_help "--tls-cert and --tls-key go together"
  command -v openssl >/dev/null || refuse "openssl is missing, which looks at --tls-cert. Install it from your system's packages"
  for file in "$tls_cert" "$tls_key"; do
    [[ -f $file && -r $file ]] || refuse "--tls-cert, --tls-key: there is no file '$file' to read."
  done
  certificate=$(openssl x509 -in "$tls_cert" -noout -pubkey 2>/dev/null) ||
    refuse "--tls-cert: '$tls_cert' holds no certificate as PEM (-----BEGIN CERTIFICATE-----)."
  key=$(openssl pkey -in "$tls_key" -passin pass: -pubout 2>/dev/null) ||
    refuse "--tls-key: '$tls_key' holds no private key as PEM, or one with a passphrase."
  [[ $certificate == "$key" ]] || refuse "--tls-cert and --tls-key do not belong together: they have different public keys."
  openssl x509 -in "$tls_cert" -noout -checkend 0 >/dev/null || refuse "--tls-cert: the certificate in '$tls_cert' is over."
}

check_options
declare -rA seconds_of=([s]=1 [m]=60 [h]=3600)
readonly timeout_seconds=$((${timeout%?} * ${seconds_of[${timeout: -1}]}))
readonly -A context

# --- tools and clusters --------------------------------------------------------------------------------------------

need_tool() { # name where-it-comes-from
  command -v "$1" >/dev/null || fail "$1 is missing. Install it from $2"
}

# The minor version in the first "1.N" of a text; 0 without one.
minor_version() { # text
  if [[ $1 =~ (^|[^0-9.])v?1\.([0-9]+) ]]; then echo "${BASH_REMATCH[2]}"; else echo 0; fi
}

need_version() { # name oldest where-it-comes-from option
  local version
  need_tool "$1" "$3"
  # One that cannot even tell its version has none that is new enough, which the next line says.
  version=$("$1" version "$4" 2>/dev/null || true)
  (($(minor_version "$version") >= $2)) || fail "$1 1.$2 or later is wanted; this one says: ${version%%$'\n'*}"
  note+="${note:+, }$1 1.$(minor_version "$version")"
}

check_tools() {
  need_version kubectl "$oldest_kubectl" https://kubernetes.io/docs/tasks/tools/ --client
  need_tool openssl "your system's packages"
  need_tool curl "your system's packages"
  [[ $skip_istio == true || $proxyless == true ]] ||
    need_version istioctl "$oldest_istio" https://istio.io/latest/docs/setup/getting-started/#download --remote=false
}

check_cluster() { # cluster
  local version
  version=$(ask "$1" get --raw /version) || exit $?
  version=$(sed -n 's/.*"gitVersion": *"\([^"]*\)".*/\1/p' <<<"$version")
  if [[ $proxyless == false ]] && (($(minor_version "$version") < oldest_kubernetes)); then
    warn "${context[$1]} runs Kubernetes $version: Istio 1.$oldest_istio is made for 1.$oldest_kubernetes or later."
  fi
  find_budgets "$1"
  check_rights "$1"
  if [[ $skip_istio == false && $proxyless == false ]]; then check_control_plane "$1"; fi
  note+=${note:+, }"ctx$1 $version"
}

# Whether a cluster takes PodDisruptionBudgets, which came to policy/v1 with Kubernetes 1.21.
declare -A has_budgets=()

find_budgets() { # cluster
  local versions
  versions=$(ask "$1" api-versions) || exit $?
  has_budgets[$1]=true
  if grep -qx policy/v1 <<<"$versions"; then return; fi
  has_budgets[$1]=false
  warn "${context[$1]} has no policy/v1, so no PodDisruptionBudgets: a drain may take both" "pods of a service at a time."
}

check_clusters() {
  both check_cluster
  find_observability
}

# A line a right, as words of kubectl auth can-i.
rights() { # cluster
  cat <<RIGHTS
create namespaces
create secrets --namespace $namespace
create deployments.apps --namespace $namespace
create statefulsets.apps --namespace $namespace
create jobs.batch --namespace $namespace
create networkpolicies.networking.k8s.io --namespace $namespace
create roles.rbac.authorization.k8s.io --namespace $namespace
create virtualservices.networking.istio.io --namespace $namespace
create peerauthentications.security.istio.io --namespace $namespace
RIGHTS
  [[ ${has_budgets[$1]} == false ]] || echo "create poddisruptionbudgets.policy --namespace $namespace"
  [[ $observability == false ]] || cat <<RIGHTS
create statefulsets.apps --namespace $observability_namespace
create daemonsets.apps --namespace $agents_namespace
create authorizationpolicies.security.istio.io --namespace $observability_namespace
RIGHTS
  [[ $proxyless == false ]] || cat <<RIGHTS
create customresourcedefinitions.apiextensions.k8s.io
create clusterroles.rbac.authorization.k8s.io
create clusterrolebindings.rbac.authorization.k8s.io
RIGHTS
  [[ $skip_istio == true && -n $tls_cert ]] && echo "create secrets --namespace $istio_namespace"
  [[ $skip_istio == true || $proxyless == true ]] || cat <<RIGHTS
create secrets --namespace $istio_namespace
create customresourcedefinitions.apiextensions.k8s.io
create clusterroles.rbac.authorization.k8s.io
create mutatingwebhookconfigurations.admissionregistration.k8s.io
create daemonsets.apps --namespace $istio_namespace
RIGHTS
}

check_rights() { # cluster
  local right missing=''
  if kube "$1" auth can-i '*' '*' --all-namespaces >/dev/null 2>&1; then return; fi
  while read -ra right; do
    kube "$1" auth can-i "${right[@]}" >/dev/null 2>&1 </dev/null || missing+="${right[*]}"$'\n'
  done < <(rights "$1")
  [[ -z $missing ]] || fail "Forbidden in ${context[$1]}: its user may not
${missing%$'\n'}" kubectl --context "${context[$1]}" auth can-i --list
}

# --- what is applied -----------------------------------------------------------------------------------------------

readonly of_stores='app.kubernetes.io/name in (mariadb,redis,kafka)'
readonly of_jobs='app.kubernetes.io/name in (schema,topic)'
readonly of_services='app.kubernetes.io/name in (user-service,message-service,log-service)'
readonly of_gateway='app.kubernetes.io/name=gateway'
readonly images_of=(gateway user-service message-service log-service)

# The folder of a cluster's kustomization: the overlay with the images of --images.
kustomization() { # cluster
  echo "$state/ctx$1"
}

# Begins one: the head of its file, to which the caller adds.
begin_kustomization() { # folder resource
  mkdir -p "$1"
  cat >"$1/kustomization.yaml" <<HEAD
# Written by deploy-all.sh at each run.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - $(realpath --relative-to "$(realpath "$1")" "$2")
HEAD
}

write_kustomization() { # cluster
  local image folder
  folder=$(kustomization "$1")
  begin_kustomization "$folder" "$root/k8s/overlays/ctx$1"
  {
    if [[ ${has_budgets[$1]} == true ]]; then
      printf '  - %s\n' "$(realpath --relative-to "$(realpath "$folder")" "$root/k8s/budgets/ctx$1")"
    fi
    echo "images:"
    for image in "${images_of[@]}"; do
      printf '  - name: messageboard/%s\n    newName: %s/%s\n    newTag: "%s"\n' "$image" "${images%/*}" "$image" "${images##*/}"
    done
    if [[ $observability == true || $proxyless == true ]]; then echo "components:"; fi
    if [[ $observability == true ]]; then
      printf '  - %s\n' "$(realpath --relative-to "$(realpath "$folder")" "$root/k8s/components/telemetry")"
    fi
    if [[ $proxyless == true ]]; then
      printf '  - %s\n' "$(realpath --relative-to "$(realpath "$folder")" "$root/k8s/proxyless/ctx$1")"
    fi
    if [[ -n $otlp_endpoint || ($1 == 1 && -n $hosts$address) || $proxyless == true ]]; then echo "patches:"; fi
    if [[ $proxyless == true ]]; then network_patch "$1"; fi
    if [[ -n $otlp_endpoint ]]; then otlp_patches; fi
    if [[ $1 == 1 && -n $hosts$address ]]; then
      patch "kind: Deployment, name: gateway" "$(add_variable Gateway__Hosts "\"value\": \"$hosts${hosts:+${address:+,}}$address\"")"
    fi
  } >>"$folder/kustomization.yaml"
}

# An entry of a kustomization's patches, as JSON Patch has it (RFC 6902).
patch() { # target operations
  printf '  - target: { %s }\n    patch: |\n      [%s]\n' "$@"
}

# The operation that gives a program a variable.
add_variable() { # name value-as-json
  printf '{"op": "add", "path": "/spec/template/spec/containers/0/env/-", "value": {"name": "%s", %s}}' "$@"
}

apply_selected() { # cluster selector
  change "$1" apply -k "$(kustomization "$1")" -l "$2"
}

# --- the steps -----------------------------------------------------------------------------------------------------

make_namespace() { # cluster
  local whose
  whose=$(owner "$1" '' namespace "$namespace") || exit $?
  if [[ $whose == others ]]; then
    # Somebody made it for us, perhaps because our user may not: cleanup.sh leaves it.
    change "$1" label --overwrite namespace "$namespace" \
      "istio-injection=$([[ $proxyless == true ]] && echo disabled || echo enabled)"
    note="it was there, and stays yours"
  elif [[ $proxyless == true ]]; then
    change "$1" apply -k "$root/k8s/proxyless/namespace"
  else
    change "$1" apply -k "$root/k8s/namespace"
  fi
}

make_secrets() {
  made=() copied=()
  # "stores" is made of the passwords before it
  same_secrets mariadb redis admin stores
  if [[ -n $registry_file ]]; then both registry_secret; fi
  if [[ -n $otlp_headers ]]; then both check_otlp_headers; fi
  if [[ -n $tls_cert ]]; then ingress_certificate; fi
  remote_kubeconfig 2 gateway "$of_gateway" mesh-remote-ctx2
  if [[ $proxyless == true ]]; then
    same_secrets mesh-identity
    remote_kubeconfig 1 mesh-reader "$of_reader" mesh-reader-ctx1
    remote_kubeconfig 2 mesh-reader "$of_reader" mesh-reader-ctx2
  fi
  note="${made[*]+made: ${made[*]}}${copied[*]+ copied: ${copied[*]}}"
  note=${note:-all there}
}

# Accounts, rights and network policies come before the pods that need them.
deploy_stores() {
  both apply_selected 'app.kubernetes.io/name notin (schema,topic,user-service,message-service,log-service,gateway)'
  wait_for_rollouts "$of_stores"
}

# A failed Job does not start again, and a Job's template cannot change: such a one is deleted before it is applied.
# That goes for one that still runs too, which with a wrong image would be for ever: both may run again at any time.
clear_jobs() {
  local job names failed
  names=$(ask 1 get jobs --namespace "$namespace" -l "$of_jobs" -o name) || exit $?
  for job in $names; do
    failed=$(ask 1 get "$job" --namespace "$namespace" \
      -o 'jsonpath={.status.conditions[?(@.type=="Failed")].status}') || exit $?
    if [[ $failed == True ]] || is_changed "$job"; then
      change 1 delete "$job" --namespace "$namespace"
    fi
  done
}

is_changed() { # job
  local answer
  answer=$(kube 1 apply --dry-run=server -k "$(kustomization 1)" -l "app.kubernetes.io/name=${1##*/}" 2>&1) && return 1
  [[ $answer == *"field is immutable"* ]]
}

run_jobs() {
  clear_jobs
  apply_selected 1 "$of_jobs"
  wait_for_jobs "$of_jobs"
}

# The gateway answers to its own names only, and its load balancer's address is one.
deploy_gateway() {
  find_address
  note=
  write_kustomization 1
  apply_selected 1 "$of_gateway"
}

# A line a VirtualService: name and spec.
routes_of() { # cluster
  # A dry run may look at a cluster that has no Istio yet.
  if [[ $dry_run == false ]] || exists "$1" '' crd virtualservices.networking.istio.io; then
    ask "$1" get virtualservices.networking.istio.io --namespace "$namespace" \
      -o 'jsonpath={range .items[*]}{.metadata.name} {.spec}{"\n"}{end}'
  fi
}

# The VirtualServices that a cluster lacks; one that the other has says what that says, so that both obey the same weights.
write_routes() { # folder, names, lines of the cluster and of the other: name and spec
  local name patch
  begin_kustomization "$1" "$root/k8s/istio/routes"
  echo "patches:" >>"$1/kustomization.yaml"
  for name in $2; do
    if grep -q "^$name " <<<"$3"; then
      patch="{ \$patch: delete, apiVersion: any, kind: any, metadata: { name: any } }"
    elif patch=$(grep "^$name " <<<"$4"); then
      patch='[{"op": "replace", "path": "/spec", "value": '${patch#* }'}]'
    else
      continue
    fi
    printf '  - target: { kind: VirtualService, name: %s }\n    patch: |\n      %s\n' "$name" "$patch"
  done >>"$1/kustomization.yaml"
}

# Given by an option or, by cert-manager for example, before.
has_certificate() {
  [[ -n $tls_cert ]] || exists 1 "$istio_namespace" secret "$tls_secret"
}

# Everything but the VirtualServices, with TLS at the ingress where there is a certificate, and for the names of --host alone.
write_policies() { # folder
  local operations='' server servers=0 names
  begin_kustomization "$1" "$root/k8s/istio/policies"
  if has_certificate; then
    printf 'components:\n  - %s\n' "$(realpath --relative-to "$(realpath "$1")" "$root/k8s/istio/tls")" >>"$1/kustomization.yaml"
    servers='0 1'
  fi
  # Istio takes no address for a host.
  if [[ -z $hosts || $hosts =~ (^|,)[0-9.]+(,|$) ]]; then return; fi
  names='["'${hosts//,/'", "'}'"]'
  for server in $servers; do
    operations+="${operations:+, }"'{"op": "replace", "path": "/spec/servers/'"$server"'/hosts", "value": '"$names}"
  done
  {
    echo "patches:"
    patch "kind: Gateway, name: messageboard" "$operations"
  } >>"$1/kustomization.yaml"
}

# VirtualServices that exist keep their weights; everything else becomes what the files say.
configure_mesh() {
  local cluster ours
  local -A routes=() kept=()
  ours=$(kubectl kustomize "$root/k8s/istio/routes" | sed -n 's/^  name: //p' | sort)
  for cluster in 1 2; do routes[$cluster]=$(routes_of "$cluster") || exit $?; done
  for cluster in 1 2; do
    write_policies "$(kustomization "$cluster")/policies"
    change "$cluster" apply -k "$(kustomization "$cluster")/policies"
    kept[$cluster]=$(comm -12 <(cut -d ' ' -f 1 <<<"${routes[$cluster]}" | sort) - <<<"$ours")
    if [[ ${kept[$cluster]} == "$ours" ]]; then continue; fi
    write_routes "$(kustomization "$cluster")/routes" "$ours" "${routes[$cluster]}" "${routes[$((3 - cluster))]}"
    change "$cluster" create -k "$(kustomization "$cluster")/routes"
  done
  if [[ ${kept[1]} == "${kept[2]}" ]]; then
    note=${kept[1]}
  else
    note="ctx1: ${kept[1]:-none}; ctx2: ${kept[2]:-none}"
  fi
  note=${note:+kept with their weights: ${note//$'\n'/, }}
}

# --- the mesh answers ----------------------------------------------------------------------------------------------

# What a browser comes to: the ingress gateway or, without Istio, ours.
door_namespace=$istio_namespace door=istio-ingressgateway
if [[ $proxyless == true ]]; then door_namespace=$namespace door=gateway; fi
forwarding=(--namespace "$door_namespace" port-forward "service/$door")
scheme=http

# The page's name: the first of --host.
page_name() { # without --host
  local name=${hosts%%,*}
  echo "${name:-$1}"
}

# Leaves in $asking how curl is called, up to the path.
forward_ingress() {
  local output=$state/port-forward.log command=(kubectl --context "${context[1]}" "${forwarding[@]}") name
  : >"$output"
  "${command[@]}" --request-timeout 0 --address 127.0.0.1 >"$output" 2>&1 &
  background=$!
  ingress_port=
  progress="the port-forward to $door"
  wait_until is_forwarded "$output" "${command[@]}" || fail "$(<"$output")" "${command[@]}"
  name=$(page_name 127.0.0.1)
  name=${name/#\*/www}
  # The certificate is the browser's to judge; this asks whether the mesh behind it answers.
  asking=(--insecure --resolve "$name:$ingress_port:127.0.0.1" "$scheme://$name:$ingress_port")
}

is_forwarded() { # output command...
  if [[ $(<"$1") =~ Forwarding\ from\ 127\.0\.0\.1:([0-9]+) ]]; then
    ingress_port=${BASH_REMATCH[1]}
    return
  fi
  kill -0 "$background" 2>/dev/null || fail "$(<"$1")" "${@:2}"
  return 1
}

# Asks through the ingress, as a browser does, until both clusters have answered.
check_mesh() {
  local resource headers answered='' last='' silent='' deadline asking
  if has_certificate; then
    scheme=https forwarding+=(:443)
  else
    forwarding+=(:80)
  fi
  if [[ $dry_run == true ]]; then
    change 1 "${forwarding[@]}"
    run curl --dump-header - "$scheme://127.0.0.1:PORT/api/users/ping"
    return
  fi
  forward_ingress
  deadline=$((SECONDS + timeout_seconds))
  while ((SECONDS < deadline)); do
    for resource in users messages logs; do
      headers=$(curl --silent --max-time 5 --output /dev/null --dump-header - \
        "${asking[@]:0:3}" "${asking[3]}/api/$resource/ping" 2>&1) || true
      last=${headers%%$'\r'*}
      if [[ ${headers,,} =~ x-service-cluster:\ *(ctx[12]) && $answered != *${BASH_REMATCH[1]}* ]]; then
        answered+=" ${BASH_REMATCH[1]}"
      fi
    done
    if [[ $answered == *ctx1* && $answered == *ctx2* ]]; then
      end_background
      note="ctx1 and ctx2 answer"
      return
    fi
    progress "answered so far:${answered:- none} (last answer: ${last:-none})"
    sleep 0.2
  done
  [[ $answered == *ctx1* ]] || silent+=' ctx1'
  [[ $answered == *ctx2* ]] || silent+=' ctx2'
  fail "never answered:$silent (answered:${answered:- none}; last answer: ${last:-none})
Weights of 0 keep a cluster silent: kubectl --context ${context[1]} -n $namespace get virtualservices -o yaml
$([[ $proxyless == true ]] || mesh_questions)" \
    curl "${asking[@]:0:3}" "${asking[3]}/api/users/ping"
}

# Istio's proxies carry the weights out, the gateway's those of what it asks for
# (https://istio.io/latest/docs/reference/config/analysis/ist0103/). Where no pod is seen, nothing is said.
gateway_has_no_proxy() {
  local containers
  containers=$(ask 1 get pods --namespace "$namespace" -l "$of_gateway" \
    -o 'jsonpath={.items[*].spec.initContainers[*].name} {.items[*].spec.containers[*].name}') || exit $?
  [[ $containers == *[a-z]* && $containers != *istio-proxy* ]]
}

tell_of_no_proxy() {
  cat <<'TEXT'

The weights are NOT in force: the gateway's pod has no Istio proxy, so Kubernetes
picks the pods, of ctx1 alone, and a kept connection stays at one of them. Leave
--skip-istio out, or look why your Istio's injector leaves the pods of namespace
messageboard alone: istioctl analyze --namespace messageboard
TEXT
}

# --- the end -------------------------------------------------------------------------------------------------------

find_address() {
  address=$(field 1 "$door_namespace" service "$door" \
    '{.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}')
  if [[ $address == *:* ]]; then address="[$address]"; fi # an IPv6 address, as URLs and Host headers have it
  note=${address:-the load balancer has no address yet}
}

# One that came late is made known to the gateway.
settle_address() {
  local before=$address
  find_address
  if [[ $address != "$before" ]]; then
    deploy_gateway
    wait_for_rollouts "$of_gateway"
    note=$address
  fi
}

tell_address() {
  local kubectl="kubectl --context ${context[1]} --namespace" ports=8080:80
  if [[ $scheme == https ]]; then ports=8443:443; fi
  echo
  if [[ -n $address ]]; then
    echo "MessageBoard runs:  $scheme://$(page_name "$address")"
    if [[ -n $hosts ]]; then echo "The name has to lead to $address."; fi
  else
    echo "MessageBoard runs, but its load balancer has no address (yet). See why, and wait for it:"
    echo "  $kubectl $door_namespace describe service $door"
    echo "When it has one, run this again: the page answers to no address that it does not know."
    echo "kind has no load balancers of its own. Then the page is at $scheme://$(page_name 127.0.0.1):${ports%:*} with"
    echo "  $kubectl $door_namespace port-forward service/$door $ports"
  fi
  echo "The admin's password:"
  echo "  $kubectl $namespace get secret admin -o jsonpath='{.data.admin-password}' | base64 -d"
  if [[ $observability == true ]]; then tell_grafana "$kubectl"; fi
}

istio_step() { # title function
  if [[ $skip_istio == true ]]; then
    leave_out "$1" --skip-istio
  elif [[ $proxyless == true ]]; then
    leave_out "$1" --proxyless
  else
    step "$@"
  fi
}

proxyless_step() { # title function
  if [[ $proxyless == true ]]; then step "$@"; else leave_out "$1" "no --proxyless"; fi
}

observability_step() { # title function
  if [[ $observability == true ]]; then step "$@"; else leave_out "$1" "no --observability"; fi
}

step_count=19
address=
take_lock
watch_the_end
printf '\n== %s\n' "$(date --iso-8601=seconds)" >>"$log"
step "Tools and versions" check_tools
step "Both clusters and the rights in them" check_clusters
if [[ $proxyless == true ]]; then both find_pod_network; fi
both write_kustomization
proxyless_step "Istio's CRDs alone" both install_crds
istio_step "Common root CA" common_root
istio_step "Istio" both install istio istiod
istio_step "East-west gateways" install_eastwest
istio_step "Remote secrets" both give_remote_secret
step "Namespace" both make_namespace
step "Secrets" make_secrets
step "Stores" deploy_stores
proxyless_step "A flat network" check_network
step "Jobs: schema and topic" run_jobs
step "Services" both apply_selected "$of_services"
# Its account and token in cluster 2 are there since remote_kubeconfig.
step "Gateway" deploy_gateway
step "Mesh configuration" configure_mesh
observability_step "Observability" deploy_observability
step "Rollouts" wait_for_rollouts "$part_of"
is_unmeshed=false
if [[ $proxyless == false ]] && gateway_has_no_proxy; then
  is_unmeshed=true
  leave_out "A request from ctx1 is answered by ctx2" "the gateway's pod has no Istio proxy"
else
  step "A request from ctx1 is answered by ctx2" check_mesh
fi
step "Address" settle_address
if [[ $dry_run == true ]]; then
  echo "Nothing was changed."
else
  tell_address
  if [[ $is_unmeshed == true ]]; then tell_of_no_proxy; fi
fi
