# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# Where telemetry goes: to k8s/observability in both clusters, or to somebody's own collector.

check_otlp() {
  if [[ -n $otlp_headers && -z $otlp_endpoint ]]; then see_help "--otlp-headers-secret wants --otlp-endpoint"; fi
  [[ -n $otlp_endpoint ]] || return 0
  if [[ $observability == true ]]; then see_help "--observability and --otlp-endpoint do not go together"; fi
  # What is in front of an "@", and a query, would be a secret on a command line and in a pod's environment.
  [[ $otlp_endpoint =~ ^https?://[A-Za-z0-9._-]+(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._/-]*)?$ ]] ||
    refuse "--otlp-endpoint wants a URL as https://collector.example.com:4318, not '$otlp_endpoint'.
What it wants to be shown goes into a Secret: --otlp-headers-secret NAME."
  [[ -z $otlp_headers || $otlp_headers =~ ^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$ ]] ||
    refuse "--otlp-headers-secret wants a Secret's name, not '$otlp_headers'."
}

# A run without the option must not silence the programs while Grafana goes on.
find_observability() {
  local whose
  [[ $observability == false ]] || return 0
  whose=$(owner 1 "$observability_namespace" statefulset grafana) || exit $?
  [[ $whose == ours ]] || return 0
  [[ -z $otlp_endpoint ]] || fail "Grafana is in ${context[1]}, of a run with --observability:
the programs send to the agents of that one. For --otlp-endpoint take it away
first: scripts/cleanup.sh, or kubectl delete namespace $observability_namespace $agents_namespace"
  observability=true
  note+=", with observability as before"
}

otlp_port() {
  if [[ $otlp_endpoint =~ ^https?://[^/]*:([0-9]+) ]]; then
    echo "${BASH_REMATCH[1]}"
  elif [[ $otlp_endpoint == https:* ]]; then
    echo 443
  else
    echo 80
  fi
}

# Of a cluster's kustomization: where the programs send, and the way there. Each Deployment is a program.
otlp_patches() {
  local protocol=http/protobuf operations
  if [[ $(otlp_port) == 4317 ]]; then protocol=grpc; fi
  operations=$(add_variable OTEL_EXPORTER_OTLP_ENDPOINT "\"value\": \"$otlp_endpoint\"")
  operations+=", $(add_variable OTEL_EXPORTER_OTLP_PROTOCOL "\"value\": \"$protocol\"")"
  if [[ -n $otlp_headers ]]; then
    operations+=", $(add_variable OTEL_EXPORTER_OTLP_HEADERS \
      "\"valueFrom\": {\"secretKeyRef\": {\"name\": \"$otlp_headers\", \"key\": \"headers\"}}")"
  fi
  patch "kind: Deployment" "$operations"
  patch "kind: NetworkPolicy, name: mesh" \
    '{"op": "add", "path": "/spec/egress/-", "value": {"ports": [{"port": '"$(otlp_port)"', "protocol": "TCP"}]}}'
}

# A pod whose Secret is missing would wait for it, and nobody would know why.
check_otlp_headers() { # cluster
  local keys
  keys=$(field "$1" "$namespace" secret "$otlp_headers" '{.data.headers}') || exit $?
  [[ -n $keys || $dry_run == true ]] || fail "There is no Secret $otlp_headers with a key \"headers\" in ${context[$1]},
namespace $namespace. Make it in both clusters, from a file that only you read:
kubectl --context ${context[$1]} -n $namespace create secret generic $otlp_headers --from-file=headers=FILE"
}

# --- k8s/observability ---------------------------------------------------------------------------------------------

deploy_observability() {
  local cluster space
  both check_telemetry_namespaces
  both change apply -k "$root/k8s/observability/namespaces"
  observability_secrets
  both warn_of_providers
  for cluster in 1 2; do change "$cluster" apply -k "$root/k8s/observability/ctx$cluster"; done
  if [[ ${has_budgets[1]} == true ]]; then change 1 apply -k "$root/k8s/budgets/observability"; fi
  for space in "$agents_namespace" "$observability_namespace"; do wait_for_rollouts "$part_of"; done
}

check_telemetry_namespaces() { # cluster
  local name whose
  for name in "$observability_namespace" "$agents_namespace"; do
    whose=$(owner "$1" '' namespace "$name") || exit $?
    [[ $whose != others ]] || fail "Namespace $name of ${context[$1]} is somebody else's: it lacks the label
$part_of. Delete it, or send telemetry to a collector of yours: --otlp-endpoint URL"
  done
}

# The collector's token, which all agents have, and Grafana's admin.
observability_secrets() {
  local space=$observability_namespace token cluster
  same_secrets collector-token grafana
  token=$(secret_value 1 collector-token token) || exit $?
  for cluster in 1 2; do give_token "$cluster" "$token"; done
}

# The agents' namespace has a copy; it follows when the token is made anew.
give_token() { # cluster token
  local space=$agents_namespace there
  there=$(field "$1" "$space" secret collector-token '{.data.token}') || exit $?
  if [[ -z $there || $there != "$(base64_of "$2")" ]]; then
    change_with "$(secret_manifest "$space" collector-token Opaque token "$2")" \
      "$1" "$([[ -n $there ]] && echo replace || echo create)" -f -
  fi
}

# An Istio that was there before, or that is not ours, has not what istio/multicluster says of the agents.
warn_of_providers() { # cluster
  local mesh
  [[ $dry_run == false ]] || return 0
  mesh=$(field "$1" "$istio_namespace" configmap istio '{.data.mesh}') || exit $?
  [[ $mesh == *"agent.$agents_namespace.svc"* && $mesh == *access-log* ]] ||
    warn "The Istio in ${context[$1]} does not know the providers otel and access-log:" \
      "Envoy's spans and its log with trace ids are missing until its meshConfig has" \
      "the extensionProviders of istio/multicluster/ctx$1/istio.yaml. docs/observability.md"
}

tell_grafana() { # kubectl-words
  echo "Grafana, at http://localhost:3000 as admin, and its password:"
  echo "  $1 $observability_namespace port-forward service/grafana 3000"
  echo "  $1 $observability_namespace get secret grafana -o jsonpath='{.data.admin-password}' | base64 -d"
}
