#!/usr/bin/env bash
# MessageBoard in two real clusters on this machine, in which pods run: what rollouts, kills and drains do to requests.
set -euo pipefail
cd "$(dirname "$0")/.."

script=scripts/test-clusters.sh
lab=${MESSAGEBOARD_LAB:-../shared/kube-lab}
cache=${XDG_CACHE_HOME:-$HOME/.cache}
images=$cache/messageboard-images
readonly programs=(gateway user-service message-service log-service)
# The first cluster's node.
readonly address=172.31.240.11

usage() {
  cat <<'EOT'
Usage: scripts/test-clusters.sh [--keep] [--cached] [--help]

Builds the images (by Docker, else by buildah), starts two clusters of one node
each (kubelet, containerd, kube-proxy), deploys with deploy-all.sh --proxyless,
and looks whether weights, policies and failover hold, and under steady requests
what comes of a drained node, a frozen API server, a rollout of every
Deployment, killed processes, deleted stores, a missing image, cleanup, and
deployment on kept data, then with --skip-istio.

  --keep      leaves the clusters running, and says how to reach and end them
  --cached    only where it can run and all is built already; else says why
              not, and exits with 3

Needs root on Debian with cgroup v1, and the lab, ../shared/kube-lab
(MESSAGEBOARD_LAB names another folder). What it builds stays in ~/.cache: the
first time takes half an hour. Images are built anew when what goes into them
has changed. It installs Debian's packages that the lab wants.
Exit code: 0 when all went well, 1 when not, 2 for bad input, 3 see --cached.
EOT
}

# shellcheck source=scripts/lib/options.sh
source scripts/lib/options.sh
keep=false cached=false
while (($#)); do
  case $1 in
    --keep) keep=true ;;
    --cached) cached=true ;;
    *) other_option "$1" ;;
  esac
  shift
done

# It cannot run here.
lacks() { # why
  [[ $cached == false ]] || { echo "$1" >&2; exit 3; }
  refuse "$1"
}

[[ -x $lab/kube-lab ]] || lacks "There is no lab in $lab; MESSAGEBOARD_LAB names the folder with kube-lab."
[[ $EUID == 0 ]] || lacks "The clusters' nodes want root."
[[ -d /sys/fs/cgroup/memory ]] || lacks "The clusters' nodes want cgroup v1."
lab=$(cd "$lab" && pwd)

# --- images ----------------------------------------------------------------------------------------------------------

# The hash of all that some folders and files hold, of what git knows or would add. What it knows and is deleted has none.
content_of() { # paths...
  git ls-files -z --cached --others --exclude-standard -- "$@" | sort -zu | xargs -0 sha256sum 2>/dev/null | sha256sum | cut -c1-12
}

tag=$(content_of Dockerfile .dockerignore .editorconfig Directory.Build.props Directory.Packages.props gateway mesh services ui \
  istio/examples/locality-failover)
stores_tag=$(cat "$lab/images" "$lab"/stand-ins/* k8s/overlays/*/*/{mariadb,redis,kafka}.yaml | sha256sum | cut -c1-12)

# All that the Dockerfile builds on, a name a line.
bases() {
  awk -F '[= ]' '/^ARG ASPNET=/ { print $3; print $3 "-extra" } /^FROM .* AS (page|build)$/ { print $(NF - 2) }' Dockerfile
}

has_bases() {
  local base
  for base in $(bases); do buildah inspect --type image "$base" >/dev/null 2>&1 || return 1; done
}

# What a build that was broken off has laid into the checkout and mounted; while somebody else builds too, nobody can tell whose it is.
end_build() {
  local try
  [[ -n ${containers+known} ]] || return 0
  rm -f .parents-[12].tar
  for try in {1..25}; do
    pgrep -x -r RSD buildah >/dev/null || break
    ((try < 25)) || return 0
    sleep 0.2
  done
  comm -13 <(echo "$containers") <(buildah containers -q | sort) | xargs -r buildah rm >/dev/null
}

logged() { # command...
  "$@" >"$images/build.log" 2>&1 || { tail -n 20 "$images/build.log" >&2; exit 1; }
}

# Ours and the stores, and what all of them stand on, the lab's way.
build_all() { # folder of the stores
  local built=$1.new
  rm -rf "$built"
  mkdir -p "$images/$tag"
  logged "$lab/images" "$PWD" "$tag" "$built"
  mv "$built"/messageboard_*.tar "$images/$tag/"
  mv "$built" "$1"
}

has_docker() { docker info >/dev/null 2>&1; }

build_ours() {
  local program image archive by=buildah
  rm -rf "${images:?}/$tag"
  mkdir -p "$images/$tag"
  if has_docker; then
    by=docker
    logged scripts/build-images.sh --images messageboard --tag "$tag" --load
  fi
  for program in "${programs[@]}"; do
    image=messageboard/$program:$tag archive=$images/$tag/messageboard_$program.tar
    if [[ $by == docker ]]; then
      logged docker save --output "$archive.new" "$image"
    else
      logged env BUILDAH_ISOLATION=chroot buildah bud -q --pull-never --layers \
        --build-arg "TARGETARCH=$(dpkg --print-architecture)" --target "$program" -t "$image" .
      logged buildah push -q "$image" "docker-archive:$archive.new:$image"
    fi
    mv "$archive.new" "$archive"
  done
}

is_built() { [[ $(find "$images/$tag" -name '*.tar' 2>/dev/null | wc -l) == "${#programs[@]}" && -d $images/stores-$stores_tag ]]; }

has_what_ours_need() { [[ -d $images/stores-$stores_tag ]] && { has_docker || has_bases; }; }

make_images() {
  if is_built; then return; fi
  containers=$(buildah containers -q | sort)
  if has_what_ours_need; then build_ours; else build_all "$images/stores-$stores_tag"; fi
  find "$images" -mindepth 1 -maxdepth 1 -type d ! -name "$tag" ! -name "stores-$stores_tag" -exec rm -r {} +
}

is_cached() { [[ -e $cache/kube-lab/kubelet ]] && { is_built || has_what_ours_need; }; }

if [[ $cached == true ]] && ! is_cached; then
  lacks "The lab or the base images are not built yet; $script builds them, which takes half an hour."
fi

# --- the clusters ----------------------------------------------------------------------------------------------------

work=$(mktemp -d "${TMPDIR:-/tmp}/messageboard-clusters-XXXXXX")
folder=$work/lab

clean_up() {
  local code=$?
  trap '' INT TERM HUP
  if [[ $keep == true && -e $folder/kubeconfig ]]; then
    echo "The clusters go on:  export KUBECONFIG=$folder/kubeconfig"
    echo "The page:            http://$address:$(door 2>/dev/null || echo 30080)"
    echo "Their end:           $lab/kube-lab down $folder && rm -r $work"
    exit "$code"
  fi
  # There may be nothing yet to end; the exit code is that of what went before.
  "$lab/kube-lab" down "$folder" >/dev/null 2>&1 || true
  end_broken_off || true
  end_build || true
  rm -rf "$work"
  exit "$code"
}

# What the lab knows nothing of yet when it is broken off as it starts a node: the node, and its cgroups.
end_broken_off() {
  local pid group
  for pid in $(pgrep -f "$folder/"); do kill -KILL "$pid" 2>/dev/null; done
  [[ -e $folder && ! -e /sys/class/net/kube-lab ]] || return 0
  for group in /sys/fs/cgroup/*/kube-lab-ctx[12]; do
    if [[ -d $group ]]; then find "$group" -depth -type d -exec rmdir {} +; fi
  done
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

part() { # name command...
  local started=$SECONDS
  printf '%-28s' "$1"
  if "${@:2}" >"$work/${1// /-}.log" 2>&1; then
    printf 'ok %5d s\n' $((SECONDS - started))
  else
    printf 'FAILED %d s\n' $((SECONDS - started))
    tail -n 40 "$work/${1// /-}.log" | sed 's/^/    /'
    exit 1
  fi
}

# On a machine of its own a node's pods share the processor with one group of all else. Here each thread of the control plane, and of the
# tests, would weigh as much as all pods of a cluster: they would get a tenth of the processor when an API server has much to do.
as_on_a_node() {
  local cluster
  for cluster in ctx1 ctx2; do echo 20480 >"/sys/fs/cgroup/cpu/kube-lab-$cluster/cpu.shares"; done
}

load_images() { # cluster archives...
  local archive
  for archive in "${@:2}"; do "$lab/kube-lab" shell "$folder" "$1" ctr --namespace k8s.io images import - <"$archive" || return; done
}

start_lab() {
  local stores=$images/stores-$stores_tag ours=$images/$tag ctx1
  "$lab/kube-lab" up "$folder" || return
  as_on_a_node
  # Both at once, each what runs in it and no more.
  load_images ctx1 "$stores"/{mariadb,apache_kafka,kube-lab_debian}_*.tar "$ours"/*.tar &
  ctx1=$!
  load_images ctx2 "$stores"/redis_*.tar "$ours"/messageboard_*-service.tar && wait "$ctx1"
}

# Where the mesh is in the programs, the page is at the gateway's own Service.
door() {
  kubectl --context ctx1 --namespace messageboard get service gateway -o 'jsonpath={.spec.ports[0].nodePort}'
}

# A program that deploys, or takes all away, as the tests call it.
program() { # name, with its lines behind
  { printf '#!/usr/bin/env bash\nset -euo pipefail\nexport MESSAGEBOARD_STATE=%q\n' "$work/state"; cat; } >"$work/$1"
  chmod 700 "$work/$1"
}

# The lab's nodes do not say which network their pods are in.
program deploy <<END
exec "$PWD/deploy-all.sh" --images "\$1" --proxyless --host $address \\
  --pod-network-1 10.21.0.0/16 --pod-network-2 10.22.0.0/16 \\
  --crds "$lab/../kube-api/istio-crds.yaml" --crds "$lab/../kube-api/gateway-api-crds.yaml" "\${@:2}"
END
# With a door where Istio's would be.
program deploy-skip-istio <<END
kubectl --context ctx1 create namespace istio-system --dry-run=client -o yaml | kubectl --context ctx1 apply -f -
kubectl --context ctx1 apply -f "$lab/stand-ins/ingress.yaml"
exec "$PWD/deploy-all.sh" --images "\$1" --skip-istio --host $address "\${@:2}"
END
program cleanup <<END
exec "$PWD/scripts/cleanup.sh" --yes "\$@"
END
export KUBECONFIG=$folder/kubeconfig LAB=$lab/kube-lab LAB_FOLDER=$folder CASES=$lab/../cases IMAGES=messageboard/$tag
export DEPLOY=$work/deploy DEPLOY_SKIP_ISTIO=$work/deploy-skip-istio CLEANUP=$work/cleanup DOOR_OF_ISTIO=http://$address:30080

part "lab's programs" "$lab/kube-lab" build
part images make_images
part "clusters and images" start_lab
part "deploy --proxyless" "$DEPLOY" "$IMAGES"
started=$SECONDS
ADDRESS=http://$address:$(door)
export ADDRESS
failed=0
# The second one takes all away at its end.
for tests in proxyless clusters; do node --test --test-reporter=spec "tests/clusters/$tests.test.mjs" || failed=1; done
((failed == 0))
echo "All went well, in $SECONDS s, $((SECONDS - started)) of them with tests."
