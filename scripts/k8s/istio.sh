# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# Istio in both clusters, the gateways between them, and each istiod's right to read the other cluster.
# https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/

# What was installed here has a ConfigMap messageboard-installed-PART in $istio_namespace: cleanup.sh --istio removes
# Istio only with it, and an installation that stopped half-way is begun again.

install_istio() {
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
  mark=$(field "$1" "$istio_namespace" configmap "messageboard-installed-$2" '{.data.state}')
  if [[ $mark != begun ]] && exists "$1" "$istio_namespace" deployment "$3"; then
    note="there already"
    return
  fi
  change_with "$(mark_manifest "$2" begun)" "$1" apply -f -
  progress "$3 in ${context[$1]}"
  run istioctl install --context "${context[$1]}" --filename "$4" --readiness-timeout "$timeout" --skip-confirmation
  change_with "$(mark_manifest "$2" installed)" "$1" apply -f -
}

mark_manifest() { # part state
  cat <<MANIFEST
apiVersion: v1
kind: ConfigMap
metadata:
  name: messageboard-installed-$1
  namespace: $istio_namespace
  labels:
    app.kubernetes.io/part-of: messageboard
    app.kubernetes.io/managed-by: messageboard
data:
  state: $2
MANIFEST
}

exchange_remote_secrets() {
  give_remote_secret 1 2
  give_remote_secret 2 1
}

# A kubeconfig for the cluster $1, labelled as Istio looks for it, into the cluster $2.
give_remote_secret() { # cluster other
  local name=istio-remote-secret-ctx$1 command manifest errors verb=create
  if exists "$2" "$istio_namespace" secret "$name"; then
    if ! is_ours "$2" "$istio_namespace" secret "$name"; then
      note="there already"
      return
    fi
    verb=replace
  fi
  command=(istioctl create-remote-secret --context "${context[$1]}" --name "ctx$1" --server "$(api_server "$1")")
  if [[ $dry_run == true ]]; then
    run "${command[@]}"
    manifest=$(secret_manifest "$istio_namespace" "$name" Opaque)
  else
    printf '$ %s\n' "$(shown "${command[@]}")" >>"$log"
    errors=$state/istioctl.err
    manifest=$("${command[@]}" 2>"$errors" </dev/null) || fail "$(<"$errors")" "${command[@]}"
    manifest=$(kubectl label --local -f - "$part_of" -o yaml <<<"$manifest")
  fi
  change_with "$manifest" "$2" "$verb" -f - --namespace "$istio_namespace"
}
