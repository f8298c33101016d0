#!/usr/bin/env bash
# Two Kubernetes clusters in this machine's Docker, fit for deploy-all.sh: ctx1 and ctx2 of the mesh.
set -euo pipefail

readonly script=scripts/kind.sh
readonly clusters=(messageboard-ctx1 messageboard-ctx2)
readonly programs=(gateway user-service message-service log-service)
# Gives Services of type LoadBalancer an address in Docker's network "kind", in which both clusters' nodes are.
readonly load_balancers=messageboard-load-balancers
readonly load_balancers_image=registry.k8s.io/cloud-provider-kind/cloud-controller-manager:v0.11.1

usage() {
  cat <<'EOF'
Usage: scripts/kind.sh up [--images REGISTRY/TAG] [--proxyless]
       scripts/kind.sh down

  up                     makes what is not there yet: the kind clusters
                         messageboard-ctx1 and messageboard-ctx2, whose networks
                         do not overlap, and addresses for their load balancers.
                         Then says how to go on
  --images REGISTRY/TAG  loads our images into both, from this machine's Docker:
                         scripts/build-images.sh --images REGISTRY --load makes
                         them
  --proxyless            for deploy-all.sh --proxyless: routes, by which pods of
                         one cluster reach those of the other
  down                   removes all of it, with what was deployed
  --help                 show this

Needs Docker with 12 GiB of memory (6 with --proxyless), kind (https://kind.sigs.k8s.io) and kubectl.
Exit code: 0, 1 when something failed, 2 for bad input.
EOF
}

# shellcheck source=scripts/lib/options.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/options.sh"

# --- options ---------------------------------------------------------------------------------------------------------

verb='' images='' proxyless=false
while (($# > 0)); do
  case $1 in
    up | down)
      [[ -z $verb ]] || refuse "$verb or $1? See $script --help"
      verb=$1
      ;;
    --images)
      [[ ${2-} == */* ]] || see_help "--images wants REGISTRY/TAG, as messageboard/1a2b3c4"
      images=$2
      shift
      ;;
    --proxyless) proxyless=true ;;
    *) other_option "$1" ;;
  esac
  shift
done
[[ -n $verb ]] || refuse "up or down? See $script --help"
[[ $verb == up || -z $images ]] || see_help "--images goes with up"
[[ $verb == up || $proxyless == false ]] || see_help "--proxyless goes with up"

need_tool() { # name where-it-comes-from
  command -v "$1" >/dev/null || refuse "$1 is missing. Install it from $2"
}

need_tool docker https://docs.docker.com/engine/install/
need_tool kind https://kind.sigs.k8s.io/docs/user/quick-start/#installation
need_tool kubectl https://kubernetes.io/docs/tasks/tools/
docker info >/dev/null 2>&1 || refuse "Docker does not answer. Is it started, and may you use it? See: docker info"

# --- up --------------------------------------------------------------------------------------------------------------

is_there() { # cluster
  grep -qxF "$1" <<<"$(kind get clusters 2>/dev/null)"
}

# A node for the programs beside the control plane's, which gets no load balancer's traffic. Its region makes it one to
# Istio's locality failover, as a cloud's node is.
cluster_config() { # number
  cat <<EOF
kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
networking:
  podSubnet: 10.${1}0.0.0/16
  serviceSubnet: 10.${1}1.0.0/16
nodes:
  - role: control-plane
  - role: worker
    labels:
      topology.kubernetes.io/region: region-$1
      topology.kubernetes.io/zone: region-$1-a
EOF
}

make_cluster() { # number
  local cluster=${clusters[$1 - 1]}
  if is_there "$cluster"; then
    echo "$cluster is there"
    kind export kubeconfig --name "$cluster" # another kubeconfig may be in force than when it was made
  else
    cluster_config "$1" | kind create cluster --name "$cluster" --config - --wait 5m
  fi
}

start_load_balancers() {
  if [[ $(docker ps --format '{{.Image}}') == *cloud-provider-kind* ]]; then
    echo "load balancers are there"
    return
  fi
  docker rm --force "$load_balancers" >/dev/null 2>&1 || true
  docker run --detach --restart unless-stopped --name "$load_balancers" --network kind \
    --volume /var/run/docker.sock:/var/run/docker.sock "$load_balancers_image" \
    --gateway-channel=disabled --enable-default-ingress=false
}

# All nodes are in one network of Docker's, so each can be a router to its own pods; a container's routes go with its restart.
add_routes() {
  local from to node pods address
  for from in 1 2; do
    to=$((3 - from))
    while read -r pods address; do
      for node in $(kind get nodes --name "${clusters[from - 1]}"); do
        docker exec "$node" ip route replace "$pods" via "$address"
      done
    done < <(kubectl --context "kind-${clusters[to - 1]}" get nodes \
      -o 'jsonpath={range .items[*]}{.spec.podCIDR} {.status.addresses[?(@.type=="InternalIP")].address}{"\n"}{end}')
  done
  echo "pods of each cluster reach those of the other"
}

check_images() {
  local program
  for program in "${programs[@]}"; do
    docker image inspect "${images%/*}/$program:${images##*/}" >/dev/null 2>&1 ||
      refuse "This machine's Docker has no ${images%/*}/$program:${images##*/}. To build it:" \
        "  scripts/build-images.sh --images ${images%/*} --tag ${images##*/} --load"
  done
}

load_images() {
  local cluster names=("${programs[@]/#/${images%/*}/}")
  for cluster in "${clusters[@]}"; do
    kind load docker-image --name "$cluster" "${names[@]/%/:${images##*/}}"
  done
}

# Kubelets and Istio's agents watch many files; with too few inotify instances pods die with "too many open files"
# (https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files).
check_inotify() {
  local instances
  instances=$(cat /proc/sys/fs/inotify/max_user_instances 2>/dev/null || echo 512)
  if ((instances < 512)); then
    echo "Only $instances inotify instances: pods may fail with 'too many open files'."
    echo "Better: sudo sysctl fs.inotify.max_user_instances=512"
  fi
}

up() {
  if [[ -n $images ]]; then check_images; fi
  check_inotify
  make_cluster 1
  make_cluster 2
  start_load_balancers
  if [[ $proxyless == true ]]; then add_routes; fi
  if [[ -n $images ]]; then load_images; fi
  echo
  if [[ -z $images ]]; then
    echo "Next, our images:  scripts/build-images.sh --images messageboard --load"
  else
    if [[ $proxyless == true ]]; then images+=" --proxyless"; fi
    echo "Next:  ./deploy-all.sh --context-1 kind-${clusters[0]} --context-2 kind-${clusters[1]} --images $images"
  fi
}

# --- down ------------------------------------------------------------------------------------------------------------

# Each load balancer is a container too, which its cluster's end leaves behind.
down() {
  local cluster balancers
  docker rm --force "$load_balancers" >/dev/null 2>&1 || true
  for cluster in "${clusters[@]}"; do
    if is_there "$cluster"; then kind delete cluster --name "$cluster"; else echo "$cluster is not there"; fi
    mapfile -t balancers < <(docker ps --all --quiet --filter "label=io.x-k8s.cloud-provider-kind.cluster=$cluster")
    if ((${#balancers[@]} > 0)); then docker rm --force "${balancers[@]}"; fi
  done
}

"$verb"
