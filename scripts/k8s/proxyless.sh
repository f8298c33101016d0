# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with those that source it
# deploy-all.sh --proxyless: Istio's resources without Istio. The programs read them, and the pods of both clusters.

readonly of_reader='app.kubernetes.io/name=mesh-reader'

# The CRDs of the releases that the program was made with, where --crds gives none: a name in each file, and where it is.
readonly istio_crds=https://raw.githubusercontent.com/istio/istio/1.27.3/manifests/charts/base/files/crd-all.gen.yaml
readonly gateway_api_crds=https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.3.0/standard-install.yaml

check_proxyless() {
  local file network
  if [[ $proxyless == false ]]; then
    [[ ${#crds[@]} == 0 && -z ${pod_networks[1]}${pod_networks[2]} ]] || see_help "--crds and --pod-network-… go with --proxyless"
    return 0
  fi
  [[ $skip_istio == false ]] || see_help "--proxyless is without Istio already; leave out --skip-istio"
  [[ -z $tls_cert ]] || see_help "--tls-cert is for Istio's ingress gateway; with --proxyless TLS ends before the gateway"
  for file in "${crds[@]}"; do
    [[ -f $file && -r $file ]] || refuse "--crds: there is no file '$file' to read."
  done
  for network in ${pod_networks[1]//,/ } ${pod_networks[2]//,/ }; do
    [[ $network =~ ^[0-9a-fA-F.:]+/[0-9]{1,3}$ ]] || refuse "--pod-network-… wants networks as 10.244.0.0/16, not '$network'."
  done
}

# What the nodes were given for their pods, where the option says nothing; and the nodes themselves, behind whose addresses some network
# plugins hide pods that call out of the cluster.
find_pod_network() { # cluster
  local found address
  if [[ -n ${pod_networks[$1]} ]]; then return; fi
  found=$(ask "$1" get nodes -o 'jsonpath={.items[*].spec.podCIDRs[*]}') || exit $?
  pod_networks[$1]=${found// /,}
  found=$(ask "$1" get nodes -o 'jsonpath={.items[*].status.addresses[?(@.type=="InternalIP")].address}') || exit $?
  if [[ -n ${pod_networks[$1]} ]]; then
    for address in $found; do pod_networks[$1]+=,$address/$([[ $address == *:* ]] && echo 128 || echo 32); done
  fi
  [[ -n ${pod_networks[$1]} ]] || fail "${context[$1]}: its nodes do not say from which network their pods get addresses
(spec.podCIDRs). Give it: --pod-network-$1 10.244.0.0/16"
}

# The other cluster's pods in the network policy that names them.
network_patch() { # cluster
  local blocks=${pod_networks[$((3 - $1))]}
  blocks='[{"ipBlock": {"cidr": "'${blocks//,/'"}}, {"ipBlock": {"cidr": "'}'"}}]'
  patch "kind: NetworkPolicy, name: other-cluster" '{"op": "replace", "path": "/spec/ingress/0/from", "value": '"$blocks"'},
       {"op": "replace", "path": "/spec/egress/0/to", "value": '"$blocks"'}'
}

# Those that are there stay, whatever their version: somebody else may have put them there.
install_crds() { # cluster
  local files=() file
  exists "$1" '' crd virtualservices.networking.istio.io || files+=("$istio_crds")
  exists "$1" '' crd httproutes.gateway.networking.k8s.io || files+=("$gateway_api_crds")
  if ((${#files[@]} == 0)); then
    note="there already"
    return
  fi
  if ((${#crds[@]} > 0)); then files=("${crds[@]}"); fi
  # An older API server does not know all fields of a newer CRD, and leaves them out.
  for file in "${files[@]}"; do change "$1" create --validate=warn -f "$file"; done
  if [[ $dry_run == false ]]; then
    change "$1" wait --for=condition=Established --timeout=60s crd virtualservices.networking.istio.io \
      httproutes.gateway.networking.k8s.io
  fi
}

# --- one network ---------------------------------------------------------------------------------------------------

# A pod, allowed out as a service is, that opens a connection to a store of the other cluster by its pod's address.
network_pod() { # image address port
  cat <<MANIFEST
apiVersion: v1
kind: Pod
metadata:
  name: flat-network
  namespace: $namespace
  labels:
    app.kubernetes.io/name: flat-network
    app.kubernetes.io/part-of: messageboard
    app.kubernetes.io/managed-by: messageboard
    sidecar.istio.io/inject: "false"
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  activeDeadlineSeconds: $timeout_seconds
  securityContext: { runAsNonRoot: true, runAsUser: 999, seccompProfile: { type: RuntimeDefault } }
  containers:
    - name: app
      image: $1
      command: [bash, -c, "for i in 1 2 3 4 5; do timeout 3 bash -c '</dev/tcp/$2/$3' && exit 0; sleep 1; done; exit 1"]
      resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { cpu: 100m, memory: 64Mi } }
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
MANIFEST
}

network_pod_has_ended() { # cluster
  phase=$(field "$1" "$namespace" pod flat-network '{.status.phase}') || exit $?
  progress="a pod of ${context[$1]} tries to reach one of ${context[$((3 - $1))]} (${phase:-not there})"
  [[ $phase == Succeeded || $phase == Failed ]]
}

check_network() {
  if [[ $dry_run == true ]]; then
    note="a pod of each cluster opens a connection to one of the other"
    return
  fi
  reach 1 mariadb redis-0 6379
  reach 2 redis mariadb-0 3306
  note="${context[1]} and ${context[2]} reach each other's pods"
}

reach() { # from-cluster its-store pod-of-the-other port
  local other=$((3 - $1)) image address phase command
  # Its image has a shell, and is on a node already.
  image=$(field "$1" "$namespace" statefulset "$2" '{.spec.template.spec.containers[0].image}') || exit $?
  address=$(field "$other" "$namespace" pod "$3" '{.status.podIP}') || exit $?
  change "$1" delete pod flat-network --namespace "$namespace" --ignore-not-found
  change_with "$(network_pod "$image" "$address" "$4")" "$1" create -f -
  command=(kubectl --context "${context[$1]}" --namespace "$namespace" describe pod flat-network)
  wait_until network_pod_has_ended "$1" || fail "$progress" "${command[@]}"
  [[ $phase == Succeeded ]] || fail "A pod of ${context[$1]} does not reach $address:$4, which is $3 of ${context[$other]}.
--proxyless wants one flat network: pods of one cluster reach those of the other
by their addresses, as within one VPC, or of kind with routes
(scripts/kind.sh up --proxyless). Without one, deploy with Istio." "${command[@]}"
  change "$1" delete pod flat-network --namespace "$namespace" --wait=false
}
