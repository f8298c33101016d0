# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# Istio in both clusters, the gateways between them, and each istiod's right to read the other cluster.
# https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/

# What was installed here has a ConfigMap messageboard-installed-PART in $istio_namespace: cleanup.sh --istio removes
# Istio only with it, and an installation that stopped half-way is begun again.

# The control planes of a cluster, a line each: namespace/name of the Deployment (istiod, or istiod-REVISION) and the
# cluster's name in the mesh.
control_planes() { # cluster
  ask "$1" get deployments --all-namespaces -l app=istiod -o 'jsonpath={range .items[*]}'\
'{.metadata.namespace}/{.metadata.name} {.spec.template.spec.containers[*].env[?(@.name=="CLUSTER_ID")].value}{"\n"}{end}'
}

# Beside somebody's control plane no second one is installed, and none is joined that has another name in its mesh.
check_control_plane() { # cluster
  local found istiod name
  found=$(control_planes "$1") || exit $?
  while read -r istiod name; do
    if [[ -n $istiod && $istiod != "$istio_namespace/istiod" ]]; then
      fail "Istio is in ${context[$1]} already, as $istiod:
a second control plane would be installed beside it. If the clusters are one
mesh already, choose --skip-istio; else remove that Istio."
    elif [[ -n $name && $name != "ctx$1" ]]; then
      fail "The Istio in ${context[$1]} calls its cluster '$name', not 'ctx$1'
(CLUSTER_ID of Deployment istiod). If the clusters are one mesh already, choose
--skip-istio; else remove that Istio, or install it with the names in
istio/multicluster/ctx$1/istio.yaml."
    fi
  done <<<"$found"
}

install_eastwest() {
  both install eastwest istio-eastwestgateway
  both open_to_the_other
  if [[ $dry_run == true ]]; then return; fi
  # istioctl does not wait for the load balancers, without which nothing crosses.
  wait_until eastwest_has_address ||
    fail "$(warnings "$without_address" "$istio_namespace" istio-eastwestgateway)
$progress" kubectl --context "${context[$without_address]}" --namespace "$istio_namespace" describe service istio-eastwestgateway
}

# Istio's own instructions make a Gateway of this name too: such a one serves as well, and stays its maker's.
open_to_the_other() { # cluster
  local whose=''
  # A dry run may look at a cluster that has no Istio yet.
  if [[ $dry_run == false ]] || exists "$1" '' crd gateways.networking.istio.io; then
    whose=$(owner "$1" "$istio_namespace" gateways.networking.istio.io cross-network-gateway) || exit $?
  fi
  if [[ $whose == others ]]; then
    note+="${note:+; }${context[$1]}'s own Gateway cross-network-gateway stays"
  else
    change "$1" apply -f "$root/istio/multicluster/cross-network-gateway.yaml"
  fi
}

# A Service of another type has been given its address by who made it.
eastwest_has_address() {
  local service
  for without_address in 1 2; do
    service=$(field "$without_address" "$istio_namespace" service istio-eastwestgateway \
      '{.spec.type}{.status.loadBalancer.ingress}{.spec.externalIPs}') || exit $?
    progress="istio-eastwestgateway in ${context[$without_address]} has no address yet"
    if [[ $service == LoadBalancer ]]; then return 1; fi
  done
}

# What to ask when a cluster does not reach the other.
mesh_questions() {
  cat <<QUESTIONS
Does each istiod see the other cluster?  istioctl --context ${context[1]} remote-clusters
Has the east-west gateway an address?    kubectl -n $istio_namespace get service istio-eastwestgateway
Does the gateway know the endpoints?     istioctl --context ${context[1]} proxy-config endpoints deploy/gateway.$namespace
QUESTIONS
}

# Installs one part unless its Deployment is there and not of an installation of ours that did not end.
install() { # cluster part deployment
  local there
  there=$(ask "$1" get "configmap/messageboard-installed-$2" "deployment/$3" --namespace "$istio_namespace" --ignore-not-found \
    -o 'jsonpath={range .items[*]}{.kind}={.data.state} {end}') || exit $?
  if [[ $there == *Deployment=* && $there != *ConfigMap=begun* ]]; then
    note="there already"
    return
  fi
  mark "$1" "$2" begun
  progress "$3 in ${context[$1]}"
  run istioctl install --context "${context[$1]}" --filename "$root/istio/multicluster/ctx$1/$2.yaml" \
    --readiness-timeout "$timeout" --skip-confirmation
  mark "$1" "$2" installed
}

mark() { # cluster part state
  change_with "$(manifest_head ConfigMap "messageboard-installed-$2" "$istio_namespace")
data: { state: $3 }" "$1" apply -f -
}

# What istioctl create-remote-secret makes in the cluster it is for.
readonly reader_token=istio-reader-service-account-istio-remote-secret-token

# A kubeconfig for the cluster, labelled as Istio looks for it, into the other one.
give_remote_secret() { # cluster
  local other=$((3 - $1)) name=istio-remote-secret-ctx$1 command manifest errors verb=create whose token_of
  whose=$(owner "$other" "$istio_namespace" secret "$name") || exit $?
  case $whose in
    ours) verb=replace ;;
    others)
      note="there already"
      return
      ;;
  esac
  command=(istioctl create-remote-secret --context "${context[$1]}" --name "ctx$1" --server "$(api_server "$1")")
  if [[ $dry_run == true ]]; then
    run "${command[@]}"
    manifest=$(secret_manifest "$istio_namespace" "$name" Opaque)
  else
    printf '$ %s\n' "$(shown "${command[@]}")" >>"$log"
    errors=$state/istioctl.err
    token_of=$(owner "$1" "$istio_namespace" secret "$reader_token") || exit $?
    manifest=$("${command[@]}" 2>"$errors" </dev/null) || fail "$(<"$errors")" "${command[@]}"
    manifest=$(kubectl label --local -f - "$part_of" -o yaml <<<"$manifest")
    # Other remote secrets may share the token: it is ours, to be removed, only if it was made just now.
    if [[ -z $token_of ]] && exists "$1" "$istio_namespace" secret "$reader_token"; then
      change "$1" label secret "$reader_token" "$part_of" --namespace "$istio_namespace"
    fi
  fi
  change_with "$manifest" "$other" "$verb" -f - --namespace "$istio_namespace"
}
