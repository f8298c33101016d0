# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# Istio in both clusters, the gateways between them, and each istiod's right to read the other cluster.
# https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/

# ConfigMap in $istio_namespace that says what was installed here: cleanup.sh --istio removes Istio only with it, and
# one that stopped half-way is installed again.
readonly installed_by_us=messageboard-installed

install_istio() { # also finishes an installation that was interrupted
  local cluster
  for cluster in 1 2; do
    install "$cluster" istio istiod "$root/istio/multicluster/ctx$cluster/istio.yaml"
  done
}

install_eastwest() {
  local cluster
  for cluster in 1 2; do
    install "$cluster" eastwest istio-eastwestgateway "$root/istio/multicluster/ctx$cluster/eastwest.yaml"
    change "$cluster" apply -f "$root/istio/multicluster/cross-network-gateway.yaml"
  done
}

# Installs one part unless its Deployment is there and not of an installation of ours that did not end.
install() { # cluster part deployment file
  local mark
  mark=$(field "$1" "$istio_namespace" configmap "$installed_by_us" "{.data.$2}")
  if [[ $mark != begun ]] && exists "$1" "$istio_namespace" deployment "$3"; then
    note="there already"
    return
  fi
  mark_part "$1" "$2" begun
  progress "$3 in ${context[$1]}"
  run istioctl install --context "${context[$1]}" --filename "$4" --readiness-timeout "$timeout" --skip-confirmation
  mark_part "$1" "$2" installed
}

mark_part() { # cluster part state
  if ! exists "$1" "$istio_namespace" configmap "$installed_by_us"; then
    change_with "$(installed_manifest)" "$1" create -f -
  fi
  change "$1" patch configmap "$installed_by_us" --namespace "$istio_namespace" --patch "data: {$2: $3}"
}

installed_manifest() {
  cat <<MANIFEST
apiVersion: v1
kind: ConfigMap
metadata:
  name: $installed_by_us
  namespace: $istio_namespace
  labels:
    app.kubernetes.io/part-of: messageboard
    app.kubernetes.io/managed-by: messageboard
MANIFEST
}

exchange_remote_secrets() {
  give_remote_secret 1 2
  give_remote_secret 2 1
}

# A kubeconfig for the cluster $1, labelled as Istio looks for it, into the cluster $2.
give_remote_secret() { # cluster other
  local name=istio-remote-secret-ctx$1 command manifest errors
  if exists "$2" "$istio_namespace" secret "$name" && ! is_ours "$2" "$istio_namespace" secret "$name"; then
    note="there already"
    return
  fi
  command=(istioctl create-remote-secret --context "${context[$1]}" --name "ctx$1" --server "$(api_server "$1")")
  if [[ $dry_run == true ]]; then
    run "${command[@]}"
  else
    printf '$ %s\n' "${command[*]}" >>"$log"
    errors=$state/istioctl.err
    manifest=$("${command[@]}" 2>"$errors" </dev/null) || fail "$(<"$errors")" "${command[@]}"
    manifest=$(kubectl label --local -f - "$part_of" -o yaml <<<"$manifest")
  fi
  change_with "${manifest-}" "$2" apply -f - --namespace "$istio_namespace"
}
