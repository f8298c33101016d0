# shellcheck shell=bash
# What to look at next, keyed by what a failure's output shows. docs/kubernetes.md says more about each.

# pattern (of grep -E, case does not matter), advice: pairs, all that fit are shown.
readonly hints=(
  'exec format error|no match(ing manifest)? for( linux)?|no match for platform'
  'The image is not for this node'"'"'s processor: kubectl get nodes -L kubernetes.io/arch,
then build for it: scripts/build-images.sh --help (amd64 and arm64 by default).'

  'ErrImagePull|ImagePullBackOff|InvalidImageName|pull access denied|manifest unknown'
  'The node cannot pull the image. Is the name right (--images REGISTRY/TAG), is it
pushed (scripts/build-images.sh), and may the cluster read it? A private registry
wants --registry-secret FILE; kind wants the image loaded (scripts/kind.sh).'

  'unknown database|access denied for user'
  'The database knows not this name or password: its volume is older than the Secret.
Is it data you need? If not: scripts/cleanup.sh --data, then deploy again. The Job
"schema" makes tables, MariaDB'"'"'s own start makes the database.'

  'CrashLoopBackOff|BackoffLimitExceeded|back-off restarting'
  'The program ends again and again. Its last words:
kubectl --context CONTEXT -n messageboard logs POD -c app --previous'

  'insufficient (cpu|memory)'
  'No node has room for the pod. kubectl describe nodes | grep -A8 Allocated shows what
is taken: add a node, or lower the requests in k8s/.'

  'unbound immediate PersistentVolumeClaims|no persistent volumes available'
  'Nothing makes the volume: kubectl get storageclass must show one as (default).'

  'loadbalancer|EXTERNAL-IP.*pending|no address yet'
  'The cloud has given no address: kubectl -n istio-system describe service NAME shows
why (quota, subnet, no load balancer controller). kind has none: scripts/kind.sh.'

  'violates PodSecurity|admission webhook .* denied|denied the request'
  'An admission rule refuses the pod, the lines above say which field. "restricted"
needs Istio with its CNI component: istio/multicluster has it on; an Istio of your own
wants it too.'

  'failed calling webhook|webhook .*(timeout|no endpoints|connection refused)'
  'The API server does not reach istiod (port 15017): is istiod ready, and does a
firewall of a private cluster block it? kubectl -n istio-system get pods'
)

# The same, for what kubectl and istioctl themselves say: pods' events and logs say such words of other things.
readonly hints_of_answers=(
  'forbidden|cannot (create|get|list|patch|delete) resource'
  'Your user lacks a right. kubectl auth can-i --list shows what it has; installing
Istio wants cluster-admin, or --skip-istio with an Istio that somebody else installed.'

  'unauthorized|must be logged in|token.*expired'
  'The kubeconfig'"'"'s credentials are not valid (any more): log in to the cloud again.'

  'context .* does not exist|no context exists'
  'kubectl config get-contexts shows the names: --context-1 NAME --context-2 NAME.'

  'connection refused|i/o timeout|no such host|TLS handshake|deadline exceeded|unable to connect'
  'The API server does not answer: kubectl --context CONTEXT cluster-info. Is the
cluster started, is the VPN on, does the address in the kubeconfig still hold?'

  'no matches for kind|the server doesn.t have a resource type'
  'The cluster does not know this kind: Istio'"'"'s CRDs come with Istio. With --skip-istio
they must be there: kubectl get crd | grep istio.io'

  'field is immutable'
  'Kubernetes cannot change this field in place: delete the object named above and run
again. (Of a StatefulSet with --cascade=orphan, so that its pods stay.)'
)

# The lines that tell what was found out about pods; see evidence.
readonly evidence_line='^(pod|event|log) '

hints_for() { # text
  advice "$1" "${hints[@]}"
  advice "$(grep -vE "$evidence_line" <<<"$1")" "${hints_of_answers[@]}"
}

advice() { # text (pattern advice)...
  local text=$1
  shift
  while (($# > 0)); do
    if grep -qiE -- "$1" <<<"$text"; then printf '    %s\n' "${2//$'\n'/$'\n'    }"; fi
    shift 2
  done
}
